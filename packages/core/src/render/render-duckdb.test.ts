import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { SourceText } from '../diagnostic/index.ts';
import { evaluate, constantSql } from './evaluate.ts';
import { render } from './render.ts';
import { TIME_MACROS } from './time-macros.ts';

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();

async function firstRow(sql: string): Promise<readonly unknown[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowsJson()[0] ?? [];
}

test('time macros have the types of SQLMesh', async () => {
  const types: Readonly<Record<string, string>> = {
    ds: 'VARCHAR',
    ts: 'VARCHAR',
    tstz: 'VARCHAR',
    date: 'DATE',
    dt: 'TIMESTAMP WITH TIME ZONE',
    dtntz: 'TIMESTAMP',
    hour: 'INTEGER',
    epoch: 'DECIMAL',
    millis: 'BIGINT',
  };
  for (const name of TIME_MACROS) {
    const sql = `SELECT typeof(@${name})`;
    const { value } = render({ text: sql, offset: 0 }, new SourceText('x.sql', sql), {
      interval: { start: Date.UTC(2024, 0, 1), end: Date.UTC(2024, 0, 2) },
      executionTime: Date.UTC(2024, 0, 2, 3),
      variables: {},
      thisModel: undefined,
      modelKind: undefined,
      parameters: new Map(),
      blueprint: new Map(),
      columns: undefined,
      macros: new Map(),
      gateway: 'local',
      environment: 'prod',
      stage: 'evaluating',
    });
    const [type] = await firstRow(value.sql);
    const expected = name.startsWith('interval_') ? 'TIMESTAMP' : types[name.slice(name.indexOf('_') + 1)];
    expect(String(type).replace(/\(.*\)$/, ''), name).toBe(expected);
  }
});

test('constants mean in a macro what they mean in DuckDB', async () => {
  for (const sql of [
    '1 + 2 * 3 - 4',
    '0.1 + 0.2',
    '7 / 2',
    '-7 // 2',
    '-7 % 4',
    '2 * -(3 - 5)',
    "'a' || 'b' || NULL",
    "'a' < 'b'",
    "'B' < 'a'",
    'NOT 1 = 2 AND 2 = 2',
    'NULL = NULL',
    'NULL IS NULL',
    'NULL AND false',
    'NULL OR true',
    '1 IN (2, NULL)',
    '1 IN (1, NULL)',
    '1 NOT IN (2, 3)',
    '2 BETWEEN 1 AND 3 AND true',
    '2 NOT BETWEEN 1 AND 3',
    "'abc' LIKE 'a_c'",
    "'abc' NOT LIKE 'b%'",
    "'a.c' LIKE 'a.c'",
    '1 IS DISTINCT FROM NULL',
    '1 IS NOT DISTINCT FROM 1',
    'true IS NOT false',
    '(1 = 1) = true',
    '1_000 + 1e3',
    'false OR NOT (1 > 2 OR 2 > 3)',
  ]) {
    const result = evaluate(sql);
    expect(result, sql).toMatchObject({ ok: true });
    if (!result.ok) continue;
    const [same] = await firstRow(`SELECT (${sql}) IS NOT DISTINCT FROM (${constantSql(result.value)})`);
    expect(same, `${sql} is ${constantSql(result.value)}`).toBe(true);
  }
});
