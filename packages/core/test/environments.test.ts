/** Environments are sets of views: what is done in one does not show in another. */
import { describe, expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, days, refusal, resultsOf, TestProject } from './support/project.ts';

test('prod has plain views, dev has views in schemas of its own', async () => {
  await using project = new TestProject(ORDERS);
  await project.build('prod');
  const dev = await project.build('dev');
  expect(dev.results, 'nothing is built twice').toEqual([]);
  expect(dev.promoted).toBe(true);
  expect(
    await project.rows(
      "SELECT schema_name AS s, view_name AS v FROM duckdb_views() WHERE view_name = 'daily' AND schema_name NOT LIKE 'sluice%' ORDER BY ALL",
    ),
  ).toEqual([
    { s: 'marts', v: 'daily' },
    { s: 'marts__dev', v: 'daily' },
  ]);
});

test('a change in dev does not show in prod, and prod takes over its tables without building', async () => {
  await using project = new TestProject(ORDERS);
  await project.build('prod');
  const prod = await project.shown('prod');
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  const dev = await project.build('dev');
  expect(resultsOf(dev)).toEqual(['staging.customers done', 'marts.countries done']);
  expect(await project.shown('prod')).toEqual(prod);
  expect((await project.shown('dev')).get('marts.countries')?.rows).toContain('["at","1"]');

  const tables = await project.physical();
  expect(actionsOf(await project.plan('prod'))).toEqual(['staging.customers reuse', 'marts.countries reuse']);
  const applied = await project.build('prod');
  expect(applied.results).toEqual([]);
  expect(await project.physical()).toEqual(tables);
  expect(await project.shown('prod')).toEqual(await project.shown('dev'));
});

test('tables that dev built in part are completed for prod, not trusted', async () => {
  await using project = new TestProject(ORDERS);
  project.append('project.yaml', 'environments: { dev: { start: 2024-01-30 } }\n');
  await project.build('prod');
  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount + 1)');
  const dev = await project.build('dev');
  expect(dev.results.find((r) => r.model === 'marts.daily')?.intervals).toEqual([
    days('2024-01-30', '2024-02-01'),
  ]);
  expect((await project.shown('dev')).get('marts.daily')?.rows).toHaveLength(2);
  expect((await project.shown('prod')).get('marts.daily')?.rows).toHaveLength(4);

  const prod = await project.build('prod');
  expect(resultsOf(prod)).toEqual(['marts.daily done', 'marts.monthly done']);
  expect(prod.results[0]?.intervals).toEqual([days('2024-01-28', '2024-01-30')]);
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown('prod')).toEqual(await fresh.shown());
  expect((await project.apply('dev')).status, 'dev shows the complete tables now').toBe('nothing-to-do');
});

