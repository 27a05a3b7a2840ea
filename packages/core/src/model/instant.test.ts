import { expect, test } from 'vitest';
import { parseAgo, parseInstant } from './instant.ts';

const DAY = 86_400_000;

test('dates and times', () => {
  for (const [text, expected] of [
    ['2024-01-31', '2024-01-31T00:00:00.000Z'],
    [' 2024-01-31 06:30 ', '2024-01-31T06:30:00.000Z'],
    ['2024-01-31T06:30:15.123456', '2024-01-31T06:30:15.123Z'],
    ['2024-01-31 06:30:15Z', '2024-01-31T06:30:15.000Z'],
    ['2024-01-31 06:30:15+02:00', '2024-01-31T04:30:15.000Z'],
    ['2024-01-31 06:30:15 -0130', '2024-01-31T08:00:15.000Z'],
    ['1969-12-31', '1969-12-31T00:00:00.000Z'],
  ] as const) {
    expect(new Date(parseInstant(text) ?? Number.NaN).toISOString(), text).toBe(expected);
  }
  for (const text of [
    '',
    '2024',
    '2024-13-01',
    '2023-02-29',
    '2024-01-01 24:00',
    '01.02.2024',
    'yesterday',
  ]) {
    expect(parseInstant(text), text).toBeUndefined();
  }
});

test('times ago', () => {
  for (const [text, expected] of [
    ['7 days ago', 7 * DAY],
    ['1 day ago', DAY],
    ['36 Hours ago', 1.5 * DAY],
    ['2 weeks ago', 14 * DAY],
    ['1 month ago', 30 * DAY],
    ['1 year ago', 365 * DAY],
    ['90 minutes ago', DAY / 16],
  ] as const) {
    expect(parseAgo(text), text).toBe(expected);
  }
  for (const text of ['7 days', 'a day ago', '1 fortnight ago', '-1 days ago', ''])
    expect(parseAgo(text), text).toBeUndefined();
});
