/** What a node reads, as it is bound where the walk has come to. */
import type { CompiledNode } from '../compile/compiled.ts';
import { storageOf } from './physical.ts';
import { livesOn } from './place.ts';
import type { PlannedNode } from './planned.ts';
import { boundInputs, type BoundInput } from './staleness.ts';
import type { Walk } from './walk.ts';

export function inputsAt(walk: Walk, node: CompiledNode): readonly BoundInput[] {
  return boundInputs(node, (model) => {
    const planned = walk.planned.get(model);
    const key = planned?.key ?? model;
    return {
      key,
      foreign: planned?.storage === 'foreign',
      coverage: walk.coverage.get(key) ?? [],
      lineage: planned !== undefined && hasLineage(planned) ? lineageOf(walk, planned) : undefined,
    };
  });
}

/** Whether rows read under the same version may have been others. Readers of what a plan carried over in prod go with its table. */
function hasLineage({ node, carried, isPrivate }: PlannedNode): boolean {
  return livesOn(node) || (carried?.forwardOnly === true && isPrivate);
}

/** All tables that the rows of one that lives on were in. */
function lineageOf(walk: Walk, planned: PlannedNode): ReadonlySet<string> {
  const keys = new Set([planned.key]);
  let from = planned.carried?.physical;
  while (from !== undefined && !keys.has(from)) {
    keys.add(from);
    from = walk.in.state.snapshots.get(from)?.carried?.physical;
  }
  return keys;
}

/** Physical inputs a view is bound to, looking through what is placed inline. */
export function viewInputs(walk: Walk, node: CompiledNode): readonly string[] {
  if (storageOf(node) !== 'view') return [];
  const found = new Set<string>();
  const visit = (names: readonly string[]): void => {
    for (const name of names) {
      const planned = walk.planned.get(name);
      if (planned === undefined) continue;
      if (planned.storage === 'inline') visit(planned.node.dependencies);
      else found.add(planned.key);
    }
  };
  visit(node.dependencies);
  return [...found].toSorted();
}
