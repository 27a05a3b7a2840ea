/**
 * Arithmetic on half-open time ranges (epoch milliseconds, UTC). Ranges are never enumerated into ticks: a five-minute
 * cron since 1970 is one range.
 */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

/** The limits of JavaScript's dates; they stand for "since ever" and "for ever". */
export const BEGINNING = -8.64e15;
export const END = 8.64e15;

/** The range of tables that have no time column. */
export const ALL_TIME: TimeRange = { start: BEGINNING, end: END };

export function isAllTime(range: TimeRange): boolean {
  return range.start === BEGINNING && range.end === END;
}

/** Sorted, disjoint, without empty ranges, neighbours joined. */
export function normalize(ranges: readonly TimeRange[]): readonly TimeRange[] {
  const sorted = ranges.filter((r) => r.start < r.end).toSorted((a, b) => a.start - b.start);
  const joined: { start: number; end: number }[] = [];
  for (const range of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else joined.push({ start: range.start, end: range.end });
  }
  return joined;
}

/** What is in `from` and not in `minus`. */
export function subtract(from: readonly TimeRange[], minus: readonly TimeRange[]): readonly TimeRange[] {
  const cuts = normalize(minus);
  const left: TimeRange[] = [];
  for (const range of normalize(from)) {
    let start = range.start;
    for (const cut of cuts) {
      if (cut.end <= start) continue;
      if (cut.start >= range.end) break;
      if (cut.start > start) left.push({ start, end: cut.start });
      start = Math.max(start, cut.end);
    }
    if (start < range.end) left.push({ start, end: range.end });
  }
  return left;
}

export function intersect(range: TimeRange, other: TimeRange): TimeRange | undefined {
  const start = Math.max(range.start, other.start);
  const end = Math.min(range.end, other.end);
  return start < end ? { start, end } : undefined;
}

/** `2024-01-01`, or `2024-01-01 05:00:00` when it is not midnight. */
export function formatInstant(at: number): string {
  if (at <= BEGINNING) return '-infinity';
  if (at >= END) return 'infinity';
  const iso = new Date(at).toISOString();
  const time = iso.slice(11, 23);
  if (time === '00:00:00.000') return iso.slice(0, 10);
  return `${iso.slice(0, 10)} ${time.endsWith('.000') ? time.slice(0, 8) : time}`;
}

/** ISO 8601 with `Z`, for JSON documents. */
export function isoInstant(at: number): string {
  if (at <= BEGINNING) return '-infinity';
  if (at >= END) return 'infinity';
  return new Date(at).toISOString();
}
