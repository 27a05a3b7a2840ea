/** Mends that are taken back: what was made of a row is gone, from every table and reader, as if it had never been. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ReplayOptions, UpkeepDocument } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { actionsOf, refusal, TestProject } from './support/project.ts';

const RAW = 'data/orders.csv';
const MODEL = 'models/staging/orders.sql';
const KINDS = [
  ['FULL', 'FULL'],
  ['a day at a time', 'INCREMENTAL_BY_TIME_RANGE (time_column ts, batch_size 1)'],
  ['all days at once', 'INCREMENTAL_BY_TIME_RANGE (time_column ts)'],
] as const;

function orders(kind: string, more = ''): TestProject {
  return new TestProject({
    'project.yaml': ORDERS['project.yaml'],
    [RAW]: `id,ts,customer,amount,note
1,2024-01-28 10:00:00,ann,10.00,
2,2024-01-28 11:00:00,bob,20.00,
3,2024-01-29 12:00:00,,30.00,
4,2024-01-30 13:00:00,cy,-1.00,
4,2024-01-30 13:00:00,cy,-1.00,
5,2024-01-31 13:00:00,cy,,
`,
    'data/customers.csv': ORDERS['data/customers.csv'],
    [MODEL]: `MODEL (name staging.orders, kind ${kind}, grain id, ${more}audits (
  not_null(columns := (customer), severity := quarantine), non_negative(columns := (amount), severity := quarantine)));
SELECT id, ts, customer, amount FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
    'models/marts/total.sql':
      'MODEL (name marts.total, kind FULL);\nSELECT count(*)::INT AS n, sum(amount) AS amount FROM staging.orders\n',
  });
}

/** Order 3 gets a name, and both orders 4 get an amount: these two are the same before and after. */
async function replayed(project: TestProject, options: ReplayOptions = {}): Promise<string> {
  const from = project.path('bad.csv');
  const w = await project.workspace();
  await w.exportQuarantine('staging.orders', from);
  writeFileSync(
    from,
    readFileSync(from, 'utf8').replaceAll('12:00:00,,30', '12:00:00,dora,30').replaceAll('-1.00', '1.00'),
  );
  expect((await w.replayQuarantine('staging.orders', { from, ...options })).document.merged).toBe(3);
  return from;
}

async function unmend(
  project: TestProject,
  options: {
    readonly from?: string;
    readonly audit?: string;
    readonly run?: string;
    readonly dryRun?: boolean;
  } = {},
): Promise<UpkeepDocument> {
  return (await (await project.workspace()).unmendQuarantine('staging.orders', options)).document;
}

async function ids(project: TestProject): Promise<readonly unknown[]> {
  return (await project.rows('SELECT id::INT AS id FROM staging.orders ORDER BY ALL')).map((r) => r['id']);
}

test.each(KINDS)(
  'after it the tables are as from nothing, and doing it again does nothing: %s',
  { timeout: 180_000 },
  async (_, kind) => {
    await using project = orders(kind);
    await project.build();
    const before = await project.shown();
    await replayed(project);
    await project.build();
    expect(await ids(project)).toEqual([1, 2, 3, 4, 4, 5]);

    const dry = await unmend(project, { dryRun: true });
    expect(dry).toMatchObject({ kind: 'quarantine-unmend', status: 'planned', run: null });
    expect(dry.steps.map((s) => [s.what, s.action])).toEqual([
      ['rows', 'forget'],
      ['rows', 'forget'],
      ['table', 'compute'],
    ]);
    expect(await project.value('SELECT count(*)::INT FROM _sluice.mend')).toBe(3);

    const done = await unmend(project);
    expect(done).toMatchObject({
      status: 'done',
      summary:
        'Took back what was made of 3 rows of staging.orders. The next sluice apply diverts them again.',
    });
    expect(await unmend(project)).toMatchObject({ status: 'nothing-to-do', steps: [] });
    expect(await ids(project), 'no row moves before the plan').toEqual([1, 2, 3, 4, 4, 5]);
    expect(actionsOf(await project.plan())).toEqual(
      kind === 'FULL'
        ? ['staging.orders backfill', 'marts.total backfill']
        : ['staging.orders backfill', 'marts.total backfill'],
    );
    await project.build();
    expect(await project.shown()).toEqual(before);
    await using fresh = project.copy();
    await fresh.build();
    expect(await fresh.shown()).toEqual(before);
    expect(actionsOf(await project.plan())).toEqual([]);
    expect((await (await project.workspace()).checkState()).document.findings).toEqual([]);
    expect((await (await project.workspace()).history()).document.runs.map((r) => r.command)).toContain(
      'quarantine unmend',
    );

    // The rows are in quarantine again, under the ids that they had, and may be mended again.
    await replayed(project);
    await project.build();
    expect(await ids(project)).toEqual([1, 2, 3, 4, 4, 5]);
  },
);

