/** Audits of no one model: when they run, and that a promotion waits for them. */
import { expect, test } from 'vitest';
import type { ApplyDocument, PlanDocument } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { actionsOf, refusal, resultsOf, TestProject } from './support/project.ts';

const SUMS = `AUDIT (name sums_agree, standalone true);
SELECT d.revenue AS daily, m.revenue AS monthly
FROM (SELECT sum(revenue) AS revenue FROM marts.daily) AS d, (SELECT sum(revenue) AS revenue FROM marts.monthly) AS m
WHERE d.revenue IS DISTINCT FROM m.revenue
`;
const KNOWN = `AUDIT (name customers_known, standalone true, blocking false, defaults (least = 0));
SELECT customer, amount FROM staging.orders
WHERE amount > @least AND customer NOT IN (SELECT customer FROM staging.customers)
`;
const FILES = { ...ORDERS, 'audits/sums.sql': SUMS, 'audits/known.sql': KNOWN };

const due = (plan: PlanDocument): unknown =>
  plan.audits.map((a) => [a.audit, a.severity, ...a.reasons.map((r) => r.message)]);
const ran = (applied: ApplyDocument): unknown =>
  applied.audits.map((a) => [a.model, a.audit, a.status, a.failing_rows, a.standalone]);

test('it runs when it is new, when something it reads moved, and when it changed; else not', async () => {
  await using project = new TestProject(FILES);
  expect(due(await project.plan())).toEqual([
    ['customers_known', 'warn', 'it has not run here yet'],
    ['sums_agree', 'block', 'it has not run here yet'],
  ]);
  expect(ran(await project.build())).toEqual([
    ['customers_known', 'customers_known', 'passed', 0, true],
    ['sums_agree', 'sums_agree', 'passed', 0, true],
  ]);
  expect(due(await project.plan())).toEqual([]);
  expect((await project.apply()).status).toBe('nothing-to-do');

  // A source below a view that it reads.
  project.append('data/customers.csv', 'dee,DK\n');
  expect(due(await project.plan())).toEqual([
    ['customers_known', 'warn', 'new data or definitions in staging.customers'],
  ]);
  expect(ran(await project.build())).toEqual([['customers_known', 'customers_known', 'passed', 0, true]]);
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,zoe,4.00,\n');
  expect(due(await project.plan())).toEqual([
    ['customers_known', 'warn', 'new data or definitions in raw.orders'],
    ['sums_agree', 'block', 'new data or definitions in marts.daily, marts.monthly'],
  ]);
  const warned = await project.build();
  expect(ran(warned)).toEqual([
    ['customers_known', 'customers_known', 'failed', 1, true],
    ['sums_agree', 'sums_agree', 'passed', 0, true],
  ]);
  expect(warned.audits[0]?.samples).toEqual([{ customer: 'zoe', amount: 4 }]);

  // What warned has been said; layout and comments say nothing new.
  project.write(
    'audits/known.sql',
    `-- who\n${KNOWN.replace('FROM staging.orders\n', 'FROM staging.orders -- all\n')}`,
  );
  expect(due(await project.plan())).toEqual([]);
  project.edit('audits/known.sql', 'least = 0', 'least = 10');
  expect(due(await project.plan())).toEqual([['customers_known', 'warn', 'it changed']]);
  expect((await project.plan()).summary).toBe('Plan for prod: 1 standalone audit to run, 7 unchanged.');
  const again = await project.build();
  expect([again.results, ran(again)]).toEqual([
    [],
    [['customers_known', 'customers_known', 'passed', 0, true]],
  ]);

  const history = await (await project.workspace()).auditHistory('customers_known', 10);
  expect(history.document.results.map((r) => `${r.status} ${r.failing_rows}`).toSorted()).toEqual([
    'failed 1',
    'passed 0',
    'passed 0',
    'passed 0',
  ]);
  expect(
    await project.rows(`SELECT model, audit, severity, "row"->>'customer' AS c FROM _sluice.quarantine`),
  ).toEqual([{ model: 'customers_known', audit: 'customers_known', severity: 'warn', c: 'zoe' }]);
});

