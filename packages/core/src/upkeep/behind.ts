import type { State } from '../state/index.ts';
import { join, movedOn, restrict, type Coverage } from '../time/index.ts';

/**
 * Inputs of a physical relation that hold newer rows than it was computed from, as far as the ledger alone can tell: where
 * an entry stands, its inputs are compared with what was read then.
 */
export function behind(state: State, key: string): readonly string[] {
  const found = new Set<string>();
  for (const entry of state.ledger.get(key) ?? []) {
    for (const input of entry.inputs) {
      const now = restrict(coverageOf(state, input.physical), entry);
      if (movedOn(input.coverage, now).length > 0) found.add(input.model);
    }
  }
  return [...found].toSorted();
}

/** Which data a physical relation holds for which time. */
export function coverageOf(state: State, key: string): Coverage {
  return join((state.ledger.get(key) ?? []).map((e) => ({ start: e.start, end: e.end, data: e.data })));
}
