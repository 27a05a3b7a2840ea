/** Diverted rows that go back: once, only when they pass, and so that a build from nothing with the same mends is the same. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { QuarantineReplayDocument, ReplayOptions } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { actionsOf, refusal, TestProject, type Files } from './support/project.ts';

const RAW = 'data/orders.csv';
const LINES = `id,ts,customer,amount,note
1,2024-01-28 10:00:00,ann,10.00,
2,2024-01-28 11:00:00,bob,20.00,
2,2024-01-28 12:00:00,bob,21.00,
3,2024-01-29 12:00:00,,30.00,
4,2024-01-30 13:00:00,cy,-1.00,
5,2024-01-31 13:00:00,cy,,
`;
const MODEL = 'models/staging/orders.sql';
const AUDITS =
  'not_null(columns := (customer), severity := quarantine), unique_values(columns := (id), severity := quarantine), non_negative(columns := (amount), severity := quarantine)';
const KINDS = [
  ['FULL', 'FULL'],
  ['a day at a time', 'INCREMENTAL_BY_TIME_RANGE (time_column ts, batch_size 1)'],
  ['all days at once', 'INCREMENTAL_BY_TIME_RANGE (time_column ts)'],
] as const;

function orders(kind: string, audits = AUDITS, more: Files = {}): Files {
  return {
    'project.yaml': ORDERS['project.yaml'] ?? '',
    [RAW]: LINES,
    'data/customers.csv': ORDERS['data/customers.csv'] ?? '',
    [MODEL]: `MODEL (name staging.orders, kind ${kind}, grain id, audits (${audits}));
SELECT id, ts, customer, amount, [id] AS list FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
    'models/staging/seen.sql': 'MODEL (name staging.seen, kind VIEW);\nSELECT * FROM staging.orders\n',
    'models/marts/total.sql':
      'MODEL (name marts.total, kind FULL);\nSELECT count(*)::INT AS n, sum(amount) AS amount FROM staging.seen\n',
    ...more,
  };
}

async function replay(project: TestProject, options: ReplayOptions = {}): Promise<QuarantineReplayDocument> {
  return (await (await project.workspace()).replayQuarantine('staging.orders', options)).document;
}

/** An export of what is in quarantine, mended by hand. */
async function mended(
  project: TestProject,
  edit: ((text: string) => string) | undefined,
  name = 'bad.csv',
): Promise<string> {
  const file = project.path(name);
  await (await project.workspace()).exportQuarantine('staging.orders', file);
  if (edit !== undefined) writeFileSync(file, edit(readFileSync(file, 'utf8')));
  return file;
}

async function ids(project: TestProject): Promise<readonly unknown[]> {
  return (await project.rows('SELECT id::INT AS id FROM staging.orders ORDER BY ALL')).map((r) => r['id']);
}

/** Line by line; a line that answers undefined is left out. */
function lines(change: (line: string) => string | undefined): (text: string) => string {
  return (text) => {
    const [head = '', ...rest] = text.trimEnd().split('\n');
    return `${[head, ...rest.flatMap((l) => change(l) ?? [])].join('\n')}\n`;
  };
}

/** Customer 3 gets a name, order 4 an amount, and of the two orders 2 one goes back as it is. */
const mend = lines((line) => {
  if (line.includes(',3,2024-01-29'))
    return line.replace(',3,2024-01-29 12:00:00,,', ',3,2024-01-29 12:00:00,dora,');
  if (line.includes('-1.00')) return line.replace('-1.00', '1.00');
  return line.includes(',20.00') ? line : undefined;
});

