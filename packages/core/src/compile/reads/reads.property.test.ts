/**
 * Rows outside the scopes must not matter: random queries over relations (k, ts, v) are traced as they are compiled and
 * run as they would be for six hours, once over everything and once over what their scopes let through.
 */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { assert, asyncProperty, gen, nat } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDuckDbBinder } from '../../engine/duckdb/duckdb-binder.ts';
import type { Binder } from '../binder.ts';
import type { Column } from '../compiled.ts';
import { COMPILE_INTERVAL } from '../constants.ts';
import { parsePlan } from '../plan-node.ts';
import { traceReads } from '../reads.ts';

const RUNS = Number(process.env['SLUICE_FUZZ_RUNS'] ?? 300);

/** Time macros as they stand in compiled texts and in a run of [06:00, 12:00). */
const COMPILED: Readonly<Record<string, string>> = {
  '@start_ts': `'2083-04-17 00:00:00'`,
  '@end_ts': `'2083-04-17 23:59:59.999999'`,
  '@start_ds': `'2083-04-17'`,
  '@end_ds': `'2083-04-17'`,
};
const RUN: Readonly<Record<string, string>> = {
  '@start_ts': `'2024-05-02 06:00:00'`,
  '@end_ts': `'2024-05-02 11:59:59.999999'`,
  '@start_ds': `'2024-05-02'`,
  '@end_ds': `'2024-05-02'`,
};
const SCOPES = {
  interval: `ts >= '2024-05-02 06:00:00' AND ts < '2024-05-02 12:00:00'`,
  days: `ts >= '2024-05-02' AND ts < '2024-05-03'`,
  all: 'TRUE',
} as const;

const COLUMNS: readonly Column[] = [
  { name: 'k', type: 'INTEGER' },
  { name: 'ts', type: 'TIMESTAMP' },
  { name: 'v', type: 'INTEGER' },
];
const TABLES = ['a', 'b', 'd'] as const;

interface Chooser {
  upTo(max: number): number;
  of<T>(choices: readonly T[]): T;
  chance(percent: number): boolean;
}

let names = 0;

/** A relation with columns k, ts, v as something FROM can name. */
function relation(choose: Chooser, depth: number): string {
  if (depth === 0) {
    const table = choose.of(TABLES);
    return table === 'd' ? '(SELECT k, ts::TIMESTAMP AS ts, v FROM s.d)' : `s.${table}`;
  }
  const x = `x${names++}`;
  const y = `y${names++}`;
  const from = `FROM ${relation(choose, depth - 1)} ${x}`;
  const other = (): string => relation(choose, choose.upTo(depth - 1));
  switch (choose.upTo(15)) {
    case 0:
    case 1:
      return `(SELECT * ${from} WHERE ${timeRange(choose, `${x}.ts`)})`;
    case 2:
      return `(SELECT * ${from} WHERE ${condition(choose, x)})`;
    case 3:
      return `(SELECT k, ${time(choose, x)} AS ts, v + 1 AS v ${from})`;
    case 4:
    case 5:
    case 6:
      return join(choose, x, y, from, other());
    case 7: {
      const key = choose.of(['ts', `date_trunc('day', ts)`, 'ts::DATE::TIMESTAMP']);
      const sets = choose.chance(20) ? `ROLLUP (k, ${key})` : `k, ${key}`;
      return choose.chance(70)
        ? `(SELECT k, ${key} AS ts, sum(v)::INTEGER AS v ${from} GROUP BY ${sets})`
        : `(SELECT k, max(ts) AS ts, count(*)::INTEGER AS v ${from} GROUP BY k)`;
    }
    case 8:
      return `(SELECT k, ts, (${choose.of(['rank', 'dense_rank'])}() OVER (PARTITION BY k ORDER BY ts, v))::INTEGER AS v ${from})`;
    case 9:
    case 10: {
      const operator = choose.of(['UNION ALL', 'UNION ALL', 'UNION', 'EXCEPT', 'EXCEPT ALL', 'INTERSECT']);
      return `((SELECT k, ts, v ${from}) ${operator} (SELECT k, ts, v FROM ${other()} ${y}))`;
    }
    case 11:
      return `(SELECT DISTINCT * ${from})`;
    case 12:
      return `(SELECT * ${from} ORDER BY k, ts, v LIMIT ${1 + choose.upTo(6)})`;
    case 13: {
      const not = choose.chance(50) ? 'NOT ' : '';
      const key = choose.of(['k', 'ts']);
      return choose.chance(50)
        ? `(SELECT * ${from} WHERE ${not}EXISTS (SELECT 1 FROM ${other()} ${y} WHERE ${y}.${key} = ${x}.${key}))`
        : `(SELECT * ${from} WHERE ${x}.ts ${not}IN (SELECT ts FROM ${other()} ${y}))`;
    }
    case 14:
      return `(SELECT k, ts, (SELECT max(v) FROM ${other()} ${y} WHERE ${condition(choose, y)}) AS v ${from})`;
    default: {
      const cte = `c${names++}`;
      const uses = `SELECT l.k, ${choose.of(['l', 'r'])}.ts, r.v FROM ${cte} l JOIN ${cte} r ON l.k = r.k`;
      const where = choose.chance(50) ? ` WHERE ${timeRange(choose, 'l.ts')}` : '';
      const and = where !== '' && choose.chance(50) ? ` AND ${timeRange(choose, 'r.ts')}` : '';
      return `(WITH ${cte} AS MATERIALIZED (SELECT * ${from}) ${uses}${where}${and})`;
    }
  }
}

