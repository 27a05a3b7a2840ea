/** Crons with time zones: every tick comes exactly once, also on the days when clocks are put forward or back. */
import { expect, test } from 'vitest';
import { cadence, nextTick } from './cron.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const MINUTE = 60_000;

/** All ticks of a time, found by asking at every quarter of an hour. */
function ticks(expression: string, zone: string, from: string, to: string): readonly string[] {
  const clock = cadence(expression, zone);
  const found = new Set<number>();
  for (let now = at(from); now < at(to); now += 15 * MINUTE) {
    const tick = clock.lastTick(now);
    expect(tick).toBeLessThanOrEqual(now);
    if (tick >= at(from)) found.add(tick);
  }
  return [...found].map((t) => new Date(t).toISOString().slice(5, 16));
}

test.each([
  // Berlin, 31 March 2024: 02:00 became 03:00. 27 October: 03:00 became 02:00.
  [
    '30 2 * * *',
    'Europe/Berlin',
    '2024-03-30T00:00',
    '2024-04-02T00:00',
    ['03-30T01:30', '03-31T01:30', '04-01T00:30'],
  ],
  [
    '30 2 * * *',
    'Europe/Berlin',
    '2024-10-26T00:00',
    '2024-10-29T00:00',
    ['10-26T00:30', '10-27T00:30', '10-28T01:30'],
  ],
  [
    '@daily',
    'Europe/Berlin',
    '2024-03-30T00:00',
    '2024-04-02T00:00',
    ['03-30T23:00', '03-31T22:00', '04-01T22:00'],
  ],
  [
    '@daily',
    'Europe/Berlin',
    '2024-10-26T00:00',
    '2024-10-29T00:00',
    ['10-26T22:00', '10-27T23:00', '10-28T23:00'],
  ],
  // Clocks of Cairo skip midnight itself: 26 April 2024.
  [
    '@daily',
    'Africa/Cairo',
    '2024-04-24T00:00',
    '2024-04-27T00:00',
    ['04-24T22:00', '04-25T22:00', '04-26T21:00'],
  ],
  // Half an hour on Lord Howe Island: 7 April 2024.
  [
    '45 1 * * *',
    'Australia/Lord_Howe',
    '2024-04-05T12:00',
    '2024-04-08T12:00',
    ['04-05T14:45', '04-06T14:45', '04-07T15:15'],
  ],
  // Samoa skipped the 30th of December 2011 as a whole.
  [
    '0 6 * * *',
    'Pacific/Apia',
    '2011-12-28T00:00',
    '2012-01-02T00:00',
    ['12-28T16:00', '12-29T16:00', '12-30T16:00', '12-31T16:00', '01-01T16:00'],
  ],
  [
    '0 * * * *',
    'Europe/Berlin',
    '2024-10-27T00:00',
    '2024-10-27T04:00',
    ['10-27T00:00', '10-27T01:00', '10-27T02:00', '10-27T03:00'],
  ],
  [
    '30 * * * *',
    'Europe/Berlin',
    '2024-03-31T00:00',
    '2024-03-31T03:00',
    ['03-31T00:30', '03-31T01:30', '03-31T02:30'],
  ],
  ['@hourly', 'Asia/Kolkata', '2024-01-01T00:00', '2024-01-01T02:00', ['01-01T00:30', '01-01T01:30']],
  [
    '0 9 * * 1-5',
    'America/New_York',
    '2024-03-08T00:00',
    '2024-03-13T00:00',
    ['03-08T14:00', '03-11T13:00', '03-12T13:00'],
  ],
  ['0 0 1 * *', 'Asia/Tokyo', '2024-01-25T00:00', '2024-03-05T00:00', ['01-31T15:00', '02-29T15:00']],
])('%s in %s from %s', (expression, zone, from, to, expected) => {
  expect(ticks(expression, zone, from, to)).toEqual(expected);
});

test.each(['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Africa/Cairo'])(
  'every day around the changes of clocks has one tick in %s',
  (zone) => {
    const day = 86_400_000;
    for (const [from, to, days] of [
      ['2024-03-05T12:00', '2024-05-05T12:00', 61],
      ['2024-10-01T12:00', '2024-11-10T12:00', 40],
    ] as const) {
      for (const cron of ['0 0 * * *', '30 2 * * *']) {
        const clock = cadence(cron, zone);
        const found: number[] = [];
        for (let t = nextTick(clock, at(from)); t < at(to); t = nextTick(clock, t)) found.push(t);
        expect(found.length, cron).toBe(days);
        const gaps = found.map((t, i) => t - (found[i - 1] ?? t - day));
        expect(Math.max(...gaps.map((g) => Math.abs(g - day))), cron).toBeLessThanOrEqual(day / 24);
      }
    }
  },
);

test.each([
  ['@daily', 'UTC', '2024-01-01T00:00', '2024-01-02T00:00'],
  ['@hourly', 'UTC', '2024-01-01T00:59:59', '2024-01-01T01:00'],
  ['*/5 * * * *', 'UTC', '2024-01-01T00:04:59.999', '2024-01-01T00:05'],
  ['0 0 29 2 *', 'UTC', '2024-03-01T00:00', '2028-02-29T00:00'],
  ['0 6 * * 1', 'Europe/Berlin', '2024-03-29T12:00', '2024-04-01T04:00'],
])('the tick of %s (%s) after %s is %s', (expression, zone, after, tick) => {
  expect(new Date(nextTick(cadence(expression, zone), at(after))).toISOString()).toBe(
    new Date(at(tick)).toISOString(),
  );
});

test('a zone does not change the size of intervals', () => {
  expect(cadence('0 2 * * *', 'Asia/Kolkata').unit).toBe('day');
  expect(cadence('*/15 * * * *', 'Asia/Kolkata').unit).toBe('quarter_hour');
});
