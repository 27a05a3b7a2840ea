import type { HeaderValue } from '../../model/index.ts';
import { ident, literal } from '../../sql/quote.ts';

/**
 * An audit that comes with Sluice. NULL is never a violation unless an audit is about NULL: `not_null` says that, once.
 * What is unknown because of a NULL is not bad.
 */
export interface LibraryAudit {
  readonly name: string;
  /** Names that users of SQLMesh, dbt, dbt_utils and dbt_expectations know. */
  readonly aliases: readonly string[];
  readonly parameters: readonly AuditParameter[];
  /** What must be true, in one sentence. */
  readonly asks: string;
  /** What NULL means to it. */
  readonly nulls: string;
  /** A call, as a model writes it. The reference shows it with its SQL. */
  readonly example: string;
  /** What is wrong with the arguments as a whole, if anything. */
  readonly problem?: (given: Arguments) => string | undefined;
  readonly bad: (given: Arguments, over: Audited) => BadRows;
  /**
   * Queries that have to bind by themselves: within the audit, a name that the other model does not have would be looked for
   * among the audited rows, and be found there.
   */
  readonly alone?: (given: Arguments) => readonly string[];
  /** What rows may be bad for, one by one; without it, it is the value of `column`. */
  readonly blames?: (given: Arguments, over: Audited) => readonly Blame[];
}

/** One thing that a row may be bad for. */
export interface Blame {
  /** How it is told, where `value` is no column. */
  readonly name?: string;
  /** SQL over a bad row; undefined where there is no value to tell. */
  readonly value?: string;
  /** Which bad rows are bad for this; undefined: all. */
  readonly condition?: string;
}

/** What is bad: rows of the audited relation, picked by one clause, or a report about all of them. */
export type BadRows =
  | { readonly kind: 'rows'; readonly clause: 'WHERE' | 'QUALIFY'; readonly condition: string }
  | { readonly kind: 'report'; readonly query: string };

/** What an audit looks at. */
export interface Audited {
  /** What stands in FROM. */
  readonly relation: string;
  /** The same rows, in the form that is fastest for a GROUP BY of all of them. */
  readonly grouped: string;
  /** SQL of the instant that counts as now: the same for all of a run, and that of `--now`. */
  readonly now: string;
}

/** What an audit accepts. */
export interface AuditParameter {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly required?: boolean;
  /** It is true or false, and nothing else is taken for either. */
  readonly isFlag?: boolean;
}

/** An argument of a call: its value and its SQL as written. */
export interface AuditArgument {
  readonly value: HeaderValue;
  readonly sql: string;
}

/** The arguments of one call by the names of their parameters; the SQL of the author's goes in as it is. */
export class Arguments {
  readonly #given: ReadonlyMap<string, AuditArgument>;

  constructor(given: ReadonlyMap<string, AuditArgument>) {
    this.#given = given;
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** SQL of one value; '' where there is none. */
  sql(name: string): string {
    return this.#given.get(name)?.sql ?? '';
  }

  /** Items of a list, or the value alone: `(a, b)` and `a` both mean columns. */
  list(name: string): readonly string[] {
    const argument = this.#given.get(name);
    if (argument === undefined) return [];
    return argument.value.kind === 'list' ? argument.value.items.map(valueSql) : [argument.sql];
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#given.get(name)?.value;
    return value?.kind === 'boolean' ? value.value : otherwise;
  }

  /** A bare word or a text, in lower case. */
  word(name: string): string | undefined {
    const value = this.#given.get(name)?.value;
    return value?.kind === 'name' || value?.kind === 'string' ? value.text.toLowerCase() : undefined;
  }
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
      return value.parts?.map(ident).join('.') ?? nameSql(value.text);
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
