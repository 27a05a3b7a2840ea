/**
 * Models that read their own past rows: intervals in order, one at a time, each from the rows of those before.
 *
 * SLUICE_TEST_OWN_ROWS: how many random histories (6).
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { days, resultsOf, TestProject } from './support/project.ts';
import { ORDERS } from './support/orders.ts';

const RUNS = Number(process.env['SLUICE_TEST_OWN_ROWS'] ?? 4);

const BALANCE = `MODEL (
  name marts.balance,
  kind INCREMENTAL_BY_TIME_RANGE (time_column day),
  columns (day DATE, balance DECIMAL(38,2), days INTEGER)
);
SELECT
  @start_date::DATE AS day,
  (coalesce(any_value(before.balance), 0) + coalesce(sum(o.amount), 0))::DECIMAL(38,2) AS balance,
  (coalesce(any_value(before.days), 0) + 1)::INTEGER AS days
FROM (SELECT max_by(balance, day) AS balance, max(days) AS days FROM marts.balance) AS before
LEFT JOIN staging.orders AS o ON o.ts BETWEEN @start_ts AND @end_ts
`;

const LAST = `MODEL (
  name marts.last,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key customer),
  columns (customer VARCHAR, orders BIGINT, trail VARCHAR)
);
SELECT o.customer, coalesce(any_value(l.orders), 0) + count(*) AS orders, coalesce(any_value(l.trail), '') || string_agg(o.id::VARCHAR, '+' ORDER BY o.id) || ';' AS trail
FROM staging.orders AS o LEFT JOIN marts.last AS l ON l.customer = o.customer
WHERE o.ts BETWEEN @start_ts AND @end_ts GROUP BY o.customer
`;

const FILES = {
  ...ORDERS,
  'models/marts/balance.sql': BALANCE,
  'models/marts/last.sql': LAST,
  'models/marts/above.sql': `MODEL (name marts.above, kind FULL);
SELECT max(balance) AS highest, count(*) AS n FROM marts.balance
`,
};

function balances(project: TestProject): Promise<unknown> {
  return project.value(
    "SELECT string_agg(day || ' ' || balance || ' ' || days, ', ' ORDER BY day) FROM marts.balance",
  );
}

/** What compiling says with another text of one file. */
async function check(path: string, text: string): Promise<readonly string[]> {
  await using project = new TestProject({ ...FILES, [path]: text });
  return (await (await project.workspace()).compile()).diagnostics
    .map((d) => `${d.code}: ${d.message}`)
    .toSorted();
}

async function expectAsFromScratch(project: TestProject): Promise<void> {
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
  expect((await project.apply()).status).toBe('nothing-to-do');
}

test('the first interval reads an empty table, each other the rows of those before; one more day adds one', async () => {
  await using project = new TestProject(FILES, { now: '2024-01-31T06:00:00Z' });
  const plan = await project.plan();
  expect(plan.actions.find((a) => a.model === 'marts.balance')).toMatchObject({
    batches: 3,
    intervals: [days('2024-01-28', '2024-01-31')],
  });
  await project.build();
  expect(await balances(project)).toBe('2024-01-28 10.00 1, 2024-01-29 30.00 2, 2024-01-30 60.00 3');
  project.now = Date.parse('2024-02-01T06:00:00Z');
  const more = await project.run();
  for (const model of ['marts.balance', 'marts.last'])
    expect(more.results.find((r) => r.model === model)?.intervals, model).toEqual([
      days('2024-01-31', '2024-02-01'),
    ]);
  expect(await balances(project)).toContain('2024-01-31 100.00 4');
  expect(await project.value("SELECT trail FROM marts.last WHERE customer = 'ann'")).toBe('1;3;');
  await expectAsFromScratch(project);
});

