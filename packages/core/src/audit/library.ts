import type { HeaderValue } from '../model/index.ts';
import { ident, literal } from '../sql/quote.ts';

/**
 * The audits that come with Sluice. Each is a query that returns bad rows, whole, so that they can be kept and looked at.
 * NULL is never a violation unless the audit is about NULL: `not_null` says that, once.
 */
export interface LibraryAudit {
  readonly name: string;
  /** Names that users of dbt and SQLMesh know. */
  readonly aliases: readonly string[];
  readonly parameters: readonly AuditParameter[];
  /** SQL of the bad rows. `relation` stands in FROM; argument texts are SQL of the author's. */
  readonly query: (relation: string, argument: (name: string) => AuditArgument | undefined) => string;
}

/** What an audit accepts. */
export interface AuditParameter {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly required?: boolean;
}

/** An argument of a call: its value and its SQL as written. */
export interface AuditArgument {
  readonly value: HeaderValue;
  readonly sql: string;
}

/** Items of a list, or the value alone: `(a, b)` and `a` both mean columns. */
function items(argument: AuditArgument | undefined): readonly string[] {
  if (argument === undefined) return [];
  return argument.value.kind === 'list' ? argument.value.items.map(valueSql) : [argument.sql];
}

function valueSql(value: HeaderValue): string {
  switch (value.kind) {
    case 'string':
      return literal(value.text);
    case 'boolean':
      return value.value ? 'TRUE' : 'FALSE';
    case 'list':
      return `(${value.items.map(valueSql).join(', ')})`;
    case 'name':
      return nameSql(value.text);
    case 'number':
    case 'sql':
      return value.text;
    default:
      return value satisfies never;
  }
}

/** A name of a header has lost its quotes; it gets them back, for spaces and keywords in it. */
function nameSql(text: string): string {
  return /^(null|current_\w+|localtime\w*)$/i.test(text) ? text : text.split('.').map(ident).join('.');
}

const COLUMN: AuditParameter = { name: 'column', aliases: ['column_name'], required: true };
const COLUMNS: AuditParameter = { name: 'columns', aliases: ['column'], required: true };

const any = (conditions: readonly string[]): string => conditions.map((c) => `(${c})`).join(' OR ');

export const LIBRARY: readonly LibraryAudit[] = [
  {
    name: 'not_null',
    aliases: [],
    parameters: [COLUMNS],
    query: (relation, arg) =>
      `SELECT * FROM ${relation} WHERE ${any(items(arg('columns')).map((c) => `${c} IS NULL`))}`,
  },
  {
    name: 'unique_values',
    aliases: ['unique'],
    parameters: [COLUMNS],
    // A semi join with an empty right side costs nothing: when all is well, only the aggregate runs.
    query: (relation, arg) =>
      `SELECT * FROM ${relation} WHERE ${any(
        items(arg('columns')).map(
          (c) => `${c} IN (SELECT ${c} FROM ${relation} GROUP BY ALL HAVING count(*) > 1)`,
        ),
      )}`,
  },
  {
    name: 'unique_combination_of_columns',
    aliases: ['unique_combination'],
    parameters: [{ name: 'columns', aliases: ['combination_of_columns'], required: true }],
    query: (relation, arg) => {
      const list = items(arg('columns')).join(', ');
      return `SELECT * FROM ${relation} WHERE row(${list}) IN (SELECT row(${list}) FROM ${relation} GROUP BY ALL HAVING count(*) > 1)`;
    },
  },
  {
    name: 'accepted_values',
    aliases: [],
    parameters: [COLUMN, { name: 'is_in', aliases: ['values'], required: true }],
    query: (relation, arg) =>
      `SELECT * FROM ${relation} WHERE ${arg('column')?.sql ?? ''} NOT IN (${items(arg('is_in')).join(', ')})`,
  },
  {
    name: 'not_accepted_values',
    aliases: [],
    parameters: [COLUMN, { name: 'is_in', aliases: ['values'], required: true }],
    query: (relation, arg) =>
      `SELECT * FROM ${relation} WHERE ${arg('column')?.sql ?? ''} IN (${items(arg('is_in')).join(', ')})`,
  },
  {
    name: 'accepted_range',
    aliases: [],
    parameters: [
      COLUMN,
      { name: 'min_v', aliases: ['min_value'] },
      { name: 'max_v', aliases: ['max_value'] },
      { name: 'inclusive' },
    ],
    query: (relation, arg) => {
      const column = arg('column')?.sql ?? '';
      const inclusive = arg('inclusive')?.value;
      const open = inclusive?.kind === 'boolean' && !inclusive.value;
      const conditions = [];
      const min = arg('min_v')?.sql;
      const max = arg('max_v')?.sql;
      if (min !== undefined) conditions.push(`${column} ${open ? '<=' : '<'} ${min}`);
      if (max !== undefined) conditions.push(`${column} ${open ? '>=' : '>'} ${max}`);
      return `SELECT * FROM ${relation} WHERE ${conditions.length === 0 ? 'FALSE' : any(conditions)}`;
    },
  },
  {
    name: 'non_negative',
    aliases: [],
    parameters: [COLUMNS],
    query: (relation, arg) =>
      `SELECT * FROM ${relation} WHERE ${any(items(arg('columns')).map((c) => `${c} < 0`))}`,
  },
  {
    name: 'relationships',
    aliases: [],
    parameters: [COLUMN, { name: 'to', required: true }, { name: 'field', required: true }],
    query: (relation, arg) => {
      const column = arg('column')?.sql ?? '';
      return (
        `SELECT * FROM ${relation} WHERE ${column} IS NOT NULL AND ${column} NOT IN ` +
        `(SELECT ${arg('field')?.sql ?? ''} FROM ${arg('to')?.sql ?? ''} WHERE ${arg('field')?.sql ?? ''} IS NOT NULL)`
      );
    },
  },
  {
    name: 'forall',
    aliases: ['expression_is_true'],
    parameters: [{ name: 'criteria', aliases: ['expression'], required: true }],
    query: (relation, arg) =>
      `SELECT * FROM ${relation} WHERE ${any(items(arg('criteria')).map((c) => `NOT (${c})`))}`,
  },
  {
    name: 'at_least_one',
    aliases: [],
    parameters: [COLUMN],
    query: (relation, arg) => {
      const column = arg('column')?.sql ?? '';
      return `SELECT count(*) AS row_count, count(${column}) AS value_count FROM ${relation} HAVING count(${column}) = 0`;
    },
  },
  {
    name: 'number_of_rows',
    aliases: [],
    parameters: [{ name: 'threshold', required: true }],
    query: (relation, arg) =>
      `SELECT count(*) AS row_count FROM ${relation} HAVING count(*) <= ${arg('threshold')?.sql ?? ''}`,
  },
  {
    name: 'not_empty_string',
    aliases: [],
    parameters: [COLUMN],
    query: (relation, arg) => `SELECT * FROM ${relation} WHERE ${arg('column')?.sql ?? ''} = ''`,
  },
];

/** Arguments every call may have besides its own. */
export const COMMON_PARAMETERS: readonly AuditParameter[] = [
  { name: 'condition' },
  { name: 'severity' },
  { name: 'blocking' },
];

const byName = new Map(LIBRARY.flatMap((a) => [a.name, ...a.aliases].map((n) => [n, a] as const)));

/** An audit of the library by any of its names. */
export function libraryAudit(name: string): LibraryAudit | undefined {
  return byName.get(name.toLowerCase());
}

export function libraryNames(): readonly string[] {
  return [...byName.keys()];
}
