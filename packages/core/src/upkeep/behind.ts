import { coverageOf } from '../plan/staleness.ts';
import type { State } from '../state/index.ts';
import { movedOn, restrict } from '../time/index.ts';

/**
 * Inputs of a physical relation that hold newer rows than it was computed from, as far as the ledger alone can tell: where
 * an entry stands, its inputs are compared with what was read then.
 */
export function behind(state: State, key: string): readonly string[] {
  const found = new Set<string>();
  for (const entry of state.ledger.get(key) ?? []) {
    for (const input of entry.inputs) {
      const now = restrict(coverageOf(state.ledger.get(input.physical) ?? []), entry);
      if (movedOn(input.coverage, now).length > 0) found.add(input.model);
    }
  }
  return [...found].toSorted();
}
