/** Subqueries in expressions: EXISTS, IN, ANY, ALL and scalar ones, correlated or not. */
import { conditions } from './conditions.ts';
import { scopeOf, type Query, type ScopeColumn } from './query.ts';

interface Inner {
  readonly ctes: string;
  readonly from: string;
  readonly where: string;
  readonly scope: readonly ScopeColumn[];
}

/** FROM and WHERE of a subquery whose conditions may mention columns of the query around it. */
function inner(query: Query, outer: readonly ScopeColumn[]): Inner {
  const read = query.rules.relation(query, 0);
  const alias = query.name();
  const ctes: string[] = [];
  const from = query.source(read, alias, ctes);
  const scope = scopeOf(alias, read.types);
  const correlated = query.chance('correlated', 2);
  const kept = query.many('conjunct', 0, 1, () => query.rules.condition(query, scope, 0));
  const whole = outer.filter((column) => column.type === 'integer');
  const outside = whole[query.choices.number('outer column', Math.max(1, whole.length))];
  const equal =
    correlated && outside !== undefined
      ? [
          `${query.rules.value(query, scope, 'integer', 0)} ${query.of('correlation', ['=', '=', '<', '>='])} ${outside.sql}`,
        ]
      : [];
  const where = [...kept, ...equal];
  return {
    ctes: query.with(ctes),
    from,
    where: where.length === 0 ? '' : ` WHERE ${conditions(query, where)}`,
    scope,
  };
}

export function exists(query: Query, outer: readonly ScopeColumn[]): string {
  return query.choices.part('subquery', () => {
    const { ctes, from, where } = inner(query, outer);
    const not = query.chance('not', 3) ? 'NOT ' : '';
    return `${not}EXISTS (${ctes}SELECT 1 FROM ${from}${where})`;
  });
}

export function membership(query: Query, outer: readonly ScopeColumn[], input: string): string {
  return query.choices.part('subquery', () => {
    const { ctes, from, where, scope } = inner(query, outer);
    const select = `(${ctes}SELECT ${query.rules.value(query, scope, 'integer', 1)} FROM ${from}${where})`;
    const test = query.of('membership', ['IN', 'IN', 'NOT IN', '> ANY', '<= ALL', '= ALL', '<> ANY']);
    return `${input} ${test} ${select}`;
  });
}

/** A scalar subquery of one row at most. */
export function scalarSubquery(query: Query, outer: readonly ScopeColumn[]): string {
  return query.choices.part('scalar', () => {
    const { ctes, from, where, scope } = inner(query, outer);
    const whole = query.rules.value(query, scope, 'integer', 0);
    const aggregate = query.of('aggregate', [
      'max',
      'min',
      'count',
      'sum',
      'count(DISTINCT',
      'any_value_of_one',
    ]);
    const call =
      aggregate === 'any_value_of_one'
        ? `min(${whole}) + max(${whole})`
        : `${aggregate}${aggregate.includes('(') ? ' ' : '('}${whole})`;
    return `(${ctes}SELECT ${call} FROM ${from}${where})`;
  });
}
