import { afterAll, beforeAll, expect, test } from 'vitest';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { createDuckDbBinder } from '../engine/duckdb/duckdb-binder.ts';
import type { Binder } from './binder.ts';
import { KEYWORDS } from './keywords.ts';
import { outputColumns, parsePlan, type PlanNode } from './plan-node.ts';

let binder: Binder;
let duckdb: DuckDBConnection;

beforeAll(async () => {
  binder = await createDuckDbBinder();
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
});

afterAll(() => {
  binder.close();
  duckdb.closeSync();
});

async function planOf(text: string): Promise<PlanNode> {
  const [bound] = await binder.bind([text]);
  if (!bound?.ok) throw new Error(bound?.error.message);
  return parsePlan(bound.plan);
}

test.each([
  ['9007199254740993', '9007199254740992'],
  ['1e1000', '-1e1000'],
  ['170141183460469231731687303715884105727', '170141183460469231731687303715884105726'],
  ['12345678901234567.25', '12345678901234567.24'],
])('numbers beyond JavaScript stay different: %s and %s', async (one, other) => {
  expect(await planOf(`SELECT ${one} AS x`)).not.toEqual(await planOf(`SELECT ${other} AS x`));
});

test.each([
  ['{"a":-0.0}', { a: { '#number': '-0.0' } }],
  ['{"a":[NaN,-Infinity]}', { a: [{ '#number': 'NaN' }, { '#number': '-Infinity' }] }],
  ['{"a":18446744073709551615,"b":3,"c":1.5}', { a: { '#number': '18446744073709551615' }, b: 3, c: 1.5 }],
  [String.raw`{"a":":Infinity \" :1234567890123456789"}`, { a: ':Infinity " :1234567890123456789' }],
  ['[1]', {}],
])('parses %s', (text, expected) => {
  expect(parsePlan(text)).toEqual(expected);
});

test('keeps numbers of sixteen digits wherever they stand', () => {
  for (let before = 0; before < 40; before++) {
    const name = 'n'.repeat(before);
    const parsed = parsePlan(`{"${name}":9007199254740993,"b":900719925474099}`);
    expect(parsed).toEqual({ [name]: { '#number': '9007199254740993' }, b: 900719925474099 });
  }
});

test.each([
  'INTEGER',
  'DECIMAL(18,3)',
  'DECIMAL(4,0)',
  'VARCHAR',
  'BLOB',
  'BIT',
  'UUID',
  'HUGEINT',
  'UHUGEINT',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMP_NS',
  'TIMESTAMP_S',
  'TIMESTAMP WITH TIME ZONE',
  'TIME WITH TIME ZONE',
  'INTERVAL',
  'DOUBLE',
  'FLOAT',
  'BOOLEAN',
  'JSON',
  'INTEGER[]',
  'INTEGER[][3]',
  `ENUM('a', 'b''c', '')`,
  `STRUCT(a INTEGER, "select" VARCHAR, "value" DATE, "Mixed" TIME, "x y" INTEGER[])`,
  'MAP(VARCHAR, STRUCT(a DECIMAL(3,1)))',
  'UNION(n INTEGER, s VARCHAR)',
])('spells %s as DuckDB does', async (type) => {
  const [column] = outputColumns(await planOf(`SELECT NULL::${type} AS x`));
  const reader = await duckdb.runAndReadAll(`SELECT typeof(NULL::${type})`);
  expect(column).toEqual({ name: 'x', type: String(reader.getRows()[0]?.[0]) });
});

test("keywords are DuckDB's", async () => {
  const reader = await duckdb.runAndReadAll('SELECT DISTINCT keyword_name FROM duckdb_keywords()');
  expect([...KEYWORDS].sort()).toEqual(
    reader
      .getRows()
      .map(([word]) => String(word))
      .sort(),
  );
});

test('output columns of joins, CTEs, untyped NULLs and comparisons', async () => {
  const plan =
    await planOf(`WITH a AS MATERIALIZED (SELECT 1 AS x) SELECT NULL AS n, a.x = 1 AS same, a.x, b.x IS NULL AS missing,
    a.x > 0 AND b.x > 0 AS both FROM a LEFT JOIN a AS b USING (x)`);
  expect(outputColumns(plan)).toEqual([
    { name: 'n', type: 'INTEGER' },
    { name: 'same', type: 'BOOLEAN' },
    { name: 'x', type: 'INTEGER' },
    { name: 'missing', type: 'BOOLEAN' },
    { name: 'both', type: 'BOOLEAN' },
  ]);
});
