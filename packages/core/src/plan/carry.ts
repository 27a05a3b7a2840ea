import type { Column } from '../compile/compiled.ts';
import type { TableName } from '../sql/quote.ts';
import type { LedgerEntry } from '../state/state.ts';
import { recordInputs, type BoundInput } from './staleness.ts';

/**
 * A table that lives on is carried over: a changed definition gets a table of its own that begins with the rows of the one
 * before. So a reader sees the old one until the promotion, whatever happens on the way, an environment never touches the
 * rows of another, and going back is pointing back.
 */
export interface Carry {
  readonly from: TableName;
  /** Physical key of `from`. */
  readonly key: string;
  /** The newest sequence number of its ledger: rows that came later are not in the copy. */
  readonly sequence: number;
  readonly columns: readonly { readonly column: Column; readonly from: Column | undefined }[];
}

/** The ledger that goes with the rows. An input that only the new definition reads counts as read: old rows stay. */
export function carryEntries(
  entries: readonly LedgerEntry[],
  inputs: readonly BoundInput[],
): readonly LedgerEntry[] {
  return entries.map((entry) => ({
    ...entry,
    inputs: inputs.flatMap((input) => {
      const before = entry.inputs.find((r) => r.model === input.model);
      return before === undefined ? recordInputs([input], entry) : [before];
    }),
  }));
}
