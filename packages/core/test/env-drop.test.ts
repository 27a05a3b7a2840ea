/** Dropping an environment drops only what Sluice made and nobody else uses. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, refusal, TestProject } from './support/project.ts';

test('dropping an environment drops only what Sluice made and nobody else uses', async () => {
  await using project = new TestProject(ORDERS);
  await project.build('prod');
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  await project.build('dev');
  const w = await project.workspace();
  // Views and tables of somebody else, in the schema of the environment and under one of its names.
  await project.execute('CREATE VIEW marts__dev.mine AS SELECT 42 AS n');
  await project.execute('CREATE TABLE staging__dev.kept AS SELECT 43 AS n');
  await project.execute('CREATE OR REPLACE VIEW marts__dev.monthly AS SELECT 44 AS n');
  await project.execute('DROP VIEW marts__dev.daily; CREATE TABLE marts__dev.daily AS SELECT 45 AS n');
  const prod = await project.shown('prod');
  const tables = await project.physical();

  const shown: unknown[] = [];
  const { document } = await w.dropEnvironment('dev', {
    confirm: async (plan) => {
      shown.push(
        plan.status,
        plan.steps.filter((s) => s.action === 'keep').map((s) => s.name),
      );
      return true;
    },
  });
  expect(shown).toEqual(['planned', ['marts__dev.daily', 'marts__dev.monthly']]);
  expect(document).toMatchObject({ kind: 'env-drop', status: 'done', environment: 'dev', sequence: null });
  expect(
    await project.rows(
      "SELECT view_name AS v FROM duckdb_views() WHERE schema_name LIKE '%\\_\\_dev' ESCAPE '\\' ORDER BY 1",
    ),
  ).toEqual([{ v: 'mine' }, { v: 'monthly' }]);
  expect(await project.value('SELECT n FROM marts__dev.mine')).toBe(42);
  expect(await project.value('SELECT n FROM staging__dev.kept')).toBe(43);
  expect(await project.value('SELECT n FROM marts__dev.monthly')).toBe(44);
  expect(await project.value('SELECT n FROM marts__dev.daily')).toBe(45);
  expect(await project.shown('prod')).toEqual(prod);
  expect(await project.physical(), 'tables are left to gc').toEqual(tables);

  const gc = (await w.gc()).document;
  const dropped = gc.steps.map((s) => s.name.replace(/__[0-9a-f]{12}$/, ''));
  expect(dropped.toSorted()).toEqual(['sluice__marts.countries', 'sluice__staging.customers']);
  expect(await project.shown('prod')).toEqual(prod);
  expect(await project.value('SELECT n FROM marts__dev.mine')).toBe(42);
  expect((await w.gc()).document.status).toBe('nothing-to-do');
  expect((await w.environments()).document.environments.map((e) => e.name)).toEqual(['prod']);
});

test('prod is dropped only when it is said twice', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const w = await project.workspace();
  expect(await refusal(w.dropEnvironment('prod'))).toMatchObject([{ code: 'destructive-step' }]);
  expect((await project.shown()).size).toBeGreaterThan(0);
  expect((await w.dropEnvironment('prod', { allowDestructive: true })).document.status).toBe('done');
  expect(await project.value("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'marts'")).toBe('0');
  // All tables are there still: coming back costs nothing.
  expect((await project.build()).results).toEqual([]);
});

test('a no changes nothing, and names that are not there are said', async () => {
  await using project = new TestProject(ORDERS);
  const w = await project.workspace();
  expect(await refusal(w.dropEnvironment('dev'))).toMatchObject([{ code: 'warehouse-missing' }]);
  await project.build('dev');
  expect(await refusal(w.dropEnvironment('dve'))).toMatchObject([
    { code: 'unknown-environment', hint: "Did you mean 'dev'?" },
  ]);
  const before = await project.shown('dev');
  expect(await refusal(w.dropEnvironment('dev', { confirm: async () => false }))).toMatchObject([
    { code: 'interrupted' },
  ]);
  expect((await w.dropEnvironment('dev', { dryRun: true })).document.status).toBe('planned');
  expect(await project.shown('dev')).toEqual(before);
  expect(actionsOf(await project.plan('dev'))).toEqual([]);
});