test('a limited apply is completed by the next one', async () => {
  await using project = new TestProject(ORDERS);
  const part = await project.apply('prod', { start: Date.UTC(2024, 0, 29), end: Date.UTC(2024, 0, 30) });
  expect(part.results.find((r) => r.model === 'marts.daily')?.intervals).toEqual([
    days('2024-01-29', '2024-01-30'),
  ]);
  const rest = await project.build();
  expect(resultsOf(rest)).toEqual(['marts.daily done', 'marts.monthly done']);
  expect(rest.results[0]?.intervals).toEqual([
    days('2024-01-28', '2024-01-29'),
    days('2024-01-30', '2024-02-01'),
  ]);
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

test('a removed model loses its view at promotion, its table stays', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const tables = await project.physical();
  project.remove('models/marts/countries.sql');
  const plan = await project.plan();
  expect(actionsOf(plan)).toEqual(['marts.countries drop']);
  expect(plan.actions[0]?.sql).toEqual(['DROP VIEW IF EXISTS "marts"."countries"']);
  const applied = await project.build();
  expect(applied.promoted).toBe(true);
  expect([...(await project.shown()).keys()]).not.toContain('marts.countries');
  expect(await project.value("SELECT count(*) FROM duckdb_views() WHERE view_name = 'countries'")).toBe('0');
  expect(await project.physical()).toEqual(tables);
});

test('what Sluice did not make is never replaced', async () => {
  for (const [relation, sql] of [
    ['table', 'CREATE TABLE marts.extra AS SELECT 42 AS n'],
    ['view', 'CREATE VIEW marts.extra AS SELECT 42 AS n'],
  ] as const) {
    await using project = new TestProject(ORDERS);
    await project.build();
    await project.execute(sql);
    const before = await project.physical();
    project.write('models/marts/extra.sql', 'MODEL (name marts.extra, kind FULL);\nSELECT 1 AS n\n');
    const found = await refusal(project.apply());
    expect(found).toMatchObject([{ code: 'name-taken' }]);
    expect(found[0]?.message).toContain(`a ${relation} named marts.extra`);
    expect(await project.value('SELECT n FROM marts.extra')).toBe(42);
    expect(await project.physical()).toEqual(before);
  }
});

function remakesItsView(n: number): string {
  return (
    `MODEL (name marts.own, kind FULL);\nSELECT ${n} AS n;\nON_VIRTUAL_UPDATE_BEGIN;\n` +
    'CREATE OR REPLACE VIEW @this_model AS SELECT 42 AS n;\nON_VIRTUAL_UPDATE_END;\n'
  );
}

describe('what somebody put where a view of ours was', () => {
  const CHANGED = 'MODEL (name marts.countries, kind FULL);\nSELECT 1 AS n\n';
  test.each([
    ['a table', 'DROP VIEW marts.countries; CREATE TABLE marts.countries AS SELECT 42 AS n', CHANGED],
    ['a view', 'CREATE OR REPLACE VIEW marts.countries AS SELECT 42 AS n', CHANGED],
    [
      'a view of a table',
      'CREATE TABLE t AS SELECT 42 AS n; CREATE OR REPLACE VIEW marts.countries AS FROM t',
      CHANGED,
    ],
    ['a view, its model gone', 'CREATE OR REPLACE VIEW marts.countries AS SELECT 42 AS n', undefined],
  ])('is never replaced nor dropped: %s', async (what, sql, file) => {
    await using project = new TestProject(ORDERS);
    await project.build();
    await project.execute(sql);
    if (file === undefined) project.remove('models/marts/countries.sql');
    else project.write('models/marts/countries.sql', file);
    const before = await project.physical();
    const relation = what === 'a table' ? 'table' : 'view';
    for (const attempt of ['plan', 'apply'] as const) {
      const found = await refusal(project[attempt]());
      expect(found).toMatchObject([{ code: 'name-taken' }]);
      expect(found[0]?.message).toBe(
        `a ${relation} that Sluice did not make stands where prod has its view marts.countries`,
      );
    }
    expect(await project.value('SELECT n FROM marts.countries')).toBe(42);
    expect(await project.physical()).toEqual(before);
  });

  test('but a view that statements of its model have remade is ours', async () => {
    await using project = new TestProject(ORDERS);
    project.write('models/marts/own.sql', remakesItsView(1));
    await project.build();
    project.write('models/marts/own.sql', remakesItsView(2));
    await project.build();
    const shown = async (): Promise<unknown> => project.value('SELECT n FROM marts.own');
    expect(await shown()).toBe(42);
    const w = await project.workspace();
    const findings = async (): Promise<unknown> => (await w.checkState()).document.findings;
    expect(await findings()).toEqual([]);
    // What is left out of a plan is left as it is.
    project.write('models/marts/countries.sql', CHANGED);
    expect(await project.apply('prod', { select: 'marts.countries' })).toMatchObject({ promoted: true });
    expect(await shown()).toBe(42);
    expect(await findings()).toEqual([]);
    // What it showed before is shown again as it was computed: what statements said then is not known.
    await w.rollback('prod', { to: 1 });
    expect(await shown()).toBe(1);
    expect(await findings()).toEqual([]);
    await project.build('dev');
    expect(await project.value('SELECT n FROM marts__dev.own')).toBe(42);
    await w.dropEnvironment('dev');
    expect(await project.value("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'marts__dev'")).toBe(
      '0',
    );
  });
});

test('an environment needs a name that can stand in a schema', async () => {
  await using project = new TestProject(ORDERS);
  for (const name of ['Dev', 'my-branch', '', '1st', 'a b'])
    expect(await refusal(project.plan(name))).toMatchObject([{ code: 'invalid-environment-name' }]);
});

test('a view that somebody dropped is put back', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  await project.execute('DROP VIEW marts.daily');
  expect(actionsOf(await project.plan())).toEqual(['marts.daily rebind']);
  const applied = await project.build();
  expect(applied.results).toEqual([]);
  expect(await project.value('SELECT count(*) FROM marts.daily')).toBe('4');
});