test.each(KINDS)('mended rows go back once, and readers follow: %s', async (_, kind) => {
  await using project = new TestProject(orders(kind));
  await project.build();
  expect(await ids(project)).toEqual([1, 5]);
  const from = await mended(project, mend);
  const dry = await replay(project, { from, dryRun: true });
  expect(dry).toMatchObject({ status: 'planned', run: null, rows: 3, merged: 3 });
  expect(await ids(project)).toEqual([1, 5]);

  const first = await replay(project, { from });
  expect(first).toMatchObject({ status: 'done', rows: 3, merged: 3, refused: [], missing: 0 });
  expect(first.readers).toEqual(['staging.seen', 'marts.total']);
  expect(first.intervals).toHaveLength(kind === 'FULL' ? 0 : 3);
  expect(await ids(project)).toEqual([1, 2, 3, 4, 5]);
  expect(
    await project.rows('SELECT customer, amount, list FROM staging.orders WHERE id IN (3, 4) ORDER BY id'),
  ).toEqual([
    { customer: 'dora', amount: '30.00', list: ['3'] },
    { customer: 'cy', amount: '1.00', list: ['4'] },
  ]);
  const again = await replay(project, { from });
  expect(again).toMatchObject({ status: 'nothing-to-do', merged: 0, missing: 3 });
  expect(await ids(project)).toEqual([1, 2, 3, 4, 5]);

  expect(actionsOf(await project.plan())).toEqual(['marts.total backfill']);
  await project.build();
  expect(await project.rows('FROM marts.total')).toEqual([{ n: 5, amount: '61.00' }]);
  expect((await (await project.workspace()).checkState()).document.findings).toEqual([]);
  expect(
    (await (await project.workspace()).history()).document.runs.some(
      (r) => r.command === 'quarantine replay',
    ),
  ).toBe(true);
});

test.each(KINDS)('what was made of a row stays when its rows are computed again: %s', async (_, kind) => {
  await using project = new TestProject(orders(kind, `${AUDITS}, not_null(columns := (id))`));
  await project.build();
  const from = await mended(project, mend);
  await replay(project, { from });
  // Another row of the day of order 3, and a whole new day.
  project.append(RAW, '6,2024-01-29 18:00:00,eve,6.00,\n7,2024-01-31 18:00:00,eve,-7.00,\n');
  const applied = await project.build();
  const model = applied.results.find((r) => r.model === 'staging.orders');
  expect(model?.mended).toBe(kind === 'FULL' ? 3 : 1);
  // The audit that does not divert has seen what was mended among the others.
  const blocking = model?.audits.filter((a) => a.severity === 'block') ?? [];
  expect(blocking.map((a) => a.rows_seen)).toEqual(kind === 'FULL' ? [6] : [2, 1]);
  expect(await ids(project)).toEqual([1, 2, 3, 4, 5, 6]);

  // From nothing, with the same mended rows.
  await using fresh = project.copy();
  await fresh.build();
  expect((await replay(fresh, { from })).merged).toBe(3);
  await fresh.build();
  expect(await fresh.shown()).toEqual(await project.shown());

  // Another query gives other rows: what was made of those of before is theirs alone.
  project.edit(MODEL, '[id] AS list', '[id, 0] AS list');
  await project.build();
  expect(await ids(project)).toEqual([1, 5, 6]);
  project.edit(MODEL, '[id, 0] AS list', '[id] AS list');
  await project.build();
  expect(await fresh.shown()).toEqual(await project.shown());
});

test('a corrected source wins over what was made of the bad row', async () => {
  await using project = new TestProject(orders(KINDS[1][1]));
  await project.build();
  await replay(project, { from: await mended(project, mend) });
  project.edit(RAW, '3,2024-01-29 12:00:00,,', '3,2024-01-29 12:00:00,carl,');
  await project.build();
  expect(await project.value('SELECT customer FROM staging.orders WHERE id = 3')).toBe('carl');
  project.edit(RAW, '3,2024-01-29 12:00:00,carl,', '3,2024-01-29 12:00:00,,');
  await project.build();
  expect(await project.value('SELECT customer FROM staging.orders WHERE id = 3')).toBe('dora');
});

test('tables of other versions are computed again when their quarantine holds the row', async () => {
  await using project = new TestProject(orders(KINDS[2][1]));
  await project.build();
  project.edit(
    MODEL,
    'non_negative(columns := (amount)',
    'not_null(columns := (id), severity := quarantine), non_negative(columns := (amount)',
  );
  await project.build('dev');
  const standing = project.read(MODEL);
  project.edit(MODEL, 'not_null(columns := (id), severity := quarantine), ', '');
  await replay(project, { from: await mended(project, mend) });
  project.write(MODEL, standing);
  await project.build('dev');
  expect(
    (await project.rows('SELECT id::INT AS id FROM staging__dev.orders ORDER BY ALL')).map((r) => r['id']),
  ).toEqual([1, 2, 3, 4, 5]);
  expect(actionsOf(await project.plan('dev'))).toEqual([]);
});

