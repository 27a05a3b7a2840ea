import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { CONTEXT, RANKS, UNORDERED, VOLATILE } from './functions.ts';

async function functionsWhere(condition: string): Promise<readonly string[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT function_name FROM duckdb_functions() WHERE ${condition} ORDER BY ALL`,
  );
  connection.closeSync();
  return reader.getRows().map(([name]) => String(name));
}

test('every volatile function of DuckDB is known', async () => {
  const volatile = await functionsWhere(`stability = 'VOLATILE'`);
  // `error` gives no value at all.
  expect(volatile.filter((name) => name !== 'error' && !VOLATILE.has(name))).toEqual([]);
});

test('every function of the session is known', async () => {
  const context = await functionsWhere(`stability = 'CONSISTENT_WITHIN_QUERY'`);
  expect(context.filter((name) => !CONTEXT.has(name))).toEqual([]);
});

test('what is said of aggregates is said of aggregates', async () => {
  const aggregates = new Set(await functionsWhere(`function_type = 'aggregate'`));
  expect([...UNORDERED].filter((name) => !aggregates.has(name))).toEqual([]);
  expect(RANKS.size).toBe(4);
});
