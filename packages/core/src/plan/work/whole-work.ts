import type { CompiledModel } from '../../compile/compiled.ts';
import type { LedgerEntry } from '../../state/state.ts';
import { ALL_TIME, BEGINNING, END, whole } from '../../time/index.ts';
import { reason } from '../explain.ts';
import { cadenceAt, isDue } from '../node-clock.ts';
import { livesOn } from '../place.ts';
import type { Work } from '../planned.ts';
import { dataOfWrite, recordInputs, staleRanges } from '../staleness.ts';
import { inputsAt } from '../walk-inputs.ts';
import { NOT_ASKED, NOTHING, type Placed, type Todo, type Walk } from '../walk.ts';

/** Models whose query is computed as a whole, whether it replaces the rows that stand or is merged into them. */
export function wholeWork(
  walk: Walk,
  node: CompiledModel,
  place: Placed,
  entries: readonly LedgerEntry[],
): Todo {
  const { carry } = place;
  const work = (restated: boolean): Work =>
    node.definition.kind.kind === 'FULL' ? { kind: 'table' } : { kind: 'merge', restated };
  const inputs = inputsAt(walk, node);
  const entry = entries[0];
  const { ranges, pending } = walk.asked.get(node.name) ?? NOT_ASKED;
  if (carry !== undefined) return wholeTable(walk, node, place, work(true), []);
  if (ranges.length > 0 || pending.length > 0) {
    const isAnew = !livesOn(node);
    const again: Work = isAnew
      ? { kind: 'intervals', batches: [ALL_TIME], anew: true, restated: [ALL_TIME] }
      : work(true);
    if (entry !== undefined) walk.moved.set(node.name, staleRanges(entry, inputs, undefined).moved);
    return wholeTable(walk, node, place, again, [reason.restated(ranges.length === 0)]);
  }
  if (entry === undefined) return wholeTable(walk, node, place, work(false), [reason.notComputed()]);
  const because = [];
  const { moved } = staleRanges(entry, inputs, undefined);
  if (!isDue(walk, node, entry.doneAt)) {
    if (moved.length > 0) walk.waiting.push(node.name);
    return NOTHING;
  }
  walk.moved.set(node.name, moved);
  if (moved.length > 0) because.push(reason.inputsMoved(moved));
  const ticked = node.clockDependent && entry.doneAt < cadenceAt(walk, node).lastTick(walk.in.now);
  if (ticked) because.push(reason.clock());
  return because.length === 0 ? NOTHING : wholeTable(walk, node, place, work(ticked), because);
}

/** Work that leaves a whole table behind, and what it then holds. */
export function wholeTable(
  walk: Walk,
  node: CompiledModel,
  place: Placed,
  work: Work,
  because: Todo['because'],
): Todo {
  const { key } = place;
  const recorded = recordInputs(inputsAt(walk, node), { start: BEGINNING, end: END });
  const isNew = (work.kind === 'merge' && work.restated) || work.kind === 'intervals';
  const standing = walk.coverage.get(key) ?? [];
  const over = { replaces: place.replaces, standing, next: walk.next };
  walk.coverage.set(key, whole(isNew ? walk.next : dataOfWrite(recorded, over, ALL_TIME)));
  return { work, because };
}
