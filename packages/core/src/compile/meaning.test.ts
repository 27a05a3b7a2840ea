import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDuckDbBinder } from '../engine/duckdb/duckdb-binder.ts';
import type { Binder } from './binder.ts';
import type { Column } from './compiled.ts';
import { meaningOf, tableLeaf, type LeafMeaning, type MeaningResult } from './meaning.ts';
import { outputColumns, parsePlan, type PlanNode } from './plan-node.ts';

const T: readonly Column[] = [
  { name: 'a', type: 'INTEGER' },
  { name: 'b', type: 'INTEGER' },
  { name: 'c', type: 'VARCHAR' },
  { name: 'd', type: 'DATE' },
];
const U: readonly Column[] = [
  { name: 'a', type: 'INTEGER' },
  { name: 'e', type: 'INTEGER' },
  { name: 'f', type: 'DOUBLE' },
];
const LEAVES = new Map<string, LeafMeaning>([
  ['t', tableLeaf('s.t@1', T)],
  ['u', tableLeaf('s.u@1', U)],
]);

let binder: Binder;

beforeAll(async () => {
  binder = await createDuckDbBinder();
  await binder.declare([
    { schema: 's', name: 't', columns: T },
    { schema: 's', name: 'u', columns: U },
  ]);
});

afterAll(() => binder.close());

async function planOf(text: string): Promise<PlanNode> {
  const [bound] = await binder.bind([text]);
  if (!bound?.ok) throw new Error(`${bound?.error.message}\n${text}`);
  return parsePlan(bound.plan);
}

interface Options {
  readonly leaves?: ReadonlyMap<string, LeafMeaning>;
  readonly self?: string;
  readonly settings?: string;
}

async function resultOf(text: string, options: Options = {}): Promise<MeaningResult> {
  return meaningOf({
    plan: await planOf(text),
    leaf: (_, table) => (options.leaves ?? LEAVES).get(table),
    self: options.self ?? 'model',
    settings: options.settings ?? 'UTC',
  });
}

/** Rows and columns: what must be equal for two queries to be the same. */
async function meaning(text: string, options?: Options): Promise<readonly unknown[]> {
  const result = await resultOf(text, options);
  if (result.kind === 'unknown') throw new Error(`${result.unknown}\n${text}`);
  return [result.meaning.rows, result.meaning.hashes];
}

async function flagsOf(text: string): Promise<readonly string[]> {
  const result = await resultOf(text);
  return result.kind === 'unknown' ? [`unknown: ${result.unknown}`] : result.meaning.flags;
}

