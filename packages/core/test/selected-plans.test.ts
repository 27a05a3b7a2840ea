/** Plans that are limited to some models: the others stay as the environment shows them. */
import { expect, test } from 'vitest';
import { execFileSync } from 'node:child_process';
import { ORDERS } from './support/orders.ts';
import { actionsOf, refusal, TestProject } from './support/project.ts';

async function changed(): Promise<TestProject> {
  const project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  project.edit('models/marts/monthly.sql', 'sum(revenue) AS revenue', 'sum(revenue) * 2 AS revenue');
  return project;
}

test('only what is selected changes; the rest is done by the next plan without a selection', async () => {
  await using project = await changed();
  const plan = await project.plan('prod', { select: 'marts.monthly' });
  expect(actionsOf(plan)).toEqual(['marts.monthly rebuild']);
  expect(plan.selection).toEqual({
    selection: 'marts.monthly',
    left: ['staging.customers', 'marts.countries'],
  });
  const before = await project.shown();
  expect((await project.apply('prod', { select: 'marts.monthly' })).status).toBe('done');
  const after = await project.shown();
  expect([...after.keys()]).toEqual([...before.keys()]);
  const differing = [...after].filter(([name, c]) => JSON.stringify(c) !== JSON.stringify(before.get(name)));
  expect(differing.map(([name]) => name)).toEqual(['marts.monthly']);
  expect(actionsOf(await project.plan())).toEqual(['staging.customers rebuild', 'marts.countries rebuild']);
  await project.build();
  expect(await project.value('SELECT min(country) FROM marts.countries')).toBe('at');
});

test('new data of what is not selected is left for later', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.append('data/orders.csv', '5,2024-01-30 15:00:00,ann,5.00,\n');
  project.append('data/customers.csv', 'dee,DE\n');
  expect(actionsOf(await project.plan('prod', { select: '+staging.customers' }))).toEqual([
    'raw.customers backfill',
    'staging.customers backfill',
  ]);
  expect(actionsOf(await project.plan('prod', { select: 'marts.monthly' }))).toEqual([]);
  expect((await project.apply('prod', { select: '+staging.customers' })).status).toBe('done');
  expect(await project.value('SELECT count(*) FROM staging.customers')).toBe('4');
  expect(await project.value('SELECT count(*) FROM marts.countries')).toBe('3');
  await project.build();
  expect(await project.value('SELECT count(*) FROM marts.countries')).toBe('4');
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('a selected reader of what is changed and not selected is refused where it would be another', async () => {
  await using project = await changed();
  const found = await refusal(project.plan('prod', { select: 'marts.countries' }));
  expect(found).toMatchObject([
    {
      code: 'selection-incomplete',
      message: 'marts.countries reads staging.customers, which is changed and is not selected',
      hint: 'Select it as well: staging.customers, or +marts.countries for all that it is computed from.',
    },
  ]);
  expect(actionsOf(await project.plan('prod', { select: 'staging.customers+' }))).toEqual([
    'staging.customers rebuild',
    'marts.countries rebuild',
  ]);
});

test('a selected reader of a column that has not changed reads the table that is shown', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const shown = (await project.shown()).get('marts.daily');
  // Its reader needs day and revenue alone.
  project.edit('models/marts/daily.sql', 'count(*) AS orders', 'count(*) * 10 AS orders');
  project.edit('models/marts/monthly.sql', 'sum(revenue) AS revenue', 'sum(revenue) * 2 AS revenue');
  expect(actionsOf(await project.plan('prod', { select: 'marts.monthly' }))).toEqual([
    'marts.monthly rebuild',
  ]);
  await project.apply('prod', { select: 'marts.monthly' });
  expect((await project.shown()).get('marts.daily')).toEqual(shown);
  expect(await project.value('SELECT revenue::INTEGER FROM marts.monthly')).toBe(200);
  expect(actionsOf(await project.plan()), 'the rest leaves it alone').toEqual(['marts.daily rebuild']);
  await project.build();
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('a view goes with the tables it is bound to', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/marts/look.sql': 'MODEL (name marts.look, kind VIEW);\nSELECT customer FROM staging.customers\n',
  });
  await project.build();
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  const both = ['staging.customers rebuild', 'marts.look rebind'];
  expect(actionsOf(await project.plan('prod', { select: 'staging.customers' }))).toEqual(both);
  project.edit('models/marts/look.sql', 'SELECT customer', 'SELECT customer, 1 AS one');
  expect(await refusal(project.plan('prod', { select: 'staging.customers' }))).toMatchObject([
    { code: 'selection-incomplete', hint: 'Select it as well: marts.look' },
  ]);
});

