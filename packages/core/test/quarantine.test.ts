/** What is kept of bad rows can be listed, read with its types, taken away as a file, and dropped. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { TestProject } from './support/project.ts';
import { toFirstVersion } from './support/state-v1.ts';

/** A warning keeps three rows, of which one is all but empty; a file has a line that is no order. */
async function withBadRows(): Promise<TestProject> {
  const project = new TestProject(ORDERS);
  project.edit('models/marts/daily.sql', 'columns := (revenue)', 'columns := (revenue), severity := warn');
  project.append(
    'data/orders.csv',
    '5,2024-01-30 09:00:00,bob,-500.00,\n6,2024-01-31 09:00:00,bob,-70.25,\nseven,never,bob,much,\n',
  );
  await project.build();
  return project;
}

test('kept rows are listed by model, audit and run, with how many were found', async () => {
  await using project = await withBadRows();
  const { document } = await (await project.workspace()).quarantine();
  const [byHand] = await project.rows('SELECT count(*)::INT AS n FROM _sluice.quarantine');
  expect(document.groups).toMatchObject([
    { kind: 'held', model: 'marts.daily', audit: 'non_negative', severity: 'warn', rows: 2, found: 2 },
    { kind: 'rejected', model: 'raw.orders', audit: null, rows: 1, found: 1, interval: null },
  ]);
  expect(byHand).toEqual({ n: 2 });
  expect(document.summary).toBe('3 rows of 2 models in quarantine.');

  const only = await (
    await project.workspace()
  ).quarantine({ audit: 'NON_NEGATIVE', models: ['MARTS.daily'] });
  expect(only.document.groups).toHaveLength(1);
  const none = await (await project.workspace()).quarantine({ audit: 'not_null' });
  expect(none.document.summary).toBe('Nothing is in quarantine.');
  await expect((await project.workspace()).quarantine({ models: ['marts.dialy'] })).rejects.toThrow(
    "there is no model 'marts.dialy'",
  );
});

test('rows are shown with the types of the model, and never more than asked for without saying so', async () => {
  await using project = await withBadRows();
  const workspace = await project.workspace();
  const { document } = await workspace.quarantineRows('marts.daily', { limit: 1 });
  expect(document.total).toBe(2);
  expect(document.rows).toHaveLength(1);
  const types = new Map(document.columns.map((c) => [c.name, c.type]));
  const stands = await project.rows(
    "SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = 'daily'",
  );
  for (const { name, type } of stands) expect(types.get(String(name))).toBe(type);
  const rejected = await workspace.quarantineRows('raw.orders');
  expect(rejected.document.rows).toMatchObject([{ _sluice_text: 'seven,never,bob,much,', customer: 'bob' }]);
});

test('values of other types than the model has today are shown as they were', async () => {
  await using project = await withBadRows();
  await project.execute(
    `UPDATE _sluice.quarantine SET "row" = '{"day":"no day at all","revenue":null,"a/b~\\"c\\"":[1,2]}' WHERE rowid = 0`,
  );
  const { document } = await (await project.workspace()).quarantineRows('marts.daily');
  expect(document.rows.map((r) => r['day'])).toContain('no day at all');
  expect(document.rows.map((r) => JSON.stringify(r['a/b~"c"']))).toContain('["1","2"]');
});

test.each(['parquet', 'csv', 'json'])('rows are written as %s', async (format) => {
  await using project = await withBadRows();
  const file = project.path(`bad.${format}`);
  const { document } = await (await project.workspace()).exportQuarantine('marts.daily', file);
  expect(document).toMatchObject({ format, rows: 2, summary: 'Wrote 2 rows of marts.daily.' });
  expect(
    await project.rows(
      `SELECT _sluice_audit AS audit, revenue::DECIMAL(12,2)::VARCHAR AS revenue FROM '${file}' ORDER BY revenue`,
    ),
  ).toEqual(
    await project.rows(
      `SELECT audit, ("row"->>'revenue')::DECIMAL(12,2)::VARCHAR AS revenue FROM _sluice.quarantine ORDER BY revenue`,
    ),
  );
});

