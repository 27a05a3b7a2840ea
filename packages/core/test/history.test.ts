/** What happened is remembered: runs, what each did to each model, with which SQL and why not. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { refusal, TestProject } from './support/project.ts';

test('runs and promotions are listed, newest first', async () => {
  await using project = new TestProject(ORDERS);
  const w = await project.workspace();
  expect((await w.history()).document).toMatchObject({ runs: [], more: false });
  await project.build();
  project.now += 86_400_000;
  await project.run();
  project.edit('models/marts/countries.sql', 'count(*)', 'count(*) + 1');
  await project.build('dev');
  await w.promote('dev');
  await w.rollback('prod');
  await w.dropEnvironment('dev');
  const { runs } = (await w.history()).document;
  expect(
    runs.map(
      (r) => `${r.command} ${r.environment} ${r.status} ${r.models_done} ${r.promotion?.sequence ?? '-'}`,
    ),
  ).toEqual([
    'env drop dev done 0 -',
    'rollback prod done 0 3',
    'promote prod done 0 2',
    'apply dev done 1 -',
    'run prod done 2 -',
    'apply prod done 7 1',
  ]);
  expect(runs.map((r) => r.promotion?.from).filter((f) => f)).toEqual([
    { environment: 'prod', sequence: 1 },
    { environment: 'dev', sequence: 1 },
  ]);
  expect((await w.history({ environment: 'dev' })).document.runs).toHaveLength(2);
  const two = (await w.history({ limit: 2 })).document;
  expect([two.runs.length, two.more]).toEqual([2, true]);
});

test('a run says for each model and task how long, how many rows, and with which SQL', async () => {
  await using project = new TestProject(ORDERS);
  project.edit('models/marts/daily.sql', 'time_column day', 'time_column day, batch_size 2');
  const applied = await project.build();
  const w = await project.workspace();
  const run = (await w.runHistory(applied.run ?? '')).document;
  expect(run).toMatchObject({ command: 'apply', environment: 'prod', status: 'done', models_done: 7 });
  const daily = run.models.find((m) => m.model === 'marts.daily');
  expect(daily).toMatchObject({ action: 'create', status: 'done', rows: 4, error: null });
  expect(daily?.tasks.map((t) => [t.task, t.interval?.start.slice(0, 10), t.rows, t.status])).toEqual([
    [1, '2024-01-28', 2, 'done'],
    [2, '2024-01-30', 2, 'done'],
  ]);
  expect(daily?.tasks[0]?.sql).toContain("ts BETWEEN '2024-01-28 00:00:00' AND '2024-01-29 23:59:59.999999'");
  expect(daily?.tasks[1]?.sql, 'of the others only the hash').toBeNull();
  expect(daily?.tasks[1]?.sql_digest).toMatch(/^[0-9a-f]{32}$/);
  expect(run.models.find((m) => m.model === 'raw.orders')?.tasks).toMatchObject([
    { interval: null, rows: 4, sql: null, sql_digest: null },
  ]);
  for (const m of run.models) expect(m.seconds).toBeGreaterThanOrEqual(0);
});

test('a failure is kept with its code and its SQL, without secrets', async () => {
  await using project = new TestProject(ORDERS);
  project.edit(
    'models/staging/customers.sql',
    ';\nSELECT name',
    ";\nSET custom_user_agent = 'hush';\nSELECT error('no token=hush') AS e, name",
  );
  const failed = await project.apply();
  expect(failed.status).toBe('failed');
  const w = await project.workspace();
  const run = (await w.runHistory((failed.run ?? '').slice(0, -1))).document;
  expect(run.status).toBe('failed');
  const model = run.models.find((m) => m.model === 'staging.customers');
  expect(model).toMatchObject({ status: 'failed', error_code: 'query-failed' });
  expect(model?.tasks).toMatchObject([{ task: 1, status: 'failed', error_code: 'query-failed' }]);
  expect(model?.tasks[0]?.sql).toContain('upper(country)');
  expect(model?.tasks[0]?.sql).toContain("SET custom_user_agent = '***'");
  expect(
    run.models.map((m) => m.model),
    'what was not run is not there',
  ).not.toContain('marts.countries');
  for (const table of ['run_result', 'run_task', 'statement'])
    expect(JSON.stringify(await project.rows(`FROM _sluice.${table}`)), table).not.toContain('hush');
});

test('a run that was killed right before its end is lost, also when it left nothing to do', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  await project.execute("UPDATE _sluice.run SET status = 'running', ended_at = NULL");
  expect((await project.apply()).status).toBe('nothing-to-do');
  const { runs } = (await (await project.workspace()).history()).document;
  expect(runs.map((r) => r.status)).toEqual(['lost']);
});

test('runs that are not there are said', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  await project.build('dev');
  const w = await project.workspace();
  expect(await refusal(w.runHistory('nope'))).toMatchObject([{ code: 'unknown-run' }]);
  expect(await refusal(w.runHistory('2024'))).toMatchObject([
    { code: 'unknown-run', message: "2 runs begin with '2024'" },
  ]);
});

test('environments are compared in words', async () => {
  await using project = new TestProject(ORDERS);
  await project.build('prod');
  project.edit(
    'models/staging/customers.sql',
    'upper(country) AS country',
    'lower(country) AS country, 1 AS one',
  );
  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount + 1)');
  project.append('project.yaml', 'environments: { dev: { start: 2024-01-30 } }\n');
  await project.build('dev');
  const w = await project.workspace();
  const diff = (await w.diffEnvironments('prod', 'dev')).document;
  expect(
    diff.models.map((m) => ({
      model: m.model,
      reasons: m.reasons.map((r) => r.message),
      only: m.only_before,
    })),
  ).toEqual([
    { model: 'marts.countries', reasons: ['reads staging.customers.country, which changed'], only: [] },
    {
      model: 'marts.daily',
      reasons: ['revenue: expression changed'],
      only: [{ start: '2024-01-28T00:00:00.000Z', end: '2024-01-30T00:00:00.000Z' }],
    },
    { model: 'marts.monthly', reasons: ['reads marts.daily.revenue, which changed'], only: [] },
    { model: 'staging.customers', reasons: ['one: added', 'country: expression changed'], only: [] },
  ]);
  expect(diff.summary).toBe('prod → dev: 4 changed, 3 the same.');
  expect(
    (await w.diffEnvironments('dev', 'prod')).document.models.find((m) => m.model === 'staging.customers')
      ?.columns.removed,
  ).toEqual([{ name: 'one', type: 'INTEGER' }]);
  expect((await w.diffEnvironments('dev', 'dev')).document.summary).toBe('dev and dev show the same tables.');
  const shown = (await w.environment('dev')).document;
  expect(shown.models.find((m) => m.model === 'marts.daily')).toMatchObject({
    kind: 'INCREMENTAL_BY_TIME_RANGE',
    view: 'marts__dev.daily',
    stands: true,
    intervals: [{ start: '2024-01-30T00:00:00.000Z', end: '2024-02-01T00:00:00.000Z' }],
    behind: [],
  });
});
