/** What the parts of the grammar share: choices, names, and what is in scope. */
import type { Choices } from '../choice-tree.ts';

export type Type = 'integer' | 'text' | 'date' | 'list';

export interface ScopeColumn {
  readonly sql: string;
  readonly type: Type;
}

/** A query whose columns are c0, c1, … */
export interface Relation {
  readonly sql: string;
  readonly types: readonly Type[];
  /** The query is a table and nothing else. */
  readonly table?: string;
}

export interface Model {
  readonly name: string;
  readonly sql: string;
}

/** The rules that call each other. */
export interface Rules {
  readonly relation: (query: Query, depth: number) => Relation;
  readonly value: (query: Query, scope: readonly ScopeColumn[], type: Type, depth: number) => string;
  readonly condition: (query: Query, scope: readonly ScopeColumn[], subqueries: number) => string;
  readonly exists: (query: Query, scope: readonly ScopeColumn[]) => string;
  readonly membership: (query: Query, scope: readonly ScopeColumn[], input: string) => string;
  readonly scalarSubquery: (query: Query, scope: readonly ScopeColumn[]) => string;
}

export interface QueryOptions {
  /** How many operators may stand above each other. */
  readonly deepest: number;
  /**
   * The query is made to be rewritten: relations may become models of their own, and what is left out has versions that depend on
   * how it is written: symmetric self-joins, whose sides below other operators are told apart by columns that nobody may read.
   */
  readonly models: boolean;
  /** No operator that depends on the order of rows, so that everything may be written in any order. */
  readonly calm: boolean;
}

export class Query {
  readonly choices: Choices;
  readonly rules: Rules;
  readonly options: QueryOptions;
  readonly models: Model[] = [];
  /** How many operators above depend on the order of rows; below them, order is no matter of style. */
  #ordered = 0;
  #names = 0;

  constructor(choices: Choices, rules: Rules, options: QueryOptions) {
    this.choices = choices;
    this.rules = rules;
    this.options = options;
  }

  /** A name that nothing else has; which one is a matter of style. */
  name(): string {
    const stems = ['q', 'x', 'the row ', 'Z'];
    const name = `${stems[this.choices.style('name', stems.length)]}${this.#names++}`;
    return name.includes(' ') ? `"${name}"` : name;
  }

  modelName(): string {
    return `m${this.#names++}`;
  }

  of<T>(label: string, choices: readonly [T, ...T[]]): T {
    return choices[this.choices.number(label, choices.length)] ?? choices[0];
  }

  chance(label: string, oneIn: number): boolean {
    return this.choices.number(label, oneIn) === 1;
  }

  /** Between `least` and `most` parts. */
  many<T>(label: string, least: number, most: number, make: () => T): readonly T[] {
    const count = least + this.choices.number(`${label}: how many`, most - least + 1);
    return Array.from({ length: count }, () => this.choices.part(label, make));
  }

  /** One of several ways to write the same. */
  way<T>(label: string, ways: readonly [T, ...T[]]): T {
    return ways[this.choices.style(label, ways.length)] ?? ways[0];
  }

  /** As `way`, of ways that bring rows in another order: the first where that matters. */
  wayOfOrder<T>(label: string, ways: readonly [T, ...T[]]): T {
    const way = this.way(label, ways);
    return this.#ordered > 0 ? ways[0] : way;
  }

  /** A condition on one side of a self-join, so that the two sides are not alike in a query to be rewritten. */
  toldApart(side: readonly ScopeColumn[]): readonly string[] {
    // All columns, since what is a constant tells nothing.
    const columns = side.map((column) => `${column.sql}::VARCHAR`);
    return this.options.models ? [`coalesce(${columns.join(', ')}, '') <> 'told apart'`] : [];
  }

  /** The same things in some order, as a matter of style. */
  shuffled<T>(label: string, things: readonly T[]): readonly T[] {
    const left = [...things];
    const all: T[] = [];
    while (left.length > 0)
      all.push(...left.splice(left.length === 1 ? 0 : this.choices.style(label, left.length), 1));
    return all;
  }

  /** What stands below an operator that depends on the order of rows. */
  ordered<T>(make: () => T): T {
    this.#ordered++;
    try {
      return make();
    } finally {
      this.#ordered--;
    }
  }

  /** A relation in FROM, under an alias: a subquery, a CTE (pushed to `ctes`), or a model. */
  source(relation: Relation, alias: string, ctes: string[]): string {
    const way = this.way('source', ['plain', 'subquery', 'cte', 'materialized', 'model'] as const);
    // What is not read may still decide which rows a sample draws.
    const isRead = this.choices.style('unread columns', 3) !== 1 || relation.types.length === 0;
    const unread = !isRead && this.#ordered === 0;
    const columns = relation.types.map((_, at) => `c${at}`).join(', ');
    // (Below a correlated subquery DuckDB makes another plan when a column may make NULL something else.)
    const sql = unread
      ? `SELECT ${columns}, c0 AS unread, lower(c0::VARCHAR) AS unread_too FROM (${relation.sql})`
      : relation.sql;
    if (way === 'model' && this.options.models) {
      const name = this.modelName();
      this.models.push({ name, sql });
      return `s.${name} AS ${alias}`;
    }
    if (way === 'cte' || way === 'materialized') {
      const name = this.name();
      ctes.push(`${name} AS ${way === 'cte' ? '' : 'MATERIALIZED '}(${sql})`);
      return `${name} ${alias}`;
    }
    if (way === 'plain' && relation.table !== undefined && !unread) return `s.${relation.table} ${alias}`;
    return `(${sql}) ${alias}`;
  }

  /** `WITH`, with one CTE more that nobody reads now and then. */
  with(ctes: readonly string[]): string {
    const dead =
      this.choices.style('dead CTE', 8) === 1 ? [`${this.name()} AS (SELECT c0 + 1 AS z FROM s.u)`] : [];
    const all = [...dead, ...ctes];
    return all.length === 0 ? '' : `WITH ${all.join(', ')} `;
  }
}

export function scopeOf(alias: string, types: readonly Type[]): readonly ScopeColumn[] {
  return types.map((type, at) => ({ sql: `${alias}.c${at}`, type }));
}

/** A select list that names its columns c0, c1, … */
export function named(expressions: readonly string[]): string {
  return expressions.map((sql, at) => `${sql} AS c${at}`).join(', ');
}

export const columnsOf = (scope: readonly ScopeColumn[]): string => named(scope.map((column) => column.sql));
