import type { CompiledNode } from '../../compile/compiled.ts';
import type { LedgerEntry } from '../../state/state.ts';
import { reason } from '../explain.ts';
import type { Place } from '../place.ts';
import type { SkippedWork } from '../planned.ts';
import { coverageOf } from '../staleness.ts';
import type { Todo, Walk } from '../walk.ts';

/**
 * A plan that computes no rows: tables that have yet to be made are made empty, and the ledger says nothing of them. So what
 * is skipped is still missing, and the next plan or run computes it. With `empty`, each query is sent to the warehouse
 * once, for no rows, so that what only the warehouse can say about it is said.
 */
export function skipRows(
  walk: Walk,
  node: CompiledNode,
  place: Place,
  todo: Todo,
  entries: readonly LedgerEntry[],
): { readonly todo: Todo; readonly skipped: SkippedWork | undefined } {
  const { work, because } = todo;
  const { backfill } = walk.in;
  if (backfill === undefined || work === undefined) return { todo, skipped: undefined };
  switch (work.kind) {
    case 'load':
    case 'seed':
    case 'table':
    case 'merge':
    case 'intervals':
      break;
    case 'view':
    case 'empty':
    case 'carry':
    case 'audit':
      return { todo, skipped: undefined };
    default:
      return work satisfies never;
  }
  walk.coverage.set(place.key, coverageOf(entries));
  walk.moved.delete(node.name);
  const reasons = [...because, reason.rowsSkipped()];
  const made: Todo =
    place.carry !== undefined
      ? { work: { kind: 'carry' }, because: reasons }
      : place.exists
        ? { work: undefined, because: [] }
        : { work: { kind: 'empty', checked: backfill === 'empty' }, because: reasons };
  return { todo: made, skipped: work };
}
