import { ALL_TIME, intersect, normalize, type TimeRange } from './range.ts';

/**
 * Which data a table holds for which time: sorted, disjoint segments, each with the sequence number of the newest source
 * data its rows stem from. Comparing what was read with what is there now tells exactly what is stale.
 */
export interface Segment extends TimeRange {
  readonly data: number;
}

export type Coverage = readonly Segment[];

/** One segment over all time. */
export function whole(data: number): Coverage {
  return [{ ...ALL_TIME, data }];
}

/** The part of a coverage inside a range. */
export function restrict(coverage: Coverage, range: TimeRange): Coverage {
  const kept: Segment[] = [];
  for (const segment of coverage) {
    const part = intersect(segment, range);
    if (part !== undefined) kept.push({ ...part, data: segment.data });
  }
  return kept;
}

/** Replaces the given ranges with new data. */
export function overlay(coverage: Coverage, ranges: readonly TimeRange[], data: number): Coverage {
  const news = normalize(ranges);
  return join([...without(coverage, news), ...news.map((r) => ({ ...r, data }))]);
}

/** A coverage with ranges cut out. */
export function without(coverage: Coverage, ranges: readonly TimeRange[]): Coverage {
  const cuts = normalize(ranges);
  const kept: Segment[] = [];
  for (const segment of coverage) {
    let start = segment.start;
    for (const cut of cuts) {
      if (cut.end <= start || cut.start >= segment.end) continue;
      if (cut.start > start) kept.push({ start, end: cut.start, data: segment.data });
      start = Math.max(start, cut.end);
    }
    if (start < segment.end) kept.push({ start, end: segment.end, data: segment.data });
  }
  return kept;
}

/** Sorts segments and joins neighbours with the same data. The input is disjoint. */
export function join(segments: readonly Segment[]): Coverage {
  const joined: { start: number; end: number; data: number }[] = [];
  for (const segment of segments.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && last.end === segment.start && last.data === segment.data)
      last.end = segment.end;
    else joined.push({ ...segment });
  }
  return joined;
}

/** The highest data sequence; 0 for nothing. */
export function newest(coverage: Coverage): number {
  let highest = 0;
  for (const segment of coverage) if (segment.data > highest) highest = segment.data;
  return highest;
}

/** Where `now` holds data that is newer than what was read, or that was not there to be read. */
export function movedOn(read: Coverage, now: Coverage): readonly TimeRange[] {
  const moved: TimeRange[] = [];
  let i = 0;
  for (const segment of now) {
    let start = segment.start;
    while (i < read.length && (read[i]?.end ?? 0) <= start) i++;
    for (let k = i; start < segment.end; k++) {
      const old = read[k];
      if (old === undefined || old.start >= segment.end) {
        moved.push({ start, end: segment.end });
        break;
      }
      if (old.start > start) moved.push({ start, end: old.start });
      const end = Math.min(old.end, segment.end);
      if (segment.data > old.data) moved.push({ start: Math.max(start, old.start), end });
      start = end;
    }
  }
  return normalize(moved);
}

/** The ranges a coverage covers, whatever the data. */
export function covered(coverage: Coverage): readonly TimeRange[] {
  return normalize(coverage);
}
