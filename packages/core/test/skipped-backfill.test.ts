/** Plans that compute no rows: structure is shown, and what is skipped stays visible as missing until it is computed. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, refusal, TestProject } from './support/project.ts';

const EMPTY_PLAN = [
  'raw.orders create',
  'raw.customers create',
  'staging.orders create',
  'staging.customers create',
  'marts.daily create',
  'marts.monthly create',
  'marts.countries create',
];

/** What the environment holds is what a build from nothing would. */
async function sameAsFromScratch(project: TestProject): Promise<void> {
  await using twin = project.copy();
  await twin.build();
  expect(await project.shown()).toEqual(await twin.shown());
}

test.each(['skip', 'empty'] as const)(
  'a new environment without rows (%s); the next plan says what is missing and computes it',
  async (backfill) => {
    await using project = new TestProject(ORDERS);
    const plan = await project.plan('prod', { backfill });
    expect([...actionsOf(plan)].toSorted()).toEqual(EMPTY_PLAN.toSorted());
    expect(plan.options.backfill).toBe(backfill);
    expect(plan.skipped.find((s) => s.model === 'marts.daily')?.intervals).toEqual([
      { start: '2024-01-28T00:00:00.000Z', end: '2024-02-01T00:00:00.000Z' },
    ]);
    const daily = plan.actions.find((a) => a.model === 'marts.daily');
    expect(daily?.sql.some((s) => s.includes('LIMIT 0'))).toBe(backfill === 'empty');
    expect(daily?.reasons.map((r) => r.code)).toEqual(['new_model', 'rows_skipped']);
    const applied = await project.apply('prod', { backfill });
    expect(applied).toMatchObject({ status: 'done', promoted: true });
    expect(applied.summary).toBe(
      'prod shows its tables: 7 models done, views promoted. 6 models have yet to be computed.',
    );
    expect(await project.value('SELECT count(*) FROM marts.daily')).toBe('0');
    expect(await project.value('SELECT count(*) FROM staging.orders')).toBe('0');
    expect(await project.value('SELECT count(*) FROM _sluice.ledger'), 'nothing counts as done').toBe('0');

    // Skipped again: nothing is made, and it is still said to be missing.
    const again = await project.apply('prod', { backfill });
    expect(again.status).toBe('nothing-to-do');
    expect(again.summary).toBe('Nothing to do in prod. 6 models have yet to be computed.');
    const next = await project.plan();
    expect(next.actions.map((a) => [a.model, a.action, a.reasons[0]?.code])).toEqual([
      ['raw.orders', 'backfill', 'not_computed'],
      ['raw.customers', 'backfill', 'not_computed'],
      ['staging.customers', 'backfill', 'not_computed'],
      ['marts.countries', 'backfill', 'not_computed'],
      ['marts.daily', 'backfill', 'missing_intervals'],
      ['marts.monthly', 'backfill', 'not_computed'],
    ]);
    await project.build();
    await sameAsFromScratch(project);
    expect((await project.apply()).status).toBe('nothing-to-do');
  },
);

test('run fills what was skipped', async () => {
  await using project = new TestProject(ORDERS);
  await project.apply('prod', { backfill: 'skip' });
  expect((await project.run()).status).toBe('done');
  await sameAsFromScratch(project);
});

test('a change without rows is promoted with its empty table; readers follow once it is filled', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.append('data/orders.csv', '5,2024-01-30 15:00:00,ann,5.00,\n');
  project.edit('models/marts/daily.sql', 'sum(amount) AS revenue', 'sum(amount) * 2 AS revenue');
  const plan = await project.plan('prod', { backfill: 'skip' });
  expect(actionsOf(plan)).toEqual(['marts.daily rebuild', 'marts.monthly rebuild']);
  expect(plan.skipped.map((s) => s.model)).toEqual(['raw.orders', 'marts.daily', 'marts.monthly']);
  const saved = JSON.stringify(plan);
  expect((await project.applyPlan(saved)).status, 'a saved plan skips as well').toBe('done');
  expect(await project.value('SELECT count(*) FROM marts.daily')).toBe('0');
  expect(await project.value('SELECT count(*) FROM raw.orders')).toBe('4');
  await project.build();
  await sameAsFromScratch(project);
});

test('readers whose own meaning is the same follow when the new table is filled', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  // The reader of day and revenue is spared.
  project.edit('models/marts/daily.sql', 'count(*) AS orders', 'count(*) * 10 AS orders');
  await project.apply('prod', { backfill: 'skip' });
  expect(await project.value('SELECT revenue::INTEGER FROM marts.monthly')).toBe(100);
  project.edit('data/orders.csv', '10.00', '11.00');
  await project.build();
  await sameAsFromScratch(project);
  expect(await project.value('SELECT revenue::INTEGER FROM marts.monthly')).toBe(101);
});

test('kinds that add up are filled as if for the first time', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/marts/latest.sql': `MODEL (name marts.latest, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key customer));
SELECT customer, max(ts) AS ts FROM staging.orders WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY ALL
`,
    'models/marts/history.sql': `MODEL (name marts.history, kind SCD_TYPE_2_BY_COLUMN (unique_key customer, columns [country]));
SELECT customer, country FROM staging.customers
`,
    'models/marts/log.sql': `MODEL (name marts.log, kind INCREMENTAL_UNMANAGED);
SELECT id, ts FROM staging.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
    'models/marts/parts.sql': `MODEL (name marts.parts, kind INCREMENTAL_BY_PARTITION, partitioned_by customer);
SELECT customer, id FROM staging.orders
`,
  });
  await project.apply('prod', { backfill: 'empty' });
  expect(await project.value('SELECT count(*) FROM marts.history')).toBe('0');
  await project.build();
  await sameAsFromScratch(project);
});

test('what an environment without rows shows is filled by another that needs it, and the other way round', async () => {
  await using project = new TestProject(ORDERS);
  await project.apply('dev', { backfill: 'skip' });
  await project.build();
  await sameAsFromScratch(project);
  expect(await project.value('SELECT count(*) FROM marts__dev.daily')).toBe('4');
});

test('--empty asks the warehouse about each query', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/marts/broken.sql': `MODEL (name marts.broken, kind FULL);
INSTALL nothing_of_this_name;
SELECT 1 AS n
`,
  });
  expect((await project.apply('prod', { backfill: 'empty' })).diagnostics.map((d) => d.code)).toEqual([
    'query-failed',
  ]);
  expect((await project.apply('prod', { backfill: 'skip' })).status).toBe('done');
});

test('what has no meaning together is refused', async () => {
  await using project = new TestProject(ORDERS);
  const found = await refusal(
    project.plan('prod', { backfill: 'skip', restate: 'marts.daily', start: Date.parse('2024-01-29') }),
  );
  expect(found).toMatchObject([
    {
      code: 'invalid-option',
      message: '--restate, --start and --skip-backfill are given together',
      hint: 'With --skip-backfill no rows are computed, so there is nothing to limit or to compute again.',
    },
  ]);
  const plan = await project.plan('prod', { backfill: 'skip', select: '+marts.countries' });
  expect(actionsOf(plan)).toEqual([
    'raw.customers create',
    'staging.customers create',
    'marts.countries create',
  ]);
});