test('that a view which it reads through is audited again moves no rows of it', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  project.edit('models/staging/orders.sql', 'kind VIEW', 'kind VIEW, audits (not_null(columns := (id)))');
  const plan = await project.plan();
  expect([actionsOf(plan), due(plan)]).toEqual([['staging.orders reaudit'], []]);
  expect(resultsOf(await project.build())).toEqual(['staging.orders done']);
  expect(due(await project.plan())).toEqual([]);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('one that blocks stops the promotion, and is asked again until it passes', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  const before = await project.shown();
  project.edit('models/marts/monthly.sql', 'sum(revenue) AS revenue', 'sum(revenue) + 1 AS revenue');
  const failed = await project.apply();
  expect([failed.status, failed.promoted, resultsOf(failed)]).toEqual([
    'failed',
    false,
    ['marts.monthly done'],
  ]);
  expect(failed.audits).toMatchObject([
    {
      audit: 'sums_agree',
      status: 'failed',
      failing_rows: 1,
      kept_rows: 1,
      samples: [{ daily: 100, monthly: 101 }],
    },
  ]);
  expect(failed.diagnostics).toMatchObject([
    {
      code: 'audit-failed',
      path: 'audits/sums.sql',
      line: 1,
      message: 'standalone audit sums_agree found 1 row; prod shows what it showed before',
    },
  ]);
  expect(await project.shown()).toEqual(before);
  expect(await project.value("SELECT status FROM _sluice.audit_result WHERE status = 'failed'")).toBe(
    'failed',
  );
  expect(await project.value('SELECT count(*) FROM _sluice.quarantine')).toBe('1');

  // The table is built; what is left is to look and to show.
  const plan = await project.plan();
  expect([actionsOf(plan), due(plan)]).toEqual([
    ['marts.monthly reuse'],
    [['sums_agree', 'block', 'new data or definitions in marts.monthly']],
  ]);
  expect((await project.apply()).status).toBe('failed');
  expect(await project.shown()).toEqual(before);
  project.edit('models/marts/monthly.sql', 'sum(revenue) + 1 AS revenue', 'sum(revenue) + 0.00 AS revenue');
  expect((await project.build()).promoted).toBe(true);
});

test('an environment has its own; the plan is limited as its models are', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  project.edit('models/marts/monthly.sql', 'sum(revenue) AS revenue', 'sum(revenue) + 1 AS revenue');
  expect((await project.apply('dev')).status).toBe('failed');
  expect(due(await project.plan('prod', { select: 'marts.countries' }))).toEqual([]);
  expect(due(await project.plan('prod', { select: 'marts.monthly' }))).toHaveLength(1);
  // Without rows of its own there is nothing to judge.
  project.edit('models/marts/monthly.sql', '+ 1', '+ 2');
  expect(due(await project.plan('prod', { backfill: 'skip' }))).toEqual([]);

  project.edit('audits/sums.sql', 'standalone true', 'standalone true, severity warn');
  await project.build('dev');
  const workspace = await project.workspace();
  const audited = (await workspace.audit('dev', [])).document;
  expect(audited.audits.filter((a) => a.standalone).map((a) => [a.audit, a.status])).toEqual([
    ['customers_known', 'passed'],
    ['sums_agree', 'failed'],
  ]);
  expect(audited.diagnostics).toMatchObject([
    { code: 'audit-warning', message: 'standalone audit sums_agree found 1 row' },
  ]);
  expect((await workspace.audit('prod', ['SUMS_AGREE'])).document.audits).toMatchObject([
    { status: 'passed' },
  ]);
  await expect(workspace.audit('prod', ['sums_agre'])).rejects.toThrow(/sums_agre/);

  await workspace.dropEnvironment('dev');
  expect(await project.value("SELECT count(*) FROM _sluice.standalone_audit WHERE environment = 'dev'")).toBe(
    '0',
  );
});