describe('the same', () => {
  test.each([
    ['comments and white space', 'SELECT a, b FROM s.t', 'select a , -- first\n b /* second */ from s.t'],
    ['table aliases', 'SELECT a FROM s.t WHERE b = 1', 'SELECT x.a FROM s.t AS x WHERE x.b = 1'],
    ['column aliases', 'SELECT a + b AS x FROM s.t', 'SELECT a + b AS y FROM s.t'],
    ['a CTE', 'SELECT a FROM s.t WHERE b = 1', 'WITH x AS (SELECT * FROM s.t) SELECT a FROM x WHERE b = 1'],
    [
      'a materialised CTE',
      'SELECT a FROM s.t WHERE b = 1',
      'WITH x AS MATERIALIZED (SELECT * FROM s.t) SELECT a FROM x WHERE b = 1',
    ],
    ['a subquery', 'SELECT a FROM s.t WHERE b = 1', 'SELECT a FROM (SELECT a, b FROM s.t) x WHERE b = 1'],
    ['a dead CTE', 'SELECT a FROM s.t', 'WITH dead AS (SELECT * FROM s.u) SELECT a FROM s.t'],
    [
      'unread columns of a CTE',
      'SELECT a FROM s.t',
      'WITH x AS (SELECT a, b * 2 AS y FROM s.t) SELECT a FROM x',
    ],
    [
      'order of conjuncts',
      'SELECT a FROM s.t WHERE a > 1 AND b < 2',
      'SELECT a FROM s.t WHERE b < 2 AND a > 1',
    ],
    ['a conjunct twice', 'SELECT a FROM s.t WHERE a > 1', 'SELECT a FROM s.t WHERE a > 1 AND a > 1'],
    ['WHERE TRUE', 'SELECT a FROM s.t', 'SELECT a FROM s.t WHERE TRUE'],
    ['sides of a comparison', 'SELECT a FROM s.t WHERE a > b', 'SELECT a FROM s.t WHERE b < a'],
    ['BETWEEN', 'SELECT a FROM s.t WHERE a BETWEEN 1 AND 5', 'SELECT a FROM s.t WHERE a >= 1 AND a <= 5'],
    ['IN', 'SELECT a FROM s.t WHERE a IN (1, 2)', 'SELECT a FROM s.t WHERE a = 2 OR a = 1'],
    ['NOT of a comparison', 'SELECT a FROM s.t WHERE NOT a > 1', 'SELECT a FROM s.t WHERE a <= 1'],
    [
      'De Morgan',
      'SELECT a FROM s.t WHERE NOT (a = 1 OR b = 2)',
      'SELECT a FROM s.t WHERE a <> 1 AND b <> 2',
    ],
    ['NOT IS NULL', 'SELECT a FROM s.t WHERE NOT a IS NULL', 'SELECT a FROM s.t WHERE a IS NOT NULL'],
    ['sum of numbers', 'SELECT a + b AS x FROM s.t', 'SELECT b + a AS x FROM s.t'],
    [
      'nested COALESCE',
      'SELECT coalesce(a, b, 0) AS x FROM s.t',
      'SELECT coalesce(coalesce(a, b), 0) AS x FROM s.t',
    ],
    [
      'order of inner joins',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a',
      'SELECT b, e FROM s.u JOIN s.t ON u.a = t.a',
    ],
    [
      'ON and WHERE',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a AND b > 1',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a WHERE b > 1',
    ],
    [
      'comma and JOIN',
      'SELECT b, e FROM s.t, s.u WHERE t.a = u.a',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a',
    ],
    ['USING and ON', 'SELECT b, e FROM s.t JOIN s.u USING (a)', 'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a'],
    [
      'CROSS JOIN and WHERE',
      'SELECT b, e FROM s.t CROSS JOIN s.u WHERE t.a = u.a',
      'SELECT b, e FROM s.u JOIN s.t USING (a)',
    ],
    [
      'three joins',
      'SELECT x.b FROM s.t x JOIN s.u USING (a) JOIN s.t y ON y.b = u.e',
      'SELECT x.b FROM s.t y JOIN s.u ON y.b = u.e JOIN s.t x ON x.a = u.a',
    ],
    [
      'a filter below a join',
      'SELECT b, e FROM s.t JOIN s.u USING (a) WHERE b > 1',
      'SELECT b, e FROM (SELECT * FROM s.t WHERE b > 1) t JOIN s.u USING (a)',
    ],
    [
      'a filter above a projection',
      'SELECT a + 1 AS x FROM s.t WHERE a + 1 > 3',
      'SELECT x FROM (SELECT a + 1 AS x FROM s.t) WHERE x > 3',
    ],
    [
      'a filter in a CTE',
      'SELECT a FROM s.t WHERE b > 1',
      'WITH f AS (SELECT a FROM s.t WHERE b > 1) FROM f',
    ],
    [
      'LEFT and RIGHT JOIN',
      'SELECT b, e FROM s.t LEFT JOIN s.u ON t.a = u.a',
      'SELECT b, e FROM s.u RIGHT JOIN s.t ON u.a = t.a',
    ],
    [
      'order of outer joins',
      'SELECT b, u.e, v.e FROM s.t LEFT JOIN s.u ON t.a = u.a LEFT JOIN s.u v ON t.b = v.a',
      'SELECT b, u.e, v.e FROM s.t LEFT JOIN s.u v ON t.b = v.a LEFT JOIN s.u ON t.a = u.a',
    ],
    [
      'SEMI JOIN and IN',
      'SELECT b FROM s.t WHERE a IN (SELECT a FROM s.u)',
      'SELECT b FROM s.t SEMI JOIN s.u ON t.a = u.a',
    ],
    ['DISTINCT and GROUP BY', 'SELECT DISTINCT a, b FROM s.t', 'SELECT a, b FROM s.t GROUP BY a, b'],
    [
      'order of groups',
      'SELECT a, b, sum(a) AS s FROM s.t GROUP BY a, b',
      'SELECT a, b, sum(a) AS s FROM s.t GROUP BY b, a',
    ],
    [
      'GROUP BY ALL',
      'SELECT a, count(*) AS n FROM s.t GROUP BY ALL',
      'SELECT a, count(*) AS n FROM s.t GROUP BY 1',
    ],
    [
      'HAVING and WHERE above',
      'SELECT a FROM s.t GROUP BY a HAVING sum(b) > 1',
      'SELECT a FROM (SELECT a, sum(b) AS s FROM s.t GROUP BY a) WHERE s > 1',
    ],
    ['count(1)', 'SELECT count(*) AS n FROM s.t', 'SELECT count(1) AS n FROM s.t'],
    [
      'an aggregate over an unread join column',
      'SELECT sum(b) AS s FROM s.t JOIN s.u USING (a)',
      'SELECT sum(b) AS s FROM (SELECT e, b FROM s.u, s.t WHERE t.a = u.a)',
    ],
    [
      'QUALIFY',
      'SELECT a FROM s.t QUALIFY rank() OVER (ORDER BY b) = 1',
      'SELECT a FROM (SELECT a, rank() OVER (ORDER BY b) AS r FROM s.t) WHERE r = 1',
    ],
    [
      'order of PARTITION BY',
      'SELECT sum(a) OVER (PARTITION BY b, c) AS x FROM s.t',
      'SELECT sum(a) OVER (PARTITION BY c, b) AS x FROM s.t',
    ],
    [
      'order of UNION ALL',
      'SELECT a FROM s.t UNION ALL SELECT e FROM s.u',
      'SELECT e FROM s.u UNION ALL SELECT a FROM s.t',
    ],
    [
      'nested UNION ALL',
      '(SELECT a FROM s.t UNION ALL SELECT b FROM s.t) UNION ALL SELECT e FROM s.u',
      'SELECT a FROM s.t UNION ALL (SELECT e FROM s.u UNION ALL SELECT b FROM s.t)',
    ],
    ['ORDER BY without LIMIT', 'SELECT a FROM s.t', 'SELECT a FROM s.t ORDER BY b'],
    [
      'a filter in a scalar subquery',
      'SELECT a FROM s.t WHERE b = (SELECT max(e) FROM s.u WHERE f > 1)',
      'WITH m AS (SELECT e FROM s.u WHERE f > 1) SELECT a FROM s.t WHERE b = (SELECT max(e) FROM m)',
    ],
    [
      'names inside lambdas',
      'SELECT list_filter([a, b], x -> x > 1) AS l FROM s.t',
      'SELECT list_filter([a, b], y -> y > 1) AS l FROM s.t',
    ],
    [
      'both sides of a self-join exchanged',
      'SELECT x.c, y.c FROM s.t x JOIN s.t y ON x.a = y.b',
      'SELECT x.c, y.c FROM s.t y JOIN s.t x ON x.a = y.b',
    ],
    [
      'names of CTEs in a recursion',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
      'WITH RECURSIVE q(z) AS (SELECT a FROM s.t UNION ALL SELECT z + 1 FROM q WHERE z < 3) FROM q',
    ],
  ])('%s', async (_, one, other) => {
    expect(await meaning(one)).toEqual(await meaning(other));
  });
});

