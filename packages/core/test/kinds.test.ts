/** Partitions, appended intervals, partial intervals, restatement by cron: each through a real warehouse. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { days, TestProject, type Files } from './support/project.ts';

const MODEL = 'models/marts/events.sql';

function files(header: string, query: string, rows: string): Files {
  return {
    'project.yaml': `name: events
start: 2024-02-28
sources:
  raw: { events: { file: events.csv, time_column: ts, columns: { ts: TIMESTAMP, region: VARCHAR, amount: INTEGER } } }
`,
    'events.csv': `ts,region,amount\n${rows}`,
    [MODEL]: `MODEL (name marts.events, ${header});\n${query}\n`,
  };
}

async function held(project: TestProject): Promise<readonly string[]> {
  const rows = await project.rows('SELECT region, amount FROM marts.events ORDER BY ALL');
  return rows.map((r) => `${String(r['region'] ?? '-')} ${String(r['amount'])}`);
}

const BY_DAY = 'SELECT ts, region, amount FROM raw.events WHERE ts BETWEEN @start_ts AND @end_ts';
const TWO_DAYS = '2024-02-28 01:00:00,north,1\n2024-02-29 01:00:00,south,2\n';

describe('INCREMENTAL_BY_PARTITION', () => {
  test('partitions that come are replaced as a whole, NULL is one; the others stay', async () => {
    await using project = new TestProject(
      files(
        'kind INCREMENTAL_BY_PARTITION, partitioned_by lower(region)',
        'SELECT region, amount FROM raw.events',
        '2024-02-28 01:00:00,north,1\n2024-02-28 01:00:00,North,2\n2024-02-28 01:00:00,south,3\n2024-02-28 01:00:00,,4\n',
      ),
    );
    const plan = await project.plan();
    expect(plan.actions.find((a) => a.model === 'marts.events')?.reasons.map((r) => r.code)).toContain(
      'keeps_history',
    );
    await project.build();
    project.write(
      'events.csv',
      'ts,region,amount\n2024-02-28 01:00:00,NORTH,10\n2024-02-28 01:00:00,,40\n2024-02-28 01:00:00,west,5\n',
    );
    await project.build();
    expect(await held(project)).toEqual(['NORTH 10', 'south 3', 'west 5', '- 40']);
    expect((await project.apply()).status).toBe('nothing-to-do');
  });

  test('a failing audit leaves all partitions as they were', async () => {
    await using project = new TestProject(
      files(
        'kind INCREMENTAL_BY_PARTITION, partitioned_by region, audits (non_negative(columns := (amount)))',
        'SELECT region, amount FROM raw.events',
        TWO_DAYS,
      ),
    );
    await project.build();
    project.write('events.csv', 'ts,region,amount\n2024-02-28 01:00:00,north,-1\n');
    expect((await project.apply()).status).toBe('failed');
    expect(await held(project)).toEqual(['north 1', 'south 2']);
  });
});

describe('INCREMENTAL_UNMANAGED', () => {
  test('each interval is appended once; what moved in the past is not appended again', async () => {
    await using project = new TestProject(files('kind INCREMENTAL_UNMANAGED', BY_DAY, TWO_DAYS), {
      now: '2024-03-01T01:00:00Z',
    });
    await project.build();
    project.append('events.csv', '2024-02-28 05:00:00,late,9\n2024-03-01 05:00:00,west,3\n');
    project.now = Date.parse('2024-03-02T01:00:00Z');
    const applied = await project.build();
    expect(applied.results.find((r) => r.model === 'marts.events')?.intervals).toEqual([
      days('2024-03-01', '2024-03-02'),
    ]);
    expect(await held(project)).toEqual(['north 1', 'south 2', 'west 3']);
    expect((await project.apply()).status).toBe('nothing-to-do');
  });

  test('insert_overwrite replaces what stands', async () => {
    await using project = new TestProject(
      files('kind INCREMENTAL_UNMANAGED (insert_overwrite true)', BY_DAY, TWO_DAYS),
      {
        now: '2024-03-01T01:00:00Z',
      },
    );
    await project.build();
    project.append('events.csv', '2024-03-01 05:00:00,west,3\n');
    project.now = Date.parse('2024-03-02T01:00:00Z');
    await project.build();
    expect(await held(project)).toEqual(['west 3']);
  });
});

describe('INCREMENTAL_BY_TIME_RANGE', () => {
  test('auto_restatement_cron computes the newest intervals again, and tells their readers', async () => {
    await using project = new TestProject(
      files(
        "kind INCREMENTAL_BY_TIME_RANGE (time_column ts, auto_restatement_cron '@weekly', auto_restatement_intervals 2)",
        BY_DAY,
        TWO_DAYS,
      ),
      { now: '2024-03-02T01:00:00Z' },
    );
    await project.build();
    expect((await project.apply()).status).toBe('nothing-to-do');
    // A Sunday lies between.
    project.now = Date.parse('2024-03-03T01:00:00Z');
    const plan = await project.plan();
    const action = plan.actions.find((a) => a.model === 'marts.events');
    expect(action?.intervals).toEqual([days('2024-03-01', '2024-03-03')]);
    expect(action?.reasons.map((r) => r.code)).toEqual(['missing_intervals', 'auto_restatement']);
    await project.build();
    expect((await project.apply()).status).toBe('nothing-to-do');
  });

  test('with disable_restatement, what was computed stays', async () => {
    await using project = new TestProject(
      files('kind INCREMENTAL_BY_TIME_RANGE (time_column ts, disable_restatement true)', BY_DAY, TWO_DAYS),
      { now: '2024-03-01T01:00:00Z' },
    );
    await project.build();
    project.append('events.csv', '2024-02-28 05:00:00,late,9\n');
    await project.build();
    expect(await held(project)).toEqual(['north 1', 'south 2']);
  });

  test('allow_partials computes the day that is not over, again whenever it moves', async () => {
    await using project = new TestProject(
      files('kind INCREMENTAL_BY_TIME_RANGE (time_column ts), allow_partials true', BY_DAY, TWO_DAYS),
      { now: '2024-02-29T12:00:00Z' },
    );
    await project.build();
    expect(await held(project)).toEqual(['north 1', 'south 2']);
    project.now = Date.parse('2024-02-29T13:00:00Z');
    expect((await project.apply()).status).toBe('nothing-to-do');
    project.append('events.csv', '2024-02-29 12:30:00,east,7\n');
    await project.build();
    expect(await held(project)).toEqual(['east 7', 'north 1', 'south 2']);
  });

  test('over a table of somebody else, a day that was cut short is computed again at each tick', async () => {
    await using project = new TestProject(
      {
        'project.yaml': `name: events
start: 2024-02-28
defaults: { cron: '@daily' }
sources:
  raw: { events: { table: other.events, columns: { ts: TIMESTAMP, region: VARCHAR, amount: INTEGER } } }
`,
        [MODEL]: `MODEL (name marts.events, kind INCREMENTAL_BY_TIME_RANGE (time_column ts), allow_partials true);\n${BY_DAY}\n`,
      },
      { now: '2024-02-28T12:00:00Z' },
    );
    mkdirSync(dirname(project.warehouse), { recursive: true });
    await project.execute(
      "CREATE SCHEMA other; CREATE TABLE other.events AS SELECT TIMESTAMP '2024-02-28 01:00:00' AS ts, 'a' AS region, 1 AS amount",
    );
    await project.build();
    await project.execute("INSERT INTO other.events VALUES (TIMESTAMP '2024-02-28 23:00:00', 'b', 2)");
    project.now = Date.parse('2024-02-29T01:00:00Z');
    await project.build();
    expect(await held(project)).toEqual(['a 1', 'b 2']);
  });

  /** The edges of a leap day, of months, and of the hours that clocks skip and repeat in Europe. */
  const EDGES = [
    '2024-02-28 23:59:59.999999',
    '2024-02-29 00:00:00',
    '2024-02-29 23:59:59.999999',
    '2024-03-01 00:00:00',
    '2024-03-30 23:59:59',
    '2024-03-31 00:00:00',
    '2024-03-31 01:00:00',
    '2024-03-31 02:30:00',
    '2024-03-31 23:59:59.999999',
    '2024-04-01 00:00:00',
    '2024-10-27 00:30:00',
    '2024-10-27 01:30:00',
    '2024-10-27 23:59:59.999999',
    '2024-10-28 00:00:00',
    '2024-12-31 23:59:59.999999',
  ];

  test.each([
    ['TIMESTAMP', '@daily'],
    ['TIMESTAMP', '@hourly'],
    ['TIMESTAMP', '@monthly'],
    ['TIMESTAMPTZ', '@daily'],
    ['TIMESTAMPTZ', '@monthly'],
    ['DATE', '@daily'],
    ['DATE', '@monthly'],
  ])('%s by %s: every row of an edge exactly once, whether in one run or in several', async (type, cron) => {
    const rows = EDGES.map((e, i) => `${e},r${String(i).padStart(2, '0')},1\n`).join('');
    const query = `SELECT ts::${type} AS ts, region, amount FROM raw.events WHERE ts BETWEEN @start_ts AND @end_ts`;
    const header = `kind INCREMENTAL_BY_TIME_RANGE (time_column ts, batch_size 40), cron '${cron}'`;
    await using project = new TestProject(files(header, query, rows), { now: '2024-03-01T00:00:00Z' });
    await project.build();
    for (const now of [
      '2024-03-31T00:00:00Z',
      '2024-04-01T00:00:00Z',
      '2024-10-27T02:00:00Z',
      '2025-01-01T00:00:00Z',
    ]) {
      project.now = Date.parse(now);
      await project.build();
    }
    // The start of history is the 28th; by months it is the 1st of March.
    const from = cron === '@monthly' ? 3 : 0;
    expect(await held(project)).toEqual(EDGES.map((_, i) => `r${String(i).padStart(2, '0')} 1`).slice(from));
  });
});

