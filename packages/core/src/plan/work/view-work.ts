import type { CompiledModel } from '../../compile/compiled.ts';
import type { LedgerEntry } from '../../state/state.ts';
import { reason } from '../explain.ts';
import { staleRanges } from '../staleness.ts';
import { inputsAt } from '../walk-inputs.ts';
import { NOTHING, type Todo, type Walk } from '../walk.ts';

/** A view is made once; its audits look again when what it reads moved. */
export function viewWork(
  walk: Walk,
  node: CompiledModel,
  exists: boolean,
  entries: readonly LedgerEntry[],
): Todo {
  if (!exists) return { work: { kind: 'view' }, because: [] };
  const entry = entries[0];
  if (node.audits.length === 0) return NOTHING;
  const moved = entry === undefined ? [] : staleRanges(entry, inputsAt(walk, node), undefined).moved;
  if (entry !== undefined && moved.length === 0) return NOTHING;
  return { work: { kind: 'audit' }, because: moved.length > 0 ? [reason.inputsMoved(moved)] : [] };
}
