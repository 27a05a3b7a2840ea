/** What meanings depend on besides the query: other models, the model itself, settings, leaves. Pairs: test/meaning/cases. */
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