test('a row that comes late changes its day and all later ones, in one transaction, and their readers', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  project.append('data/orders.csv', '5,2024-01-29 23:00:00,ann,5.00,late\n');
  const plan = await project.plan();
  expect(plan.actions.find((a) => a.model === 'marts.balance')).toMatchObject({
    action: 'backfill',
    batches: 1,
    intervals: [days('2024-01-28', '2024-02-01')],
  });
  await project.build();
  expect(await balances(project)).toBe(
    '2024-01-28 10.00 1, 2024-01-29 35.00 2, 2024-01-30 65.00 3, 2024-01-31 105.00 4',
  );
  expect(await project.value('SELECT highest FROM marts.above')).toBe('105.00');
  await expectAsFromScratch(project);
});

test('a restatement of one day computes the later ones too; one that fails leaves all rows, and is gone on with', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  const before = await project.shown();
  await project.apply('prod', {
    restate: 'marts.balance',
    start: Date.parse('2024-01-29'),
    end: Date.parse('2024-01-30'),
  });
  expect(await project.shown()).toEqual(before);
  // Its third interval fails: nothing of it is seen.
  project.append('data/orders.csv', '5,2024-01-30 23:00:00,ann,99999999999999999999999999999.00,\n');
  project.edit('project.yaml', "'DECIMAL(12,2)'", "'DECIMAL(38,2)'");
  project.edit(
    'models/marts/balance.sql',
    'coalesce(sum(o.amount), 0)',
    'coalesce(sum(o.amount::DECIMAL(12,2)), 0)',
  );
  const failed = await project.apply();
  expect(resultsOf(failed)).toContain('marts.balance failed');
  expect((await project.shown()).get('marts.balance')).toEqual(before.get('marts.balance'));
  project.edit('data/orders.csv', '99999999999999999999999999999.00', '9.00');
  await project.build();
  expect(await balances(project)).toContain('2024-01-31 109.00 4');
  await expectAsFromScratch(project);
});

test('another environment with a later start begins there, and prod computes all', async () => {
  await using project = new TestProject(FILES);
  project.edit(
    'project.yaml',
    'start: 2024-01-28',
    'environments: { dev: { start: 2024-01-30 } }\nstart: 2024-01-28',
  );
  await project.build('dev');
  expect(await project.value('SELECT min(balance) FROM marts__dev.balance')).toBe('30.00');
  await project.build();
  await using fresh = project.copy();
  await fresh.build();
  expect((await project.shown()).get('marts.balance')).toEqual((await fresh.shown()).get('marts.balance'));
});

test('what cannot be is said: unknown columns, no past to read, rows that are taken out', async () => {
  const path = 'models/marts/balance.sql';
  expect(await check(path, BALANCE)).toEqual([]);
  expect(await check(path, BALANCE.replace(/,\n {2}columns .*/, ''))).toEqual([
    'unresolved-columns: marts.balance reads its own rows, so its columns have to be declared',
    'upstream-broken: not checked because marts.balance has errors: marts.above',
  ]);
  expect((await check(path, BALANCE.replace('days INTEGER', 'days BIGINT')))[0]).toMatch(
    /^column-contract: /,
  );
  expect((await check(path, BALANCE.replace('days INTEGER', 'days INTEGR')))[0]).toMatch(
    /^column-contract: /,
  );
  expect(
    await check(
      path,
      BALANCE.replace(
        'INTEGER)\n',
        'INTEGER),\n  audits (not_null(columns := (balance), severity := quarantine))\n',
      ),
    ),
  ).toEqual([
    'cannot-divert: marts.balance reads its own rows, so that none can be taken out of them',
    'upstream-broken: not checked because marts.balance has errors: marts.above',
  ]);
  expect(
    await check(
      'models/marts/above.sql',
      'MODEL (name marts.above, kind FULL, columns (n BIGINT));\nSELECT count(*) AS n FROM marts.above\n',
    ),
  ).toEqual(['cycle: marts.above reads itself']);
});

