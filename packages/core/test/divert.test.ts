/** Audits that divert: bad rows are in quarantine and not in the table, none is lost, none is there twice. */
import { expect, test } from 'vitest';
import type { ApplyDocument } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { actionsOf, TestProject, type Files } from './support/project.ts';

const RAW = 'data/orders.csv';
const LINES = `id,ts,customer,amount,note
1,2024-01-28 10:00:00,ann,10.00,
2,2024-01-28 11:00:00,bob,20.00,
2,2024-01-28 12:00:00,bob,21.00,
3,2024-01-29 12:00:00,,30.00,
4,2024-01-30 13:00:00,cy,-1.00,
5,2024-01-31 13:00:00,cy,,
`;

/** One table of orders, of some kind and with some audits; a table that reads it. */
function orders(kind: string, audits: string, more: Files = {}): Files {
  return {
    'project.yaml': ORDERS['project.yaml'] ?? '',
    [RAW]: LINES,
    'data/customers.csv': ORDERS['data/customers.csv'] ?? '',
    'models/staging/orders.sql': `MODEL (name staging.orders, kind ${kind}, grain id, audits (${audits}));
SELECT id, ts, customer, amount, [id] AS list FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
    'models/marts/count.sql': `MODEL (name marts.count, kind FULL);
SELECT count(*)::INT AS n FROM staging.orders
`,
    ...more,
  };
}
const FULL = 'FULL';
const BY_DAY = 'INCREMENTAL_BY_TIME_RANGE (time_column ts, batch_size 1)';
const AT_ONCE = 'INCREMENTAL_BY_TIME_RANGE (time_column ts)';

function divertedOf(applied: ApplyDocument): readonly unknown[] {
  return applied.results.flatMap((r) =>
    r.audits.filter((a) => a.severity === 'quarantine').map((a) => [a.audit, a.status, a.failing_rows]),
  );
}

/** An audit of the project. */
function ownAudit(query: string): Files {
  return { 'audits/bad.sql': `AUDIT (name bad, severity quarantine);\n${query}\n` };
}

async function kept(project: TestProject): Promise<readonly unknown[]> {
  const table = await project.value(
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = '_sluice_quarantine'",
  );
  const rows = await project.rows(
    `SELECT audit, "row".id::INT AS id FROM _sluice_quarantine."${String(table)}" ORDER BY ALL`,
  );
  return rows.map((r) => [r['audit'], r['id']]);
}

const THREE =
  'not_null(columns := (customer), severity := quarantine), unique_values(columns := (id), severity := quarantine), non_negative(columns := (amount), severity := quarantine)';

test.each([
  ['FULL', FULL],
  ['a day at a time', BY_DAY],
  ['all days at once', AT_ONCE],
])('bad rows are diverted and counted, the rest is published: %s', async (_, kind) => {
  await using project = new TestProject(orders(kind, THREE), { now: '2024-02-01T06:00:00Z' });
  const applied = await project.build();
  const model = applied.results.find((r) => r.model === 'staging.orders');
  expect(model).toMatchObject({ rows: 2, diverted: 4 });
  expect(await project.rows('SELECT id::INT AS id FROM staging.orders ORDER BY id')).toEqual([
    { id: 1 },
    { id: 5 },
  ]);
  expect(await project.value('SELECT n FROM marts.count')).toBe(2);
  const expected = [
    ['non_negative', 4],
    ['not_null', 3],
    ['unique_values', 2],
    ['unique_values', 2],
  ];
  expect(await kept(project)).toEqual(expected);
  // Table and quarantine together are what the query gives.
  const table = await project.value(
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = '_sluice_quarantine'",
  );
  const both = `(FROM staging.orders UNION ALL SELECT unnest("row") FROM _sluice_quarantine."${String(table)}")`;
  const query = '(SELECT id, ts, customer, amount, [id] FROM raw.orders)';
  expect(await project.rows(`FROM ${both} EXCEPT ALL FROM ${query}`)).toEqual([]);
  expect(await project.rows(`FROM ${query} EXCEPT ALL FROM ${both}`)).toEqual([]);

  const workspace = await project.workspace();
  const { document } = await workspace.quarantine();
  expect(document.groups.map((g) => [g.kind, g.audit, g.severity, g.rows, g.found]).toSorted()).toEqual([
    ['diverted', 'non_negative', 'quarantine', 1, 1],
    ['diverted', 'not_null', 'quarantine', 1, 1],
    ['diverted', 'unique_values', 'quarantine', 2, 2],
  ]);
  const shown = await workspace.quarantineRows('staging.orders', { audit: 'not_null' });
  expect(shown.document.rows).toMatchObject([
    {
      id: 3,
      customer: null,
      amount: 30,
      _sluice_reason: 'not_null(columns := (customer), severity := quarantine)',
    },
  ]);
  const run = await workspace.runHistory(applied.run ?? '');
  expect(run.document.models.find((m) => m.model === 'staging.orders')).toMatchObject({
    rows: 2,
    diverted: 4,
  });
});

test('how a table was batched does not decide what is diverted', async () => {
  const files = orders(BY_DAY, 'unique_values(columns := (id), severity := quarantine)', {
    [RAW]: `${LINES}1,2024-01-31 10:00:00,ann,10.00,\n`,
  });
  await using daily = new TestProject(files);
  await daily.build();
  await using whole = new TestProject(files);
  whole.edit('models/staging/orders.sql', ', batch_size 1', '');
  await whole.build();
  expect(await whole.shown()).toEqual(await daily.shown());
  expect(await kept(whole)).toEqual(await kept(daily));
  expect(await kept(daily)).toEqual([
    ['unique_values', 2],
    ['unique_values', 2],
  ]);
});

test('an interval that is computed again replaces what it diverted', async () => {
  await using project = new TestProject(orders(AT_ONCE, THREE));
  await project.build();
  project.edit(RAW, '2,2024-01-28 12:00:00,bob,21.00,', '6,2024-01-28 12:00:00,bob,-21.00,');
  const applied = await project.build();
  expect(divertedOf(applied)).toEqual([
    ['not_null', 'passed', 0],
    ['unique_values', 'passed', 0],
    ['non_negative', 'diverted', 1],
  ]);
  expect(await kept(project)).toEqual([
    ['non_negative', 4],
    ['non_negative', 6],
    ['not_null', 3],
  ]);
  await using fresh = project.copy();
  await fresh.build();
  expect(await fresh.shown()).toEqual(await project.shown());
  expect(await kept(fresh)).toEqual(await kept(project));
});

test('an audit that blocks after one that diverts rolls back all, the quarantine too', async () => {
  await using project = new TestProject(
    orders(FULL, 'unique_values(columns := (id), severity := quarantine), non_negative(columns := (amount))'),
  );
  project.edit(RAW, '-1.00', '1.00');
  await project.build();
  const before = await kept(project);
  project.append(RAW, '7,2024-01-31 14:00:00,cy,-7.00,\n7,2024-01-31 15:00:00,cy,7.00,\n');
  project.edit(RAW, '2,2024-01-28 12:00:00,bob', '8,2024-01-28 12:00:00,bob');
  // The copy that is negative was diverted before the second audit looked.
  expect((await project.apply()).status).toBe('done');
  project.append(RAW, '9,2024-01-31 16:00:00,cy,-9.00,\n');
  const held = async (): Promise<unknown> => [
    (await project.shown()).get('staging.orders'),
    await kept(project),
  ];
  const standing = await held();
  expect(await kept(project)).not.toEqual(before);
  const blocked = await project.apply();
  expect(blocked.status).toBe('failed');
  expect(blocked.results.find((r) => r.model === 'staging.orders')).toMatchObject({
    diverted: 0,
    audits: [
      { audit: 'unique_values', status: 'undone', failing_rows: 2, kept_rows: 0 },
      { audit: 'non_negative', status: 'failed', failing_rows: 1, kept_rows: 1 },
    ],
  });
  expect(await held()).toEqual(standing);
  expect(await project.rows('SELECT audit, "row"->>\'id\' AS id FROM _sluice.quarantine')).toEqual([
    { audit: 'non_negative', id: '9' },
  ]);
});

test('more than max_rows or max_share is not diverted: it blocks', async () => {
  await using project = new TestProject(
    orders(FULL, 'unique_values(columns := (id), severity := quarantine, max_rows := 1)'),
  );
  const failed = await project.apply();
  expect(failed.status).toBe('failed');
  expect(divertedOf(failed)).toEqual([['unique_values', 'failed', 2]]);
  expect(await project.value('SELECT count(*)::INT FROM _sluice.quarantine')).toBe(2);
  project.edit('models/staging/orders.sql', 'max_rows := 1', 'max_rows := 2');
  expect(divertedOf(await project.build())).toEqual([['unique_values', 'diverted', 2]]);
});

test('more rows than quarantine.max_rows are all kept', async () => {
  await using project = new TestProject(orders(FULL, THREE));
  project.append('project.yaml', 'quarantine: { max_rows: 0 }\n');
  await project.build();
  expect(await kept(project)).toHaveLength(4);
});

test('audits of the project divert the rows that they return, and are refused when these are no rows of the model', async () => {
  await using project = new TestProject(
    orders(
      AT_ONCE,
      'bad(most := 20)',
      ownAudit('SELECT * FROM @this_model WHERE amount > @most OR amount IS NULL'),
    ),
  );
  expect(divertedOf(await project.build())).toEqual([['bad', 'diverted', 3]]);
  expect(await kept(project)).toEqual([
    ['bad', 2],
    ['bad', 3],
    ['bad', 5],
  ]);
  project.write(
    'audits/bad.sql',
    'AUDIT (name bad, severity quarantine);\nSELECT id FROM @this_model WHERE amount > @most',
  );
  await expect(project.plan()).rejects.toThrow('not rows of the model');
  project.write(
    'audits/bad.sql',
    'AUDIT (name bad, severity quarantine);\nSELECT * REPLACE (amount + 1 AS amount) FROM @this_model WHERE amount > @most',
  );
  await expect(project.plan()).rejects.toThrow();
  project.write(
    'audits/bad.sql',
    'AUDIT (name bad, severity quarantine);\nSELECT * REPLACE (id + 1 AS id) FROM @this_model WHERE amount > @most',
  );
  const failed = await project.apply();
  expect(failed.diagnostics.map((d) => d.message).join()).toContain('that the table does not hold');
  project.write(
    'audits/bad.sql',
    'AUDIT (name bad, severity quarantine);\nSELECT * FROM Staging.orders WHERE amount > @most',
  );
  await expect(project.plan()).rejects.toThrow('reads staging.orders by its name');
});

test('diverting is part of what a table means: it rebuilds; other severities and layout do not', async () => {
  await using project = new TestProject(orders(FULL, 'not_null(columns := (customer), severity := warn)'));
  await project.build();
  const path = 'models/staging/orders.sql';
  project.edit(path, 'severity := warn', 'severity := quarantine');
  expect(actionsOf(await project.plan())).toEqual(['staging.orders rebuild', 'marts.count rebuild']);
  await project.build();
  expect(await project.value('SELECT n FROM marts.count')).toBe(5);
  project.edit(path, 'severity := quarantine', 'severity  :=  QUARANTINE /* as ever */');
  expect(actionsOf(await project.plan())).toEqual([]);
  project.edit(path, 'QUARANTINE', 'warn');
  await project.build();
  expect(await project.value('SELECT n FROM marts.count')).toBe(6);
});

test('other values divert other rows: readers follow, whatever columns they read', async () => {
  await using project = new TestProject(
    orders(FULL, 'non_negative(columns := (amount), severity := quarantine)'),
  );
  await project.build();
  expect(await project.value('SELECT n FROM marts.count')).toBe(5);
  project.edit('models/staging/orders.sql', 'customer, amount,', 'customer, -amount AS amount,');
  await project.build();
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.value('SELECT n FROM marts.count')).toBe(2);
  expect(await fresh.shown()).toEqual(await project.shown());
});

test.each([
  ['VIEW', 'not_null(columns := (id), severity := quarantine)', 'a model of kind VIEW cannot divert rows'],
  [
    'INCREMENTAL_BY_UNIQUE_KEY (unique_key id)',
    'not_null(columns := (id), severity := quarantine)',
    'a model of kind INCREMENTAL_BY_UNIQUE_KEY cannot divert rows',
  ],
  [FULL, 'number_of_rows(threshold := 1, severity := quarantine)', 'it reports about the table as a whole'],
  [FULL, 'not_in_future(column := ts, severity := quarantine)', 'it asks for the time'],
  [FULL, 'forall(criteria := (random() < 0.5), severity := quarantine)', 'it calls random'],
  [
    FULL,
    'relationships(column := customer, to := raw.customers, field := name, severity := quarantine)',
    'it reads raw.customers',
  ],
  [FULL, 'forall(criteria := (id > (SELECT 1)), severity := quarantine)', 'it has a query in its arguments'],
])('%s: %s cannot divert', async (kind, audit, message) => {
  await using project = new TestProject(orders(kind, audit));
  if (kind === 'VIEW')
    project.edit('models/staging/orders.sql', ' WHERE ts BETWEEN @start_ts AND @end_ts', '');
  const { diagnostics } = await (await project.workspace()).compile();
  expect(
    diagnostics
      .filter((d) => d.code === 'cannot-divert')
      .map((d) => d.message)
      .join(),
  ).toContain(message);
});

test('diverted rows outlive quarantine.keep while their table stands', async () => {
  await using project = new TestProject(orders(FULL, THREE));
  await project.build();
  project.now = Date.parse('2024-06-01T06:00:00Z');
  project.write('models/other.sql', 'MODEL (name marts.other, kind FULL);\nSELECT 1 AS one\n');
  expect((await project.build()).expired_rows).toBe(0);
  expect(await kept(project)).toHaveLength(4);
  const dropped = await (await project.workspace()).dropQuarantine({ audit: 'unique_values' });
  expect(dropped.document.summary).toBe('Dropped 2 rows from quarantine.');
  expect(await kept(project)).toHaveLength(2);
});

test.each([FULL, AT_ONCE])('it is told which columns rows were diverted for: %s', async (kind) => {
  await using project = new TestProject(
    orders(
      kind,
      'not_null(columns := (customer, amount), severity := quarantine), unique_values(columns := (id, customer), condition := id <= 6, severity := quarantine), forall(criteria := (amount > 0, id <> 9), severity := quarantine)',
      {
        [RAW]: `id,ts,customer,amount,note
1,2024-01-28 10:00:00,ann,1.00,
1,2024-01-28 10:00:00,bob,1.00,
2,2024-01-28 10:00:00,cy,1.00,
3,2024-01-28 10:00:00,cy,1.00,
4,2024-01-29 10:00:00,,1.00,
5,2024-01-29 10:00:00,,,
6,2024-01-30 10:00:00,dee,1.00,
6,2024-01-30 10:00:00,dee,1.00,
6,2024-01-30 10:00:00,dee,1.00,
9,2024-01-30 10:00:00,,,
7,2024-01-30 10:00:00,eve,-1.00,
`,
      },
    ),
  );
  const audits = (await project.build()).results.flatMap((r) => r.audits);
  expect(audits.map((a) => [a.status, a.failing_rows, a.kept_rows])).toEqual([
    ['diverted', 3, 3],
    ['diverted', 7, 7],
    ['diverted', 1, 1],
  ]);
  expect(audits[0]?.columns).toEqual([
    { column: 'customer', failing_rows: 3, values: [] },
    { column: 'amount', failing_rows: 2, values: [] },
  ]);
  expect(audits[1]?.columns).toEqual([
    {
      column: 'id',
      failing_rows: 5,
      values: [
        { value: 6, rows: 3 },
        { value: 1, rows: 2 },
      ],
    },
    {
      column: 'customer',
      failing_rows: 5,
      values: [
        { value: 'dee', rows: 3 },
        { value: 'cy', rows: 2 },
      ],
    },
  ]);
  expect(audits[2]?.columns).toEqual([{ column: 'amount > 0', failing_rows: 1, values: [] }]);
});
