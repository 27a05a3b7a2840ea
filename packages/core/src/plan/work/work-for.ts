import type { CompiledNode } from '../../compile/compiled.ts';
import type { LedgerEntry } from '../../state/state.ts';
import { carryEntries } from '../carry.ts';
import { reason } from '../explain.ts';
import type { Place } from '../place.ts';
import { isModel } from '../planned.ts';
import { coverageOf } from '../staleness.ts';
import { inputsAt } from '../walk-inputs.ts';
import { NOTHING, type Placed, type Todo, type Walk } from '../walk.ts';
import { loadWork } from './load-work.ts';
import { rangeWork } from './range-work.ts';
import { viewWork } from './view-work.ts';
import { wholeTable, wholeWork } from './whole-work.ts';

/** What the ledger says of a node's table, also of one that has yet to be filled with the rows of another. */
export function entriesOf(
  walk: Walk,
  node: CompiledNode,
  { key, exists, carry }: Place,
): readonly LedgerEntry[] {
  const { ledger } = walk.in.state;
  if (carry !== undefined) return carryEntries(ledger.get(carry.key) ?? [], inputsAt(walk, node));
  return exists ? (ledger.get(key) ?? []) : [];
}

/** What is to be done for a node, by its kind, and why. */
export function workFor(
  walk: Walk,
  node: CompiledNode,
  place: Placed,
  entries: readonly LedgerEntry[],
): Todo {
  const { key, exists } = place;
  walk.coverage.set(key, coverageOf(entries));
  if (!isModel(node)) return loadWork(walk, node.name, key, exists);
  switch (node.definition.kind.kind) {
    case 'SEED':
      return entries.length > 0
        ? NOTHING
        : wholeTable(walk, node, place, { kind: 'seed' }, [reason.notComputed()]);
    case 'FULL':
      return wholeWork(walk, node, place, entries);
    case 'VIEW':
      return viewWork(walk, node, exists, entries);
    case 'INCREMENTAL_BY_TIME_RANGE':
    case 'INCREMENTAL_UNMANAGED':
      return rangeWork(walk, node, place, entries);
    case 'INCREMENTAL_BY_UNIQUE_KEY':
    case 'INCREMENTAL_BY_PARTITION':
      return node.byInterval ? rangeWork(walk, node, place, entries) : wholeWork(walk, node, place, entries);
    case 'SCD_TYPE_2_BY_TIME':
    case 'SCD_TYPE_2_BY_COLUMN':
      return wholeWork(walk, node, place, entries);
    case 'EMBEDDED':
    case 'EXTERNAL':
      return NOTHING;
    default:
      return node.definition.kind satisfies never;
  }
}