describe('different', () => {
  test.each([
    ['a filter constant', 'SELECT a FROM s.t WHERE b = 1', 'SELECT a FROM s.t WHERE b = 2'],
    [
      'a large constant',
      'SELECT a FROM s.t WHERE b = 9007199254740993',
      'SELECT a FROM s.t WHERE b = 9007199254740992',
    ],
    ['a text constant', `SELECT a FROM s.t WHERE c = 'x'`, `SELECT a FROM s.t WHERE c = 'X'`],
    ['a filter or none', 'SELECT a FROM s.t', 'SELECT a FROM s.t WHERE b = 1'],
    ['an operator', 'SELECT a FROM s.t WHERE b < 1', 'SELECT a FROM s.t WHERE b <= 1'],
    ['sides of an order', 'SELECT a FROM s.t WHERE a < b', 'SELECT a FROM s.t WHERE b < a'],
    ['AND and OR', 'SELECT a FROM s.t WHERE a = 1 AND b = 1', 'SELECT a FROM s.t WHERE a = 1 OR b = 1'],
    [
      '= and IS NOT DISTINCT FROM',
      'SELECT a FROM s.t WHERE a = b',
      'SELECT a FROM s.t WHERE a IS NOT DISTINCT FROM b',
    ],
    ['operands of minus', 'SELECT a - b AS x FROM s.t', 'SELECT b - a AS x FROM s.t'],
    ['operands of a text join', `SELECT c || 'x' AS x FROM s.t`, `SELECT 'x' || c AS x FROM s.t`],
    ['a column', 'SELECT a FROM s.t', 'SELECT b FROM s.t'],
    ['order of columns', 'SELECT a, b FROM s.t', 'SELECT b, a FROM s.t'],
    ['a table', 'SELECT a FROM s.t', 'SELECT a FROM s.u'],
    ['a type', 'SELECT a::BIGINT AS a FROM s.t', 'SELECT a::SMALLINT AS a FROM s.t'],
    ['CAST and TRY_CAST', 'SELECT c::INTEGER AS x FROM s.t', 'SELECT TRY_CAST(c AS INTEGER) AS x FROM s.t'],
    ['DISTINCT', 'SELECT a FROM s.t', 'SELECT DISTINCT a FROM s.t'],
    ['DISTINCT keys', 'SELECT DISTINCT a, b FROM s.t', 'SELECT a, b FROM (SELECT DISTINCT a, b, c FROM s.t)'],
    [
      'INNER and LEFT JOIN',
      'SELECT b FROM s.t JOIN s.u USING (a)',
      'SELECT b FROM s.t LEFT JOIN s.u USING (a)',
    ],
    [
      'LEFT and FULL JOIN',
      'SELECT b FROM s.t LEFT JOIN s.u ON t.a = u.a',
      'SELECT b FROM s.t FULL JOIN s.u ON t.a = u.a',
    ],
    [
      'sides of a LEFT JOIN',
      'SELECT b, e FROM s.t LEFT JOIN s.u ON t.a = u.a',
      'SELECT b, e FROM s.u LEFT JOIN s.t ON t.a = u.a',
    ],
    [
      'ON and WHERE of a LEFT JOIN',
      'SELECT b FROM s.t LEFT JOIN s.u ON t.a = u.a AND e > 1',
      'SELECT b FROM s.t LEFT JOIN s.u ON t.a = u.a WHERE e > 1',
    ],
    [
      'SEMI and ANTI JOIN',
      'SELECT b FROM s.t SEMI JOIN s.u USING (a)',
      'SELECT b FROM s.t ANTI JOIN s.u USING (a)',
    ],
    [
      'SEMI and INNER JOIN',
      'SELECT b FROM s.t SEMI JOIN s.u USING (a)',
      'SELECT b FROM s.t JOIN s.u USING (a)',
    ],
    [
      'IN and NOT IN',
      'SELECT b FROM s.t WHERE a IN (SELECT a FROM s.u)',
      'SELECT b FROM s.t WHERE a NOT IN (SELECT a FROM s.u)',
    ],
    [
      'EXISTS and NOT EXISTS',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a = t.a)',
      'SELECT b FROM s.t WHERE NOT EXISTS (FROM s.u WHERE u.a = t.a)',
    ],
    ['a join or none', 'SELECT t.a FROM s.t', 'SELECT t.a FROM s.t, s.u'],
    ['a join key', 'SELECT b FROM s.t JOIN s.u ON t.a = u.a', 'SELECT b FROM s.t JOIN s.u ON t.a = u.e'],
    [
      'a side of a self-join',
      'SELECT x.c FROM s.t x JOIN s.t y ON x.a = y.b',
      'SELECT y.c FROM s.t x JOIN s.t y ON x.a = y.b',
    ],
    [
      'a side of a symmetric self-join',
      'SELECT x.b, x.c FROM s.t x JOIN s.t y ON x.a = y.a',
      'SELECT x.b, y.c FROM s.t x JOIN s.t y ON x.a = y.a',
    ],
    ['ASOF', 'SELECT b FROM s.t ASOF JOIN s.u ON t.a >= u.a', 'SELECT b FROM s.t JOIN s.u ON t.a >= u.a'],
    ['GROUP BY', 'SELECT sum(a) AS s FROM s.t', 'SELECT sum(a) AS s FROM s.t GROUP BY b'],
    ['a group', 'SELECT sum(a) AS s FROM s.t GROUP BY b', 'SELECT sum(a) AS s FROM s.t GROUP BY c'],
    [
      'grouping sets',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY ROLLUP (a, b)',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY CUBE (a, b)',
    ],
    [
      'an empty grouping set',
      'SELECT a, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a), ())',
      'SELECT a, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a))',
    ],
    [
      'one key under two names in grouping sets',
      'SELECT x, y FROM (SELECT a AS x, a AS y FROM s.t) GROUP BY GROUPING SETS ((x), (y))',
      'SELECT x, x FROM (SELECT a AS x, a AS y FROM s.t) GROUP BY GROUPING SETS ((x), (y))',
    ],
    ['an aggregate', 'SELECT sum(a) AS x FROM s.t', 'SELECT max(a) AS x FROM s.t'],
    ['DISTINCT in an aggregate', 'SELECT sum(a) AS x FROM s.t', 'SELECT sum(DISTINCT a) AS x FROM s.t'],
    ['FILTER', 'SELECT sum(a) AS x FROM s.t', 'SELECT sum(a) FILTER (WHERE b = 1) AS x FROM s.t'],
    [
      'the constant of FILTER',
      'SELECT count(*) FILTER (WHERE b = 1) AS x FROM s.t',
      'SELECT count(*) FILTER (WHERE b = 2) AS x FROM s.t',
    ],
    ['count(*) and count(a)', 'SELECT count(*) AS x FROM s.t', 'SELECT count(a) AS x FROM s.t'],
    [
      'ORDER in list',
      'SELECT list(a ORDER BY b) AS x FROM s.t',
      'SELECT list(a ORDER BY b DESC) AS x FROM s.t',
    ],
    [
      'a quantile',
      'SELECT quantile_cont(a, 0.5) AS x FROM s.t',
      'SELECT quantile_cont(a, 0.9) AS x FROM s.t',
    ],
    [
      'a separator',
      `SELECT string_agg(c, ',' ORDER BY c) AS x FROM s.t`,
      `SELECT string_agg(c, ';' ORDER BY c) AS x FROM s.t`,
    ],
    [
      'a frame',
      'SELECT sum(a) OVER (ORDER BY b ROWS 1 PRECEDING) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b ROWS 2 PRECEDING) AS x FROM s.t',
    ],
    [
      'a kind of frame',
      'SELECT sum(a) OVER (ORDER BY b ROWS 1 PRECEDING) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b RANGE 1 PRECEDING) AS x FROM s.t',
    ],
    [
      'order of a window',
      'SELECT rank() OVER (ORDER BY b) AS x FROM s.t',
      'SELECT rank() OVER (ORDER BY b DESC) AS x FROM s.t',
    ],
    [
      'NULLS FIRST',
      'SELECT rank() OVER (ORDER BY b NULLS FIRST) AS x FROM s.t',
      'SELECT rank() OVER (ORDER BY b NULLS LAST) AS x FROM s.t',
    ],
    [
      'PARTITION BY',
      'SELECT rank() OVER (PARTITION BY a ORDER BY b) AS x FROM s.t',
      'SELECT rank() OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'a filter below a window',
      'SELECT a FROM (SELECT a, b, rank() OVER (ORDER BY a) AS r FROM s.t) WHERE b > 1 AND r = 1',
      'SELECT a FROM (SELECT a, b, rank() OVER (ORDER BY a) AS r FROM s.t WHERE b > 1) WHERE r = 1',
    ],
    ['LIMIT', 'SELECT a FROM s.t ORDER BY a LIMIT 1', 'SELECT a FROM s.t ORDER BY a LIMIT 2'],
    ['OFFSET', 'SELECT a FROM s.t ORDER BY a LIMIT 1', 'SELECT a FROM s.t ORDER BY a LIMIT 1 OFFSET 1'],
    [
      'order before LIMIT',
      'SELECT a FROM s.t ORDER BY a LIMIT 1',
      'SELECT a FROM s.t ORDER BY a DESC LIMIT 1',
    ],
    [
      'a filter below LIMIT',
      'SELECT a FROM (SELECT * FROM s.t WHERE b = 1 ORDER BY a LIMIT 1)',
      'SELECT a FROM (SELECT * FROM s.t ORDER BY a LIMIT 1) WHERE b = 1',
    ],
    [
      'UNION and UNION ALL',
      'SELECT a FROM s.t UNION SELECT a FROM s.u',
      'SELECT a FROM s.t UNION ALL SELECT a FROM s.u',
    ],
    [
      'EXCEPT and EXCEPT ALL',
      'SELECT a FROM s.t EXCEPT SELECT a FROM s.u',
      'SELECT a FROM s.t EXCEPT ALL SELECT a FROM s.u',
    ],
    [
      'INTERSECT and INTERSECT ALL',
      'SELECT a FROM s.t INTERSECT SELECT a FROM s.u',
      'SELECT a FROM s.t INTERSECT ALL SELECT a FROM s.u',
    ],
    [
      'EXCEPT and INTERSECT',
      'SELECT a FROM s.t EXCEPT SELECT a FROM s.u',
      'SELECT a FROM s.t INTERSECT SELECT a FROM s.u',
    ],
    [
      'sides of EXCEPT',
      'SELECT a FROM s.t EXCEPT SELECT a FROM s.u',
      'SELECT a FROM s.u EXCEPT SELECT a FROM s.t',
    ],
    [
      'pairing of columns in UNION ALL',
      'SELECT a, b FROM s.t UNION ALL SELECT b, a FROM s.t',
      'SELECT a, a FROM s.t UNION ALL SELECT b, b FROM s.t',
    ],
    [
      'DISTINCT ON',
      'SELECT DISTINCT ON (a) a, b FROM s.t ORDER BY b',
      'SELECT DISTINCT ON (a) a, b FROM s.t ORDER BY b DESC',
    ],
    ['unnest', 'SELECT a FROM s.t', 'SELECT a FROM (SELECT a, unnest([a, b]) FROM s.t)'],
    [
      'a lambda',
      'SELECT list_filter([a], x -> x > 1) AS l FROM s.t',
      'SELECT list_filter([a], x -> x > 2) AS l FROM s.t',
    ],
    ['VALUES', 'SELECT * FROM (VALUES (1), (2)) v(x)', 'SELECT * FROM (VALUES (1), (3)) v(x)'],
    ['a range', 'SELECT * FROM range(3)', 'SELECT * FROM range(4)'],
    [
      'a scalar subquery',
      'SELECT (SELECT max(e) FROM s.u WHERE u.a = t.a) AS x FROM s.t',
      'SELECT (SELECT max(e) FROM s.u WHERE u.a = t.b) AS x FROM s.t',
    ],
    [
      'UNION and UNION ALL in a recursion',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION SELECT a + 1 FROM r WHERE a < 3) FROM r',
    ],
    [
      'the step of a recursion',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 2 FROM r WHERE a < 3) FROM r',
    ],
    [
      'a field of a struct',
      `SELECT {'x': a, 'y': b}.x AS v FROM s.t`,
      `SELECT {'x': a, 'y': b}.y AS v FROM s.t`,
    ],
    [
      'a collation',
      'SELECT a FROM s.t ORDER BY c COLLATE nocase LIMIT 1',
      'SELECT a FROM s.t ORDER BY c LIMIT 1',
    ],
  ])('%s', async (_, one, other) => {
    expect(await meaning(one)).not.toEqual(await meaning(other));
  });
});