test('its version is its text; a session, lineage and unit tests know it', async () => {
  await using project = new TestProject(FILES);
  const workspace = await project.workspace();
  const session = workspace.openSession();
  const version = async (): Promise<string | undefined> => {
    const { document, diagnostics } = await session.compile();
    expect(diagnostics).toEqual([]);
    const found = document.models.find((m) => m.name === 'marts.balance')?.version;
    const anew = (await workspace.compile()).document.models.find((m) => m.name === 'marts.balance')?.version;
    expect(anew).toBe(found);
    return found;
  };
  const before = await version();
  project.edit('models/marts/balance.sql', 'AS before\n', '  AS before -- laid out otherwise\n');
  expect(await version()).toBe(before);
  project.edit('models/marts/balance.sql', '+ 1)', '+ 2)');
  expect(await version()).not.toBe(before);
  project.edit('models/marts/balance.sql', '+ 2)', '+ 1)');
  await session.close();
  const { document } = await workspace.lineage('marts.balance.balance', 'upstream', { depth: Infinity });
  expect(document.graph.edges.filter((e) => e.from.model === e.to.model)).toEqual([]);
  expect(document.graph.edges.map((e) => e.from.model)).toContain('staging.orders');
  project.write(
    'tests/balance.yaml',
    `goes_on:
  model: marts.balance
  vars: { start: 2024-01-29, end: 2024-01-29 }
  inputs:
    marts.balance: { rows: [{ day: 2024-01-28, balance: 7.00, days: 1 }] }
    staging.orders: { rows: [{ ts: 2024-01-29 10:00:00, amount: 3.00 }] }
  outputs:
    query: { rows: [{ day: 2024-01-29, balance: 10.00, days: 2 }] }
`,
  );
  const tested = (await workspace.test()).document;
  expect(JSON.stringify(tested.tests?.map((t) => t.status) ?? tested)).toContain('passed');
});

test(
  'after any history of late rows, corrections, days and restatements it is as from scratch',
  { timeout: 300_000 },
  async () => {
    const step = fc.oneof(
      fc.record({
        what: fc.constant('row' as const),
        day: fc.integer({ min: 28, max: 31 }),
        amount: fc.integer({ min: 0, max: 9 }),
      }),
      fc.record({
        what: fc.constant('correct' as const),
        day: fc.integer({ min: 28, max: 31 }),
        amount: fc.integer({ min: 1, max: 9 }),
      }),
      fc.record({ what: fc.constant('day' as const) }),
      fc.record({ what: fc.constant('restate' as const), day: fc.integer({ min: 28, max: 31 }) }),
      fc.record({ what: fc.constant('definition' as const), amount: fc.integer({ min: 1, max: 9 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (history) => {
        await using project = new TestProject(FILES, { now: '2024-01-30T06:00:00Z' });
        await project.build();
        let id = 10;
        for (const s of history) {
          const at = 'day' in s ? `2024-01-${s.day}` : '';
          if (s.what === 'row')
            project.append('data/orders.csv', `${(id += 1)},${at} 09:00:00,ann,${s.amount}.00,\n`);
          if (s.what === 'correct') {
            const text = project.read('data/orders.csv');
            project.write(
              'data/orders.csv',
              text.replace(new RegExp(`(${at} [\\d:]+,\\w+,)[-\\d]+`), `$1${s.amount}`),
            );
          }
          if (s.what === 'day') project.now += 86_400_000;
          if (s.what === 'definition')
            project.write(
              'models/marts/balance.sql',
              BALANCE.replace('coalesce(sum(o.amount), 0)', `coalesce(sum(o.amount), 0) * ${s.amount}`),
            );
          const start = Date.parse(`${at}T00:00:00Z`);
          const isOver = s.what === 'restate' && start + 86_400_000 <= project.now - 21_600_000;
          if (s.what === 'restate' && isOver)
            await project.apply('prod', {
              restate: 'marts.balance marts.last',
              start,
              end: start + 86_400_000,
            });
          else await project.build();
        }
        await using fresh = project.copy();
        await fresh.build();
        expect(await project.shown()).toEqual(await fresh.shown());
        expect((await project.apply()).status).toBe('nothing-to-do');
      }),
      { numRuns: RUNS },
    );
  },
);
