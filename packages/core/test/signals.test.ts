/** Signals: what has to say yes before `run` computes an interval. */
import { expect, test } from 'vitest';
import type { ApplyDocument } from '../src/index.ts';
import { days, refusal, resultsOf, TestProject } from './support/project.ts';
import { ORDERS } from './support/orders.ts';

const COMPUTED = {
  'models/marts/above.sql': `MODEL (name marts.above, kind INCREMENTAL_BY_TIME_RANGE (time_column day));
SELECT day, revenue * 2 AS twice FROM marts.daily WHERE day BETWEEN @start_ds AND @end_ds
`,
};

/** The shop of orders where `marts.daily` waits for a signal. */
function waiting(signals: string, files: Readonly<Record<string, string>>): TestProject {
  const project = new TestProject({ ...ORDERS, ...COMPUTED, ...files }, { now: '2024-01-30T06:00:00Z' });
  project.edit('models/marts/daily.sql', '  audits (', `  signals ${signals},\n  audits (`);
  return project;
}

function intervalsOf(applied: ApplyDocument, model: string): unknown {
  return applied.results.find((r) => r.model === model)?.intervals;
}

const QUERY = {
  'signals/there.sql':
    'SELECT count(*) >= @least FROM staging.orders WHERE ts BETWEEN @start_ts AND @end_ts -- a comment\n',
};

