import { expect, test } from 'vitest';
import { addUnits, batches, ceilTo, countUnits, floorTo, widen, type IntervalUnit } from './unit.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const iso = (when: number): string => new Date(when).toISOString().slice(0, 16);

test.each<[IntervalUnit, string, string, string]>([
  ['year', '2024-02-29T12:34', '2024-01-01T00:00', '2025-01-01T00:00'],
  ['month', '2024-02-29T12:34', '2024-02-01T00:00', '2024-03-01T00:00'],
  ['month', '2024-12-31T23:59', '2024-12-01T00:00', '2025-01-01T00:00'],
  ['day', '2024-02-29T12:34', '2024-02-29T00:00', '2024-03-01T00:00'],
  ['hour', '2024-02-29T12:34', '2024-02-29T12:00', '2024-02-29T13:00'],
  ['half_hour', '2024-02-29T12:34', '2024-02-29T12:30', '2024-02-29T13:00'],
  ['quarter_hour', '2024-02-29T12:34', '2024-02-29T12:30', '2024-02-29T12:45'],
  ['five_minute', '2024-02-29T12:34', '2024-02-29T12:30', '2024-02-29T12:35'],
  // before 1970 too
  ['day', '1969-12-31T12:00', '1969-12-31T00:00', '1970-01-01T00:00'],
  ['year', '1969-06-01T00:00', '1969-01-01T00:00', '1970-01-01T00:00'],
])('the %s of %s goes from %s to %s', (unit, instant, start, end) => {
  expect(iso(floorTo(at(instant), unit))).toBe(start);
  expect(iso(ceilTo(at(instant), unit))).toBe(end);
  expect(widen({ start: at(instant), end: at(instant) + 1 }, unit)).toEqual({
    start: at(start),
    end: at(end),
  });
  // A start of a unit is its own floor and ceiling.
  expect(floorTo(at(start), unit)).toBe(at(start));
  expect(ceilTo(at(start), unit)).toBe(at(start));
  expect(addUnits(at(start), unit, 1)).toBe(at(end));
  expect(addUnits(at(end), unit, -1)).toBe(at(start));
  expect(countUnits({ start: at(start), end: at(end) }, unit)).toBe(1);
});

test.each<[IntervalUnit, string, string, number | undefined, readonly string[]]>([
  ['day', '2024-01-01', '2024-01-08', undefined, ['2024-01-01']],
  ['day', '2024-01-01', '2024-01-08', 3, ['2024-01-01', '2024-01-04', '2024-01-07']],
  ['day', '2024-01-01', '2024-01-07', 3, ['2024-01-01', '2024-01-04']],
  ['month', '2024-01-01', '2024-06-01', 2, ['2024-01-01', '2024-03-01', '2024-05-01']],
  ['year', '2023-01-01', '2025-01-01', 1, ['2023-01-01', '2024-01-01']],
])('%ss from %s to %s in batches of %s begin at %j', (unit, start, end, size, starts) => {
  const range = { start: at(`${start}T00:00`), end: at(`${end}T00:00`) };
  const made = batches(range, unit, size);
  expect(made.map((b) => new Date(b.start).toISOString().slice(0, 10))).toEqual(starts);
  expect(made[0]?.start).toBe(range.start);
  expect(made.at(-1)?.end).toBe(range.end);
  for (const [i, b] of made.entries()) if (i > 0) expect(b.start).toBe(made[i - 1]?.end);
});

test('units are counted without enumerating them', () => {
  const since1970 = { start: 0, end: at('2024-01-01T00:00') };
  expect(countUnits(since1970, 'five_minute')).toBe(19723 * 288);
  expect(countUnits(since1970, 'month')).toBe(54 * 12);
  expect(countUnits(since1970, 'year')).toBe(54);
});