test('what does not pass stays, and says what is against it', async () => {
  await using project = new TestProject(orders(KINDS[1][1]));
  await project.build();
  const asIs = await replay(project);
  expect(asIs).toMatchObject({ status: 'nothing-to-do', rows: 4, merged: 0 });
  expect(asIs.refused.map((r) => [r.reason.split('(')[0], r.rows]).toSorted()).toEqual([
    ['non_negative', 1],
    ['not_null', 1],
    ['unique_values', 2],
  ]);
  expect(await project.value('SELECT count(*)::INT FROM _sluice.mend')).toBe(0);
  expect(asIs.summary).toBe('Nothing was merged. 4 rows do not pass and stay in quarantine.');

  // Another day than the one it was computed for; an order that stands.
  const from = await mended(
    project,
    lines((line) => {
      if (line.includes(',3,2024-01-29'))
        return line.replace('2024-01-29 12:00:00,,', '2024-01-30 12:00:00,dora,');
      return line.includes(',20.00') ? line.replace(',2,2024', ',1,2024') : undefined;
    }),
  );
  const refused = await replay(project, { from });
  expect(refused.merged).toBe(0);
  expect(refused.refused.map((r) => [r.reason.split('(')[0], r.rows]).toSorted()).toEqual([
    ['its time is in another interval', 1],
    ['unique_values', 1],
  ]);
});

test('a row that would make one fail that stands does not go in', async () => {
  const audits =
    'increasing(column := amount, sort_column := id, severity := quarantine), non_negative(columns := (amount), severity := quarantine)';
  await using project = new TestProject(
    orders('FULL', audits, {
      [RAW]: 'id,ts,customer,amount,note\n1,2024-01-28,a,1,\n2,2024-01-28,a,-5,\n3,2024-01-28,a,3,\n',
    }),
  );
  await project.build();
  expect(await ids(project)).toEqual([1, 3]);
  const from = await mended(project, (text) => text.replace('-5.00', '7.00'));
  expect(await replay(project, { from })).toMatchObject({ merged: 0, refused: [{ rows: 1 }] });
  expect(
    await replay(project, { from: await mended(project, (text) => text.replace('-5.00', '2.00')) }),
  ).toMatchObject({
    merged: 1,
  });
  expect(await ids(project)).toEqual([1, 2, 3]);
});

test('an audit that blocks holds all of it back', async () => {
  await using project = new TestProject(
    orders('FULL', `${AUDITS}, accepted_range(column := amount, max_v := 40)`),
  );
  await project.build();
  const from = await mended(project, (text) => text.replace('-1.00', '41.00'));
  const [first] = await refusal(replay(project, { from }));
  expect(first).toMatchObject({ code: 'audit-failed' });
  expect(await ids(project)).toEqual([1, 5]);
  expect(await project.value('SELECT count(*)::INT FROM _sluice.mend')).toBe(0);
  expect(
    await project.value("SELECT count(*)::INT FROM _sluice.run WHERE command = 'quarantine replay'"),
  ).toBe(0);
});

test('rows with the same values are told apart, and each goes back once', async () => {
  await using project = new TestProject(
    orders('FULL', 'non_negative(columns := (amount), severity := quarantine)', {
      [RAW]: `id,ts,customer,amount,note\n${'1,2024-01-28,a,-1,\n'.repeat(3)}`,
    }),
  );
  await project.build();
  const text = readFileSync(await mended(project, (t) => t), 'utf8');
  const [head = '', ...rows] = text.trimEnd().split('\n');
  expect(new Set(rows.map((r) => r.split(',')[0])).size).toBe(3);
  const one = project.path('one.csv');
  writeFileSync(one, `${head}\n${(rows[1] ?? '').replace('-1.00', '1.00')}\n`);
  expect((await replay(project, { from: one })).merged).toBe(1);
  expect((await replay(project, { from: one })).merged).toBe(0);
  project.touch(RAW);
  project.append(RAW, '2,2024-01-28,a,2,\n');
  await project.build();
  expect(await ids(project)).toEqual([1, 2]);
});

