import { intersect, subtract, type TimeRange } from '../time/index.ts';
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
