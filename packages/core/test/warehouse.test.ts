/** One process at a time: another is told who holds the warehouse. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { openDuckDb } from '../src/engine/duckdb/open.ts';
import type { ProgressEvent } from '../src/index.ts';
import { child } from './support/killed.ts';
import { ORDERS } from './support/orders.ts';
import { refusal, TestProject } from './support/project.ts';

const HOLDER = `
import { DuckDBInstance } from '@duckdb/node-api';
const instance = await DuckDBInstance.create(process.argv[1]);
await instance.connect();
process.stdout.write('held');
setTimeout(() => process.exit(0), 60_000);
`;

test('a warehouse that another process holds is waited for, and then its PID is named', async () => {
  const events: ProgressEvent[] = [];
  await using project = new TestProject(ORDERS, { lockTimeout: 500, observer: (e) => events.push(e) });
  await project.build();
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, project.warehouse], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(holder.stdout, 'data');
    const started = performance.now();
    for (const work of ['apply', 'plan'] as const) {
      const found = await refusal(project[work]());
      expect(found).toMatchObject([{ code: 'warehouse-locked' }]);
      expect(found[0]?.message).toBe(
        `the warehouse .sluice/warehouse.duckdb is held by the process with PID ${holder.pid ?? 0}`,
      );
    }
    expect(performance.now() - started).toBeGreaterThan(450);
    expect(events.some((e) => e.kind === 'waiting-for-lock' && e.holder?.includes(String(holder.pid)))).toBe(
      true,
    );
    const waiting = project.apply();
    setTimeout(() => holder.kill('SIGKILL'), 100);
    expect((await waiting).status, 'goes on once it is free').toBe('nothing-to-do');
  } finally {
    holder.kill('SIGKILL');
  }
});

test('two applies at once never duplicate rows: the second waits for the first', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/m/log.sql':
      'MODEL (name m.log, kind INCREMENTAL_UNMANAGED);\nSELECT id, amount FROM raw.orders\n',
  });
  const outcomes = await Promise.all([1, 2, 3].map(() => child(project, 'apply')));
  expect(outcomes.map(({ output }) => output.split(' ')[0]).toSorted()).toEqual([
    'done',
    'nothing-to-do',
    'nothing-to-do',
  ]);
  expect(await project.value('SELECT count(*) FROM m.log')).toBe('4');
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

test('a state of a newer Sluice, and a file that is no warehouse, are refused', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  await project.execute("UPDATE _sluice.meta SET value = '999' WHERE key = 'state_version'");
  expect(await refusal(project.apply())).toMatchObject([{ code: 'state-newer' }]);
  await using other = new TestProject({ ...ORDERS, '.sluice/warehouse.duckdb': 'x'.repeat(5000) });
  expect(await refusal(other.apply())).toMatchObject([{ code: 'warehouse-unreadable' }]);
});

/** Which serialization a DuckDB file has: of its two headers, the newer one counts (iteration, then seven numbers further on). */
function serializationOf(path: string): bigint {
  const file = readFileSync(path);
  const [first, second] = [4096, 8192].map((at) => ({
    iteration: file.readBigUInt64LE(at + 8),
    serialization: file.readBigUInt64LE(at + 56),
  }));
  if (first === undefined || second === undefined) throw new Error('no headers');
  return (first.iteration > second.iteration ? first : second).serialization;
}

test('a new warehouse is written as DuckDB 1.2 reads it, and one that is there stays as it is', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  // Whoever writes to it later keeps to that.
  await project.execute('CREATE TABLE theirs AS SELECT 1 AS n; CHECKPOINT');
  expect(serializationOf(project.warehouse)).toBe(4n);
  await using older = new TestProject(ORDERS);
  mkdirSync(dirname(older.warehouse), { recursive: true });
  await older.execute('CREATE TABLE mine AS SELECT 1 AS n');
  expect(serializationOf(older.warehouse)).toBe(1n);
  await older.build();
  expect(serializationOf(older.warehouse)).toBe(1n);
  expect(await older.shown()).toEqual(await project.shown());
});

test('blocks of the catalog are let go of once it is read, and the limit is the one that was asked for', async () => {
  await using project = new TestProject(ORDERS);
  mkdirSync(dirname(project.warehouse), { recursive: true });
  const columns = Array.from({ length: 10 }, (_, i) => `c${i} INTEGER`).join(', ');
  const tables = Array.from({ length: 150 }, (_, i) => `CREATE TABLE t${i} (${columns})`);
  await project.execute(`BEGIN; ${tables.join('; ')}; COMMIT; CHECKPOINT`);
  const warehouse = await openDuckDb({
    path: project.warehouse,
    label: 'warehouse',
    readOnly: true,
    threads: 1,
    memoryLimit: '300MiB',
    spillTo: undefined,
    spillLimit: undefined,
    macros: [],
    lockTimeout: 1_000,
  });
  const connection = await warehouse.connect();
  const [row] = await connection.rows(
    "SELECT current_setting('memory_limit') AS most, (SELECT sum(memory_usage_bytes) FROM duckdb_memory()) AS held, (SELECT count(*) FROM t149) AS n",
  );
  connection.close();
  warehouse.close();
  expect(row?.['most']).toBe('300.0 MiB');
  // They were four megabytes.
  expect(Number(row?.['held'])).toBeLessThan(1_500_000);
});