test('an export says what it cannot do, and writes nothing then', async () => {
  await using project = await withBadRows();
  const workspace = await project.workspace();
  await expect(workspace.exportQuarantine('marts.daily', project.path('bad.xlsx'))).rejects.toThrow(
    "rows cannot be written as '.xlsx'",
  );
  await expect(workspace.exportQuarantine('marts.monthly', project.path('bad.csv'))).rejects.toThrow(
    'nothing of marts.monthly is in quarantine',
  );
  expect(() => readFileSync(project.path('bad.csv'))).toThrow();
  await expect(workspace.exportQuarantine('marts.daily', project.path('no/such/bad.csv'))).rejects.toThrow(
    'the rows could not be written',
  );
});

test('rows are dropped when asked for, shown first, and tables stay as they are', async () => {
  await using project = await withBadRows();
  const workspace = await project.workspace();
  const shown = await project.shown();
  const dry = await workspace.dropQuarantine({ dryRun: true, models: ['marts.daily'] });
  expect(dry.document).toMatchObject({ status: 'planned', summary: 'Drop 2 rows from quarantine.' });
  await expect(workspace.dropQuarantine({ confirm: async () => false })).rejects.toThrow(
    'nothing was changed',
  );
  expect((await workspace.quarantine()).document.groups).toHaveLength(2);

  project.now += 3 * 24 * 3_600_000;
  const young = await workspace.dropQuarantine({ olderThan: '7 days' });
  expect(young.document.status).toBe('nothing-to-do');
  const old = await workspace.dropQuarantine({ olderThan: '2 days', models: ['marts.daily'] });
  expect(old.document).toMatchObject({ status: 'done', summary: 'Dropped 2 rows from quarantine.' });
  expect((await workspace.quarantine()).document.groups.map((g) => g.model)).toEqual(['raw.orders']);
  expect(await project.shown()).toEqual(shown);
});

test('what is older than quarantine.keep goes with the end of a run, which says so', async () => {
  await using project = await withBadRows();
  project.append('project.yaml', 'quarantine: { keep: 7 days }\n');
  project.now += 5 * 24 * 3_600_000;
  project.append('data/orders.csv', '8,2024-02-03 09:00:00,bob,8.00,\n');
  const soon = await project.build();
  expect(soon.expired_rows).toBe(0);
  expect((await (await project.workspace()).quarantine()).document.groups).not.toHaveLength(0);
  const before = await project.rows(
    "SELECT (SELECT count(*) FROM _sluice.quarantine WHERE kept_at < '2024-02-06 06:00:00')::INT + (SELECT count(*) FROM _sluice.rejected_row WHERE kept_at < '2024-02-06 06:00:00')::INT AS n",
  );
  project.now = Date.parse('2024-02-13T06:00:00Z');
  project.append('data/orders.csv', '9,2024-02-04 09:00:00,bob,9.00,\n');
  const later = await project.build();
  expect(later.expired_rows).toBeGreaterThan(0);
  expect(later.expired_rows).toBe(before[0]?.['n']);
});

test('texts, lists and structs come out of quarantine as they went in', async () => {
  await using project = new TestProject({
    'project.yaml': 'name: types\nstart: 2024-01-01\n',
    'models/a/b.sql': `MODEL (name a.b, kind FULL, audits (accepted_values(column := id, is_in := (7), severity := warn)));
SELECT i AS id, 'say "yes"' AS said, [1.50, NULL] AS list, {x: DATE '2024-01-02', y: 'é'} AS pair,
  9007199254740993::BIGINT AS big, 0.1::DOUBLE AS share, NULL::TIMESTAMP AS at, true AS flag
FROM range(2) AS r(i)`,
  });
  await project.build();
  const file = project.path('b.parquet');
  await (await project.workspace()).exportQuarantine('a.b', file);
  const compared = `SELECT COLUMNS(c -> NOT starts_with(c, '_sluice_'))`;
  expect(await project.rows(`DESCRIBE ${compared} FROM '${file}'`)).toEqual(
    await project.rows('DESCRIBE FROM a.b'),
  );
  expect(await project.rows(`${compared} FROM '${file}' ORDER BY id`)).toEqual(
    await project.rows('FROM a.b ORDER BY id'),
  );
});

/** A model whose rows all fail a warning, with keys of one column, of several, with NULL in them, or none. */
function keyed(header: string): TestProject {
  return new TestProject({
    'project.yaml': 'name: keys\nstart: 2024-01-01\n',
    'models/a/b.sql': `MODEL (name a.b, ${header});
SELECT * FROM (VALUES (1, 'x', -5), (NULL, NULL, -6)) AS v(id, "The Code", amount)`,
  });
}

