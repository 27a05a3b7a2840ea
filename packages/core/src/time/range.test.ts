import { array, assert, constantFrom, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import {
  BEGINNING,
  END,
  formatInstant,
  intersect,
  isoInstant,
  normalize,
  subtract,
  type TimeRange,
} from './range.ts';

/** `1-3 5-6` as ranges. */
function ranges(text: string): readonly TimeRange[] {
  return text
    .split(' ')
    .filter((t) => t !== '')
    .map((t) => {
      const [start, end] = t.split('-');
      return { start: start === '' ? BEGINNING : Number(start), end: end === '' ? END : Number(end) };
    });
}

function text(of: readonly TimeRange[]): string {
  return of.map((r) => `${r.start === BEGINNING ? '' : r.start}-${r.end === END ? '' : r.end}`).join(' ');
}

test.each([
  ['', ''],
  ['1-3', '1-3'],
  ['5-6 1-3', '1-3 5-6'],
  ['1-3 3-5', '1-5'],
  ['1-5 2-3', '1-5'],
  ['1-3 2-5', '1-5'],
  ['3-3 5-4', ''],
  ['- 2-3', '-'],
])('normalize %j is %j', (given, expected) => {
  expect(text(normalize(ranges(given)))).toBe(expected);
});

test.each([
  ['1-9', '', '1-9'],
  ['1-9', '3-5', '1-3 5-9'],
  ['1-9', '1-5', '5-9'],
  ['1-9', '5-9', '1-5'],
  ['1-9', '0-10', ''],
  ['1-9', '9-12 0-1', '1-9'],
  ['1-3 5-9', '2-6', '1-2 6-9'],
  ['1-9', '2-3 5-6', '1-2 3-5 6-9'],
  ['-', '3-5', '-3 5-'],
  ['1-3 2-5', '4-4', '1-5'],
])('%j without %j is %j', (from, minus, expected) => {
  expect(text(subtract(ranges(from), ranges(minus)))).toBe(expected);
});

test.each([
  ['1-5', '3-9', '3-5'],
  ['1-5', '5-9', undefined],
  ['1-9', '3-5', '3-5'],
  ['-', '3-5', '3-5'],
])('%j and %j have %j in common', (one, other, expected) => {
  const [a] = ranges(one);
  const [b] = ranges(other);
  const found = a && b ? intersect(a, b) : undefined;
  expect(found && text([found])).toBe(expected);
});

const RANGES = array(
  tuple(constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8), constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8)).map(([a, b]) => ({
    start: a,
    end: b,
  })),
  {
    maxLength: 6,
  },
);

/** The units a list of ranges holds, one by one. */
function units(of: readonly TimeRange[]): readonly number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((u) => of.some((r) => r.start <= u && u < r.end));
}

test('ranges are sets of instants', () => {
  assert(
    property(RANGES, RANGES, (a, b) => {
      expect(units(normalize(a))).toEqual(units(a));
      const inB = units(b);
      const rest = subtract(a, b);
      expect(units(rest)).toEqual(units(a).filter((u) => !inB.includes(u)));
      expect(normalize(rest)).toEqual(rest);
    }),
  );
});

test.each([
  [Date.UTC(2024, 0, 1), '2024-01-01', '2024-01-01T00:00:00.000Z'],
  [Date.UTC(2024, 0, 1, 5), '2024-01-01 05:00:00', '2024-01-01T05:00:00.000Z'],
  [Date.UTC(2024, 0, 1, 5, 0, 0, 7), '2024-01-01 05:00:00.007', '2024-01-01T05:00:00.007Z'],
  [BEGINNING, '-infinity', '-infinity'],
  [END, 'infinity', 'infinity'],
])('%d is written %s and %s', (at, plain, iso) => {
  expect(formatInstant(at)).toBe(plain);
  expect(isoInstant(at)).toBe(iso);
});