test('descriptions become comments of physical tables and of views, and stay with later runs', async () => {
  await using project = new TestProject(
    {
      ...files('kind FULL', BY_DAY, TWO_DAYS),
      [MODEL]: `MODEL (name marts.events, kind FULL, description 'It''s all', column_descriptions (amount = 'In cents'));
SELECT ts, amount FROM raw.events
`,
      'models/marts/shown.sql':
        "MODEL (name marts.shown, kind VIEW, description 'A view');\nSELECT amount FROM marts.events\n",
      'models/marts/living.sql': `MODEL (name marts.living, kind SCD_TYPE_2_BY_COLUMN (unique_key amount, columns *), column_descriptions (valid_to = 'Until', amount = 'Key'));
SELECT DISTINCT amount FROM raw.events
`,
    },
    { now: '2024-03-01T00:00:00Z' },
  );
  const comments = async (): Promise<readonly string[]> => {
    const rows = await project.rows(
      `SELECT regexp_replace(r || coalesce('.' || c, ''), '__[0-9a-f]{12}', '') || ': ' || comment AS line FROM (
        SELECT schema_name || '.' || table_name AS r, NULL AS c, comment FROM duckdb_tables()
        UNION ALL SELECT schema_name || '.' || view_name, NULL, comment FROM duckdb_views() WHERE NOT internal
        UNION ALL SELECT schema_name || '.' || table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal)
       WHERE comment IS NOT NULL ORDER BY 1`,
    );
    return rows.map((r) => String(r['line']));
  };
  const expected = [
    'marts.events.amount: In cents',
    "marts.events: It's all",
    'marts.living.amount: Key',
    'marts.living.valid_to: Until',
    'marts.shown: A view',
    'sluice__marts.events.amount: In cents',
    "sluice__marts.events: It's all",
    'sluice__marts.living.amount: Key',
    'sluice__marts.living.valid_to: Until',
    'sluice__marts.shown: A view',
  ];
  await project.build();
  expect(await comments()).toEqual(expected);
  project.append('events.csv', '2024-02-29 05:00:00,west,7\n');
  await project.build();
  expect(await comments()).toEqual(expected);
  // Changed alone it waits for the next promotion, of whichever model.
  project.edit('models/marts/shown.sql', 'A view', 'Some view');
  expect((await project.apply()).status).toBe('nothing-to-do');
  project.edit('models/marts/living.sql', 'SELECT DISTINCT amount', 'SELECT DISTINCT amount + 0 AS amount');
  await project.build();
  expect(await comments()).toContain('marts.shown: Some view');
});
