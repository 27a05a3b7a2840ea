/** Corners where an apply once went wrong. Each is a case that failed before it was mended. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, resultsOf, TestProject } from './support/project.ts';

test('a time-range model whose history has not begun is an empty table, and goes on from there', async () => {
  await using project = new TestProject(
    { ...ORDERS, 'project.yaml': (ORDERS['project.yaml'] ?? '').replace('2024-01-28', '2024-02-01') },
    { now: '2024-02-01T06:00:00Z' },
  );
  const first = await project.build();
  expect(first.status).toBe('done');
  expect(await project.rows('SELECT * FROM marts.daily')).toEqual([]);
  expect((await project.apply()).status).toBe('nothing-to-do');

  project.append('data/orders.csv', '5,2024-02-01 09:00:00,ann,5.00,\n');
  project.now = Date.parse('2024-02-02T06:00:00Z');
  await project.build();
  expect(await project.rows('SELECT day::VARCHAR AS day, orders FROM marts.daily')).toEqual([
    { day: '2024-02-01', orders: '1' },
  ]);
});

test('a model that becomes embedded loses its view, and gets it back when it is a table again', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/staging/customers.sql', 'kind FULL', 'kind EMBEDDED');
  const plan = await project.plan();
  expect(actionsOf(plan)).toContain('staging.customers drop');
  await project.build();
  expect(
    await project.value(
      "SELECT count(*) FROM duckdb_views() WHERE schema_name = 'staging' AND view_name = 'customers'",
    ),
  ).toBe('0');
  expect((await project.apply()).status).toBe('nothing-to-do');

  project.edit('models/staging/customers.sql', 'kind EMBEDDED', 'kind FULL');
  await project.build();
  expect(await project.value('SELECT count(*) FROM staging.customers')).toBe('3');
});

test('a source that is declared as before again does not pass off what was loaded in between', async () => {
  await using project = new TestProject(ORDERS);
  const before = ORDERS['data/customers.csv'] ?? '';
  const narrow = 'name: VARCHAR, country: VARCHAR }';
  await project.build();
  // Another declaration sees other rows; a reader that does not read the new column keeps its table.
  project.edit('project.yaml', narrow, 'name: VARCHAR, country: VARCHAR, since: DATE }');
  project.write('data/customers.csv', 'name,country,since\nann,XX,2024-01-01\n');
  await project.build();
  expect(await project.rows('SELECT * FROM marts.countries')).toEqual([{ country: 'XX', customers: '1' }]);
  // Both go back: the old load is unchanged, but its readers hold the rows of the other.
  project.edit('project.yaml', ', since: DATE }', ' }');
  project.write('data/customers.csv', before);
  await project.build();
  expect(await project.rows('SELECT * FROM marts.countries ORDER BY ALL')).toEqual([
    { country: 'AT', customers: '1' },
    { country: 'BE', customers: '1' },
    { country: 'CZ', customers: '1' },
  ]);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('a changed audit looks at standing rows too when a new day comes at the same time', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.append('data/orders.csv', '5,2024-02-01 09:00:00,ann,5.00,\n');
  project.now = Date.parse('2024-02-02T06:00:00Z');
  // Only rows that stand already are too high.
  project.edit(
    'models/marts/daily.sql',
    'non_negative(columns := (revenue))',
    'accepted_range(column := revenue, max_v := 25)',
  );
  const applied = await project.apply();
  expect(applied.status).toBe('failed');
  expect(applied.diagnostics.map((d) => d.code)).toContain('audit-failed');
  expect(await project.value('SELECT count(*) FROM _sluice.quarantine')).toBe('2');
  expect((await project.apply()).status).toBe('failed');
});

test('a seed that changes between plan and apply is not loaded under the old version', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'seeds/names.csv': 'id,name\n1,one\n',
    'models/seeds/names.sql': "MODEL (name seeds.names, kind SEED (path '../../seeds/names.csv'));\n",
  });
  const applied = await project.apply('prod', {
    confirm: async () => {
      project.write('seeds/names.csv', 'id,name\n1,uno\n');
      return true;
    },
  });
  expect(applied.status).toBe('failed');
  expect(applied.diagnostics).toMatchObject([
    { code: 'source-moved', path: 'models/seeds/names.sql', line: 1 },
  ]);
  await project.build();
  expect(await project.rows('SELECT name FROM seeds.names')).toEqual([{ name: 'uno' }]);
});

test('a source that changes between plan and apply is not loaded', async () => {
  await using project = new TestProject(ORDERS);
  const applied = await project.apply('prod', {
    confirm: async () => {
      project.append('data/customers.csv', 'dee,DE\n');
      return true;
    },
  });
  expect(applied.status).toBe('failed');
  expect(applied.diagnostics).toContainEqual(
    expect.objectContaining({ code: 'source-moved', path: 'project.yaml' }),
  );
  await project.build();
  expect(await project.value('SELECT count(*) FROM staging.customers')).toBe('4');
});

test("a table that somebody put where a removed model's view was is left alone", async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  await project.execute('DROP VIEW marts.countries; CREATE TABLE marts.countries AS SELECT 42 AS answer');
  project.remove('models/marts/countries.sql');
  const applied = await project.build();
  expect(applied.promoted).toBe(true);
  expect(await project.value('SELECT answer FROM marts.countries')).toBe(42);
});

test('a physical table that somebody dropped is built again, whole', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const before = await project.shown();
  const daily = (await project.physical()).find((n) => n.startsWith('sluice__marts.daily__')) ?? '';
  await project.execute(`DROP TABLE ${daily}`);
  const applied = await project.build();
  expect(resultsOf(applied)).toContain('marts.daily done');
  expect(await project.shown()).toEqual(before);
});

test('names in quotes, in capitals and renamed in case only', async () => {
  await using project = new TestProject({
    'project.yaml': `name: odd
start: 2024-01-30
sources: { Raw: { Events: { file: e.csv, time_column: When, columns: { Id: BIGINT, When: TIMESTAMP, "the value": BIGINT } } } }
`,
    'e.csv': 'Id,When,the value\n1,2024-01-30 10:00:00,5\n2,2024-01-31 10:00:00,7\n',
    'models/m/daily.sql': `MODEL (name Marts.Daily, kind INCREMENTAL_BY_TIME_RANGE (time_column "Day"), audits (non_negative(columns := ("the sum"))));
SELECT "when"::DATE AS "Day", sum("the value") AS "the sum" FROM raw.events WHERE "when" BETWEEN @start_ts AND @end_ts GROUP BY ALL
`,
    'models/m/total.sql':
      'MODEL (name Marts.Total, kind VIEW);\nSELECT sum("the sum") AS "select" FROM marts.daily\n',
  });
  await project.build();
  expect(await project.rows('SELECT "select" FROM marts.total')).toEqual([{ select: '12' }]);
  expect((await project.apply()).status).toBe('nothing-to-do');
  project.edit('models/m/daily.sql', 'Marts.Daily', 'marts.daily');
  await project.build();
  expect(await project.value('SELECT "select" FROM marts.total')).toBe('12');
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('a file that loses all its rows empties what depends on it', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.write('data/orders.csv', 'id,ts,customer,amount,note\n');
  await project.build();
  expect(await project.value('SELECT count(*) FROM marts.daily')).toBe('0');
  expect(await project.value('SELECT count(*) FROM marts.monthly')).toBe('0');
  expect((await project.apply()).status).toBe('nothing-to-do');
});

function rollup(name: string, cron: string, unit: string, from: string, column: string): string {
  return `MODEL (name marts.${name}, kind INCREMENTAL_BY_TIME_RANGE (time_column at_${unit}), cron '${cron}', start '2023-12-01');
SELECT date_trunc('${unit}', ${column})::TIMESTAMP AS at_${unit}, sum(n) AS n FROM ${from}
WHERE ${column} BETWEEN @start_ts AND @end_ts GROUP BY ALL
`;
}

test('a late row goes through hours, days and months, and computes one of each', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/staging/counted.sql':
      'MODEL (name staging.counted, kind EMBEDDED);\nSELECT ts, 1 AS n FROM raw.orders\n',
    'models/marts/hours.sql': rollup('hours', '@hourly', 'hour', 'staging.counted', 'ts'),
    'models/marts/days.sql': rollup('days', '@daily', 'day', 'marts.hours', 'at_hour'),
    'models/marts/months.sql': rollup('months', '@monthly', 'month', 'marts.days', 'at_day'),
  });
  await project.build();
  expect(await project.value('SELECT sum(n) FROM marts.months')).toBe('4');
  project.append('data/orders.csv', '9,2024-01-29 05:30:00,ann,1.00,\n');
  const applied = await project.build();
  const intervals = (name: string): unknown =>
    applied.results.find((r) => r.model === `marts.${name}`)?.intervals;
  expect(intervals('months')).toEqual([
    { start: '2024-01-01T00:00:00.000Z', end: '2024-02-01T00:00:00.000Z' },
  ]);
  expect(intervals('days')).toEqual([{ start: '2024-01-29T00:00:00.000Z', end: '2024-01-30T00:00:00.000Z' }]);
  // Files are compared by day, so a day of hours is the least.
  expect(intervals('hours')).toEqual([
    { start: '2024-01-29T00:00:00.000Z', end: '2024-01-30T00:00:00.000Z' },
  ]);
  expect(await project.value('SELECT sum(n) FROM marts.months')).toBe('5');
});

test('times without end, and none at all, are changes of any time', async () => {
  await using project = new TestProject(ORDERS);
  project.append('data/orders.csv', '8,infinity,ann,1.00,\n9,,ann,1.00,\n10,-infinity,ann,1.00,\n');
  await project.build();
  expect(await project.value('SELECT count(*) FROM staging.orders')).toBe('7');
  expect(await project.value('SELECT sum(orders) FROM marts.daily')).toBe('4');
  project.edit('data/orders.csv', '9,,ann', '9,2024-01-30 00:00:00,ann');
  await project.build();
  expect(await project.value('SELECT sum(orders) FROM marts.daily')).toBe('5');
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('statements before and after the query run in its transaction, and belong to its version', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/marts/logged.sql': `MODEL (name marts.logged, kind FULL);
CREATE TEMP TABLE factor AS SELECT 2 AS f;
SELECT id * f AS id FROM raw.orders, temp.factor;
DROP TABLE temp.factor;
`,
  });
  const found = await project.apply().catch((e: unknown) => e);
  // A model may not read what Sluice cannot see when it compiles.
  expect(found).toMatchObject({ diagnostics: [{ code: 'unknown-table' }] });
  project.write(
    'models/marts/logged.sql',
    `MODEL (name marts.logged, kind FULL);
SET VARIABLE factor = 2;
SELECT id * getvariable('factor')::BIGINT AS id FROM raw.orders;
RESET VARIABLE factor;
`,
  );
  await project.build();
  expect(await project.value('SELECT sum(id) FROM marts.logged')).toBe('20');
  project.edit('models/marts/logged.sql', 'factor = 2', 'factor = 3');
  expect(actionsOf(await project.plan())).toEqual(['marts.logged rebuild']);
  await project.build();
  expect(await project.value('SELECT sum(id) FROM marts.logged')).toBe('30');
});

test('an interrupt while views are promoted leaves the environment as it was or as it will be', async () => {
  await using project: TestProject = new TestProject(ORDERS, {
    observer: (event) => {
      if (event.kind === 'promoting') void project.workspace().then((w) => w.interrupt());
    },
  });
  const applied = await project.apply();
  expect(['interrupted', 'done']).toContain(applied.status);
  const views = Number(
    await project.value(
      "SELECT count(*) FROM duckdb_views() WHERE schema_name IN ('marts', 'staging', 'raw')",
    ),
  );
  expect(views).toBe(applied.promoted ? 7 : 0);
  await project.apply();
  expect([...(await project.shown()).keys()]).toHaveLength(7);
});

test('a model that changes its kind is built as the new one', async () => {
  await using project = new TestProject(ORDERS);
  // Time macros have no meaning in a view.
  project.edit('models/marts/daily.sql', 'WHERE ts BETWEEN @start_ts AND @end_ts\n', '');
  await project.build();
  const daily = 'kind INCREMENTAL_BY_TIME_RANGE (time_column day)';
  for (const [from, to] of [
    [daily, 'kind FULL'],
    ['kind FULL', 'kind VIEW'],
    ['kind VIEW', daily],
  ] as const) {
    project.edit('models/marts/daily.sql', from, to);
    await project.build();
    await using fresh = project.copy();
    await fresh.build();
    expect(await project.shown()).toEqual(await fresh.shown());
  }
});
