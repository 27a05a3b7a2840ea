import type { TimeRange } from './range.ts';

/**
 * The grid of a time-range model. As in SQLMesh it follows from the cron: the largest unit that is not longer than the
 * time between two ticks. Cron only says when a unit may be computed, the unit says what is computed.
 */
export type IntervalUnit = 'year' | 'month' | 'day' | 'hour' | 'half_hour' | 'quarter_hour' | 'five_minute';

const MINUTE = 60_000;
const FIXED: Readonly<Record<Exclude<IntervalUnit, 'year' | 'month'>, number>> = {
  day: 1440 * MINUTE,
  hour: 60 * MINUTE,
  half_hour: 30 * MINUTE,
  quarter_hour: 15 * MINUTE,
  five_minute: 5 * MINUTE,
};

/** The start of the unit that holds `at`. */
export function floorTo(at: number, unit: IntervalUnit): number {
  if (unit === 'year') return Date.UTC(new Date(at).getUTCFullYear(), 0, 1);
  if (unit === 'month') return Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth(), 1);
  return Math.floor(at / FIXED[unit]) * FIXED[unit];
}

/** `n` units after a start of a unit. */
export function addUnits(at: number, unit: IntervalUnit, n: number): number {
  const date = new Date(at);
  if (unit === 'year') return Date.UTC(date.getUTCFullYear() + n, 0, 1);
  if (unit === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + n, 1);
  return at + n * FIXED[unit];
}

export function ceilTo(at: number, unit: IntervalUnit): number {
  const floor = floorTo(at, unit);
  return floor === at ? at : addUnits(floor, unit, 1);
}

/** The smallest range of whole units around a range. */
export function widen(range: TimeRange, unit: IntervalUnit): TimeRange {
  return { start: floorTo(range.start, unit), end: ceilTo(range.end, unit) };
}

/** How many units a range of whole units holds. */
export function countUnits(range: TimeRange, unit: IntervalUnit): number {
  if (unit === 'year' || unit === 'month') {
    const from = new Date(range.start);
    const to = new Date(range.end);
    const years = to.getUTCFullYear() - from.getUTCFullYear();
    return unit === 'year' ? years : years * 12 + to.getUTCMonth() - from.getUTCMonth();
  }
  return Math.round((range.end - range.start) / FIXED[unit]);
}

/** Cuts a range of whole units into pieces of at most `size` units. */
export function batches(
  range: TimeRange,
  unit: IntervalUnit,
  size: number | undefined,
): readonly TimeRange[] {
  if (size === undefined) return [range];
  const pieces: TimeRange[] = [];
  for (let start = range.start; start < range.end;) {
    const end = Math.min(addUnits(start, unit, size), range.end);
    pieces.push({ start, end });
    start = end;
  }
  return pieces;
}
