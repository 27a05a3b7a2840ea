/** How many rows each audit has looked at, whether it finds any or none: counted by hand for each kind of scope. */
import { expect, test } from 'vitest';
import type { AuditResultDocument } from '../src/index.ts';
import { TestProject, type Files } from './support/project.ts';

const header = (name: string, kind: string, audits: string): string =>
  `MODEL (name m.${name}, kind ${kind}, audits (${audits}));\n`;
const ROWS_OF_DAYS = 'SELECT id, ts::DATE AS day, v FROM raw.rows WHERE ts BETWEEN @start_ts AND @end_ts\n';
const BOTH = 'not_null(columns := (id)), not_null(columns := (day))';

const FILES: Files = {
  'project.yaml': `name: seen
start: 2024-01-29
defaults: { cron: "@daily" }
sources:
  raw:
    rows:
      file: data/rows.csv
      time_column: ts
      columns: { id: BIGINT, ts: TIMESTAMP, v: BIGINT }
`,
  'data/rows.csv': `id,ts,v
1,2024-01-29 10:00:00,1
2,2024-01-30 10:00:00,1
3,2024-01-30 11:00:00,1
4,2024-01-31 10:00:00,-1
5,2024-01-31 11:00:00,1
6,2024-01-31 12:00:00,1
`,
  'seeds/colours.csv': 'name\nred\ngreen\n',
  'models/colours.sql': header(
    'colours',
    "SEED (path '../seeds/colours.csv')",
    'not_null(columns := (name))',
  ).replace('));\n', '), columns (name VARCHAR));\n'),
  'models/whole.sql': `${header(
    'whole',
    'FULL',
    'not_null(columns := (id)), not_null(columns := (v), condition := id > 2), own()',
  )}SELECT id, v FROM raw.rows\n`,
  'audits/own.sql': 'AUDIT (name own);\nSELECT * FROM @this_model WHERE id > 1000\n',
  'models/days.sql': `${header('days', 'INCREMENTAL_BY_TIME_RANGE (time_column day)', BOTH)}${ROWS_OF_DAYS}`,
  'models/one_day.sql': `${header('one_day', 'INCREMENTAL_BY_TIME_RANGE (time_column day, batch_size 1)', BOTH)}${ROWS_OF_DAYS}`,
  'models/latest.sql': `${header('latest', 'INCREMENTAL_BY_UNIQUE_KEY (unique_key k)', 'not_null(columns := (k))')}SELECT id % 4 AS k, max(id) AS id
FROM raw.rows WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY ALL
`,
  'models/shown.sql': `${header(
    'shown',
    'VIEW',
    'not_null(columns := (id)), non_negative(columns := (v), severity := warn), not_null(columns := (v))',
  )}SELECT id, v FROM raw.rows\n`,
  'models/good.sql': `${header(
    'good',
    'FULL',
    'non_negative(columns := (v), severity := quarantine), not_null(columns := (id), severity := quarantine), not_null(columns := (v))',
  )}SELECT id, v FROM raw.rows\n`,
};

/** By model: failing rows and rows seen of each audit, in order. */
function seen(audits: readonly AuditResultDocument[]): unknown {
  const models = [...new Set(audits.map((a) => a.model))].toSorted();
  return Object.fromEntries(
    models.map((m) => [
      m,
      audits.filter((a) => a.model === m).map((a) => [a.failing_rows, a.rows_seen] as const),
    ]),
  );
}

/** The same without order. */
function kept(rows: readonly { readonly model: string; readonly rows_seen: number | null }[]): unknown {
  return rows.map((r) => `${r.model} ${r.rows_seen}`).toSorted();
}

test('each kind of scope has its number of rows, in apply, in sluice audit and in the history', async () => {
  await using project = new TestProject(FILES);
  const first = await project.build();
  expect(seen(first.results.flatMap((r) => r.audits))).toEqual({
    'm.colours': [[0, 2]],
    'm.whole': [
      [0, 6],
      [0, null],
      [0, 6],
    ],
    'm.days': [
      [0, 6],
      [0, 6],
    ],
    'm.one_day': [
      [0, 1],
      [0, 1],
      [0, 2],
      [0, 2],
      [0, 3],
      [0, 3],
    ],
    // One merge a day, each audited with what was there before.
    'm.latest': [
      [0, 1],
      [0, 3],
      [0, 4],
    ],
    // What a view computes is counted for the audit that finds a row, and known to the one behind it.
    'm.shown': [
      [0, null],
      [1, 6],
      [0, 6],
    ],
    'm.good': [
      [1, 6],
      [0, 5],
      [0, 5],
    ],
  });

  project.append('data/rows.csv', '7,2024-02-01 10:00:00,1\n8,2024-02-01 11:00:00,1\n');
  project.now = Date.parse('2024-02-02T06:00:00Z');
  const second = await project.build();
  expect(seen(second.results.flatMap((r) => r.audits))).toMatchObject({
    'm.whole': [
      [0, 8],
      [0, null],
      [0, 8],
    ],
    'm.days': [
      [0, 2],
      [0, 2],
    ],
    'm.one_day': [
      [0, 2],
      [0, 2],
    ],
    // Two rows are merged; their audit looks at all.
    'm.latest': [[0, 4]],
    'm.good': [
      [1, 8],
      [0, 7],
      [0, 7],
    ],
  });

  // A day that came late and a new one.
  project.append('data/rows.csv', '9,2024-01-29 12:00:00,1\n10,2024-02-02 10:00:00,1\n');
  project.now = Date.parse('2024-02-03T06:00:00Z');
  const third = await project.build();
  expect(seen(third.results.flatMap((r) => r.audits))).toMatchObject({
    // All days anew in one task, and audited once.
    'm.latest': [[0, 4]],
    'm.days': [
      [0, 2],
      [0, 2],
      [0, 1],
      [0, 1],
    ],
    'm.one_day': [
      [0, 2],
      [0, 2],
      [0, 1],
      [0, 1],
    ],
  });

  project.now = Date.parse('2024-02-03T07:00:00Z');
  const standing = (await (await project.workspace()).audit('prod', [])).document;
  const now = {
    'm.colours': [[0, 2]],
    'm.whole': [
      [0, 10],
      [0, null],
      [0, 10],
    ],
    'm.days': [
      [0, 10],
      [0, 10],
    ],
    'm.one_day': [
      [0, 10],
      [0, 10],
    ],
    'm.latest': [[0, 4]],
    'm.shown': [
      [0, null],
      [1, 10],
      [0, 10],
    ],
    // The row that was diverted is not there.
    'm.good': [
      [0, 9],
      [0, 9],
      [0, 9],
    ],
  };
  expect(seen(standing.audits)).toEqual(now);
  const history = (await (await project.workspace()).auditHistory(undefined, 15)).document.results;
  expect(kept(history)).toEqual(kept(standing.audits));

  // Another audit of a table that stands looks at all of it.
  project.edit('models/days.sql', 'not_null(columns := (day))', 'not_null(columns := (v))');
  const again = await project.build();
  expect(seen(again.results.flatMap((r) => r.audits))).toEqual({
    'm.days': [
      [0, 10],
      [0, 10],
    ],
  });
});