/** What a reader sees of models that are plain queries, in order. */
async function leavesOf(
  models: readonly (readonly [name: string, text: string])[],
): Promise<ReadonlyMap<string, LeafMeaning>> {
  const leaves = new Map(LEAVES);
  for (const [name, text] of models) {
    const plan = await planOf(text);
    const columns = outputColumns(plan);
    const result = meaningOf({ plan, leaf: (_, table) => leaves.get(table), self: name, settings: 'UTC' });
    if (result.kind === 'unknown') throw new Error(result.unknown);
    leaves.set(name, { kind: 'block', block: result.block, names: columns.map((column) => column.name) });
    await binder.declare([{ schema: 's', name, columns }]);
  }
  return leaves;
}

describe('a model split in two', () => {
  test.each<[string, string, readonly (readonly [string, string])[], string]>([
    [
      'a filter',
      'SELECT a FROM s.t WHERE b > 1 AND c IS NULL',
      [['v1', 'SELECT * FROM s.t WHERE b > 1']],
      'SELECT a FROM s.v1 WHERE c IS NULL',
    ],
    [
      'a computed column',
      'SELECT a + b + 1 AS x FROM s.t WHERE a + b > 2',
      [['v2', 'SELECT a + b AS x FROM s.t']],
      'SELECT x + 1 AS x FROM s.v2 WHERE x > 2',
    ],
    [
      'a join',
      'SELECT b, e FROM s.t JOIN s.u USING (a) WHERE f > 0',
      [['v3', 'SELECT * FROM s.u WHERE f > 0']],
      'SELECT b, e FROM s.v3 JOIN s.t USING (a)',
    ],
    [
      'a join above a join',
      'SELECT x.b, e, y.c FROM s.t x JOIN s.u USING (a) JOIN s.t y ON y.b = e',
      [['v4', 'SELECT b, e FROM s.u JOIN s.t USING (a)']],
      'SELECT v4.b, e, t.c FROM s.t JOIN s.v4 ON t.b = e',
    ],
    [
      'read twice',
      'SELECT x.a, y.b FROM s.t x JOIN s.t y ON x.a = y.b WHERE x.c IS NULL AND y.c IS NULL',
      [['v5', 'SELECT * FROM s.t WHERE c IS NULL']],
      'SELECT x.a, y.b FROM s.v5 x, s.v5 y WHERE y.b = x.a',
    ],
    [
      'an outer join',
      'SELECT b, e FROM s.t LEFT JOIN s.u USING (a) WHERE b > 1',
      [['v6', 'SELECT b, e FROM s.t LEFT JOIN s.u USING (a)']],
      'SELECT b, e FROM s.v6 WHERE b > 1',
    ],
    [
      'HAVING',
      'SELECT a FROM s.t GROUP BY a HAVING sum(b) > 1',
      [['v7', 'SELECT a, sum(b) AS s FROM s.t GROUP BY a']],
      'SELECT a FROM s.v7 WHERE s > 1',
    ],
    [
      'in three',
      'SELECT a FROM s.t WHERE a > 1 AND b > 2 AND c IS NULL',
      [
        ['v8', 'SELECT * FROM s.t WHERE c IS NULL'],
        ['v9', 'SELECT a AS z, b FROM s.v8 WHERE b > 2'],
      ],
      'SELECT z AS a FROM s.v9 WHERE z > 1',
    ],
    [
      'count of a view',
      'SELECT count(*) AS n FROM s.t WHERE b > 1',
      [['v10', 'SELECT a FROM s.t WHERE b > 1']],
      'SELECT count(*) AS n FROM s.v10',
    ],
  ])('%s', async (_, whole, models, rest) => {
    expect(await meaning(rest, { leaves: await leavesOf(models) })).toEqual(await meaning(whole));
  });

  test('the two sides of a self-join of a view stay apart', async () => {
    const leaves = await leavesOf([['v11', 'SELECT x.a, y.b FROM s.t x JOIN s.t y ON x.a = y.a']]);
    const left = await meaning('SELECT x.a, x.b FROM s.v11 x JOIN s.v11 y ON x.a = y.b', { leaves });
    const right = await meaning('SELECT x.a, y.b FROM s.v11 x JOIN s.v11 y ON x.a = y.b', { leaves });
    expect(left).not.toEqual(right);
  });

  test('a view joined with itself over and over stays small', async () => {
    const models = Array.from({ length: 12 }, (_, i): [string, string] => {
      const before = i === 0 ? 's.t' : `s.w${i - 1}`;
      return [`w${i}`, `SELECT x.a, y.b FROM ${before} x JOIN ${before} y ON x.a = y.b`];
    });
    const leaves = await leavesOf(models);
    const last = leaves.get('w11');
    expect(last?.kind === 'block' && last.block.relations.length).toBeLessThanOrEqual(64);
  });
});

