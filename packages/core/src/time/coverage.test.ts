import { array, assert, nat, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  covered,
  join,
  movedOn,
  newest,
  overlay,
  restrict,
  whole,
  without,
  type Coverage,
} from './coverage.ts';
import { ALL_TIME, type TimeRange } from './range.ts';

/** `1-3:7` is the segment from 1 to 3 with data 7. */
function coverage(text: string): Coverage {
  return text
    .split(' ')
    .filter((t) => t !== '')
    .map((t) => {
      const [range, data] = t.split(':');
      const [start, end] = (range ?? '').split('-').map(Number);
      return { start: start ?? 0, end: end ?? 0, data: Number(data) };
    });
}

function shown(of: Coverage): string {
  return of.map((s) => `${s.start}-${s.end}:${s.data}`).join(' ');
}

function ranges(of: readonly TimeRange[]): string {
  return of.map((r) => `${r.start}-${r.end}`).join(' ');
}

function at(of: Coverage, unit: number): number | undefined {
  return of.find((s) => s.start <= unit && unit < s.end)?.data;
}

describe('movedOn tells where the present holds what was not read', () => {
  test.each([
    // read, now, moved
    ['', '', ''],
    ['1-9:5', '1-9:5', ''],
    ['1-9:5', '1-9:6', '1-9'],
    ['1-9:5', '1-9:4', ''],
    ['', '1-9:5', '1-9'],
    ['1-9:5', '', ''],
    // parts of it
    ['1-9:5', '1-3:5 3-5:6 5-9:5', '3-5'],
    ['1-9:5', '1-3:6 3-5:5 5-9:7', '1-3 5-9'],
    ['1-9:5', '1-3:6 3-9:7', '1-9'],
    // more than was there
    ['3-5:5', '1-9:5', '1-3 5-9'],
    ['3-5:5', '1-9:6', '1-9'],
    ['1-2:5 4-5:5 7-8:5', '0-9:5', '0-1 2-4 5-7 8-9'],
    ['1-3:5 3-6:7', '1-6:6', '1-3'],
    // less than was there
    ['1-9:5', '3-5:5', ''],
    ['1-9:5', '3-5:6', '3-5'],
    // beside each other
    ['1-3:5', '3-5:5', '3-5'],
    ['5-9:5', '1-3:5', '1-3'],
    ['1-3:5 5-7:5', '3-5:1 8-9:1', '3-5 8-9'],
    // many small pieces against one, one against many
    ['1-2:1 2-3:2 3-4:3 4-5:4', '1-5:3', '1-3'],
    ['1-5:3', '1-2:1 2-3:4 3-4:3 4-5:9', '2-3 4-5'],
  ])('read %j, now %j: moved %j', (read, now, moved) => {
    expect(ranges(movedOn(coverage(read), coverage(now)))).toBe(moved);
  });

  test('from minus to plus infinity', () => {
    expect(movedOn(whole(1), whole(2))).toEqual([ALL_TIME]);
    expect(movedOn(whole(2), whole(2))).toEqual([]);
    expect(movedOn([], whole(0))).toEqual([ALL_TIME]);
  });

  const SEGMENTS = array(record({ start: nat(9), length: nat(4), data: nat(3) }), { maxLength: 6 }).map(
    (list) =>
      list.reduce<Coverage>(
        (made, s) => overlay(made, [{ start: s.start, end: s.start + s.length }], s.data),
        [],
      ),
  );

  test('unit by unit', () => {
    assert(
      property(SEGMENTS, SEGMENTS, (read, now) => {
        const moved = movedOn(read, now);
        for (let unit = 0; unit < 15; unit++) {
          const was = at(read, unit);
          const is = at(now, unit);
          const expected = is !== undefined && (was === undefined || is > was);
          expect(moved.some((r) => r.start <= unit && unit < r.end)).toBe(expected);
        }
      }),
    );
  });

  test('a coverage stays sorted and disjoint under all that is done to it', () => {
    assert(
      property(SEGMENTS, SEGMENTS, (one, other) => {
        for (const made of [
          one,
          without(one, covered(other)),
          overlay(one, covered(other), 9),
          restrict(one, { start: 2, end: 7 }),
        ]) {
          for (const [i, s] of made.entries()) {
            expect(s.start).toBeLessThan(s.end);
            expect(s.start).toBeGreaterThanOrEqual(made[i - 1]?.end ?? 0);
          }
        }
      }),
    );
  });
});

test.each([
  ['1-9:5', '3-5', 7, '1-3:5 3-5:7 5-9:5'],
  ['1-9:5', '3-5', 5, '1-9:5'],
  ['1-3:5', '5-9', 5, '1-3:5 5-9:5'],
  ['1-3:5', '3-9', 5, '1-9:5'],
  ['1-3:5 5-9:6', '2-6', 7, '1-2:5 2-6:7 6-9:6'],
  ['', '1-2 2-3', 1, '1-3:1'],
])('%j overlaid on %j with %d is %j', (given, over, data, expected) => {
  const list = over.split(' ').map((r) => {
    const [start, end] = r.split('-').map(Number);
    return { start: start ?? 0, end: end ?? 0 };
  });
  expect(shown(overlay(coverage(given), list, data))).toBe(expected);
});

test.each([
  ['1-9:5', 3, 5, '3-5:5'],
  ['1-3:5 5-9:6', 2, 6, '2-3:5 5-6:6'],
  ['1-3:5', 3, 9, ''],
])('%j restricted to %d-%d is %j', (given, start, end, expected) => {
  expect(shown(restrict(coverage(given), { start, end }))).toBe(expected);
});

test('neighbours are joined only where their data are the same', () => {
  expect(shown(join(coverage('3-5:1 1-3:1 5-6:2 7-8:2')))).toBe('1-5:1 5-6:2 7-8:2');
  expect(newest(coverage('1-3:5 3-4:9 4-5:2'))).toBe(9);
  expect(newest([])).toBe(0);
});
