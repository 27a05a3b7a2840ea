import type { IntervalDocument } from '@sluice/core';
import { number } from './words.ts';

const DAY = 86_400_000;
const UNITS = [
  ['day', DAY],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/**
 * A half-open range as people say it: whole days with the last day included, `2025-01-01 → 2025-03-31 (90 days)`;
 * otherwise both bounds, `2025-01-01 06:00 → 2025-01-01 09:00 (3 hours)`. UTC.
 */
export function renderInterval(interval: IntervalDocument): string {
  const start = Date.parse(interval.start);
  const end = Date.parse(interval.end);
  if (Number.isNaN(start) || Number.isNaN(end)) return `${interval.start} → ${interval.end}`;
  const length = lengthOf(end - start);
  if (start % DAY === 0 && end % DAY === 0) {
    const last = end - DAY;
    return last <= start ? `${day(start)} (${length})` : `${day(start)} → ${day(last)} (${length})`;
  }
  return `${instant(start)} → ${instant(end)} (${length})`;
}

function lengthOf(milliseconds: number): string {
  for (const [name, size] of UNITS) {
    if (milliseconds >= size && milliseconds % size === 0) {
      const n = milliseconds / size;
      return `${number(n)} ${name}${n === 1 ? '' : 's'}`;
    }
  }
  return `${number(milliseconds)} ms`;
}

/** `2025-01-01`. */
function day(at: number): string {
  return new Date(at).toISOString().replace(/T.*/, '');
}

/** `2025-01-01 06:00`, with seconds only where there are any. */
export function instant(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  return `${date} ${time
    .replace('Z', '')
    .replace(/\.000$/, '')
    .replace(/^(\d\d:\d\d):00$/, '$1')}`;
}
