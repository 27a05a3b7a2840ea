/** A CTE that is read twice, and recursion. */
import { conditions, whereOf } from './conditions.ts';
import { columnsOf, scopeOf, type Query, type Relation } from './query.ts';

/** A self-join: two instances of one relation. */
export function cteTwice(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const [name, one, other] = [query.name(), query.name(), query.name()];
  const [lefts, rights] = [scopeOf(one, input.types), scopeOf(other, input.types)];
  const on = query.many('on', 1, 2, () => query.rules.condition(query, [...lefts, ...rights], 0));
  const told = query.toldApart(lefts);
  const columns = query.many('column', 1, 3, () => {
    const both = [...lefts, ...rights];
    return both[query.choices.number('column', both.length)] ?? both[0];
  });
  const shown = columns.flatMap((column) => (column === undefined ? [] : [column]));
  const form = query.way('self', ['cte', 'materialized', 'model'] as const);
  const isModel = form === 'model' && query.options.models;
  const source = isModel ? `s.${query.modelName()}` : name;
  if (isModel) query.models.push({ name: source.slice(2), sql: input.sql });
  const with_ = isModel
    ? ''
    : `WITH ${name} AS ${form === 'materialized' ? 'MATERIALIZED ' : ''}(${input.sql}) `;
  const from = query.wayOfOrder('join', [
    // As in other joins, only what is certain to name a column is written in ON or in WHERE.
    told.length === 0
      ? `${source} ${one} JOIN ${source} ${other} ON ${conditions(query, on)}`
      : `${source} ${one} JOIN ${source} ${other} ON ${conditions(query, told)}${whereOf(query, on)}`,
    `${source} ${other}, ${source} ${one} WHERE ${conditions(query, [...on, ...told])}`,
  ]);
  return {
    sql: `${with_}SELECT ${columnsOf(shown)} FROM ${from}`,
    types: shown.map((column) => column.type),
  };
}

/** A few rounds over a number and how often it was stepped. */
export function recursion(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const [name, start, step] = [query.name(), query.name(), query.name()];
  const ctes: string[] = [];
  const from = query.source(input, start, ctes);
  const first = query.rules.value(query, scopeOf(start, input.types), 'integer', 0);
  const next = query.rules.value(
    query,
    [
      { sql: `${step}.c0`, type: 'integer' },
      { sql: `${step}.c1`, type: 'integer' },
    ],
    'integer',
    1,
  );
  const kept = query.rules.condition(query, scopeOf(step, ['integer', 'integer']), 0);
  const union = query.of('union', ['UNION ALL', 'UNION']);
  const rounds = query.of('rounds', ['1', '2', '3']);
  const recursive = `${name}(c0, c1) AS (SELECT ${first}::BIGINT, 0 FROM ${from} ${union} SELECT (${next})::BIGINT % 100, ${step}.c1 + 1 FROM ${name} ${step} WHERE ${step}.c1 < ${rounds} AND ${kept})`;
  // Beside a recursion, DuckDB takes the types of a CTE's UNION from its first branch: the order of branches matters there.
  const isApart = ctes.some((cte) => /\bUNION\b/.test(cte));
  const sql = `WITH RECURSIVE ${(isApart ? [recursive] : [...ctes, recursive]).join(', ')} SELECT c0, c1 FROM ${name}`;
  return {
    sql: isApart ? `WITH ${ctes.join(', ')} SELECT c0, c1 FROM (${sql})` : sql,
    types: ['integer', 'integer'],
  };
}