test('what passed in one environment need not run again to be promoted; what did not is not promoted', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  project.edit('models/marts/monthly.sql', 'sum(revenue) AS revenue', 'sum(revenue) + 0.00 AS revenue');
  await project.build('dev');
  const workspace = await project.workspace();
  await workspace.promote('dev');
  expect(due(await project.plan())).toEqual([]);
  project.edit('models/marts/monthly.sql', '+ 0.00', '- 0.00');
  await project.build('dev');
  project.edit('audits/sums.sql', 'IS DISTINCT FROM', '<');
  expect(await refusal(workspace.promote('dev'))).toMatchObject([
    {
      code: 'promotion-incomplete',
      message: 'dev is not audited for prod: its tables have not passed sums_agree as it is now',
    },
  ]);
  await project.build('dev');
  await workspace.promote('dev');
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('a saved plan with other audits is refused', async () => {
  await using project = new TestProject(FILES);
  const saved = JSON.stringify(await project.plan());
  project.edit('audits/known.sql', 'blocking false', 'blocking true');
  expect(await refusal(project.applyPlan(saved))).toMatchObject([
    {
      code: 'plan-moved',
      notes: [{ message: 'standalone audits: which are to run, or what they ask, changed' }],
    },
  ]);
});

const FEW_A_DAY = `AUDIT (name few_orders, standalone true);
SELECT day, orders FROM marts.daily WHERE orders > 1
`;

test('what goes into tables that are shown is seen by nobody before it is judged', async () => {
  await using project = new TestProject({ ...FILES, 'audits/sums.sql': FEW_A_DAY });
  await project.build();
  const before = await project.shown();
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,ann,4.00,\n');
  // Sources below a view that it reads, the table, and who reads that; `countries` stems from other rows.
  expect((await project.plan()).audits.map((a) => [a.audit, a.writes_first])).toEqual([
    ['customers_known', []],
    ['few_orders', ['marts.daily']],
  ]);
  const failed = await project.run();
  expect(failed.diagnostics.map((d) => d.message)).toEqual([
    'marts.daily was rolled back because standalone audit few_orders failed',
    'marts.monthly was rolled back because standalone audit few_orders failed',
    'standalone audit few_orders found 1 row; prod shows what it showed before',
  ]);
  expect(resultsOf(failed)).toEqual(['raw.orders done', 'marts.daily skipped', 'marts.monthly skipped']);
  const shown = await project.shown();
  for (const model of ['marts.daily', 'marts.monthly']) expect(shown.get(model)).toEqual(before.get(model));
  expect(await project.value("SELECT count(*) FROM _sluice.quarantine WHERE audit = 'few_orders'")).toBe('1');
  expect((await (await project.workspace()).checkState()).document.findings).toEqual([]);

  // It is computed and judged anew each time, until it passes.
  expect(resultsOf(await project.run())).toEqual(['marts.daily skipped', 'marts.monthly skipped']);
  project.edit('data/orders.csv', '5,2024-01-31 15:00:00', '5,2024-01-28 09:00:00');
  expect((await project.run()).status).toBe('failed');
  project.edit('data/orders.csv', '5,2024-01-28 09:00:00,ann,4.00,\n', '');
  const passed = await project.run();
  expect([passed.status, passed.audits.map((a) => a.status)]).toEqual(['done', ['passed', 'passed']]);
  expect(await project.shown()).toEqual(before);
});

test('nor where another environment shows them', async () => {
  await using project = new TestProject({ ...FILES, 'audits/sums.sql': FEW_A_DAY });
  await project.build();
  const before = await project.shown();
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,ann,4.00,\n');
  expect((await project.plan('dev')).audits.map((a) => [a.audit, a.writes_first])).toEqual([
    ['customers_known', []],
    ['few_orders', ['marts.daily']],
  ]);
  const failed = await project.apply('dev');
  expect(resultsOf(failed)).toEqual(['raw.orders done', 'marts.daily skipped', 'marts.monthly skipped']);
  for (const model of ['marts.daily', 'marts.monthly'])
    expect((await project.shown()).get(model)).toEqual(before.get(model));
});

test('one that only warns holds nothing', async () => {
  const text = FEW_A_DAY.replace('standalone true', 'standalone true, severity warn');
  await using project = new TestProject({ ...FILES, 'audits/sums.sql': text });
  await project.build();
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,ann,4.00,\n');
  expect((await project.plan()).audits.flatMap((a) => a.writes_first)).toEqual([]);
  expect((await project.run()).results.every((r) => r.status === 'done')).toBe(true);
  expect(await project.value("SELECT orders FROM marts.daily WHERE day = '2024-01-31'")).toBe('2');
});

test('where held work fails itself, all of it is rolled back; where something else does, it is judged and shown', async () => {
  await using project = new TestProject({
    ...FILES,
    'audits/sums.sql': FEW_A_DAY.replace('orders > 1', 'orders > 2'),
    'models/marts/monthly.sql': ORDERS['models/marts/monthly.sql'].replace(
      'kind FULL',
      'kind FULL, audits (accepted_range(column := revenue, max_v := 110))',
    ),
    'models/marts/countries.sql': ORDERS['models/marts/countries.sql'].replace(
      'kind FULL',
      'kind FULL, audits (accepted_range(column := customers, max_v := 2))',
    ),
  });
  await project.build();
  const before = await project.shown();
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,ann,40.00,\n');
  const failed = await project.run();
  expect(resultsOf(failed)).toEqual(['raw.orders done', 'marts.daily skipped', 'marts.monthly failed']);
  expect(failed.diagnostics.map((d) => d.message)).toEqual([
    expect.stringContaining('audit accepted_range of marts.monthly found 1 row'),
    'marts.daily was rolled back because marts.monthly failed',
  ]);
  expect((await project.shown()).get('marts.daily')).toEqual(before.get('marts.daily'));
  expect(await project.value("SELECT count(*) FROM _sluice.quarantine WHERE audit = 'accepted_range'")).toBe(
    '1',
  );
  const history = await (await project.workspace()).auditHistory('marts.monthly', 9);
  expect(history.document.results.filter((r) => r.status === 'failed')).toMatchObject([{ failing_rows: 1 }]);

  project.edit('data/orders.csv', ',ann,40.00,', ',ann,4.00,');
  project.append('data/customers.csv', 'dee,AT\neve,AT\n');
  const other = await project.run();
  expect(resultsOf(other).toSorted()).toEqual([
    'marts.countries failed',
    'marts.daily done',
    'marts.monthly done',
    'raw.customers done',
    'raw.orders done',
    'staging.customers done',
  ]);
  expect([other.promoted, ran(other)]).toEqual([false, [['few_orders', 'few_orders', 'passed', 0, true]]]);
  expect(await project.value('SELECT sum(revenue)::INTEGER FROM marts.monthly')).toBe(104);
  project.edit('data/customers.csv', 'dee,AT\neve,AT\n', '');
  // What was judged need not be judged again.
  expect(ran(await project.run())).toEqual([['customers_known', 'customers_known', 'passed', 0, true]]);
});

test('of what was rolled back with the batch that failed, nothing is told as done', async () => {
  await using project = new TestProject({
    ...FILES,
    'audits/sums.sql': FEW_A_DAY.replace('orders > 1', 'orders > 9'),
    'models/marts/daily.sql': ORDERS['models/marts/daily.sql']
      .replace('time_column day', 'time_column day, batch_size 1')
      .replace(
        'audits (',
        `audits (
    accepted_range(column := orders, max_v := 2, severity := quarantine),
    accepted_range(column := revenue, max_v := 100, severity := warn),
    `,
      ),
  });
  await project.build();
  const before = await project.shown();
  for (const more of ['5,2024-01-28 15:00:00,ann,4.00,', '6,2024-01-28 16:00:00,ann,4.00,'])
    project.append('data/orders.csv', `${more}\n`);
  project.append(
    'data/orders.csv',
    '7,2024-01-29 15:00:00,ann,400.00,\n8,2024-01-31 15:00:00,ann,-400.00,\n',
  );
  const failed = await project.run();
  const daily = failed.results.find((r) => r.model === 'marts.daily');
  expect(daily).toMatchObject({ status: 'failed', rows: 0, diverted: 0, intervals: [] });
  expect(
    daily?.audits.filter((a) => a.failing_rows > 0).map((a) => [a.audit, a.status, a.kept_rows]),
  ).toEqual([
    ['accepted_range', 'undone', 0],
    ['accepted_range', 'failed', 1],
    ['non_negative', 'failed', 1],
  ]);
  const history = "FROM _sluice.run_result WHERE status = 'failed'";
  expect(await project.rows(`SELECT model, row_count::INTEGER AS n ${history}`)).toEqual([
    { model: 'marts.daily', n: 0 },
  ]);
  expect(await project.value("SELECT task FROM _sluice.run_task WHERE status = 'failed'")).toBe('3');
  // What an audit found is kept, also that of a batch which went well: nobody saw its rows.
  expect(await project.rows('SELECT audit, severity FROM _sluice.quarantine ORDER BY ALL')).toEqual([
    { audit: 'accepted_range', severity: 'warn' },
    { audit: 'non_negative', severity: 'block' },
  ]);
  expect((await project.shown()).get('marts.daily')).toEqual(before.get('marts.daily'));
});

test('where something else fails, rows are not shown beside other tables than those they were judged with', async () => {
  await using project = new TestProject({
    ...FILES,
    'models/marts/countries.sql': ORDERS['models/marts/countries.sql'].replace(
      'kind FULL',
      'kind FULL, audits (accepted_range(column := customers, max_v := 2))',
    ),
  });
  await project.build();
  const before = await project.shown();
  project.edit('models/marts/monthly.sql', 'sum(revenue) AS revenue', 'sum(revenue) + 0.00 AS revenue');
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,ann,4.00,\n');
  project.append('data/customers.csv', 'dee,AT\neve,AT\n');
  const failed = await project.apply();
  expect(resultsOf(failed).slice(-3)).toEqual([
    'marts.countries failed',
    'marts.daily skipped',
    'marts.monthly skipped',
  ]);
  expect(failed.diagnostics.map((d) => d.message)).toContain(
    'marts.daily was not run because marts.countries failed',
  );
  // Together with the monthly table that is still shown, today's rows would not agree.
  expect((await project.shown()).get('marts.daily')).toEqual(before.get('marts.daily'));
  project.edit('data/customers.csv', 'dee,AT\neve,AT\n', '');
  await project.build();
  expect(await project.value('SELECT sum(revenue)::INTEGER FROM marts.daily')).toBe(104);
  expect(await project.value('SELECT sum(revenue)::INTEGER FROM marts.monthly')).toBe(104);
});

test('to fail fast begins no work that waits for an audit', async () => {
  const files = {
    ...FILES,
    'audits/sums.sql': FEW_A_DAY.replace('orders > 1', 'orders > 2'),
    'models/marts/countries.sql': ORDERS['models/marts/countries.sql'].replace(
      'kind FULL',
      'kind FULL, audits (accepted_range(column := customers, max_v := 2))',
    ),
  };
  await using project = new TestProject(files, { failFast: true, jobs: 1 });
  await project.build();
  const before = await project.shown();
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,ann,4.00,\n');
  project.append('data/customers.csv', 'dee,AT\neve,AT\n');
  const failed = await project.run();
  expect([failed.status, resultsOf(failed).slice(-3)]).toEqual([
    'failed',
    ['marts.countries failed', 'marts.daily skipped', 'marts.monthly skipped'],
  ]);
  expect(failed.audits).toEqual([]);
  expect((await project.shown()).get('marts.daily')).toEqual(before.get('marts.daily'));
});

test.each([
  [
    'AUDIT (name a, standalone true);\nSELECT * FROM marts.dayly',
    'unknown-table',
    "there is no model or source 'marts.dayly'",
  ],
  [
    'AUDIT (name a, standalone true);\nSELECT dai FROM marts.daily',
    'unknown-column',
    "there is no column 'dai'",
  ],
  ['AUDIT (name a, standalone true);\nSELECT * FROM @this_model', 'invalid-macro', undefined],
  [
    'AUDIT (name a, standalone true, severity quarantine);\nSELECT 1',
    'invalid-property',
    'standalone audits have no table to divert rows from',
  ],
  [
    'AUDIT (name a, standalone true, defaults (max_share = 0.1));\nSELECT * FROM marts.daily',
    'invalid-audit-argument',
    "the standalone audit 'a' reads no one table that max_share could be a share of",
  ],
])('%s', async (text, code, message) => {
  await using project = new TestProject({ ...ORDERS, 'audits/a.sql': text });
  const { diagnostics } = await (await project.workspace()).compile();
  expect(diagnostics).toMatchObject([
    { code, location: { path: 'audits/a.sql' }, ...(message === undefined ? {} : { message }) },
  ]);
});

test('a model cannot call one', async () => {
  await using project = new TestProject({
    ...FILES,
    'models/marts/countries.sql': ORDERS['models/marts/countries.sql'].replace(
      'kind FULL',
      'kind FULL, audits (sums_agree)',
    ),
  });
  const { diagnostics } = await (await project.workspace()).compile();
  expect(diagnostics).toMatchObject([
    { code: 'unknown-audit', message: "the audit 'sums_agree' is standalone: it runs by itself" },
  ]);
});

const FEW = `AUDIT (name few_orders, standalone true);
SELECT * FROM marts.daily JOIN (SELECT count(*) AS n FROM marts.countries) ON orders > 100 * n
`;

test('an impact has those that break, and those that may find other rows', async () => {
  await using project = new TestProject({
    ...FILES,
    'audits/few.sql': FEW,
    'audits/own.sql': 'AUDIT (name some_revenue);\nSELECT * FROM @this_model WHERE revenue < 0.01\n',
    'models/marts/daily.sql': ORDERS['models/marts/daily.sql'].replace('audits (', 'audits (some_revenue, '),
  });
  const workspace = await project.workspace();
  const of = async (target: string): Promise<unknown> => {
    const { standalone_audits: found, audits, summary } = (await workspace.impact(target)).document;
    const refs = found.map((a) => [
      a.audit,
      a.reads_it ? 'breaks' : 'may differ',
      ...a.columns.map((c) => `${c.model}.${c.column}`),
      ...a.rows_from.map((m) => `rows of ${m}`),
    ]);
    return [summary, ...refs, ...audits.map((a) => `${a.audit} of ${a.model}`)];
  };
  expect(await of('marts.daily.revenue')).toEqual([
    'marts.daily.revenue is read by 1 model and 2 standalone audits; 1 column below take their values from it.',
    ['few_orders', 'breaks', 'marts.daily.revenue'],
    ['sums_agree', 'breaks', 'marts.daily.revenue', 'marts.monthly.revenue'],
    'some_revenue of marts.daily',
    'non_negative of marts.daily',
  ]);
  expect(await of('marts.countries.customers')).toEqual(['Nobody reads marts.countries.customers.']);
  expect(await of('marts.countries')).toEqual([
    'marts.countries is read by 1 standalone audit.',
    ['few_orders', 'breaks', 'rows of marts.countries'],
  ]);
  // Its customer is joined to nothing, but an audit asks who is known.
  expect(await of('raw.customers.name')).toEqual([
    'raw.customers.name is read by 1 model; 1 column below take their values from it; 1 standalone audit may find other rows.',
    ['customers_known', 'may differ', 'staging.customers.customer'],
  ]);
  // It passes through a view whose rows it does not decide, to a filter and a group.
  expect(await of('raw.orders.ts')).toEqual([
    expect.stringContaining('; 2 standalone audits may find other rows'),
    ['few_orders', 'may differ', 'marts.daily.day', 'rows of marts.daily'],
    ['sums_agree', 'may differ', 'rows of marts.daily', 'rows of marts.monthly'],
  ]);

  const graph = (await workspace.lineage('marts.daily.revenue', 'downstream', { depth: 9 })).document.graph;
  expect(graph.nodes.filter((n) => n.node === 'audit')).toEqual([
    { model: 'few_orders', column: null, type: null, node: 'audit', distance: 1, unknown: false },
    { model: 'sums_agree', column: null, type: null, node: 'audit', distance: 1, unknown: false },
  ]);
  expect(graph.edges.filter((e) => e.kind === 'audit')).toContainEqual({
    from: { model: 'marts.monthly', column: 'revenue' },
    to: { model: 'sums_agree', column: null },
    kind: 'audit',
  });
});

test('one whose plan cannot be had may be touched or not', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'audits/a.sql': `AUDIT (name wide, standalone true);
PIVOT marts.daily ON orders USING sum(revenue)
`,
  });
  const workspace = await project.workspace();
  const { diagnostics, document } = await workspace.impact('marts.daily.day');
  expect(diagnostics).toEqual([]);
  expect(document.standalone_audits).toMatchObject([{ audit: 'wide', unknown: true, reads_it: false }]);
});

