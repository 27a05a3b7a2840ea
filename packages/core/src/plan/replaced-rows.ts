import type { CompiledModel, CompiledNode } from '../compile/compiled.ts';
import type { LedgerEntry } from '../state/state.ts';
import { normalize, overlay, whole, type Coverage, type TimeRange } from '../time/index.ts';
import { cadenceAt } from './node-clock.ts';
import { PROD, storageOf } from './physical.ts';
import { keepsRows, type Place } from './place.ts';
import { isModel } from './planned.ts';
import { coverageOf, staleRanges } from './staleness.ts';
import { inputsAt } from './walk-inputs.ts';
import type { Walk } from './walk.ts';

/** What the environment has in the place of a table that has yet to be made, or filled. */
export function replacedRows(walk: Walk, node: CompiledNode, place: Place): Coverage {
  const { key, exists } = place;
  const { environments, ledger } = walk.in.state;
  if (!isModel(node) || keepsRows(node, place)) return [];
  // What stands and was never computed took the place of a table that is not known any more: its rows are news to all readers.
  if (exists) return storageOf(node) === 'table' && !ledger.has(key) ? whole(walk.next) : [];
  const shownIn = (name: string): string | undefined =>
    environments.get(name)?.models.get(node.name)?.physical;
  const shown = shownIn(walk.in.environment) ?? shownIn(PROD);
  if (shown === undefined || shown === key) return [];
  const entries = ledger.get(shown) ?? [];
  return overlay(coverageOf(entries), normalize(movedSince(walk, node, entries)), walk.next);
}

/** Where inputs have moved since those entries: rows computed now hold other data than theirs, whatever the numbers say. */
function movedSince(walk: Walk, node: CompiledModel, entries: readonly LedgerEntry[]): readonly TimeRange[] {
  const isByInterval = node.definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE';
  const unit = isByInterval ? cadenceAt(walk, node).unit : undefined;
  return entries.flatMap((e) => {
    // What another definition did not read, did not move.
    const read = new Set(e.inputs.map((i) => i.model));
    const inputs = inputsAt(walk, node).filter((i) => read.has(i.model));
    return staleRanges(e, inputs, unit).ranges;
  });
}