test.each(['bad.parquet', 'bad.json', 'bad.csv'])('%s comes back as it went out', async (name) => {
  const isText = name !== 'bad.parquet';
  await using project = new TestProject({
    'project.yaml': 'name: types\nstart: 2024-01-01\n',
    'models/a/b.sql': `MODEL (name staging.orders, kind FULL, audits (non_negative(columns := (id), severity := quarantine)));
SELECT -i AS id, 'say "yes", or
no' AS said, '' AS empty, NULL::VARCHAR AS nothing, [1.50, NULL] AS list, {x: DATE '2024-01-02', y: 'é'} AS pair, MAP {'k': i} AS map,
  9007199254740993::BIGINT AS big, 0.1::DOUBLE AS share, TIMESTAMP '2024-01-02 03:04:05.678901' AS at, true AS flag,
  12345678901234567890.12::DECIMAL(38,2) AS much, '\\xAA'::BLOB AS bytes, INTERVAL 3 DAY AS span
FROM range(3) AS r(i)`,
  });
  await project.build();
  const diverted = await project.rows(
    `SELECT unnest("row") FROM _sluice_quarantine."${String(await project.value("SELECT table_name FROM duckdb_tables() WHERE schema_name = '_sluice_quarantine'"))}" ORDER BY 1`,
  );
  const from = await mended(project, isText ? (t): string => t : undefined, name);
  // As they are, both fail still; nothing is thought to have changed.
  expect(await replay(project, { from })).toMatchObject({ rows: 2, merged: 0, missing: 0 });
  if (name === 'bad.parquet') {
    await project.execute(
      `COPY (SELECT * REPLACE (-id AS id) FROM '${from}') TO '${from}.new' (FORMAT parquet)`,
    );
    renameSync(`${from}.new`, from);
  } else {
    const minus = name === 'bad.csv' ? /,-(\d),/g : /("id":)-/g;
    writeFileSync(from, readFileSync(from, 'utf8').replaceAll(minus, name === 'bad.csv' ? ',$1,' : '$1'));
  }
  expect((await replay(project, { from })).merged).toBe(2);
  expect(
    await project.rows('SELECT * REPLACE (-id AS id) FROM staging.orders WHERE id > 0 ORDER BY 1'),
  ).toEqual(diverted);
  // Only what was changed is remembered.
  expect(await project.rows('SELECT DISTINCT json_keys(changes) AS k FROM _sluice.mend')).toEqual([
    { k: ['id'] },
  ]);
});

test.each([
  ['no ids', (t: string) => t.replace('_sluice_id', 'id_of'), 'the file has no column _sluice_id'],
  [
    'a stranger',
    (t: string) => t.replace(',customer,', ',custmer,'),
    "staging.orders has no column 'custmer'",
  ],
  ['a value of another type', (t: string) => t.replace('-1.00', 'much'), "'much' in row"],
  [
    'a row twice',
    (t: string) =>
      `${t}${
        t
          .split('\n')
          .find((l) => l.includes('-1.00'))
          ?.replace('-1.00', '2.00') ?? ''
      }\n`,
    'more than once',
  ],
] as const)('a file is refused that is no export of these rows: %s', async (_, edit, message) => {
  await using project = new TestProject(orders('FULL'));
  await project.build();
  const [first] = await refusal(replay(project, { from: await mended(project, edit) }));
  expect(first).toMatchObject({ code: 'cannot-replay' });
  expect(first?.message).toContain(message);
  expect(await ids(project)).toEqual([1, 5]);
});

test('rows go into tables of today only', async () => {
  await using project = new TestProject(orders('FULL'));
  await project.build();
  project.edit(MODEL, '[id] AS list', '[id, id] AS list');
  const [first] = await refusal(replay(project));
  expect(first).toMatchObject({ code: 'replay-moved' });
  await expect((await project.workspace()).replayQuarantine('staging.oders')).rejects.toThrow(
    "there is no model 'staging.oders'",
  );
});
