import { BEGINNING, intersect, normalize, subtract, type TimeRange } from '../time/index.ts';
import type { LedgerEntry } from './state.ts';

/**
 * A ledger after a write: entries under the new one give way, what stands out of them stays with its own history. Answers
 * the new entries and what has to change in the table.
 */
export function writeEntry(
  entries: readonly LedgerEntry[],
  entry: LedgerEntry,
): {
  readonly entries: readonly LedgerEntry[];
  readonly removed: readonly TimeRange[];
  readonly added: readonly LedgerEntry[];
} {
  const kept: LedgerEntry[] = [];
  const removed: TimeRange[] = [];
  const added: LedgerEntry[] = [];
  for (const old of entries) {
    if (intersect(old, entry) === undefined) {
      kept.push(old);
      continue;
    }
    removed.push({ start: old.start, end: old.end });
    for (const part of subtract([old], [entry])) added.push({ ...old, ...part });
  }
  added.push(entry);
  return { entries: [...kept, ...added].toSorted((a, b) => a.start - b.start), removed, added };
}

/** Ranges whose rows stand but are to be computed again: a restatement that is not through. */
export function pendingRestatement(entries: readonly LedgerEntry[]): readonly TimeRange[] {
  return normalize(entries.filter((e) => e.doneAt === BEGINNING));
}

/** The entries that say of these ranges that a restatement was asked for; what the rows stem from stays. */
export function asPending(
  entries: readonly LedgerEntry[],
  ranges: readonly TimeRange[],
): readonly LedgerEntry[] {
  return entries.flatMap((entry) =>
    normalize(ranges).flatMap((range) => {
      const part = intersect(entry, range);
      return part === undefined ? [] : [{ ...entry, ...part, doneAt: BEGINNING }];
    }),
  );
}
