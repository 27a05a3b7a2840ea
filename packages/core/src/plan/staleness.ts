import type { CompiledNode } from '../compile/compiled.ts';
import type { LedgerEntry, RecordedInput } from '../state/state.ts';
import {
  intersect,
  join,
  movedOn,
  newest,
  normalize,
  restrict,
  widen,
  type Coverage,
  type IntervalUnit,
  type TimeRange,
} from '../time/index.ts';

/**
 * Ledger arithmetic: what an entry reads, what it therefore stems from, and what of it is stale. Planning uses it on
 * simulated coverages, applying on real ones; both must say the same.
 */
export interface BoundInput {
  readonly model: string;
  readonly physical: string;
  readonly scope: 'interval' | 'days' | 'all';
  /** Whether its past is known to Sluice; an external table's is not. */
  readonly foreign: boolean;
  readonly coverage: Coverage;
  /** For a table that lives on: the physical keys it had. Rows read of any other table are other rows. */
  readonly lineage: ReadonlySet<string> | undefined;
}

/** The inputs of a node as they are bound now. */
export function boundInputs(
  node: CompiledNode,
  find: (model: string) => {
    readonly key: string;
    readonly foreign: boolean;
    readonly coverage: Coverage;
    readonly lineage: ReadonlySet<string> | undefined;
  },
): readonly BoundInput[] {
  if (node.node === 'source') return [];
  return node.reads.map((read) => {
    const { key, ...rest } = find(read.input);
    return { model: read.input, physical: key, scope: read.scope, ...rest };
  });
}

/** What a write of `range` reads of its inputs, for the ledger. */
export function recordInputs(inputs: readonly BoundInput[], range: TimeRange): readonly RecordedInput[] {
  return inputs.map((input) => ({
    model: input.model,
    physical: input.physical,
    coverage: restrict(input.coverage, reach(input, range)),
  }));
}

/** What a table holds, by its entries. */
export function coverageOf(entries: readonly LedgerEntry[]): Coverage {
  return join(entries.map((e) => ({ start: e.start, end: e.end, data: e.data })));
}

/** The data a write stems from: the highest among what it read. */
export function dataOf(recorded: readonly RecordedInput[]): number {
  return recorded.reduce((highest, input) => Math.max(highest, newest(input.coverage)), 0);
}

/**
 * The number of rows that are computed now: no lower than that of the rows they take the place of in an environment, and above
 * that of those that stand where they are written. Nothing is written twice unless something moved, and what moved need not
 * have a higher number: an interval may be computed long after its source was loaded.
 */
export function dataOfWrite(
  recorded: readonly RecordedInput[],
  over: { readonly replaces: Coverage; readonly standing: Coverage; readonly next: number },
  range: TimeRange,
): number {
  const data = Math.max(dataOf(recorded), newest(restrict(over.replaces, range)));
  const standing = restrict(over.standing, range);
  return standing.length > 0 && data <= newest(standing) ? over.next : data;
}

/** Rows that were restated: they are newer than what they were computed from. */
export function restatedRows(entries: readonly LedgerEntry[]): Coverage {
  return entries.filter((e) => e.data > dataOf(e.inputs));
}

/** Where an entry no longer holds what its inputs hold, and which inputs moved. */
export function staleRanges(
  entry: LedgerEntry,
  inputs: readonly BoundInput[],
  unit: IntervalUnit | undefined,
): { readonly ranges: readonly TimeRange[]; readonly moved: readonly string[] } {
  const ranges: TimeRange[] = [];
  const moved: string[] = [];
  for (const input of inputs) {
    // The past of an external table is unknown: time-range models rely on lookback there.
    if (input.foreign && unit !== undefined) continue;
    const recorded = entry.inputs.find((r) => r.model === input.model);
    const isSame = recorded !== undefined && input.lineage?.has(recorded.physical) !== false;
    const read = isSame ? recorded.coverage : [];
    const news = movedOn(read, restrict(input.coverage, reach(input, entry)));
    if (news.length === 0) continue;
    const hit = unit === undefined ? [entry] : news.flatMap((n) => affected(input, n, entry, unit));
    if (hit.length === 0) continue;
    moved.push(input.model);
    ranges.push(...hit);
  }
  return { ranges: normalize(ranges), moved };
}

function reach(input: BoundInput, range: TimeRange): TimeRange {
  switch (input.scope) {
    case 'interval':
      return range;
    case 'days':
      return widen(range, 'day');
    case 'all':
      return { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
    default:
      return input.scope satisfies never;
  }
}

function affected(
  input: BoundInput,
  news: TimeRange,
  entry: TimeRange,
  unit: IntervalUnit,
): readonly TimeRange[] {
  if (input.scope === 'all') return [{ start: entry.start, end: entry.end }];
  const inside = intersect(input.scope === 'days' ? widen(news, 'day') : news, entry);
  if (inside === undefined) return [];
  const units = intersect(widen(inside, unit), entry);
  return units === undefined ? [] : [units];
}
