/** Bad rows never reach a reader. */
import { DuckDBInstance } from '@duckdb/node-api';
import { copyFileSync, existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ApplyDocument } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { actionsOf, resultsOf, TestProject } from './support/project.ts';

const DAILY = 'SELECT day::VARCHAR AS day, revenue::VARCHAR AS revenue FROM marts.daily ORDER BY day';

test('rows that a blocking audit refuses are never seen, are kept, and the next apply goes on', async () => {
  const copies: string[] = [];
  await using project: TestProject = new TestProject(ORDERS, {
    jobs: 1,
    observer: (event) => {
      if (event.kind !== 'audit-finished' || event.result.status !== 'failed') return;
      // The warehouse as it stands on disk at this instant, while the bad rows are in the open transaction.
      const copy = project.path('.sluice/copy.duckdb');
      copyFileSync(project.warehouse, copy);
      if (existsSync(`${project.warehouse}.wal`)) copyFileSync(`${project.warehouse}.wal`, `${copy}.wal`);
      copies.push(copy);
    },
  });
  await project.build();
  const before = await project.rows(DAILY);
  project.now = Date.parse('2024-02-02T06:00:00Z');
  project.append('data/orders.csv', '5,2024-02-01 09:00:00,bob,-50.00,\n');

  const failed = await project.apply();
  expect(failed.status).toBe('failed');
  expect(resultsOf(failed)).toEqual(['raw.orders done', 'marts.daily failed', 'marts.monthly skipped']);
  expect(failed.diagnostics[0]).toMatchObject({
    code: 'audit-failed',
    path: 'models/marts/daily.sql',
    line: 4,
    column: 11,
  });
  expect(failed.diagnostics[0]?.message).toContain('found 1 row');
  expect(failed.results[1]?.audits).toMatchObject([
    { audit: 'non_negative', status: 'failed', failing_rows: 1, kept_rows: 1 },
  ]);

  expect(copies).toHaveLength(1);
  const during = await DuckDBInstance.create(copies[0]);
  const reader = await during.connect();
  expect((await reader.runAndReadAll(DAILY)).getRowObjectsJson()).toEqual(before);
  reader.closeSync();
  during.closeSync();
  expect(await project.rows(DAILY)).toEqual(before);
  expect(
    await project.rows(
      'SELECT model, audit, severity, start_at::VARCHAR AS start, "row"->>\'revenue\' AS revenue FROM _sluice.quarantine',
    ),
  ).toEqual([
    {
      model: 'marts.daily',
      audit: 'non_negative',
      severity: 'block',
      start: '2024-02-01 00:00:00',
      revenue: '-50',
    },
  ]);

  project.edit('data/orders.csv', '-50.00', '50.00');
  const mended = await project.build();
  expect(resultsOf(mended)).toEqual(['raw.orders done', 'marts.daily done', 'marts.monthly done']);
  await using fresh = project.copy({ observer: () => undefined });
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

test('the hint of a blocking audit names the command that shows its rows, the first time too', async () => {
  await using project = new TestProject(ORDERS);
  project.append('data/orders.csv', '5,2024-01-31 09:00:00,bob,-500.00,\n');
  const failed = await project.apply();
  const hint = failed.diagnostics.find((d) => d.code === 'audit-failed')?.hint ?? '';
  expect(hint).toBe(`It is kept: sluice quarantine show marts.daily --run ${failed.run}`);
  const [, model = '', run = ''] = /show (\S+) --run (\S+)$/.exec(hint) ?? [];
  const { document } = await (await project.workspace()).quarantineRows(model, { run });
  expect(document).toMatchObject({ total: 1, rows: [{ _sluice_audit: 'non_negative' }] });
});

test('a warning is told and keeps its rows, but stops nothing', async () => {
  await using project = new TestProject(ORDERS);
  project.edit('models/marts/daily.sql', 'columns := (revenue)', 'columns := (revenue), severity := warn');
  project.append('data/orders.csv', '5,2024-01-30 09:00:00,bob,-500.00,\n');
  const applied = await project.apply();
  expect(applied.status).toBe('done');
  expect(applied.results.flatMap((r) => r.audits)).toMatchObject([
    { severity: 'warn', status: 'failed', failing_rows: 1 },
  ]);
  expect(await project.value('SELECT count(*) FROM _sluice.quarantine')).toBe('1');
});

test('changed audits look at standing rows again and build nothing', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const tables = await project.physical();
  project.edit(
    'models/marts/daily.sql',
    'non_negative(columns := (revenue))',
    'not_null(columns := (revenue))',
  );
  expect(actionsOf(await project.plan())).toEqual(['marts.daily reaudit']);
  expect((await project.build()).results.flatMap((r) => r.audits)).toMatchObject([
    { audit: 'not_null', status: 'passed' },
  ]);
  expect(await project.physical()).toEqual(tables);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test('a view is audited again when the rows below it move', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/staging/orders.sql': `MODEL (name staging.orders, kind VIEW, audits (unique_values(columns := (id))));
SELECT id, ts, customer, amount FROM raw.orders
`,
  });
  await project.build();
  project.append('data/orders.csv', '4,2024-01-31 15:00:00,cy,4.00,\n');
  const applied = await project.apply();
  expect(applied.status).toBe('failed');
  expect(resultsOf(applied)).toEqual([
    'raw.orders done',
    'staging.orders failed',
    'marts.daily skipped',
    'marts.monthly skipped',
  ]);
  project.edit('data/orders.csv', '\n4,2024-01-31 15', '\n5,2024-01-31 15');
  expect((await project.build()).status).toBe('done');
});

test('an audit may read other models, which are built first', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'audits/known.sql':
      'AUDIT (name known_customer);\nSELECT * FROM @this_model WHERE customer NOT IN (SELECT customer FROM staging.customers)\n',
    'models/marts/amounts.sql': `MODEL (name marts.amounts, kind FULL, audits (known_customer));
SELECT customer, sum(amount) AS amount FROM raw.orders GROUP BY ALL
`,
  });
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,zoe,4.00,\n');
  const failed = await project.apply();
  expect(resultsOf(failed)).toContain('marts.amounts failed');
  expect(await project.rows('SELECT "row"->>\'customer\' AS c FROM _sluice.quarantine')).toEqual([
    { c: 'zoe' },
  ]);
  project.append('data/customers.csv', 'zoe,ZA\n');
  expect((await project.build()).status).toBe('done');
});

const tolerant = (limits: string): string =>
  `MODEL (name marts.all, kind FULL, audits (non_negative(columns := amount, ${limits})));
SELECT id, amount FROM raw.orders
`;

const allOf = (applied: ApplyDocument): unknown =>
  applied.results
    .flatMap((r) => r.audits)
    .filter((a) => a.model === 'marts.all')
    .map((a) => [a.status, a.failing_rows, a.rows_seen, a.kept_rows]);

test('bad rows within the limits of an audit are told and hold nothing back', async () => {
  await using project = new TestProject({ ...ORDERS, 'models/marts/all.sql': tolerant('max_rows := 1') });
  project.append('data/orders.csv', '5,2024-01-30 09:00:00,bob,-5.00,\n');
  project.edit(
    'models/marts/daily.sql',
    'non_negative(columns := (revenue))',
    'not_null(columns := (revenue))',
  );
  const tolerated = await project.build();
  expect(allOf(tolerated)).toEqual([['tolerated', 1, 5, 1]]);

  // A fifth of the rows is too many, whatever their number.
  project.write('models/marts/all.sql', tolerant('max_rows := 1, max_share := 0.1'));
  expect(actionsOf(await project.plan())).toEqual(['marts.all reaudit']);
  const failed = await project.apply();
  expect(failed.status).toBe('failed');
  expect(allOf(failed)).toEqual([['failed', 1, 5, 1]]);

  const history = (await (await project.workspace()).auditHistory('MARTS.all', 10)).document;
  expect(history.results.map((r) => [r.call, r.status, r.failing_rows, r.rows_seen])).toContainEqual([
    'non_negative(columns := amount, max_rows := 1)',
    'tolerated',
    1,
    5,
  ]);
  await expect((await project.workspace()).auditHistory('marts.al', 10)).rejects.toThrow(/marts\.al/);
});

test('a report says what rows failed for: columns or criteria, how many rows each, and the values', async () => {
  await using project = new TestProject({
    'project.yaml': 'name: blamed\nstart: 2024-01-01\nquarantine: { max_rows: 3 }\n',
    'models/a.sql': `MODEL (name m.a, kind FULL, audits (
  not_null(columns := (a, "b c"), severity := warn),
  non_negative(columns := (a, v), severity := warn),
  accepted_values(column := s, is_in := ('x'), severity := warn),
  unique_values(columns := (v, s), severity := warn),
  unique_combination_of_columns(columns := (a, s), severity := warn),
  forall(criteria := (a < 2, s <> 'z'), severity := warn),
  string_length_between(column := lower(s), max_v := 1, condition := v > 0, severity := warn),
  number_of_rows(threshold := 99, severity := warn),
  own(severity := warn)
));
SELECT * FROM (VALUES (1, 2, 'x', -1), (NULL, NULL, 'y', 1), (1, NULL, 'x', -1), (5, 1, 'zz', -1), (6, 1, 'zz', 3), (7, 1, NULL, NULL))
  AS r(a, "b c", s, v)
`,
    'audits/own.sql': 'AUDIT (name own);\nSELECT * FROM @this_model WHERE v = 3\n',
  });
  const built = await project.build();
  const told = built.results[0]?.audits.map((a) => [
    a.audit,
    a.failing_rows,
    ...a.columns.map((c) => [
      c.column,
      c.failing_rows,
      ...c.values.map((v) => `${JSON.stringify(v.value)} ×${v.rows}`),
    ]),
  ]);
  expect(told).toEqual([
    ['not_null', 2, ['a', 1], ['b c', 2]],
    ['non_negative', 3, ['v', 3, '-1 ×3']],
    ['accepted_values', 3, ['s', 3, '"zz" ×2', '"y" ×1']],
    ['unique_values', 4, ['v', 3, '-1 ×3'], ['s', 4, '"x" ×2', '"zz" ×2']],
    ['unique_combination_of_columns', 2, ['a, s', 2, '"(1, x)" ×2']],
    ['forall', 3, ['a < 2', 3]],
    ['string_length_between', 1, ['lower(s)', 1, '"zz" ×1']],
    ['number_of_rows', 1],
    ['own', 1],
  ]);
});