describe('flags', () => {
  test.each([
    ['SELECT a FROM s.t WHERE b = 1', []],
    ['SELECT random() AS r FROM s.t', ['volatile:random']],
    ['SELECT list_transform([a], x -> x + random()) AS r FROM s.t', ['volatile:random']],
    ['SELECT current_date AS d, now() AS n FROM s.t', ['context:current_date', 'context:now']],
    ['SELECT age(d) AS x FROM s.t', ['context:age']],
    ["SELECT age(d, DATE '2020-01-01') AS x FROM s.t", []],
    ['SELECT first(a) AS x FROM s.t', ['order:first']],
    ['SELECT list(a) AS x FROM s.t', ['order:list']],
    ['SELECT list(a ORDER BY b) AS x FROM s.t', []],
    ['SELECT row_number() OVER () AS x FROM s.t', ['order:window']],
    ['SELECT a FROM s.t LIMIT 1', ['order:LIMIT']],
    ['SELECT a FROM s.t ORDER BY a LIMIT 1', []],
    ['SELECT DISTINCT ON (a) b FROM s.t', ['order:DISTINCT ON']],
    ['SELECT a FROM s.t USING SAMPLE 3', ['order:SAMPLE', 'volatile:sample']],
    ['SELECT rowid AS r FROM s.t', ['order:rowid']],
    ['SELECT count(*) AS n FROM s.t', []],
    ['SELECT (SELECT max(e) FROM s.u) AS m FROM s.t', []],
    ['SELECT t.a FROM s.t POSITIONAL JOIN s.u', ['order:POSITIONAL JOIN']],
    ['SELECT x FROM range(3) r(x)', []],
    ['SELECT t.a, x FROM (SELECT a, [b] AS l FROM s.t) t, unnest(t.l) AS l(x)', []],
    ['SELECT * FROM duckdb_settings()', ['external:duckdb_settings']],
    ['SELECT 1 AS x FROM s.nowhere', ['unknown: table s.nowhere']],
  ])('%s', async (text, expected) => {
    await binder.declare([{ schema: 's', name: 'nowhere', columns: [{ name: 'x', type: 'INTEGER' }] }]);
    expect(await flagsOf(text)).toEqual(expected);
  });
});

