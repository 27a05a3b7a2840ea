/** `run` brings in new data on schedule, and nothing else. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { days, refusal, resultsOf, TestProject } from './support/project.ts';

test('run refuses when the project is not what the environment shows', async () => {
  await using project = new TestProject(ORDERS);
  expect(await refusal(project.run())).toMatchObject([{ code: 'unknown-environment' }]);
  await project.build();
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  const found = await refusal(project.run());
  expect(found).toMatchObject([{ code: 'environment-differs' }]);
  expect(found[0]?.message).toContain('staging.customers, marts.countries');
  project.edit('models/staging/customers.sql', 'lower(country)', 'upper(country)');
  expect((await project.run()).status).toBe('nothing-to-do');
  project.remove('models/marts/countries.sql');
  expect(await refusal(project.run())).toMatchObject([{ code: 'environment-differs' }]);
});

test('a table with a cron waits for its tick', async () => {
  await using project = new TestProject(ORDERS);
  project.edit('models/marts/countries.sql', 'kind FULL', "kind FULL, cron '@monthly'");
  await project.build();
  project.now = Date.parse('2024-02-10T06:00:00Z');
  project.append('data/customers.csv', 'dee,DE\n');
  expect(
    resultsOf(await project.run()).filter(
      (r) => !r.startsWith('marts.daily') && !r.startsWith('marts.monthly'),
    ),
  ).toEqual(['raw.customers done', 'staging.customers done']);
  expect(await project.run()).toMatchObject({
    status: 'nothing-to-do',
    unchanged: 6,
    waiting: ['marts.countries'],
    summary:
      'Nothing is due: 6 models are up to date in prod. New inputs wait for the next tick of a cron: marts.countries.',
  });
  expect(await project.value('SELECT count(*) FROM marts.countries')).toBe('3');
  project.now = Date.parse('2024-03-01T00:00:00Z');
  expect(resultsOf(await project.run())).toContain('marts.countries done');
  expect(await project.value('SELECT count(*) FROM marts.countries')).toBe('4');
});

test('plan and apply do not wait', async () => {
  await using project = new TestProject(ORDERS);
  project.edit('models/marts/countries.sql', 'kind FULL', "kind FULL, cron '@monthly'");
  await project.build();
  project.append('data/customers.csv', 'dee,DE\n');
  expect(resultsOf(await project.build())).toEqual([
    'raw.customers done',
    'staging.customers done',
    'marts.countries done',
  ]);
});

test('a table that depends on the clock is made again when its cron ticks', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/marts/recent.sql': `MODEL (name marts.recent, kind FULL, cron '@daily');
SELECT id FROM raw.orders WHERE ts >= @execution_ds::DATE - INTERVAL 2 DAY
`,
  });
  await project.build();
  expect(await project.rows('SELECT id FROM marts.recent ORDER BY 1')).toEqual([{ id: '3' }, { id: '4' }]);
  project.now += 3_600_000;
  expect((await project.run()).status).toBe('nothing-to-do');
  project.now += 24 * 3_600_000;
  expect(resultsOf(await project.run())).toContain('marts.recent done');
  expect(await project.rows('SELECT id FROM marts.recent')).toEqual([{ id: '4' }]);
});

test('nothing due does nothing, within an hour and within a day', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  for (const now of ['2024-02-01T06:00:01Z', '2024-02-01T23:59:59Z']) {
    project.now = Date.parse(now);
    expect((await project.run()).status).toBe('nothing-to-do');
  }
  project.now = Date.parse('2024-02-02T00:00:00Z');
  const run = await project.run();
  expect(resultsOf(run)).toEqual(['marts.daily done', 'marts.monthly done']);
});

test('models whose inputs did not move are skipped, and that is said', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.append('data/customers.csv', 'dee,DE\n');
  const run = await project.run();
  expect(resultsOf(run)).toEqual(['raw.customers done', 'staging.customers done', 'marts.countries done']);
  expect(run).toMatchObject({
    unchanged: 4,
    waiting: [],
    summary: 'prod is up to date: 3 models done; 4 models skipped: no input moved.',
  });
});

test('--ignore-cron computes what has ended, and waits for no tick', async () => {
  await using project = new TestProject(ORDERS, { now: '2024-02-01T06:00:00Z' });
  project.edit('models/marts/countries.sql', 'kind FULL', "kind FULL, cron '@monthly'");
  project.edit('models/marts/daily.sql', 'name marts.daily,', "name marts.daily, cron '0 20 * * *',");
  await project.build();
  project.append('data/customers.csv', 'dee,DE\n');
  project.now = Date.parse('2024-02-01T19:00:00Z');
  const due = await project.run();
  expect(resultsOf(due)).not.toContain('marts.countries done');
  expect(resultsOf(due)).not.toContain('marts.daily done');
  const all = await project.run('prod', { ignoreCron: true });
  expect(resultsOf(all)).toContain('marts.countries done');
  const daily = all.results.find((r) => r.model === 'marts.daily');
  // The day of now is not over: no cron is needed to know that.
  expect(daily?.intervals.at(-1)?.end).toBe('2024-02-01T00:00:00.000Z');
  expect((await project.run('prod', { ignoreCron: true })).status).toBe('nothing-to-do');
});

test('a cron ticks by the clock of its time zone; intervals stay UTC', async () => {
  await using project = new TestProject(ORDERS, { now: '2024-03-30T12:00:00Z' });
  project.write('project.yaml', `${project.read('project.yaml')}\ndefaults: { cron_tz: Europe/Berlin }\n`);
  project.edit('models/marts/daily.sql', 'name marts.daily,', "name marts.daily, cron '30 2 * * *',");
  await project.build();
  const done: string[] = [];
  for (let hour = 0; hour < 72; hour++) {
    project.now = Date.parse('2024-03-30T12:30:00Z') + hour * 3_600_000;
    const daily = (await project.run()).results.find((r) => r.model === 'marts.daily');
    if (daily !== undefined)
      done.push(`${new Date(project.now).toISOString()} ${JSON.stringify(daily.intervals)}`);
  }
  expect(done).toEqual([
    // 02:30 was skipped on the 31st; the tick came at 03:30 there.
    `2024-03-31T01:30:00.000Z ${interval('2024-03-30', '2024-03-31')}`,
    `2024-04-01T00:30:00.000Z ${interval('2024-03-31', '2024-04-01')}`,
    `2024-04-02T00:30:00.000Z ${interval('2024-04-01', '2024-04-02')}`,
  ]);
});

function interval(start: string, end: string): string {
  return JSON.stringify([days(start, end)]);
}

test('run --select runs what it names, whatever else is due or changed', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.append('data/customers.csv', 'dee,DE\n');
  project.append('data/orders.csv', '5,2024-01-30 15:00:00,ann,5.00,\n');
  const applied = await project.run('prod', { select: '+staging.customers' });
  expect(resultsOf(applied)).toEqual(['raw.customers done', 'staging.customers done']);
  expect(applied.summary).toBe('prod is up to date: 2 models done.');
  expect(await project.value('SELECT count(*) FROM marts.countries')).toBe('3');
  expect((await project.run('prod', { select: 'marts.monthly' })).status).toBe('nothing-to-do');
  expect(await refusal(project.run('prod', { select: 'staging.customer' }))).toMatchObject([
    { code: 'nothing-selected', hint: "Did you mean 'staging.customers'?" },
  ]);
  // A change of what is not selected is in nobody's way; one of what is selected still is.
  project.edit('models/marts/monthly.sql', 'sum(revenue)', 'sum(revenue) * 2');
  expect((await project.run('prod', { select: 'marts.countries' })).status).toBe('done');
  expect(await refusal(project.run('prod', { select: '+marts.monthly' }))).toMatchObject([
    { code: 'environment-differs' },
  ]);
});
