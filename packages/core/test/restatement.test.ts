/** Restating: rows are computed again though nothing moved that Sluice knows of. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, days, refusal, TestProject, type Files } from './support/project.ts';

/** A table of somebody else's that changes behind Sluice's back, and what is computed from it. */
const OUTSIDE: Files = {
  'project.yaml': `name: outside
start: 2024-01-28
sources:
  crm: { events: { table: crm.events, cron: '@yearly', columns: { ts: TIMESTAMP, id: INTEGER, value: VARCHAR } } }
`,
  'models/staging/events.sql': `MODEL (name staging.events, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, batch_size 1),
  audits (non_negative(columns := (value))));
SELECT ts, id, value::INTEGER AS value, id % 2 AS side FROM crm.events WHERE ts BETWEEN @start_ts AND @end_ts
`,
  'models/marts/daily.sql': `MODEL (name marts.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column day));
SELECT ts::DATE AS day, sum(value)::INTEGER AS value FROM staging.events WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY ALL
`,
  'models/marts/total.sql': `MODEL (name marts.total, kind FULL);
SELECT sum(value)::INTEGER AS value FROM marts.daily
`,
  'models/marts/frozen.sql': `MODEL (name marts.frozen, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, disable_restatement true));
SELECT ts, value FROM staging.events WHERE ts BETWEEN @start_ts AND @end_ts
`,
  'models/marts/other.sql': `MODEL (name marts.other, kind FULL);
SELECT 1 AS n
`,
};

async function outside(more: Files = {}): Promise<TestProject> {
  const project = new TestProject({ ...OUTSIDE, ...more }, { now: '2024-02-01T06:00:00Z' });
  await (await project.workspace()).compile();
  const { mkdirSync } = await import('node:fs');
  mkdirSync(project.path('.sluice'), { recursive: true });
  await project.execute('CREATE SCHEMA crm');
  await project.execute(
    "CREATE TABLE crm.events AS SELECT ts, row_number() OVER ()::INTEGER AS id, '10' AS value FROM range(TIMESTAMP '2024-01-28 12:00:00', TIMESTAMP '2024-02-01', INTERVAL 1 DAY) t(ts)",
  );
  await project.build();
  return project;
}

async function values(project: TestProject, table = 'staging.events'): Promise<readonly unknown[]> {
  return (await project.rows(`SELECT value FROM ${table} ORDER BY ALL`)).map((r) => r['value']);
}

