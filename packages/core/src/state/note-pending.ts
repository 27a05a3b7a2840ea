/** Asks in the ledger for intervals to be computed again, by the next plan that is about their table. */
import type { Connection } from '../engine/warehouse.ts';
import { ALL_TIME, isAllTime, type TimeRange } from '../time/index.ts';
import { asPending, writeEntry } from './ledger.ts';
import type { LedgerEntry } from './state.ts';
import { replaceLedger, type RunContext } from './write.ts';

/** `entries`: what the ledger says of the table. Runs inside the caller's transaction. */
export async function notePending(
  connection: Connection,
  run: RunContext,
  key: string,
  entries: readonly LedgerEntry[],
  ranges: readonly TimeRange[],
): Promise<void> {
  const asked = entries.some(isAllTime) ? [ALL_TIME] : ranges;
  await writeEntries(connection, run, key, entries, asPending(entries, asked));
}

/** Puts entries in the place of those that they overlap. */
export async function writeEntries(
  connection: Connection,
  run: RunContext,
  key: string,
  entries: readonly LedgerEntry[],
  added: readonly LedgerEntry[],
): Promise<void> {
  let standing = entries;
  for (const entry of added) {
    const change = writeEntry(standing, entry);
    await replaceLedger(connection, run, key, change);
    standing = change.entries;
  }
}