test(
  'some of them are taken back: by audit, by run, by the rows of a file',
  { timeout: 180_000 },
  async () => {
    await using project = orders(KINDS[1][1]);
    await project.build();
    const from = await replayed(project);
    await project.build();
    expect((await unmend(project, { run: 'no such run' })).status).toBe('nothing-to-do');
    expect((await unmend(project, { audit: 'unique_values' })).status).toBe('nothing-to-do');
    expect((await unmend(project, { audit: 'NOT_NULL' })).status).toBe('done');
    const day = (await project.plan()).actions.find((a) => a.model === 'staging.orders')?.intervals;
    expect(day).toEqual([{ start: '2024-01-29T00:00:00.000Z', end: '2024-01-30T00:00:00.000Z' }]);
    await project.build();
    expect(await ids(project)).toEqual([1, 2, 4, 4, 5]);

    // One of the two that are the same.
    const [head = '', ...rows] = readFileSync(from, 'utf8').trimEnd().split('\n');
    writeFileSync(from, `${head}\n${rows.find((r) => r.includes('1.00')) ?? ''}\n`);
    expect((await unmend(project, { from })).summary).toContain('of 1 row of staging.orders');
    await project.build();
    expect(await ids(project)).toEqual([1, 2, 4, 5]);
    const run = String(await project.value('SELECT any_value(run_id) FROM _sluice.mend'));
    expect((await unmend(project, { run })).status).toBe('done');
    await project.build();
    expect(await ids(project)).toEqual([1, 2, 5]);
  },
);

test(
  'tables of other versions and environments compute their rows again too',
  { timeout: 180_000 },
  async () => {
    await using project = orders(KINDS[2][1], "cron '@hourly', ");
    await project.build();
    const today = project.read(MODEL);
    // Its intervals are days: what an hour of the other table held is part of one.
    const other = today
      .replace(
        'not_null(columns := (customer)',
        'unique_values(columns := (ts), condition := id <> 4, severity := quarantine), not_null(columns := (customer)',
      )
      .replace("cron '@hourly', ", '');
    project.write(MODEL, other);
    await project.build('dev');
    project.write(MODEL, today);
    await replayed(project);
    await project.build();
    project.write(MODEL, other);
    await project.build('dev');
    const inDev = 'SELECT id::INT AS id FROM staging__dev.orders ORDER BY ALL';
    expect((await project.rows(inDev)).map((r) => r['id'])).toEqual([1, 2, 3, 4, 4, 5]);

    expect((await unmend(project)).steps.filter((s) => s.what === 'table')).toHaveLength(2);
    const plan = (await project.plan('dev')).actions.find((a) => a.model === 'staging.orders');
    expect(plan?.intervals, 'whole days').toEqual([
      { start: '2024-01-29T00:00:00.000Z', end: '2024-01-31T00:00:00.000Z' },
    ]);
    await project.build('dev');
    expect((await project.rows(inDev)).map((r) => r['id'])).toEqual([1, 2, 5]);
    expect(actionsOf(await project.plan('dev'))).toEqual([]);
    project.write(MODEL, today);
    await project.build();
    expect(await ids(project)).toEqual([1, 2, 5]);
  },
);

test('a table whose rows could not be computed again is left as it is, and that is said', async () => {
  await using project = orders('INCREMENTAL_BY_TIME_RANGE (time_column ts, disable_restatement true)');
  await project.build();
  await replayed(project);
  const [first] = await refusal(unmend(project));
  expect(first).toMatchObject({ code: 'cannot-replay' });
  expect(first?.message).toContain('could not be computed again');
  expect(await project.value('SELECT count(*)::INT FROM _sluice.mend')).toBe(3);
});

test('only a model of which something was mended, and a file that says which rows', async () => {
  await using project = orders('FULL');
  await project.build();
  await expect((await project.workspace()).unmendQuarantine('staging.oders')).rejects.toThrow(
    "there is no model 'staging.oders'",
  );
  expect(await unmend(project)).toMatchObject({
    status: 'nothing-to-do',
    summary: 'Nothing was made of rows of staging.orders that could be taken back.',
  });
  project.write('some.csv', 'id\n1\n');
  expect(await refusal(unmend(project, { from: project.path('some.csv') }))).toMatchObject([
    { code: 'cannot-replay', message: 'the file has no column _sluice_id, which says which row is which' },
  ]);
});
