import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDuckDbBinder } from '../engine/duckdb/duckdb-binder.ts';
import type { Binder } from './binder.ts';
import type { ColumnRef } from './compiled.ts';
import { traceLineage } from './lineage.ts';
import { parsePlan } from './plan-node.ts';

let binder: Binder;

const integers = (...names: readonly string[]) => names.map((name) => ({ name, type: 'INTEGER' }));
const refs = (all: readonly ColumnRef[]) => all.map((ref) => `${ref.model}.${ref.column}`).join(' ');

beforeAll(async () => {
  binder = await createDuckDbBinder();
  await binder.declare([
    {
      schema: 's',
      name: 't',
      columns: [
        ...integers('a', 'b', 'c'),
        { name: 'list', type: 'INTEGER[]' },
        { name: 'at', type: 'TIMESTAMP' },
      ],
    },
    { schema: 's', name: 'u', columns: integers('a', 'd', 'e') },
  ]);
});

afterAll(() => binder.close());

/**
 * Lineage in short: output columns by `;`, each its sources, `=` before a copied one; after `|` what decides the rows.
 */
async function lineageOf(text: string): Promise<string> {
  const [bound] = await binder.bind([text]);
  if (!bound?.ok) throw new Error(bound?.error.message);
  const trace = traceLineage(parsePlan(bound.plan), (_, table) => table);
  expect(trace.unknown).toEqual([]);
  const columns = trace.columns.map((column) => (column.direct ? '=' : '') + refs(column.sources));
  return `${columns.join('; ')} | ${refs(trace.influence)}`.trim();
}