function texts(values: readonly unknown[]): readonly string[] {
  return values.map((v) => JSON.stringify(v)).toSorted();
}

const WARN = 'audits (non_negative(columns := (amount), severity := warn))';
const DIVERT = 'audits (non_negative(columns := (amount), severity := quarantine))';
const BY_KEY = 'kind INCREMENTAL_BY_UNIQUE_KEY (unique_key';

test.each([
  [`kind FULL, grain id, ${WARN}`, [{ id: null }, { id: 1 }]],
  [`kind FULL, grain ID, ${DIVERT}`, [{ id: null }, { id: 1 }]],
  [`kind FULL, grain (id, ID), ${DIVERT}`, [{ id: null }, { id: 1 }]],
  [
    `kind FULL, grain (id, "the code"), ${WARN}`,
    [
      { id: null, 'The Code': null },
      { id: 1, 'The Code': 'x' },
    ],
  ],
  [`kind FULL, grains (id, ("the code", amount)), ${DIVERT}`, [{ id: null }, { id: 1 }]],
  [
    `kind FULL, grain (id, "the code"), ${DIVERT}`,
    [
      { id: null, 'The Code': null },
      { id: 1, 'The Code': 'x' },
    ],
  ],
  [`kind FULL, ${WARN}`, [null, null]],
  [`kind FULL, ${DIVERT}`, [null, null]],
  [`${BY_KEY} amount), ${WARN}`, [{ amount: -5 }, { amount: -6 }]],
  [
    `${BY_KEY} (amount, "the code")), ${WARN}`,
    [
      { amount: -5, 'The Code': 'x' },
      { amount: -6, 'The Code': null },
    ],
  ],
  [`${BY_KEY} (amount, coalesce(id, 0))), ${WARN}`, [null, null]],
])('a kept row says its key and why it is there: %s', async (header, keys) => {
  await using project = keyed(header);
  await project.build();
  const workspace = await project.workspace();
  const call = /audits \((.*)\)$/.exec(header)?.[1];
  const { columns, rows } = (await workspace.quarantineRows('a.b')).document;
  expect(columns.find((c) => c.name === '_sluice_key')).toEqual({ name: '_sluice_key', type: 'JSON' });
  expect(new Set(columns.map((c) => c.name)).size, 'no column is there twice').toBe(columns.length);
  expect(texts(rows.map((r) => r['_sluice_key']))).toEqual(texts(keys));
  expect(rows.map((r) => r['_sluice_reason'])).toEqual([call, call]);

  const [group] = (await workspace.quarantine()).document.groups;
  expect(group).toMatchObject({ rows: 2, found: 2, reason: call });
  expect(texts(group?.keys ?? [])).toEqual(texts(keys.filter((k) => k !== null)));

  const file = project.path('bad.parquet');
  await workspace.exportQuarantine('a.b', file);
  const exported = await project.rows(`SELECT _sluice_key::VARCHAR AS k, _sluice_reason AS r FROM '${file}'`);
  expect(texts(exported.map((r) => (r['k'] === null ? null : JSON.parse(String(r['k'])))))).toEqual(
    texts(keys),
  );
  expect(exported.map((r) => r['r'])).toEqual([call, call]);
});

test('what an audit reports of a table has no key of its rows, and no part of one', async () => {
  await using project = new TestProject({
    'project.yaml': 'name: keys\nstart: 2024-01-01\n',
    'audits/odd.sql': 'AUDIT (name odd, severity warn);\nSELECT id, 7 AS seen FROM @this_model\n',
    'models/a/b.sql': `MODEL (name a.b, kind FULL, grain (id, amount), audits (odd()));
SELECT 1 AS id, 2 AS amount`,
  });
  await project.build();
  expect(await project.rows('SELECT "key", reason FROM _sluice.quarantine')).toEqual([
    { key: null, reason: 'odd()' },
  ]);
});

