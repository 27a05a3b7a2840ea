import type { CompiledNode } from '../../compile/compiled.ts';
import type { LedgerEntry } from '../../state/state.ts';
import { ALL_TIME, isAllTime } from '../../time/index.ts';
import { holdBack, readyRanges } from '../held-back.ts';
import type { Place } from '../place.ts';
import { isModel } from '../planned.ts';
import { coverageOf } from '../staleness.ts';
import { NOTHING, type Todo, type Walk } from '../walk.ts';

/** A table that is computed as a whole waits as a whole until its signals say yes. */
export function holdWhole(
  walk: Walk,
  node: CompiledNode,
  place: Place,
  todo: Todo,
  entries: readonly LedgerEntry[],
): Todo {
  const { work } = todo;
  if (work === undefined || !isModel(node)) return todo;
  const isWhole = work.kind !== 'intervals' || work.batches.some(isAllTime);
  if (!isWhole || readyRanges(walk, node)?.length !== 0) return todo;
  walk.coverage.set(place.key, coverageOf(entries));
  walk.moved.delete(node.name);
  holdBack(walk, node, [ALL_TIME]);
  return NOTHING;
}