function join(choose: Chooser, x: string, y: string, from: string, other: string): string {
  const type = choose.of([
    'JOIN',
    'LEFT JOIN',
    'RIGHT JOIN',
    'FULL JOIN',
    'SEMI JOIN',
    'ANTI JOIN',
    'ASOF JOIN',
  ]);
  if (type === 'ASOF JOIN') {
    // One match a row at most, and no ties: the other side has one row for each key and time.
    const single = `(SELECT k, ts, max(v) AS v FROM ${other} o GROUP BY k, ts)`;
    return `(SELECT ${x}.k, ${choose.of([x, y])}.ts, ${y}.v ${from} ASOF JOIN ${single} ${y} ON ${x}.k = ${y}.k AND ${x}.ts >= ${y}.ts)`;
  }
  const isHalf = type === 'SEMI JOIN' || type === 'ANTI JOIN';
  const side = (): string => (isHalf ? x : choose.of([x, y]));
  const on = [
    `${x}.${choose.of(['k', 'k', 'ts'])}`,
    choose.chance(30) ? timeRange(choose, `${choose.of([x, y])}.ts`) : '',
  ];
  const equal = `${on[0]} = ${on[0]?.replace(x, y)}`;
  const conditions = [equal, ...(on[1] === '' ? [] : [on[1]])].join(' AND ');
  return `(SELECT ${side()}.k, ${side()}.ts, ${side()}.v ${from} ${type} ${other} ${y} ON ${conditions})`;
}

/** Conditions on time, most of them full ranges. */
function timeRange(choose: Chooser, ts: string): string {
  const column = choose.of([ts, ts, ts, `${ts}::DATE`, `date_trunc('day', ${ts})`]);
  return choose.of([
    `${column} BETWEEN @start_ts AND @end_ts`,
    `${column} BETWEEN @start_ds AND @end_ds`,
    `${column} BETWEEN @start_ds AND @end_ts`,
    `${column} >= @start_ts AND ${column} <= @end_ts`,
    `${column} > @start_ts AND ${column} < @end_ts`,
    `${column} >= @start_ds AND ${ts} <= @end_ts`,
    `@start_ts <= ${column} AND @end_ds >= ${column}`,
    `${ts}::DATE = @end_ds`,
    `${column} >= @start_ts`,
    `${column} <= @end_ts`,
    `NOT (${column} < @start_ts OR ${column} > @end_ts)`,
    `${column} >= @end_ts AND ${column} <= @start_ts`,
    `(${column} >= @start_ts OR ${column} <= @end_ts)`,
  ]);
}

function condition(choose: Chooser, x: string): string {
  return choose.of([
    `${x}.k > 0`,
    `${x}.v < 3`,
    `${x}.ts IS NOT NULL`,
    `${x}.ts IS NULL`,
    timeRange(choose, `${x}.ts`),
  ]);
}

function time(choose: Chooser, x: string): string {
  return choose.of([
    'ts',
    'ts',
    'ts::DATE::TIMESTAMP',
    `date_trunc('day', ts)`,
    `ts + INTERVAL 1 DAY`,
    `coalesce(ts, @start_ts::TIMESTAMP)`,
    `date_trunc('month', ts)`,
    `(SELECT max(ts) FROM s.a) `,
    `CASE WHEN ${x}.k > 1 THEN ts END`,
  ]);
}