test('columns that one of them looks at are covered; those that only come along are not', async () => {
  await using project = new TestProject({ ...FILES, 'audits/few.sql': FEW });
  const { models } = (await (await project.workspace()).coverage()).document;
  const audited = models.map((m) => [
    m.model,
    m.audits,
    ...m.columns.filter((c) => c.audited).map((c) => c.name),
  ]);
  expect(audited.toSorted()).toEqual([
    ['marts.countries', 1],
    ['marts.daily', 3, 'revenue', 'orders'],
    ['marts.monthly', 1, 'revenue'],
    ['staging.customers', 1, 'customer'],
    ['staging.orders', 1, 'customer', 'amount'],
  ]);
});

test('a pull request says which of them merging runs, and what they find', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  const ci = async (): Promise<unknown> => {
    const { document } = await (await project.workspace()).ci({ environment: 'pr_1' });
    const found = [...(document.build?.audits ?? []), ...(document.audits?.audits ?? [])].filter(
      (a) => a.standalone,
    );
    return [document.summary, document.plan?.audits.map((a) => a.audit), ran({ audits: found } as never)];
  };
  // Whatever is asked in an environment that has asked nothing; the base would ask none.
  expect(await ci()).toMatchObject(['Passed. No table changes.', [], { length: 2 }]);
  project.edit('audits/known.sql', 'least = 0', 'least = 1');
  expect(await ci()).toMatchObject([
    'Passed. No table changes; 1 standalone audit to run.',
    ['customers_known'],
    [
      ['customers_known', 'customers_known', 'passed', 0, true],
      ['sums_agree', 'sums_agree', 'passed', 0, true],
    ],
  ]);
  // Where it has run before, in an environment that was kept, it is said all the same.
  await project.build('pr_1');
  expect(await ci()).toMatchObject([
    'Passed. No table changes; 1 standalone audit to run.',
    ['customers_known'],
    [['customers_known', 'customers_known', 'passed', 0, true]],
  ]);
  project.edit('models/marts/monthly.sql', 'sum(revenue) AS revenue', 'sum(revenue) + 1 AS revenue');
  expect(await ci()).toMatchObject([
    expect.stringContaining('Failed: build, not finished; 1 model built'),
    ['customers_known', 'sums_agree'],
    [['sums_agree', 'sums_agree', 'failed', 1, true]],
  ]);
});
