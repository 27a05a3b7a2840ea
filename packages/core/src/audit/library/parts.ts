/** Parameters and conditions that many audits share. */
import type { Arguments, Audited, AuditParameter, BadRows, Blame, LibraryAudit } from './library-audit.ts';

export const COLUMN: AuditParameter = { name: 'column', aliases: ['column_name'], required: true };
export const COLUMNS: AuditParameter = {
  name: 'columns',
  aliases: ['column', 'column_name'],
  required: true,
};
export const TO: AuditParameter = { name: 'to', aliases: ['compare_model', 'other'], required: true };
export const PARTITION_BY: AuditParameter = {
  name: 'partition_by',
  aliases: ['partition_clause', 'group_by', 'group_by_columns'],
};
/** The bounds of a range; see {@link outside}. */
export const BOUNDS: readonly AuditParameter[] = [
  { name: 'min_v', aliases: ['min_value', 'min'] },
  { name: 'max_v', aliases: ['max_value', 'max'] },
  { name: 'inclusive', isFlag: true },
];

export const IGNORES_NULL = 'is never bad';

/** True where any of the conditions is. */
export function any(conditions: readonly string[]): string {
  return conditions.map((c) => `(${c})`).join(' OR ');
}

export function rows(condition: string): BadRows {
  return { kind: 'rows', clause: 'WHERE', condition };
}

export function rowsByWindow(condition: string): BadRows {
  return { kind: 'rows', clause: 'QUALIFY', condition };
}

/** Columns each of which may be bad by itself. */
export function eachColumn(
  bad: (column: string, over: Audited) => string,
): Required<Pick<LibraryAudit, 'bad' | 'blames'>> {
  const conditions = (given: Arguments, over: Audited): readonly string[] =>
    given.list('columns').map((c) => bad(c, over));
  return {
    bad: (given, over) => rows(any(conditions(given, over))),
    blames: (given, over) => given.list('columns').map((value) => ({ value, condition: bad(value, over) })),
  };
}

/** Columns that are bad only together. */
export function together(columns: readonly string[]): readonly Blame[] {
  const name = columns.map((c) => c.replace(/^"(.*)"$/, '$1')).join(', ');
  return columns.length === 1
    ? [{ value: columns.join('') }]
    : [{ name, value: `CAST(row(${columns.join(', ')}) AS VARCHAR)` }];
}

export function report(query: string): BadRows {
  return { kind: 'report', query };
}

/** Where a value is outside of min_v and max_v, which are inside themselves unless `inclusive := false`. */
export function outside(value: string, given: Arguments): string {
  const open = !given.flag('inclusive', true);
  const conditions = [];
  if (given.has('min_v')) conditions.push(`${value} ${open ? '<=' : '<'} ${given.sql('min_v')}`);
  if (given.has('max_v')) conditions.push(`${value} ${open ? '>=' : '>'} ${given.sql('max_v')}`);
  return conditions.length === 0 ? 'FALSE' : any(conditions);
}

export function needsBound(given: Arguments): string | undefined {
  return given.has('min_v') || given.has('max_v')
    ? undefined
    : 'needs min_v or max_v: without a bound it can never fail';
}

/** A word that must be one of a few. */
export function oneOf(given: Arguments, name: string, words: readonly string[]): string | undefined {
  if (!given.has(name)) return undefined;
  const word = given.word(name);
  return word !== undefined && words.includes(word)
    ? undefined
    : `takes for ${name} one of ${words.join(', ')}, not ${given.sql(name)}`;
}

/** `PARTITION BY …`, of columns or of a clause as SQLMesh has it, with a space behind; or nothing. */
export function partition(given: Arguments): string {
  if (!given.has('partition_by')) return '';
  return `PARTITION BY ${given
    .list('partition_by')
    .join(', ')
    .replace(/^partition\s+by\s+/i, '')} `;
}
