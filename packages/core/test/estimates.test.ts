/** What a plan is thought to write: by what the warehouse knows already, and never a reason to refuse a saved plan. */
import { expect, test } from 'vitest';
import type { PlanDocument } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { TestProject } from './support/project.ts';

function rowsOf(plan: PlanDocument): Readonly<Record<string, number | null | undefined>> {
  return Object.fromEntries(plan.actions.map((a) => [a.model, a.estimate?.rows]));
}

test('rows in proportion to the time that is computed, bytes of files, seconds of what tasks took', async () => {
  await using project = new TestProject(ORDERS);
  const first = await project.plan();
  expect(first.estimate).toMatchObject({ rows: null, seconds: null, unknown: 6 });
  expect(first.actions.find((a) => a.model === 'raw.orders')?.estimate).toEqual({
    rows: null,
    bytes: first.files.find((f) => f.source === 'raw.orders')?.size,
    seconds: null,
  });
  expect(
    first.actions.find((a) => a.model === 'staging.orders')?.estimate,
    'a view writes nothing',
  ).toBeNull();
  await project.build();

  // One day of four, and a file that is a fifth larger.
  project.append('data/orders.csv', '5,2024-01-30 15:00:00,ann,5.00,\n');
  const one = await project.plan();
  expect(rowsOf(one)).toMatchObject({ 'marts.daily': 1, 'marts.monthly': 1 });
  expect(one.actions.find((a) => a.model === 'raw.orders')?.estimate?.rows).toBe(5);
  expect(one.estimate.rows).toBe(7);
  expect(one.estimate.bytes).toBeGreaterThan(0);

  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount + 0)');
  const all = await project.plan();
  expect(rowsOf(all)).toMatchObject({ 'marts.daily': 4 });
  expect(rowsOf(await project.plan('prod', { backfill: 'skip' }))['marts.daily']).toBeUndefined();
});

test('a table that lives on is copied: its rows count as well', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount) * 2');
  const plan = await project.plan('prod', {
    forwardOnly: true,
    effectiveFrom: Date.parse('2024-01-31T00:00:00Z'),
  });
  expect(rowsOf(plan)['marts.daily']).toBe(5);
});

test('a saved plan is done although the warehouse would guess otherwise by now', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount) * 2');
  const plan = await project.plan();
  await project.execute('CREATE TABLE main.stranger AS SELECT range AS a, range AS b FROM range(100000)');
  await project.execute('CHECKPOINT');
  const today = await project.plan();
  expect(today.estimate.bytes).not.toBe(plan.estimate.bytes);
  expect((await project.applyPlan(JSON.stringify(plan))).status).toBe('done');
});

test('a plan and its progress say the same seconds', async () => {
  const started: Readonly<Record<string, number>>[] = [];
  await using project = new TestProject(ORDERS, {
    observer: (e) => e.kind === 'apply-started' && started.push(e.expected),
  });
  await project.build();
  project.append('data/orders.csv', '5,2024-01-30 15:00:00,ann,5.00,\n');
  project.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount + 0)');
  const plan = await project.plan();
  const seconds = plan.actions.flatMap((a) =>
    typeof a.estimate?.seconds === 'number' ? [[a.model, a.estimate.seconds] as const] : [],
  );
  expect(seconds.map(([model]) => model)).toEqual(
    expect.arrayContaining(['raw.orders', 'marts.daily', 'marts.monthly']),
  );
  await project.apply();
  for (const [model, expected] of seconds) expect(started.at(-1)?.[model]).toBeCloseTo(expected, 2);
});

test('a plan without work has nothing to estimate', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const plan = await project.plan();
  expect(plan.estimate).toEqual({ rows: null, bytes: null, seconds: null, unknown: 0 });
});