test('two calls of one audit are two lines, and each is dropped by itself', async () => {
  await using project = new TestProject({
    'project.yaml': 'name: calls\nstart: 2024-01-01\n',
    'models/a/b.sql': `MODEL (name a.b, kind FULL, grain id, audits (
  not_null(columns := (id), severity := warn), not_null(columns := (amount), severity := warn)));
SELECT * FROM (VALUES (1, NULL), (2, NULL), (NULL, 3)) AS v(id, amount)`,
  });
  await project.build();
  const workspace = await project.workspace();
  const { document } = await workspace.quarantine();
  expect(document.groups.map((g) => [g.reason, g.rows, g.found, g.keys])).toEqual(
    expect.arrayContaining([
      ['not_null(columns := (amount), severity := warn)', 2, 2, [{ id: 1 }, { id: 2 }]],
      ['not_null(columns := (id), severity := warn)', 1, 1, [{ id: null }]],
    ]),
  );
  const dropped = await workspace.dropQuarantine();
  expect(dropped.document).toMatchObject({ status: 'done', summary: 'Dropped 3 rows from quarantine.' });
  expect((await workspace.quarantine()).document.groups).toEqual([]);
});

test('rows that an older Sluice kept are listed as they are, get their reason when it is brought forward, and can be dropped', async () => {
  await using project = await withBadRows();
  await toFirstVersion(project);
  const workspace = await project.workspace();
  const before = (await workspace.quarantine()).document.groups;
  expect(before).toMatchObject([
    { kind: 'held', audit: 'non_negative', reason: 'non_negative', keys: [], rows: 2, found: 2 },
    { kind: 'rejected', rows: 1 },
  ]);
  expect((await workspace.quarantineRows('marts.daily')).document.rows).toMatchObject([
    { _sluice_key: null, _sluice_reason: 'non_negative' },
    { _sluice_key: null, _sluice_reason: 'non_negative' },
  ]);
  await workspace.dropQuarantine();
  expect((await workspace.quarantine()).document.groups).toEqual([]);
});

test('the migration takes reasons from the results that are remembered', async () => {
  await using project = await withBadRows();
  await project.execute(`
    ALTER TABLE _sluice.quarantine DROP COLUMN reason; ALTER TABLE _sluice.quarantine DROP COLUMN "key";
    ALTER TABLE _sluice.rejected_row DROP COLUMN "row"; ALTER TABLE _sluice.rejected_row DROP COLUMN found;
    ALTER TABLE _sluice.promoted_model DROP COLUMN remade;
    UPDATE _sluice.meta SET value = '5' WHERE key = 'state_version'`);
  const call = 'non_negative(columns := (revenue), severity := warn)';
  const workspace = await project.workspace();
  expect((await workspace.quarantine()).document.groups[0]).toMatchObject({ reason: call, found: 2 });
  project.append('data/orders.csv', '9,2024-02-04 09:00:00,bob,9.00,\n');
  await project.build();
  expect(await project.rows('SELECT DISTINCT reason, "key" FROM _sluice.quarantine')).toEqual([
    { reason: call, key: null },
  ]);
});

test('diverted rows and copies of others are shown together, whatever their columns are', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/marts/maps.sql': `MODEL (name marts.maps, kind FULL, audits (
  forall(criteria := (id <> 1), severity := quarantine), forall(criteria := (id <> 2), severity := warn)
));
SELECT id, MAP { customer: amount } AS amounts, [MAP { 'a': id }] AS list, {'n': id} AS pair FROM raw.orders
`,
  });
  await project.build();
  const workspace = await project.workspace();
  const { document } = await workspace.quarantineRows('marts.maps');
  const shown = document.rows.map((r) => [
    r['_sluice_severity'],
    r['id'],
    r['amounts'],
    r['list'],
    r['pair'],
  ]);
  expect(JSON.parse(JSON.stringify(shown))).toEqual([
    ['quarantine', 1, { ann: 10 }, [{ a: 1 }], { n: '1' }],
    ['warn', 2, [{ key: 'bob', value: '20.00' }], [[{ key: 'a', value: '2' }]], { n: '2' }],
  ]);
  const file = project.path('bad.parquet');
  await workspace.exportQuarantine('marts.maps', file);
  expect(await project.value(`SELECT count(*) FROM '${file}'`)).toBe('2');
});

test('no digit of a large number is lost in Parquet', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/marts/sums.sql': `MODEL (name marts.sums, kind FULL, grain n, audits (forall(criteria := (n < 0), severity := quarantine)));
SELECT sum(id + 90071992547409923) AS n FROM raw.orders WHERE id = 2
`,
  });
  await project.build();
  const workspace = await project.workspace();
  const file = project.path('bad.parquet');
  await workspace.exportQuarantine('marts.sums', file);
  expect(await project.value(`SELECT n FROM '${file}'`)).toBe('90071992547409925');
});