test('models that are gone stay shown, new ones stay away, until a plan means them', async () => {
  await using project = await changed();
  project.remove('models/marts/countries.sql');
  project.write('models/marts/one.sql', 'MODEL (name marts.one, kind FULL);\nSELECT 1 AS n\n');
  const plan = await project.plan('prod', { select: 'marts.monthly' });
  expect(plan.selection?.left.toSorted()).toEqual(['marts.countries', 'marts.one', 'staging.customers']);
  await project.apply('prod', { select: 'marts.monthly' });
  expect([...(await project.shown()).keys()]).toContain('marts.countries');
  expect([...(await project.shown()).keys()]).not.toContain('marts.one');
  expect(actionsOf(await project.plan())).toEqual([
    'marts.one create',
    'staging.customers rebuild',
    'marts.countries drop',
  ]);
});

test('an environment begins with what is selected and the tables there are', async () => {
  await using project = await changed();
  const plan = await project.plan('dev', { select: 'marts.monthly' });
  expect(actionsOf(plan)).toEqual([
    'raw.orders reuse',
    'staging.orders reuse',
    'marts.daily reuse',
    'marts.monthly create',
  ]);
  await project.apply('dev', { select: 'marts.monthly' });
  expect([...(await project.shown('dev')).keys()]).toEqual([
    'marts.daily',
    'marts.monthly',
    'raw.orders',
    'staging.orders',
  ]);
  expect((await refusal(project.plan('pr_1', { select: 'marts.countries' })))[0]?.message).toBe(
    'marts.countries reads staging.customers, which pr_1 does not show and is not selected',
  );
});

test('state:modified and git: select what has changed', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const git = (...args: readonly string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      cwd: project.root,
      stdio: 'pipe',
    });
  const outside = await refusal(project.plan('prod', { select: 'git:main' }));
  expect(outside[0]?.message).toContain('not in a git repository');
  git('init', '-q', '-b', 'main');
  project.write('.gitignore', '.sluice/\n');
  git('add', '.');
  git('commit', '-qm', 'x');
  project.edit('models/marts/monthly.sql', 'sum(revenue) AS revenue', 'sum(revenue) * 2 AS revenue');
  project.write('models/marts/one.sql', 'MODEL (name marts.one, kind FULL);\nSELECT 1 AS n\n');
  for (const select of ['state:modified', 'git:main']) {
    expect(actionsOf(await project.plan('prod', { select })), select).toEqual([
      'marts.one create',
      'marts.monthly rebuild',
    ]);
  }
  expect((await refusal(project.plan('prod', { select: 'git:nope' })))[0]?.message).toContain(
    'no such branch',
  );
  expect((await refusal(project.plan('prod', { select: 'git:--help' })))[0]?.message).toContain(
    'no such branch',
  );
});

test('a saved limited plan is done as it was shown; what is restated must be selected', async () => {
  await using project = await changed();
  const text = JSON.stringify(await project.plan('prod', { select: 'marts.monthly' }));
  expect(
    await refusal(project.plan('prod', { select: 'marts.monthly', restate: 'marts.daily' })),
  ).toMatchObject([
    { code: 'restatement-refused', message: 'marts.daily is to be restated and is not selected' },
  ]);
  expect((await project.applyPlan(text)).status).toBe('done');
  expect(actionsOf(await project.plan())).toEqual(['staging.customers rebuild', 'marts.countries rebuild']);
});
