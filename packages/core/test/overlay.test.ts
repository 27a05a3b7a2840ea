/** A warehouse over a file that is only read: what comes of work on it is what would come of work on a copy, and the file stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openWorkspace, overlayWarehouse, type Workspace } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { refusal, TestProject } from './support/project.ts';

const FILES = {
  ...ORDERS,
  'models/staging/latest.sql': `MODEL (name staging.latest, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key customer));
SELECT customer, max(ts) AS at FROM staging.orders GROUP BY ALL
`,
  'models/staging/good.sql': `MODEL (name staging.good, kind FULL, audits (positive(columns := (amount), severity := quarantine)));
SELECT * FROM raw.orders
`,
  'models/marts/outside.sql': `MODEL (name marts.outside, kind FULL);
SELECT count(*) AS n FROM other.events
`,
  'models/other/events.sql': 'MODEL (name other.events, kind EXTERNAL, columns (n BIGINT));\n',
};

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function prod(rows = 1000): Promise<TestProject> {
  const project = new TestProject(FILES);
  await project.build().catch(() => undefined);
  await project.execute(
    `CREATE SCHEMA other; CREATE TABLE other.events AS SELECT n, random() AS r FROM range(${rows}) AS r(n)`,
  );
  await project.build();
  return project;
}

/** The project with its warehouse below, and a warehouse of its own over it. */
async function over(project: TestProject): Promise<{ readonly w: Workspace; readonly file: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-over-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const { warehouse, asOf } = await overlayWarehouse(project.warehouse, folder, 'prod', { lockTimeout: 300 });
  expect(asOf).toBe(Date.parse('2024-02-01T06:00:00Z'));
  const w = await openWorkspace({
    root: project.root,
    warehouse,
    base: project.warehouse,
    now: () => project.now,
    lockTimeout: 300,
  });
  cleanups.push(() => w.close());
  return { w, file: warehouse };
}

/** Another process has the file open, to read. */
async function readElsewhere(file: string): Promise<void> {
  const script = `import { DuckDBInstance } from '@duckdb/node-api';
    const instance = await DuckDBInstance.create(process.argv[1], { access_mode: 'READ_ONLY' });
    console.log('open'); process.stdin.resume().on('close', () => process.exit());`;
  const reader = spawn(process.execPath, ['--input-type=module', '-e', script, file], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cleanups.push(async () => {
    const closed = once(reader, 'close');
    reader.stdin.end();
    await closed;
  });
  expect(String((await once(reader.stdout, 'data'))[0])).toContain('open');
}

/** What the views of a model's environment hold, by query. */
async function read(w: Workspace, query: string, environment = 'prod'): Promise<unknown> {
  return (await w.query(query, environment)).document.rows;
}

const EVERYTHING = [
  'staging.orders',
  'staging.customers',
  'staging.latest',
  'staging.good',
  'marts.daily',
  'marts.monthly',
  'marts.countries',
  'marts.outside',
];

const EDITS: readonly (readonly [string, (project: TestProject) => void])[] = [
  ['nothing', () => undefined],
  ['another query', (p) => p.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)')],
  [
    'late rows',
    (p) => p.append('data/orders.csv', '7,2024-01-29 20:00:00,bob,7.00,\n8,2024-01-31 20:00:00,dee,-8.00,\n'),
  ],
  ['another day', (p) => (p.now += 86_400_000)],
  [
    'another kind',
    (p) => p.edit('models/marts/daily.sql', 'INCREMENTAL_BY_TIME_RANGE (time_column day)', 'FULL'),
  ],
];

test.each(EDITS)('work over a file comes to what work on it comes to: %s', async (_, edit) => {
  await using project = await prod();
  edit(project);
  const { w } = await over(project);
  const was = readFileSync(project.warehouse);
  const files = readdirSync(dirname(project.warehouse));
  const plan = (await w.plan('prod')).document;
  const applied = (await w.apply('prod')).document;
  expect(applied.status).toMatch(/done|nothing-to-do/);
  const found: unknown[] = [];
  for (const model of EVERYTHING) found.push(await read(w, `FROM ${model} ORDER BY ALL`));
  expect((await w.plan('prod')).document.actions).toEqual([]);
  expect(readFileSync(project.warehouse).equals(was)).toBe(true);
  expect(readdirSync(dirname(project.warehouse))).toEqual(files);

  const same = await project.plan();
  // How long it took before is history, which stays with the base.
  const known = (of: typeof plan): unknown =>
    of.actions.map((action) => ({ ...action, estimate: undefined }));
  expect(known(plan)).toEqual(known(same));
  await project.build();
  const wanted: unknown[] = [];
  const workspace = await project.workspace();
  for (const model of EVERYTHING) wanted.push(await read(workspace, `FROM ${model} ORDER BY ALL`));
  expect(found).toEqual(wanted);
});

test('tables that nothing writes are read where they are, also while others read the file', async () => {
  await using project = await prod(3_000_000);
  await readElsewhere(project.warehouse);
  project.edit('models/marts/countries.sql', 'count(*) AS', 'count(*) + 1 AS');
  const { w, file } = await over(project);
  const { document } = await w.apply('dev');
  expect(document.results.filter((r) => r.rows !== null).map((r) => r.model)).toEqual(['marts.countries']);
  expect(await read(w, 'SELECT * FROM marts.outside', 'dev')).toEqual([{ n: 3_000_000 }]);
  expect(statSync(project.warehouse).size).toBeGreaterThan(20_000_000);
  expect(statSync(file).size).toBeLessThan(8_000_000);
});

test('there has to be a file', async () => {
  await using project = new TestProject({});
  const [first] = await refusal(overlayWarehouse(project.path('none.duckdb'), project.root, 'prod'));
  expect(first).toMatchObject({ code: 'warehouse-missing' });
});