test('a query holds back the intervals it says no to, and those of readers; a later run computes them', async () => {
  await using project = waiting('(there(least := 2))', QUERY);
  expect((await project.build()).status, 'apply asks nobody').toBe('done');
  const before = await project.shown();
  project.now = Date.parse('2024-02-01T06:00:00Z');
  const idle = await project.run();
  expect([idle.status, resultsOf(idle)]).toEqual(['nothing-to-do', []]);
  expect(idle.waiting_for_signals).toEqual([
    { model: 'marts.daily', signals: ['there'], intervals: [days('2024-01-30', '2024-02-01')] },
    { model: 'marts.above', signals: ['there'], intervals: [days('2024-01-30', '2024-02-01')] },
  ]);
  expect(idle.summary).toContain('Waiting for the signal there: marts.daily, marts.above.');
  expect(await project.shown()).toEqual(before);

  // The second of the two days is complete first.
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,ann,5.00,\n');
  // A signal sees what is shown when the run begins: this one loads the row.
  expect(resultsOf(await project.run())).toEqual(['raw.orders done']);
  const second = await project.run();
  expect(second.status).toBe('done');
  for (const model of ['marts.daily', 'marts.above'])
    expect(intervalsOf(second, model), model).toEqual([days('2024-01-31', '2024-02-01')]);
  expect(second.waiting_for_signals.map((w) => w.intervals)).toEqual([
    [days('2024-01-30', '2024-01-31')],
    [days('2024-01-30', '2024-01-31')],
  ]);
  project.append('data/orders.csv', '6,2024-01-30 15:00:00,ann,5.00,\n');
  await project.run();
  const first = await project.run();
  for (const model of ['marts.daily', 'marts.above'])
    expect(intervalsOf(first, model), model).toEqual([days('2024-01-30', '2024-01-31')]);
  expect(first.waiting_for_signals).toEqual([]);
  expect((await project.run()).status).toBe('nothing-to-do');
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

const FUNCTIONS = {
  'signals/own.ts': `import { appendFileSync } from 'node:fs';
type Interval = { readonly start: Date; readonly end: Date };
export function yes(): boolean { return true; }
export const never = async (): Promise<boolean> => false;
export function until(intervals: readonly Interval[], { day }: { day: string }): readonly Interval[] {
  return intervals.filter(({ end }) => end <= new Date(day));
}
export async function asked(
  intervals: readonly Interval[],
  args: Readonly<Record<string, unknown>>,
  context: { model: string; environment: string; now: Date; query(sql: string): Promise<readonly unknown[]> },
): Promise<boolean> {
  const rows = await context.query('SELECT count(*)::INTEGER AS n FROM marts.daily');
  appendFileSync(String(args['log']), JSON.stringify([intervals.length, args['list'], context.model, context.environment, context.now, rows]) + '\\n');
  return true;
}
export function wrong(): string { return 'soon'; }
export function broken(): boolean { throw new Error('no such bucket'); }
`,
};

test('functions answer true, false or a list; each is asked for what those before let through', async () => {
  await using project = waiting("(yes, until(day := '2024-02-01'))", FUNCTIONS);
  await project.build();
  project.now = Date.parse('2024-02-03T06:00:00Z');
  const ran = await project.run();
  expect(intervalsOf(ran, 'marts.daily')).toEqual([days('2024-01-30', '2024-02-01')]);
  expect(ran.waiting_for_signals[0]).toEqual({
    model: 'marts.daily',
    signals: ['until'],
    intervals: [days('2024-02-01', '2024-02-03')],
  });
  const log = project.path('log');
  project.edit(
    'models/marts/daily.sql',
    "yes, until(day := '2024-02-01')",
    `until(day := '2024-02-02'), asked(log := '${log}', list := [1, 'b', true]), never`,
  );
  expect((await project.run()).status).toBe('nothing-to-do');
  expect(JSON.parse(project.read('log'))).toEqual([
    1,
    [1, 'b', true],
    'marts.daily',
    'prod',
    '2024-02-03T06:00:00.000Z',
    [{ n: 4 }],
  ]);
});

test('a run is planned again only where something is not ready', async () => {
  const spans: string[] = [];
  await using project = new TestProject(
    { ...ORDERS, ...QUERY },
    {
      now: '2024-01-30T06:00:00Z',
      tracer: {
        span: (name, _attributes, work) => {
          spans.push(name);
          return work({ note: () => undefined, fail: () => undefined });
        },
      },
    },
  );
  project.edit('models/marts/daily.sql', '  audits (', '  signals (there(least := 1)),\n  audits (');
  await project.build();
  const plans = async (now: string): Promise<unknown> => {
    spans.length = 0;
    project.now = Date.parse(now);
    const ran = await project.run();
    return [intervalsOf(ran, 'marts.daily'), spans.filter((s) => s === 'plan').length];
  };
  expect(await plans('2024-01-31T06:00:00Z')).toEqual([[days('2024-01-30', '2024-01-31')], 1]);
  expect(await plans('2024-02-02T06:00:00Z')).toEqual([[days('2024-01-31', '2024-02-01')], 2]);
  expect(await plans('2024-02-02T07:00:00Z'), 'one day waits still').toEqual([undefined, 2]);
});

test('in another environment a signal asks what that shows', async () => {
  await using project = waiting(`(asked(log := 'LOG'))`, FUNCTIONS);
  project.edit('models/marts/daily.sql', 'LOG', project.path('log'));
  await project.build('dev');
  project.now = Date.parse('2024-01-31T06:00:00Z');
  expect((await project.run('dev')).status).toBe('done');
  expect(JSON.parse(project.read('log'))[3]).toBe('dev');
});

test('a table that is computed as a whole waits as a whole, and says so', async () => {
  await using project = new TestProject({ ...ORDERS, ...QUERY });
  project.edit('models/marts/countries.sql', 'kind FULL', 'kind FULL, signals (there(least := 2))');
  await project.build();
  project.append('data/customers.csv', 'dee,DE\n');
  const held = await project.run();
  expect(resultsOf(held)).toEqual(['raw.customers done', 'staging.customers done']);
  expect(held.waiting_for_signals).toEqual([{ model: 'marts.countries', signals: ['there'], intervals: [] }]);
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,ann,5.00,\n');
  // It asks what is shown, so that the run before brings the row.
  await project.run();
  expect(resultsOf(await project.run())).toEqual(['marts.countries done']);
});

test('where rows build on those before, nothing beyond an interval that is not ready is computed', async () => {
  await using project = new TestProject(
    {
      ...ORDERS,
      ...QUERY,
      'models/m/keyed.sql': `MODEL (name m.keyed, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key customer), signals (there(least := 1)));
SELECT customer, max(ts) AS last FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY ALL
`,
    },
    { now: '2024-01-30T06:00:00Z' },
  );
  project.edit('data/orders.csv', '3,2024-01-30 12:00:00,ann,30.00,\n', '');
  await project.build();
  project.now = Date.parse('2024-02-01T06:00:00Z');
  const held = await project.run();
  expect(intervalsOf(held, 'm.keyed')).toBeUndefined();
  // The day after is ready, and waits for the one before it.
  expect(held.waiting_for_signals).toContainEqual({
    model: 'm.keyed',
    signals: ['there'],
    intervals: [days('2024-01-30', '2024-02-01')],
  });
  project.append('data/orders.csv', '3,2024-01-30 12:00:00,ann,30.00,\n');
  await project.run();
  await project.run();
  await using fresh = project.copy();
  await fresh.build();
  expect((await project.shown()).get('m.keyed')).toEqual((await fresh.shown()).get('m.keyed'));
});

test.each([
  ['wrong', 'the signal wrong answered neither true, false nor a list of intervals'],
  ['broken', 'the signal broken failed: no such bucket'],
  ['number', 'the signal number answered no truth value'],
  ['missing_table', /the signal missing_table failed: .*nowhere/],
])('%s: nothing is computed, and the call and the file are named', async (name, message) => {
  await using project = waiting(`(${name})`, {
    ...FUNCTIONS,
    'signals/number.sql': 'SELECT 1\n',
    'signals/missing_table.sql': 'SELECT true FROM nowhere\n',
  });
  await project.build();
  const before = await project.shown();
  project.now = Date.parse('2024-02-01T06:00:00Z');
  project.append('data/customers.csv', 'dee,DE\n');
  const [found] = await refusal(project.run());
  expect(found).toMatchObject({ code: 'invalid-signal', location: { path: 'models/marts/daily.sql' } });
  expect(found?.message).toMatch(message);
  expect(found?.hint).toContain('signals/');
  expect(await project.shown()).toEqual(before);
});

test('what is wrong with the files is said when the project is compiled, and a signal changes no version', async () => {
  await using project = waiting('(there(least := 1))', { ...QUERY });
  const workspace = await project.workspace();
  const version = async (): Promise<unknown> =>
    (await workspace.compile()).document.models.find((m) => m.name === 'marts.daily')?.version;
  const before = await version();
  project.edit('models/marts/daily.sql', '  signals (there(least := 1)),\n', '');
  expect(await version()).toBe(before);
  project.edit('models/marts/daily.sql', '  audits (', '  signals (there, other),\n  audits (');
  const codes = async (): Promise<readonly string[]> =>
    (await workspace.compile()).diagnostics.map((d) => `${d.code} ${d.message}`);
  expect(await codes()).toEqual(["unknown-signal there is no signal 'other'"]);
  project.write(
    'signals/more.ts',
    'export function there(): boolean { return true; }\nexport const other = there;\n',
  );
  expect(await codes()).toEqual([
    "invalid-signal there are two signals named 'there', in signals/more.ts and signals/there.sql",
  ]);
  project.write('signals/more.ts', 'export function (');
  expect((await codes())[0]).toMatch(/^invalid-signal signals\/more\.ts cannot be loaded: /);
  project.write('signals/more.ts', 'export const other = (): boolean => true;\n');
  expect(await codes()).toEqual([]);
});
