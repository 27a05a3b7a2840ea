/** Records of files that cannot be loaded are in quarantine like other bad rows: where they stand, why, and what can be read of them. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refusal, TestProject } from './support/project.ts';
import { toFirstVersion } from './support/state-v1.ts';

const FILE = 'data/a.csv';

function source(columns: string, lines: readonly string[], more = '', settings = ''): TestProject {
  return new TestProject({
    'project.yaml': `name: rejects\nstart: 2024-01-01\n${settings}sources:\n  raw:\n    a:\n      file: data/*.csv\n      columns: { ${columns} }\n${more}`,
    [FILE]: `${lines.join('\n')}\n`,
    'models/m/a.sql': 'MODEL (name m.a, kind FULL);\nSELECT * FROM raw.a\n',
  });
}

async function shown(project: TestProject): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await (await project.workspace()).quarantineRows('raw.a')).document.rows;
}

test('a line says where it stands, all that is wrong with it, and its other values with their types', async () => {
  await using project = source(
    "id: BIGINT, day: DATE, amount: 'DECIMAL(10,2)', note: VARCHAR, list: 'INTEGER[]', big: HUGEINT",
    [
      'note,extra,id,day,amount,list,big',
      // Enough for DuckDB to find out how the file is written.
      ...Array.from({ length: 20 }, () => 'fine,e,1,2024-01-01,1.5,"[1, 2]",1'),
      '"a ""q"",',
      'b",e,2,never,2.50,"[3, NULL]",170141183460469231731687303715884105727',
      ',e,x,2024-01-03,much,,',
      'too,few,3',
      'too,many,4,2024-01-04,4.00,[],4,5',
    ],
  );
  const applied = await project.build();
  expect(applied.results.find((r) => r.model === 'raw.a')).toMatchObject({ rows: 20, rejected: 4 });
  expect(applied.diagnostics[0]?.hint).toBe('See them with: sluice quarantine show raw.a');
  const workspace = await project.workspace();
  const { columns, rows, total } = (await workspace.quarantineRows('raw.a')).document;
  expect(total).toBe(4);
  expect(columns.map((c) => `${c.name} ${c.type}`)).toEqual([
    '_sluice_run VARCHAR',
    '_sluice_kept_at TIMESTAMP',
    '_sluice_file VARCHAR',
    '_sluice_line BIGINT',
    '_sluice_column VARCHAR',
    '_sluice_reason VARCHAR',
    '_sluice_text VARCHAR',
    'id BIGINT',
    'day DATE',
    'amount DECIMAL(10,2)',
    'note VARCHAR',
    'list INTEGER[]',
    'big HUGEINT',
  ]);
  expect(rows).toMatchObject([
    {
      _sluice_file: FILE,
      _sluice_line: 22,
      _sluice_column: 'day',
      _sluice_text: '"a ""q"",\nb",e,2,never,2.50,"[3, NULL]",170141183460469231731687303715884105727',
      id: 2,
      day: null,
      amount: 2.5,
      note: 'a "q",\nb',
      list: [3, null],
      big: '170141183460469231731687303715884105727',
    },
    { _sluice_column: 'id', id: null, day: '2024-01-03', amount: null, note: null, list: null, big: null },
    { _sluice_text: 'too,few,3', id: null, day: null, amount: null, note: null },
    { _sluice_text: 'too,many,4,2024-01-04,4.00,[],4,5', id: null, note: null },
  ]);
  expect(rows[1]?.['_sluice_reason']).toMatch(/"id".*; .*"amount"/);

  const [group] = (await workspace.quarantine()).document.groups;
  expect(group).toMatchObject({
    kind: 'rejected',
    model: 'raw.a',
    audit: null,
    rows: 4,
    found: 4,
    keys: [22, 23, 24, 25].map((line) => ({ file: FILE, line })),
  });
  const file = project.path('bad.parquet');
  await workspace.exportQuarantine('raw.a', file);
  // More digits than a decimal has room for.
  expect(
    await project.rows(`SELECT amount::VARCHAR AS amount, list, big FROM '${file}' WHERE id = 2`),
  ).toEqual([{ amount: '2.50', list: [3, null], big: '170141183460469231731687303715884105727' }]);
  await workspace.exportQuarantine('raw.a', project.path('bad.csv'));
  expect(readFileSync(project.path('bad.csv'), 'utf8')).toContain('too,few,3');
});

test.each([
  ['after line breaks of two characters', '\r\n', ''],
  ['after an empty line', '\n', '\n'],
])('a line does not begin with the line break before it: %s', async (_, end, blank) => {
  await using project = source('note: VARCHAR, id: BIGINT, more: VARCHAR', []);
  const good = Array.from({ length: 20 }, () => `"a, b",1,c${end}`).join('');
  project.write(FILE, `note,id,more${end}${good}${blank}plain,x,d${end}${blank}"q, r",y,e${end}`);
  expect((await project.build()).results[0]).toMatchObject({ rows: 20, rejected: 2 });
  expect(await shown(project)).toMatchObject([
    { _sluice_text: 'plain,x,d', note: 'plain', id: null, more: 'd' },
    { _sluice_text: '"q, r",y,e', note: 'q, r', id: null, more: 'e' },
  ]);
});

test('a NUL in a line is kept like other text', async () => {
  await using project = source('id: BIGINT, note: VARCHAR', ['id,note', '1,fine', "x,it's\0this"]);
  expect((await project.build()).results[0]).toMatchObject({ status: 'done', rows: 1, rejected: 1 });
  expect(await shown(project)).toMatchObject([
    { _sluice_text: "x,it's\0this", id: null, note: "it's\0this" },
  ]);
});

test('formats, missing values, several headers and files without one are as in the load', async () => {
  await using project = source(
    'id: BIGINT, day: DATE, at: TIMESTAMP, note: VARCHAR',
    [
      'id;day;at;note',
      '1;31.12.2024;2024/01/02 03;x',
      'x;30.12.2024;2024/01/02 04;NA',
      '2;2024-12-30;2024/01/02 05;y',
    ],
    "      csv: { delimiter: ';', null_values: ['NA', '-'], date_format: '%d.%m.%Y', timestamp_format: '%Y/%m/%d %H' }\n",
  );
  project.write('data/b.csv', 'day;id;at;note\n01.02.2023;z;-;\n');
  await project.build();
  expect(await shown(project)).toMatchObject([
    { _sluice_file: 'data/a.csv', id: null, day: '2024-12-30', at: '2024-01-02 04:00:00', note: null },
    { _sluice_file: 'data/a.csv', id: 2, day: null, at: '2024-01-02 05:00:00', note: 'y' },
    { _sluice_file: 'data/b.csv', id: null, day: '2023-02-01', at: null, note: '' },
  ]);
  await using plain = source('id: BIGINT, note: VARCHAR', ['1,a', 'x,b'], '      csv: { header: false }\n');
  await plain.build();
  expect(await shown(plain)).toMatchObject([{ _sluice_line: 2, id: null, note: 'b' }]);
});

test('no more are kept than quarantine.max_rows, which is said, also after another load', async () => {
  const bad = ['id', ...Array.from({ length: 9 }, (_, i) => `x${i}`)];
  await using project = source('id: BIGINT', bad, '', 'quarantine: { max_rows: 4 }\n');
  const applied = await project.build();
  expect(applied.diagnostics[0]?.hint).toContain('The first 4 are kept (quarantine.max_rows).');
  project.append(FILE, 'x9\n');
  project.now += 3_600_000;
  await project.build();
  const { groups } = (await (await project.workspace()).quarantine()).document;
  expect(groups.map((g) => [g.rows, g.found])).toEqual([
    [4, 10],
    [4, 9],
  ]);
  expect((await shown(project)).map((r) => r['_sluice_text'])).toEqual(
    [0, 1, 2, 3, 0, 1, 2, 3].map((i) => `x${i}`),
  );
});

test('lines are dropped, and go after quarantine.keep, like other kept rows', async () => {
  await using project = source('id: BIGINT', ['id', '1', 'x'], '', 'quarantine: { keep: 7 days }\n');
  await project.build();
  const workspace = await project.workspace();
  const dry = await workspace.dropQuarantine({ models: ['raw.a'], dryRun: true });
  expect(dry.document.summary).toBe('Drop 1 row from quarantine.');
  expect((await workspace.dropQuarantine({ models: ['raw.a'], audit: 'not_null' })).document.status).toBe(
    'nothing-to-do',
  );
  expect((await workspace.dropQuarantine({ models: ['raw.a'] })).document.status).toBe('done');
  expect(await shown(project)).toEqual([]);

  project.append(FILE, 'y\n');
  project.now += 24 * 3_600_000;
  await project.build();
  expect(await shown(project)).toHaveLength(2);
  project.now += 8 * 24 * 3_600_000;
  project.append(FILE, '2\n');
  expect((await project.build()).expired_rows).toBe(2);
  expect(await shown(project)).toHaveLength(2);
});

test('lines that an older Sluice kept are read and brought forward', async () => {
  await using project = source('id: BIGINT', ['id', '1', 'x']);
  await project.build();
  await toFirstVersion(project);
  expect(await shown(project)).toMatchObject([{ _sluice_line: 3, _sluice_column: 'id', _sluice_text: 'x' }]);
  expect((await (await project.workspace()).quarantine()).document.groups).toMatchObject([
    { kind: 'rejected', rows: 1, found: 1, keys: [{ file: FILE, line: 3 }] },
  ]);
  project.append(FILE, 'y\n');
  await project.build();
  expect(
    await project.rows(
      'SELECT text, "row"::VARCHAR AS r, found::INT AS found FROM _sluice.rejected_row ORDER BY text, found',
    ),
  ).toEqual([
    { text: 'x', r: null, found: 1 },
    { text: 'x', r: '{"id":null}', found: 2 },
    { text: 'y', r: '{"id":null}', found: 2 },
  ]);
});

test('a line of a source is not put back, and it is said what to do', async () => {
  await using project = source('id: BIGINT', ['id', '1', 'x']);
  await project.build();
  expect(await refusal((await project.workspace()).replayQuarantine('raw.a'))).toMatchObject([
    { code: 'cannot-replay', message: 'raw.a is a source: its lines that could not be read were never rows' },
  ]);
});
