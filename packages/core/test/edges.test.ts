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
