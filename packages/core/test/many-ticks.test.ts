/** Planning works on ranges, never on ticks: a long history on a fine grid costs what a short one does. */
import { expect, test } from 'vitest';
import { TestProject, type Files } from './support/project.ts';

/** A chain of models that are computed every five minutes. */
function chain(models: number, start: string): Files {
  const files: Record<string, string> = {
    'project.yaml': `name: ticks
start: ${start}
defaults: { cron: '*/5 * * * *' }
sources: { raw: { events: { table: raw.events, columns: { ts: TIMESTAMP, id: INTEGER } } } }
`,
  };
  for (let i = 0; i < models; i++) {
    const input = i === 0 ? 'raw.events' : `m.m${i - 1}`;
    files[`models/m/m${i}.sql`] =
      `MODEL (name m.m${i}, kind INCREMENTAL_BY_TIME_RANGE (time_column ts));\nSELECT ts, id + ${i} AS id FROM ${input} WHERE ts BETWEEN @start_ts AND @end_ts\n`;
  }
  return files;
}

/** How many dates are made while a plan is; what walked over ticks would make one for each. */
async function datesOf(start: string): Promise<{ readonly dates: number; readonly batches: number }> {
  await using project = new TestProject(chain(200, start), { now: '2024-02-01T06:00:00Z' });
  const Original = globalThis.Date;
  let dates = 0;
  globalThis.Date = new Proxy(Original, {
    construct(target, given, self) {
      dates++;
      return Reflect.construct(target, given, self) as object;
    },
    get(target, name, self) {
      if (name === 'UTC') dates++;
      return Reflect.get(target, name, self) as unknown;
    },
  });
  try {
    const plan = await project.plan();
    expect(plan.actions).toHaveLength(200);
    expect(new Set(plan.actions.map((a) => a.intervals.length))).toEqual(new Set([1]));
    return { dates, batches: plan.actions.reduce((n, a) => n + a.batches, 0) };
  } finally {
    globalThis.Date = Original;
  }
}

test('a five-minute cron since 1970 over 200 models takes as many steps as one since yesterday', async () => {
  const short = await datesOf('2024-01-31');
  const long = await datesOf('1970-01-01');
  expect(long.batches).toBe(200);
  expect(long.dates).toBeLessThanOrEqual(short.dates + 200);
});
