/** Which rows are in which interval: every row once, whatever the type of its time and however the work is cut. */
import { describe, expect, test } from 'vitest';
import { days, TestProject, type Files } from './support/project.ts';

/** Rows on and around the edges of days; ids 1 and 8 are outside the history. */
const EVENTS = `id,ts
1,2024-01-27 23:59:59.999999
2,2024-01-28 00:00:00
3,2024-01-28 23:59:59.999999
4,2024-01-29 00:00:00
5,2024-01-29 00:00:00.000001
6,2024-01-30 12:00:00
7,2024-01-31 23:59:59.999999
8,2024-02-01 00:00:00
9,
`;

function project(type: string, model: string): Files {
  return {
    'project.yaml': `name: events
start: 2024-01-28
sources:
  raw: { events: { file: events.csv, time_column: ts, columns: { id: BIGINT, ts: ${type} } } }
`,
    'events.csv': EVENTS,
    'models/marts/events.sql': model,
  };
}

const FILTERS: Readonly<Record<string, string>> = {
  none: '',
  timestamps: 'WHERE ts BETWEEN @start_ts AND @end_ts',
  dates: 'WHERE ts::DATE BETWEEN @start_ds AND @end_ds',
  bounds: 'WHERE ts >= @interval_start AND ts < @interval_end',
  // Reads too much; what is outside the interval is not kept.
  sloppy: 'WHERE ts >= CAST(@start_ts AS TIMESTAMP) - INTERVAL 1 DAY',
};

describe.each(['TIMESTAMP', 'TIMESTAMPTZ', 'DATE'])('%s', (type) => {
  test.each([undefined, 1, 3])(`batch_size %s`, async (size) => {
    const batch = size === undefined ? '' : `, batch_size ${size}`;
    const files: Record<string, string> = { ...project(type, '') };
    delete files['models/marts/events.sql'];
    for (const [name, filter] of Object.entries(FILTERS)) {
      files[`models/marts/${name}.sql`] =
        `MODEL (name marts.${name}, kind INCREMENTAL_BY_TIME_RANGE (time_column ts${batch}));
SELECT id, ts FROM raw.events ${filter}
`;
    }
    if (type === 'DATE') {
      // A DATE of a file is written as one.
      files['events.csv'] = EVENTS.replaceAll(/(\d{4}-\d\d-\d\d) [\d:.]+/g, '$1');
    }
    await using events = new TestProject(files, { now: '2024-02-01T00:00:00Z' });
    const applied = await events.build();
    for (const name of Object.keys(FILTERS)) {
      const found = await events.rows(`SELECT id::INTEGER AS id FROM marts.${name} ORDER BY id`);
      expect([name, found.map((r) => r['id'])]).toEqual([name, [2, 3, 4, 5, 6, 7]]);
      expect(applied.results.find((r) => r.model === `marts.${name}`)?.intervals.length).toBe(
        size === undefined ? 1 : Math.ceil(4 / size),
      );
    }
    expect((await events.apply()).status).toBe('nothing-to-do');
  });
});

test('an hourly model computes whole hours, a monthly one whole months', async () => {
  await using events = new TestProject(
    {
      ...project('TIMESTAMP', ''),
      'models/marts/events.sql': `MODEL (name marts.hours, kind INCREMENTAL_BY_TIME_RANGE (time_column hour), cron '@hourly');
SELECT date_trunc('hour', ts) AS hour, count(*) AS n FROM raw.events WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY ALL
`,
      'models/marts/months.sql': `MODEL (name marts.months, kind INCREMENTAL_BY_TIME_RANGE (time_column month), cron '@monthly', start '2024-01-01');
SELECT date_trunc('month', ts)::DATE AS month, count(*) AS n FROM raw.events WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY ALL
`,
    },
    { now: '2024-01-30T12:30:00Z' },
  );
  await events.build();
  expect(await events.rows("SELECT strftime(hour, '%d %H') AS h, n FROM marts.hours ORDER BY 1")).toEqual([
    { h: '28 00', n: '1' },
    { h: '28 23', n: '1' },
    { h: '29 00', n: '2' },
  ]);
  expect(await events.rows('SELECT * FROM marts.months'), 'January is not over').toEqual([]);

  events.now = Date.parse('2024-01-30T13:00:00Z');
  const hour = await events.run();
  expect(hour.results).toMatchObject([
    {
      model: 'marts.hours',
      intervals: [{ start: '2024-01-30T12:00:00.000Z', end: '2024-01-30T13:00:00.000Z' }],
    },
  ]);
  events.now = Date.parse('2024-02-01T00:00:00Z');
  await events.run();
  expect(await events.rows('SELECT month::VARCHAR AS month, n FROM marts.months')).toEqual([
    { month: '2024-01-01', n: '7' },
  ]);
  expect(await events.value('SELECT sum(n) FROM marts.hours')).toBe('6');
});

const EXTERNAL: Files = {
  'project.yaml': `name: events
start: 2024-01-28
sources:
  ext: { events: { table: ext.events, cron: '@daily', columns: { id: BIGINT, ts: TIMESTAMP } } }
`,
  'models/marts/events.sql': `MODEL (name marts.events, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, lookback 1));
SELECT id, ts FROM ext.events WHERE ts BETWEEN @start_ts AND @end_ts
`,
  'models/marts/total.sql': 'MODEL (name marts.total, kind FULL);\nSELECT count(*) AS n FROM ext.events\n',
  '.sluice/keep': '',
};

test('lookback computes the last intervals again for rows of tables whose past Sluice does not know', async () => {
  await using events = new TestProject(EXTERNAL, { now: '2024-02-01T06:00:00Z' });
  await events.execute(
    "CREATE SCHEMA ext; CREATE TABLE ext.events AS SELECT i AS id, TIMESTAMP '2024-01-28' + to_days(i::INTEGER) AS ts FROM range(4) t(i)",
  );
  await events.build();
  expect(await events.value('SELECT count(*) FROM marts.events')).toBe('4');
  expect((await events.apply()).status).toBe('nothing-to-do');

  events.now = Date.parse('2024-02-02T06:00:00Z');
  await events.execute(
    "INSERT INTO ext.events VALUES (10, '2024-02-01 01:00:00'), (11, '2024-01-31 23:00:00'), (12, '2024-01-29 23:00:00')",
  );
  const run = await events.run();
  expect(run.results.find((r) => r.model === 'marts.events')?.intervals).toEqual([
    days('2024-01-31', '2024-02-02'),
  ]);
  expect(
    await events.rows('SELECT id::INTEGER AS id FROM marts.events WHERE id >= 10 ORDER BY id'),
    'too late for a lookback of 1',
  ).toEqual([{ id: 10 }, { id: 11 }]);
  expect(await events.value('SELECT n FROM marts.total')).toBe('7');
  expect((await events.run()).status).toBe('nothing-to-do');
});

test('a start that moves back adds what is missing in front', async () => {
  await using events = new TestProject(
    project(
      'TIMESTAMP',
      'MODEL (name marts.events, kind INCREMENTAL_BY_TIME_RANGE (time_column ts));\nSELECT id, ts FROM raw.events\n',
    ),
  );
  await events.build();
  events.edit('project.yaml', 'start: 2024-01-28', 'start: 2024-01-20');
  const plan = await events.plan();
  expect(plan.actions).toMatchObject([
    { model: 'marts.events', action: 'backfill', intervals: [days('2024-01-20', '2024-01-28')] },
  ]);
  await events.build();
  expect(await events.value('SELECT count(*) FROM marts.events')).toBe('7');
});
