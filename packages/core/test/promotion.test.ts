/** A tested environment becomes prod without building, and prod can go back. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, refusal, resultsOf, TestProject } from './support/project.ts';

test('promoting shows the same physical tables, as apply would have reused them', async () => {
  await using project = new TestProject(ORDERS);
  await project.build('prod');
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  project.remove('models/marts/monthly.sql');
  project.write(
    'models/marts/names.sql',
    'MODEL (name marts.names, kind VIEW);\nSELECT customer FROM staging.customers\n',
  );
  await project.build('dev');
  const tables = await project.physical();
  const dev = await project.shown('dev');
  const planned = actionsOf(await project.plan('prod'));

  const w = await project.workspace();
  const { document } = await w.promote('dev');
  expect(document).toMatchObject({ kind: 'promote', status: 'done', environment: 'prod', sequence: 2 });
  expect(document.from).toEqual({ environment: 'dev', sequence: 1 });
  expect(document.models.map((m) => `${m.model} ${m.change}`)).toEqual([
    'marts.countries changed',
    'marts.monthly removed',
    'marts.names added',
    'staging.customers changed',
  ]);
  expect(document.models.map((m) => m.reasons.map((r) => r.message))).toEqual([
    ['reads staging.customers.country, which changed'],
    ['no longer shown'],
    ['not shown before'],
    ['country: expression changed'],
  ]);
  expect(planned.map((a) => a.split(' ')[0]).toSorted(), 'what plan said').toEqual(
    document.models.map((m) => m.model),
  );
  expect(await project.physical()).toEqual(tables);
  expect(await project.shown('prod')).toEqual(dev);
  expect((await project.plan('prod')).actions).toEqual([]);
  expect((await w.promote('dev')).document.status).toBe('nothing-to-do');
  expect((await w.checkState()).document.status).toBe('sound');
});

test('tables of a shorter history are not promoted, nor tables built from them', async () => {
  await using project = new TestProject(ORDERS);
  project.append('project.yaml', 'environments: { dev: { start: 2024-01-30 } }\n');
  await project.build('prod');
  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount + 1)');
  await project.build('dev');
  const before = await project.shown('prod');
  const w = await project.workspace();
  const [found] = await refusal(w.promote('dev'));
  expect(found).toMatchObject({ code: 'promotion-incomplete' });
  expect(found?.notes.map((n) => n.message)).toEqual([
    'marts.daily: not computed, or from less: 2024-01-28 → 2024-01-30',
    'marts.monthly: computed from inputs that were not complete, or have moved on',
  ]);
  expect(await project.shown('prod')).toEqual(before);
  await project.build('prod');
  expect((await w.promote('dev')).document.status).toBe('nothing-to-do');
});

test('a project that is not what the environment shows is not promoted', async () => {
  await using project = new TestProject(ORDERS);
  await project.build('prod');
  await project.build('dev');
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  const w = await project.workspace();
  expect(await refusal(w.promote('dev'))).toMatchObject([{ code: 'environment-differs' }]);
  expect(await refusal(w.promote('qa'))).toMatchObject([{ code: 'unknown-environment' }]);
  expect(await refusal(w.promote('dev', { to: 'dev' }))).toMatchObject([{ code: 'invalid-option' }]);
});

test('prod never steps back: tables that lag behind it are not promoted', async () => {
  await using project = new TestProject(ORDERS);
  await project.build('prod');
  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount + 1)');
  await project.build('dev');
  project.edit('models/marts/daily.sql', 'sum(amount + 1)', 'sum(amount)');
  project.now += 86_400_000;
  project.append('data/orders.csv', '5,2024-02-01 14:00:00,ann,50.00,\n');
  await project.run('prod');
  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount + 1)');
  const w = await project.workspace();
  expect(await refusal(w.promote('dev'))).toMatchObject([{ code: 'promotion-incomplete' }]);
  await project.run('dev');
  expect((await w.promote('dev')).document.status).toBe('done');
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

test('new files do not stop a promotion; the next apply brings them in', async () => {
  await using project = new TestProject(ORDERS);
  await project.build('prod');
  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount + 1)');
  await project.build('dev');
  project.append('data/orders.csv', '5,2024-01-31 14:00:00,ann,50.00,\n');
  const w = await project.workspace();
  const { document } = await w.promote('dev', { to: 'prod' });
  expect(document.status).toBe('done');
  expect(actionsOf(await project.plan())).toEqual([
    'raw.orders backfill',
    'marts.daily backfill',
    'marts.monthly backfill',
  ]);
});

test('rollback shows what was shown, and the next plan says what differs', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const first = await project.shown();
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  project.write(
    'models/marts/names.sql',
    'MODEL (name marts.names, kind VIEW);\nSELECT customer FROM staging.customers\n',
  );
  await project.build();
  const second = await project.shown();
  const tables = await project.physical();
  const w = await project.workspace();

  const { document } = await w.rollback('prod');
  expect(document).toMatchObject({
    kind: 'rollback',
    status: 'done',
    sequence: 3,
    from: { environment: 'prod', sequence: 1 },
    behind: [],
  });
  expect(document.models.map((m) => `${m.model} ${m.change}`)).toEqual([
    'marts.countries changed',
    'marts.names removed',
    'staging.customers changed',
  ]);
  expect(await project.shown()).toEqual(first);
  expect(await project.physical()).toEqual(tables);
  expect(await project.value("SELECT count(*) FROM duckdb_views() WHERE view_name = 'names'")).toBe('0');
  expect(actionsOf(await project.plan())).toEqual([
    'staging.customers reuse',
    'marts.countries reuse',
    'marts.names reuse',
  ]);
  expect(await refusal(project.run()), 'run does not deploy').toMatchObject([
    { code: 'environment-differs' },
  ]);

  // Back once more would be before the first; forth again is said by number.
  expect(await refusal(w.rollback('prod'))).toMatchObject([
    { code: 'rollback-impossible', message: 'there is nothing before promotion 1 of prod' },
  ]);
  expect((await w.rollback('prod', { to: 2 })).document.status).toBe('done');
  expect(await project.shown()).toEqual(second);
  expect((await w.rollback('prod', { to: 2 })).document.status).toBe('nothing-to-do');
  expect((await project.plan()).actions).toEqual([]);
  expect(await refusal(w.rollback('prod', { to: 9 }))).toMatchObject([{ code: 'rollback-impossible' }]);
});

test('rollback names what lags behind, and apply of the definitions of then mends it', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/marts/countries.sql', 'count(*)', 'count(*) + 1');
  project.append('data/customers.csv', 'dee,DK\n');
  await project.build();
  const w = await project.workspace();
  const { document } = await w.rollback('prod');
  expect(document.behind).toEqual([{ model: 'marts.countries', inputs: ['staging.customers'] }]);
  expect(
    (await w.environment('prod')).document.models.filter((m) => m.behind.length > 0).map((m) => m.model),
  ).toEqual(['marts.countries']);
  project.edit('models/marts/countries.sql', 'count(*) + 1', 'count(*)');
  const applied = await project.build();
  expect(resultsOf(applied)).toEqual(['marts.countries done']);
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

test('a rollback whose tables are gone is refused, and so is one over what is not ours', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const { physical = '' } =
    (await (await project.workspace()).environment('prod')).document.models.find(
      (m) => m.model === 'marts.countries',
    ) ?? {};
  project.edit('models/marts/countries.sql', 'count(*)', 'count(*) + 1');
  await project.build();
  const w = await project.workspace();
  const second = await project.shown();
  await project.execute('CREATE OR REPLACE VIEW marts.countries AS SELECT 1 AS mine');
  expect(await refusal(w.rollback('prod'))).toMatchObject([{ code: 'name-taken' }]);
  await project.execute('DROP VIEW marts.countries');
  await project.build();
  await project.execute(`DROP TABLE ${physical.replace('.', '."')}"`);
  const [found] = await refusal(w.rollback('prod', { to: 1 }));
  expect(found).toMatchObject({ code: 'rollback-impossible', notes: [{ message: physical }] });
  expect(await project.shown()).toEqual(second);
});

test('views that are made again say what their models say of themselves', async () => {
  await using project = new TestProject(ORDERS);
  project.edit(
    'models/marts/countries.sql',
    'kind FULL',
    "kind FULL, description 'Where they are.', column_descriptions (country = 'Two letters.')",
  );
  await project.build();
  project.edit('models/marts/countries.sql', 'count(*)', 'count(*) + 1');
  await project.build();
  const said = async (): Promise<unknown> =>
    project.rows(
      `SELECT v.comment AS own, c.comment AS country FROM duckdb_views() v JOIN duckdb_columns() c
       ON c.schema_name = v.schema_name AND c.table_name = v.view_name AND c.column_name = 'country'
       WHERE v.schema_name = 'marts' AND v.view_name = 'countries'`,
    );
  const before = await said();
  expect(before).toEqual([{ own: 'Where they are.', country: 'Two letters.' }]);
  const w = await project.workspace();
  await w.rollback('prod');
  expect(await said()).toEqual(before);
  await project.execute('DROP VIEW marts.countries');
  await w.checkState({ repair: true });
  expect(await said()).toEqual(before);
});