test('the cascade is shown before it happens, and is what happens', async () => {
  await using project = await outside();
  await project.execute("UPDATE crm.events SET value = '20' WHERE ts::DATE IN ('2024-01-29', '2024-01-30')");
  expect(actionsOf(await project.plan()), 'nobody tells Sluice').toEqual([]);
  const restate = {
    restate: 'staging.events',
    start: Date.parse('2024-01-29T00:00:00Z'),
    end: Date.parse('2024-01-31T00:00:00Z'),
  };
  const plan = await project.plan('prod', restate);
  expect(plan.actions.map((a) => [a.model, a.action, a.reasons.map((r) => r.code), a.intervals])).toEqual([
    ['staging.events', 'backfill', ['restated'], [days('2024-01-29', '2024-01-31')]],
    ['marts.daily', 'backfill', ['inputs_moved'], [days('2024-01-29', '2024-01-31')]],
    ['marts.total', 'backfill', ['inputs_moved'], []],
  ]);
  expect(plan.restatement).toMatchObject({
    selection: 'staging.events',
    models: ['staging.events'],
    readers: ['marts.daily', 'marts.total'],
    kept: [{ model: 'marts.frozen' }],
    spared: [],
  });
  expect(plan.start, 'the limits are the restatement’s').toBeNull();
  expect((await project.apply('prod', restate)).status).toBe('done');
  expect(await values(project)).toEqual([10, 10, 20, 20]);
  expect(await values(project, 'marts.total')).toEqual([60]);
  expect(await values(project, 'marts.frozen'), 'nothing is computed again').toEqual([10, 10, 10, 10]);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('a restatement whose query fails halfway leaves the old rows, and the next plan says what is still to do', async () => {
  await using project = await outside();
  await project.execute(
    "UPDATE crm.events SET value = CASE WHEN ts::DATE = '2024-01-30' THEN 'oops' ELSE '20' END",
  );
  const applied = await project.apply('prod', { restate: 'staging.events' });
  expect(applied.status).toBe('failed');
  expect(await values(project), 'two days are through, two stand').toEqual([10, 10, 20, 20]);
  expect(await values(project, 'marts.total'), 'readers were not run').toEqual([40]);

  const next = await project.plan();
  expect(next.actions.map((a) => [a.model, a.action, a.reasons.map((r) => r.message), a.intervals])).toEqual([
    [
      'staging.events',
      'backfill',
      ['computing it again was asked for before, and has yet to be done'],
      [days('2024-01-30', '2024-02-01')],
    ],
    ['marts.daily', 'backfill', ['new data in staging.events'], [days('2024-01-28', '2024-02-01')]],
    ['marts.total', 'backfill', ['new data in marts.daily'], []],
  ]);
  expect((await project.run()).status, 'and run tries it too').toBe('failed');

  await project.execute("UPDATE crm.events SET value = '20'");
  expect((await project.run()).status).toBe('done');
  expect(await values(project)).toEqual([20, 20, 20, 20]);
  expect(await values(project, 'marts.total')).toEqual([80]);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('a restatement that was begun is not forgotten when the definition changes', async () => {
  await using project = await outside();
  await project.execute(
    "UPDATE crm.events SET value = CASE WHEN ts::DATE = '2024-01-30' THEN 'oops' ELSE '20' END",
  );
  await project.apply('prod', { restate: 'staging.events' });
  await project.execute("UPDATE crm.events SET value = '20'");
  // Nobody reads the new column: but for the restatement, readers would be spared.
  project.edit('models/staging/events.sql', 'AS side', 'AS side, id + 1 AS next');
  await project.build();
  expect(await values(project, 'marts.total')).toEqual([80]);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('going back to an earlier definition does not go back behind a restatement', async () => {
  await using project = await outside();
  project.edit('models/staging/events.sql', 'AS side', 'AS side, id + 1 AS next');
  await project.build();
  await project.execute("UPDATE crm.events SET value = '20'");
  expect((await project.apply('prod', { restate: 'staging.events' })).status).toBe('done');
  project.edit('models/staging/events.sql', 'AS side, id + 1 AS next', 'AS side');
  await project.build();
  expect(await values(project)).toEqual([20, 20, 20, 20]);
  expect(await values(project, 'marts.total')).toEqual([80]);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('a restatement that fails its audit is never visible', async () => {
  await using project = await outside();
  await project.execute("UPDATE crm.events SET value = '-1'");
  const applied = await project.apply('prod', { restate: 'staging.events' });
  expect(applied.status).toBe('failed');
  expect(applied.diagnostics.map((d) => d.code)).toContain('audit-failed');
  expect(await values(project)).toEqual([10, 10, 10, 10]);
  expect(actionsOf(await project.plan())).toContain('staging.events backfill');
});

test('a whole table is computed anew; its readers follow, and nothing else does', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const plan = await project.plan('prod', { restate: 'staging.customers' });
  expect(actionsOf(plan)).toEqual(['staging.customers backfill', 'marts.countries backfill']);
  expect((await project.apply('prod', { restate: 'staging.customers' })).status).toBe('done');
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('restating a view or a source restates what is computed from it', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const view = await project.plan('prod', { restate: 'staging.orders' });
  expect(actionsOf(view)).toEqual(['marts.daily backfill', 'marts.monthly backfill']);
  expect(view.restatement?.models).toEqual(['marts.daily']);
  const start = Date.parse('2024-01-30T00:00:00Z');
  const source = await project.plan('prod', { restate: 'raw.orders', start });
  expect(source.actions.map((a) => [a.model, a.intervals.map((i) => i.start)])).toEqual([
    ['raw.orders', ['2024-01-30T00:00:00.000Z']],
    ['marts.daily', ['2024-01-30T00:00:00.000Z']],
    ['marts.monthly', []],
  ]);
  expect((await project.apply('prod', { restate: 'raw.orders', start })).status).toBe('done');
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('restating in dev never touches a row that prod shows', async () => {
  await using project = await outside();
  project.edit('models/marts/total.sql', 'AS value', 'AS value, 1 AS one');
  await project.build('dev');
  await project.execute("UPDATE crm.events SET value = '20'");
  for (const restate of ['staging.events', 'marts.daily', '*']) {
    const found = await refusal(project.apply('dev', { restate: `${restate} !marts.frozen` }));
    expect(found.map((d) => d.code)).toContain('restatement-refused');
  }
  const found = await refusal(project.plan('dev', { restate: 'staging.events' }));
  expect(found.map((d) => d.message)).toEqual([
    'restating in dev would change rows that other environments show: staging.events, marts.daily',
  ]);
  expect(await values(project)).toEqual([10, 10, 10, 10]);
  expect(await values(project, 'marts.total')).toEqual([40]);
  // What dev has for itself is restated there.
  expect((await project.apply('dev', { restate: 'marts.total' })).status).toBe('done');
  expect(actionsOf(await project.plan('dev'))).toEqual([]);

  // A table of dev's own with a reader that prod shows as well: the reader would follow.
  project.edit('models/staging/events.sql', 'AS side', 'AS side, id + 1 AS next');
  await project.build('dev');
  const shared = await refusal(project.plan('dev', { restate: 'staging.events' }));
  expect(shared.map((d) => d.message)).toEqual([
    'restating in dev would change rows that other environments show: marts.daily',
  ]);
  expect(await values(project, 'marts.daily')).toEqual([10, 10, 10, 10]);
});

test('what cannot be restated says why', async () => {
  await using project = await outside({
    'models/marts/history.sql': `MODEL (name marts.history, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [value]));
SELECT id, value FROM staging.events
`,
  });
  const found = await refusal(project.plan('prod', { restate: 'marts.frozen marts.history' }));
  expect(found.map((d) => [d.code, d.message, d.notes[0]?.message, d.hint])).toEqual([
    [
      'restatement-refused',
      'marts.frozen cannot be restated',
      'disable_restatement is set, or its kind implies it',
      'Leave it out of the selection: !marts.frozen',
    ],
    [
      'restatement-refused',
      'marts.history cannot be restated',
      'SCD_TYPE_2_BY_COLUMN keeps what its inputs no longer hold',
      'Leave it out of the selection: !marts.history',
    ],
  ]);
  const early = { restate: 'staging.events', end: Date.parse('2020-01-01T00:00:00Z') };
  expect((await refusal(project.plan('prod', early)))[0]?.notes[0]?.message).toBe(
    'none of its intervals lies in the range that was given',
  );
  expect((await refusal(project.plan('prod', { restate: 'staging.event' })))[0]).toMatchObject({
    code: 'nothing-selected',
    hint: "Did you mean 'staging.events'?",
  });
});

test('a saved restatement is done as it was shown', async () => {
  await using project = await outside();
  await project.execute("UPDATE crm.events SET value = '20'");
  const start = Date.parse('2024-01-31T00:00:00Z');
  const text = JSON.stringify(await project.plan('prod', { restate: 'staging.events', start }));
  expect((await project.applyPlan(text)).status).toBe('done');
  expect(await values(project)).toEqual([10, 10, 10, 20]);
  expect(await refusal(project.applyPlan(text)), 'not twice').toMatchObject([{ code: 'plan-moved' }]);
});

test('one plan changes an expression two models up and adds a column between: the last model has the new values', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/staging/orders.sql', 'customer, amount', 'customer, amount * 2 AS amount');
  project.edit('models/marts/daily.sql', 'count(*) AS orders', 'count(*) AS orders, max(id) AS last_id');
  expect(actionsOf(await project.plan())).toContain('marts.monthly rebuild');
  await project.build();
  expect(await project.value('SELECT sum(revenue)::INTEGER FROM marts.monthly')).toBe(200);
  expect((await project.apply()).status).toBe('nothing-to-do');
});