describe('volatile values', () => {
  test('belong to the model', async () => {
    const text = 'SELECT random() AS r FROM s.t';
    expect(await meaning(text)).toEqual(await meaning(text));
    expect(await meaning(text, { self: 'other' })).not.toEqual(await meaning(text));
  });

  test.each([
    ['two calls', 'SELECT r, r FROM (SELECT random() AS r FROM s.t)', 'SELECT random(), random() FROM s.t'],
    [
      'below and above a join',
      'SELECT r FROM (SELECT random() AS r FROM s.t) CROSS JOIN s.u',
      'SELECT random() AS r FROM s.t CROSS JOIN s.u',
    ],
    [
      'below and above a filter',
      'SELECT r FROM (SELECT random() AS r, a FROM s.t) WHERE a > 1',
      'SELECT random() AS r FROM s.t WHERE a > 1',
    ],
    [
      'a lambda',
      'SELECT list_transform([a], x -> random()) AS l FROM s.t',
      'SELECT list_transform([a], x -> 0.5) AS l FROM s.t',
    ],
  ])('%s', async (_, one, other) => {
    expect(await meaning(one)).not.toEqual(await meaning(other));
  });
});

test('settings matter where functions or casts do', async () => {
  const cast = 'SELECT d::TIMESTAMP WITH TIME ZONE AS x FROM s.t';
  expect(await meaning(cast, { settings: 'CET' })).not.toEqual(await meaning(cast));
  const plain = 'SELECT a FROM s.t WHERE a = b';
  expect(await meaning(plain, { settings: 'CET' })).toEqual(await meaning(plain));
});

test('identity, name and type make a leaf', () => {
  const one = tableLeaf('s.t', T);
  const other = tableLeaf('s.t', [
    { name: 'a', type: 'BIGINT' },
    { name: 'b', type: 'INTEGER' },
  ]);
  if (one.kind !== 'table' || other.kind !== 'table') throw new Error('not tables');
  expect(one.rows).toBe(other.rows);
  expect(one.columns.get('a')).not.toBe(other.columns.get('a'));
  expect(one.columns.get('b')).toBe(other.columns.get('b'));
  expect(tableLeaf('s.u', T)).not.toEqual(one);
});

test('an unknown operator has no meaning', () => {
  const result = meaningOf({
    plan: { type: 'LOGICAL_NOVELTY' },
    leaf: () => undefined,
    self: '',
    settings: '',
  });
  expect(result).toEqual({ kind: 'unknown', unknown: 'operator LOGICAL_NOVELTY' });
});
