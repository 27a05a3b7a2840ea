/** New, late, corrected and wrong rows in the files of a source. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { days, resultsOf, TestProject } from './support/project.ts';

const ORDERS_CSV = 'data/orders.csv';

function intervalsOf(applied: Awaited<ReturnType<TestProject['run']>>, model: string): readonly unknown[] {
  return applied.results.find((r) => r.model === model)?.intervals ?? [];
}

async function expectAsFromNothing(project: TestProject): Promise<void> {
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
}

const TOUCHED = ['raw.orders done', 'marts.daily done', 'marts.monthly done'];

test('a new day is loaded, computes one interval of the daily mart and refreshes what depends on it', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.now = Date.parse('2024-02-02T06:00:00Z');
  project.append(ORDERS_CSV, '5,2024-02-01 09:00:00,bob,50.00,\n');
  const plan = await project.plan();
  expect(plan.actions[0]).toMatchObject({
    model: 'raw.orders',
    intervals: [days('2024-02-01', '2024-02-02')],
  });
  const run = await project.run();
  expect(resultsOf(run)).toEqual(TOUCHED);
  expect(intervalsOf(run, 'marts.daily')).toEqual([days('2024-02-01', '2024-02-02')]);
  expect(run.promoted).toBe(false);
  expect(await project.value("SELECT revenue FROM marts.monthly WHERE month = '2024-02-01'")).toBe('50.00');
  await expectAsFromNothing(project);
});

test('a late row computes exactly its day again', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.append(ORDERS_CSV, '6,2024-01-29 23:59:59,cy,1.00,\n');
  const run = await project.run();
  expect(resultsOf(run)).toEqual(TOUCHED);
  expect(intervalsOf(run, 'marts.daily')).toEqual([days('2024-01-29', '2024-01-30')]);
  await expectAsFromNothing(project);
});

test('a corrected row computes exactly its day again', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit(ORDERS_CSV, 'ann,30.00', 'ann,33.00');
  const run = await project.run();
  expect(intervalsOf(run, 'marts.daily')).toEqual([days('2024-01-30', '2024-01-31')]);
  expect(await project.value("SELECT revenue FROM marts.daily WHERE day = '2024-01-30'")).toBe('33.00');
  await expectAsFromNothing(project);
});

test('a row that moves to another day computes both days again, a deleted one leaves no trace', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit(ORDERS_CSV, '2024-01-31 13:00:00', '2024-01-28 13:00:00');
  expect(intervalsOf(await project.run(), 'marts.daily')).toEqual([
    days('2024-01-28', '2024-01-29'),
    days('2024-01-31', '2024-02-01'),
  ]);
  await expectAsFromNothing(project);
  project.edit(ORDERS_CSV, '2,2024-01-29 11:00:00,bob,20.00,\n', '');
  expect(intervalsOf(await project.run(), 'marts.daily')).toEqual([days('2024-01-29', '2024-01-30')]);
  await expectAsFromNothing(project);
});

test('touching a file, or turning its lines around, computes nothing', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.touch(ORDERS_CSV);
  expect((await project.run()).status).toBe('nothing-to-do');
  expect((await project.plan()).actions).toEqual([]);
  const [head = '', ...lines] = (ORDERS[ORDERS_CSV] ?? '').trimEnd().split('\n');
  project.write(ORDERS_CSV, `${[head, ...lines.toReversed()].join('\n')}\n`);
  const run = await project.run();
  expect(run.results.filter((r) => r.model !== 'raw.orders')).toEqual([]);
});

test('rows that cannot be parsed are counted and kept with file, line and text', async () => {
  await using project = new TestProject(ORDERS);
  project.append(ORDERS_CSV, '7,2024-01-31 14:00:00,ann,many,\n8,not a time,ann,8.00,\n');
  const applied = await project.build();
  expect(applied.results.find((r) => r.model === 'raw.orders')).toMatchObject({ rows: 4, rejected: 2 });
  expect(applied.diagnostics).toMatchObject([
    { code: 'source-rejects', severity: 'warning', path: 'project.yaml', line: 5 },
  ]);
  expect(
    await project.rows('SELECT source, file, line, "column", text FROM _sluice.rejected_row ORDER BY line'),
  ).toEqual([
    {
      source: 'raw.orders',
      file: 'data/orders.csv',
      line: '6',
      column: 'amount',
      text: '7,2024-01-31 14:00:00,ann,many,',
    },
    {
      source: 'raw.orders',
      file: 'data/orders.csv',
      line: '7',
      column: 'ts',
      text: '8,not a time,ann,8.00,',
    },
  ]);
  expect((await project.apply()).status).toBe('nothing-to-do');
  await expectAsFromNothing(project);
});

test('a file that is not there and a column that is not in it are said where the source is declared', async () => {
  await using project = new TestProject(ORDERS);
  project.remove('data/customers.csv');
  await expect(project.apply()).rejects.toMatchObject({
    diagnostics: [{ code: 'source-files-missing', location: { path: 'project.yaml', line: 9 } }],
  });
  project.write('data/customers.csv', 'name,land\nann,AT\n');
  await expect(project.apply()).rejects.toMatchObject({
    diagnostics: [
      {
        code: 'unknown-column',
        location: { path: 'project.yaml', line: 9 },
        message: "the files of 'raw.customers' have no column 'country'",
      },
    ],
  });

  // The same when a file that was good turns bad later.
  project.write('data/customers.csv', ORDERS['data/customers.csv'] ?? '');
  await project.build();
  project.write('data/customers.csv', 'name,land\nann,AT\n');
  await expect(project.apply()).rejects.toMatchObject({
    diagnostics: [{ code: 'source-unreadable', location: { path: 'project.yaml', line: 9 } }],
  });
  expect(await project.value('SELECT count(*) FROM staging.customers')).toBe('3');
});

test('several files of one source are one table, and a new file is new data', async () => {
  await using project = new TestProject(ORDERS);
  project.edit('project.yaml', 'file: data/orders.csv', 'file: data/orders*.csv');
  await project.build();
  project.write(
    'data/orders-late.csv',
    'ts,amount,customer,id\n2024-01-30 08:00:00,9.00,bob,9\n2024-01-30 08:30:00,nine,bob,10\n',
  );
  const run = await project.run();
  expect(intervalsOf(run, 'marts.daily')).toEqual([days('2024-01-30', '2024-01-31')]);
  await expectAsFromNothing(project);
  project.remove('data/orders-late.csv');
  await project.run();
  await expectAsFromNothing(project);
});