function render(text: string, macros: Readonly<Record<string, string>>): string {
  return text.replaceAll(/@\w+/g, (macro) => macros[macro] ?? macro);
}

let binder: Binder;
let duckdb: DuckDBConnection;

beforeAll(async () => {
  binder = await createDuckDbBinder();
  const tables = TABLES.map((name) => ({
    schema: 's',
    name,
    columns: COLUMNS.map((c) => (name === 'd' && c.name === 'ts' ? { ...c, type: 'DATE' } : c)),
  }));
  await binder.declare(tables);
  duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await duckdb.run(`CREATE SCHEMA whole; CREATE SCHEMA s`);
  // Times on both sides of both bounds, of the day and of the days before and after; some missing.
  const times = `['2024-05-01 07:00', '2024-05-01 23:59:59.999999', '2024-05-02 00:00', '2024-05-02 05:59:59.999999', '2024-05-02 06:00',
    '2024-05-02 08:30', '2024-05-02 11:59:59.999999', '2024-05-02 12:00', '2024-05-02 23:00', '2024-05-03 00:00', '2024-05-03 08:00', NULL]`;
  for (const [seed, name] of TABLES.entries()) {
    const type = name === 'd' ? 'DATE' : 'TIMESTAMP';
    await duckdb.run(`CREATE TABLE whole.${name} AS SELECT (hash(r, ${seed}) % 4)::INTEGER AS k,
      (${times})[(1 + hash(r, ${seed + 10}) % 12)::INTEGER]::TIMESTAMP::${type} AS ts, (hash(r, ${seed + 20}) % 5)::INTEGER AS v FROM range(24) q(r)`);
  }
});

afterAll(() => {
  binder.close();
  duckdb.closeSync();
});

async function rowsOf(text: string): Promise<readonly string[]> {
  const reader = await duckdb.runAndReadAll(text);
  return reader
    .getRowsJson()
    .map((row) => JSON.stringify(row))
    .sort();
}

test(`rows outside the scopes do not matter (${RUNS} queries)`, { timeout: 600_000 }, async () => {
  let telling = 0;
  await assert(
    asyncProperty(gen(), async (g) => {
      const choose: Chooser = {
        upTo: (max) => g(nat, { max: Math.max(0, max) }),
        of: <T>(choices: readonly T[]): T => choices[g(nat, { max: choices.length - 1 })] as T,
        chance: (percent) => g(nat, { max: 99 }) < percent,
      };
      names = 0;
      const inner = relation(choose, 1 + choose.upTo(3));
      const where = choose.chance(60) ? ` WHERE ${timeRange(choose, 'ts')}` : '';
      const text = `SELECT * FROM ${inner} q${where}`;
      const [bound] = await binder.bind([render(text, COMPILED)]);
      if (!bound?.ok) return;
      const { scopes } = traceReads(
        parsePlan(bound.plan),
        (_, table) => ({ kind: 'input', input: table, timeColumn: 'ts' }),
        COMPILE_INTERVAL,
      );
      // An input that is not read may hold anything: here nothing.
      const kept = new Map(scopes.map(({ input, scope }) => [input, SCOPES[scope]]));
      if (kept.size > 0 && [...kept.values()].every((scope) => scope === SCOPES.all)) return;
      const run = render(text, RUN);
      for (const name of TABLES) await duckdb.run(`CREATE OR REPLACE TABLE s.${name} AS FROM whole.${name}`);
      const whole = await rowsOf(run);
      for (const name of TABLES)
        await duckdb.run(`DELETE FROM s.${name} WHERE (${kept.get(name) ?? 'FALSE'}) IS NOT TRUE`);
      const context = `${run}\n${JSON.stringify(scopes)}`;
      expect(await rowsOf(run), context).toEqual(whole);
      if (whole.length > 0) telling++;
    }),
    {
      numRuns: RUNS,
      ...(process.env['SLUICE_FUZZ_SEED'] === undefined
        ? {}
        : { seed: Number(process.env['SLUICE_FUZZ_SEED']) }),
    },
  );
  expect(telling).toBeGreaterThan(RUNS / 10);
  if (process.env['SLUICE_FUZZ_RUNS'] !== undefined)
    process.stdout.write(`${telling} of ${RUNS} queries leave out rows\n`);
});
