/** What must be equal and what must not, pair by pair; and pairs that mean the same do have the same rows. */
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Binder } from '../../src/compile/binder.ts';
import type { Column } from '../../src/compile/compiled.ts';
import { meaningOf, tableLeaf, type LeafMeaning } from '../../src/compile/meaning.ts';
import { outputColumns, parsePlan } from '../../src/compile/plan-node.ts';
import { createDuckDbBinder } from '../../src/engine/duckdb/duckdb-binder.ts';
import { CASES } from './cases/index.ts';

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
const DATA = [
  'CREATE SCHEMA s',
  `CREATE TABLE s.t AS SELECT nullif(hash(r) % 5, 4)::INTEGER AS a, nullif(hash(r, 1) % 4, 3)::INTEGER AS b,
     nullif(chr((120 + hash(r, 2) % 3)::INTEGER), 'z') AS c, DATE '2024-01-30' + (hash(r, 3) % 4)::INTEGER AS d FROM range(24) q(r)`,
  `CREATE TABLE s.u AS SELECT nullif(hash(r, 4) % 5, 4)::INTEGER AS a, nullif(hash(r, 5) % 4, 3)::INTEGER AS e,
     (hash(r, 6) % 3)::DOUBLE AS f FROM range(18) q(r)`,
];

let binder: Binder;

beforeAll(async () => {
  binder = await createDuckDbBinder();
  await binder.declare([
    { schema: 's', name: 't', columns: T },
    { schema: 's', name: 'u', columns: U },
  ]);
});

afterAll(() => {
  binder.close();
});

/** Rows and columns with their types: what must be equal for two queries to be the same. */
async function meaning(text: string): Promise<readonly unknown[]> {
  const [bound] = await binder.bind([text]);
  if (!bound?.ok) throw new Error(`${bound?.error.message}\n${text}`);
  const plan = parsePlan(bound.plan);
  const result = meaningOf({ plan, leaf: (_, table) => LEAVES.get(table), self: 'model', settings: 'UTC' });
  if (result.kind === 'unknown') throw new Error(`${result.unknown}\n${text}`);
  return [result.meaning.rows, result.meaning.hashes, outputColumns(plan).map((column) => column.type)];
}

for (const [operator, { same, different }] of Object.entries(CASES)) {
  describe(`${operator}: the same`, () => {
    test.each(same)('%s', async (_, one, other) => {
      expect(await meaning(one)).toEqual(await meaning(other));
    });
  });
  describe(`${operator}: different`, () => {
    test.each(different)('%s', async (_, one, other) => {
      expect(await meaning(one)).not.toEqual(await meaning(other));
    });
  });
}

test('what means the same has the same rows', async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  for (const statement of DATA) await connection.run(statement);
  const rowsOf = async (sql: string): Promise<readonly string[]> => {
    const reader = await connection.runAndReadAll(sql);
    return reader
      .getRows()
      .map((row) => row.map(String).join('|'))
      .sort();
  };
  let rows = 0;
  for (const { same } of Object.values(CASES)) {
    for (const [about, one, other] of same) {
      const expected = await rowsOf(one);
      rows += expected.length;
      expect(await rowsOf(other), about).toEqual(expected);
    }
  }
  connection.closeSync();
  instance.closeSync();
  expect(rows).toBeGreaterThan(1000);
});

test('there are enough pairs', () => {
  const all = Object.values(CASES).flatMap(({ same, different }) => [...same, ...different]);
  expect(all.length).toBeGreaterThanOrEqual(300);
  expect(new Set(all.map(([, one, other]) => `${one}\n${other}`)).size).toBe(all.length);
});