test.each([
  // values
  ['SELECT a, b + c AS x, 1 AS one FROM s.t', '=t.a; t.b t.c;  |'],
  ['SELECT * FROM s.u', '=u.a; =u.d; =u.e |'],
  ['SELECT a::BIGINT AS a, coalesce(b, c) AS x FROM s.t', 't.a; t.b t.c |'],
  ['SELECT CASE WHEN a > 0 THEN b ELSE c END AS x FROM s.t', 't.a t.b t.c |'],
  ['SELECT x.q FROM (SELECT y.p AS q FROM (SELECT a AS p FROM s.t) y) x', '=t.a |'],
  ["SELECT {'k': a}.k AS x, [b][1] AS y FROM s.t", 't.a; t.b |'],
  ['SELECT list_transform(list, x -> x + a) AS l FROM s.t', 't.a t.list |'],
  ['SELECT rowid AS r FROM s.t', '=t.rowid |'],
  // rows
  ['SELECT a FROM s.t WHERE b > 1 AND c IS NULL', '=t.a | t.b t.c'],
  ['SELECT t.a, d FROM s.t JOIN s.u ON t.a = u.a AND e > b', '=t.a; =u.d | t.a t.b u.a u.e'],
  ['SELECT a, d FROM s.t LEFT JOIN s.u USING (a)', '=t.a; =u.d | t.a u.a'],
  ['SELECT a, d FROM s.t FULL JOIN s.u USING (a)', 't.a u.a; =u.d | t.a u.a'],
  ['SELECT b FROM s.t SEMI JOIN s.u USING (a)', '=t.b | t.a u.a'],
  ['SELECT b FROM s.t ANTI JOIN s.u ON t.a = u.a AND d = 2', '=t.b | t.a u.a u.d'],
  ['SELECT b, d FROM s.t ASOF JOIN s.u ON t.a = u.a AND t.b >= u.d', '=t.b; =u.d | t.a t.b u.a u.d'],
  ['SELECT b, d FROM s.t, s.u', '=t.b; =u.d |'],
  ['SELECT b, d FROM s.t POSITIONAL JOIN s.u', '=t.b; =u.d |'],
  ['SELECT DISTINCT a, b FROM s.t', '=t.a; =t.b | t.a t.b'],
  ['SELECT DISTINCT ON (a) b FROM s.t ORDER BY c', '=t.b | t.a t.c'],
  // groups and windows
  ['SELECT a, sum(b) AS s, count(*) AS n FROM s.t GROUP BY a', '=t.a; t.b;  | t.a'],
  ['SELECT sum(b) FILTER (WHERE c > 1) AS s FROM s.t', 't.b | t.c'],
  ['SELECT a, grouping(a, b) AS g FROM s.t GROUP BY ROLLUP (a, b)', '=t.a; t.a t.b | t.a t.b'],
  ['SELECT a FROM s.t GROUP BY a HAVING sum(b) > 1', '=t.a | t.a t.b'],
  ['SELECT sum(a) OVER (PARTITION BY b ORDER BY c) AS w FROM s.t', 't.a t.b t.c |'],
  ['SELECT a FROM s.t QUALIFY row_number() OVER (ORDER BY b) = 1', '=t.a | t.b'],
  ['SELECT list(a ORDER BY b) AS l FROM s.t', 't.a t.b |'],
  // set operations
  ['SELECT a, b FROM s.t UNION ALL SELECT d, 1 FROM s.u', '=t.a u.d; t.b |'],
  ['SELECT a FROM s.t UNION SELECT d FROM s.u', '=t.a u.d | t.a u.d'],
  ['SELECT a FROM s.t EXCEPT SELECT d FROM s.u', '=t.a | t.a u.d'],
  ['SELECT a FROM s.t INTERSECT SELECT d FROM s.u', '=t.a | t.a u.d'],
  ['SELECT a, c FROM s.t UNION BY NAME SELECT d AS c FROM s.u', 't.a; =t.c u.d | t.a t.c u.d'],
  // subqueries
  ['SELECT (SELECT max(d) FROM s.u WHERE u.a = t.a) AS m FROM s.t', 'u.d | t.a u.a'],
  ['SELECT b FROM s.t WHERE EXISTS (SELECT 1 FROM s.u WHERE u.a = t.a AND d > 1)', '=t.b | t.a u.a u.d'],
  ['SELECT b FROM s.t WHERE NOT EXISTS (SELECT 1 FROM s.u WHERE d > 1)', '=t.b | u.d'],
  ['SELECT EXISTS (SELECT 1 FROM s.u WHERE u.a = t.a) AS e FROM s.t', 't.a | t.a u.a'],
  ['SELECT b FROM s.t WHERE a IN (SELECT d FROM s.u)', '=t.b | t.a u.d'],
  ['SELECT a IN (SELECT d FROM s.u) AS x FROM s.t', 't.a u.d |'],
  ['SELECT a, x.d FROM s.t, LATERAL (SELECT d FROM s.u WHERE u.a = t.a) x', '=t.a; =u.d | t.a u.a'],
  // common table expressions
  ['WITH c AS MATERIALIZED (SELECT a, b FROM s.t) SELECT x.a, y.b FROM c x, c y', '=t.a; =t.b |'],
  [
    'WITH RECURSIVE r AS (SELECT a, b FROM s.t UNION ALL SELECT r.a, u.d FROM r JOIN s.u USING (a)) FROM r',
    '=t.a; =t.b u.d | t.a u.a',
  ],
  [
    'WITH RECURSIVE r AS (SELECT a, b, c FROM s.t UNION ALL SELECT b, c, 1 FROM r) FROM r',
    't.a t.b t.c; t.b t.c; t.c |',
  ],
  // unnest, pivot, values
  ['SELECT a, unnest(list) AS l FROM s.t', '=t.a; t.list | t.list'],
  ['SELECT a, x FROM s.t, unnest(list) AS l(x)', '=t.a; t.list | t.list'],
  ['FROM (PIVOT s.u ON d IN (1, 2) USING sum(e) GROUP BY a)', '=u.a; u.e; u.e | u.a u.d'],
  ['FROM (UNPIVOT s.u ON d, e INTO NAME n VALUE v)', '=u.a; ; u.d u.e | u.d u.e'],
  ['SELECT x, i FROM (VALUES (1, 2)) v(x, y), range(3) r(i)', ';  |'],
  ['SELECT a FROM s.t ORDER BY b LIMIT 3', '=t.a | t.b'],
  ['SELECT a FROM s.t USING SAMPLE 3', '=t.a |'],
])('%s', async (text, expected) => {
  expect(await lineageOf(text)).toBe(expected);
});

test('tables are named even when no column is read', async () => {
  const [bound] = await binder.bind(['SELECT count(*) AS n FROM s.t, s.u, range(3)']);
  if (!bound?.ok) throw new Error(bound?.error.message);
  const trace = traceLineage(parsePlan(bound.plan), (schema, table) => `${schema}.${table}`);
  expect(trace).toEqual({
    columns: [{ sources: [], direct: false }],
    influence: [],
    named: [
      { model: 's.t', column: 'rowid' },
      { model: 's.u', column: 'rowid' },
    ],
    tables: ['s.t', 's.u'],
    functions: true,
    unknown: [],
  });
});

test('an unknown operator is reported, not guessed', () => {
  const trace = traceLineage({ type: 'LOGICAL_NOVELTY' }, () => '');
  expect(trace.unknown).toEqual(['operator LOGICAL_NOVELTY']);
});
