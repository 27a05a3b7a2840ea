import { expect, test } from 'vitest';
import { cadence, cadenceOf } from './cron.ts';

const at = (text: string): number => Date.parse(`${text}Z`);

test.each([
  ['@hourly', 'hour'],
  ['@daily', 'day'],
  ['@midnight', 'day'],
  ['@weekly', 'day'],
  ['@monthly', 'month'],
  ['@yearly', 'year'],
  ['@annually', 'year'],
  ['*/5 * * * *', 'five_minute'],
  ['*/7 * * * *', 'five_minute'],
  ['*/15 * * * *', 'quarter_hour'],
  ['*/20 * * * *', 'quarter_hour'],
  ['*/30 * * * *', 'half_hour'],
  ['10 * * * *', 'hour'],
  ['0 */6 * * *', 'hour'],
  ['30 4 * * *', 'day'],
  ['0 0 * * 1-5', 'day'],
  ['0 0 15 * *', 'month'],
  ['0 0 1 */3 *', 'month'],
  ['0 0 1 7 *', 'year'],
])('%s computes by %s', (expression, unit) => {
  expect(cadence(expression).unit).toBe(unit);
});

test.each([
  ['@daily', '2024-02-01T00:00:00', '2024-02-01T00:00:00'],
  ['@daily', '2024-02-01T23:59:59.999', '2024-02-01T00:00:00'],
  ['@hourly', '2024-02-01T05:59:59', '2024-02-01T05:00:00'],
  ['@monthly', '2024-02-29T05:00:00', '2024-02-01T00:00:00'],
  ['@yearly', '2024-02-29T05:00:00', '2024-01-01T00:00:00'],
  ['@weekly', '2024-02-03T05:00:00', '2024-01-28T00:00:00'],
  ['30 4 * * *', '2024-02-01T04:29:59', '2024-01-31T04:30:00'],
  ['30 4 * * *', '2024-02-01T04:30:00', '2024-02-01T04:30:00'],
  ['30 4 * * *', '2024-02-01T04:30:00.500', '2024-02-01T04:30:00'],
  ['0 0 * * 1-5', '2024-02-04T12:00:00', '2024-02-02T00:00:00'],
  ['0 0 29 2 *', '2024-02-28T00:00:00', '2020-02-29T00:00:00'],
])('the last tick of %s at %s is %s', (expression, now, tick) => {
  expect(new Date(cadence(expression).lastTick(at(now))).toISOString()).toBe(`${tick}.000Z`);
});

test('without a cron a model is daily', () => {
  expect(cadenceOf({ cron: undefined, cronTz: undefined }, { cron: undefined, cronTz: undefined }).unit).toBe(
    'day',
  );
});
