import type { CompiledNode } from '../compile/compiled.ts';
import { diagnostic } from '../diagnostic/index.ts';
import { NO_COLUMN_CHANGES, reason } from './explain.ts';
import { keptTable } from './narrow.ts';
import type { Place } from './place.ts';
import { isModel, type PlannedNode } from './planned.ts';
import { coverageOf } from './staleness.ts';
import type { Walk } from './walk.ts';

/** A node that is not selected; undefined when it follows what is. */
export function leaveOut(
  walk: Walk,
  node: CompiledNode,
  place: Place,
  idle: PlannedNode,
): PlannedNode | undefined {
  const { state, environment } = walk.in;
  if (walk.restated.has(node.name)) {
    walk.diagnostics.push(
      diagnostic('restatement-refused', `${node.name} is to be restated and is not selected`, {
        hint: 'Name it in --select as well, or leave --select out.',
      }),
    );
  }
  const shown = state.environments.get(environment)?.models.get(node.name)?.physical;
  if (shown === undefined) {
    const isThere = place.exists && place.carry === undefined;
    if (!walk.needed.has(node.name) || !isThere) {
      walk.left.add(node.name);
      return { ...idle, hold: 'hidden' };
    }
    // Built for another environment: read as it is, and shown, so that nobody drops it.
    walk.coverage.set(place.key, coverageOf(state.ledger.get(place.key) ?? []));
    const reasons = [reason.newModel(node), reason.alreadyBuilt()];
    return { ...idle, action: { kind: 'reuse', reasons, columns: NO_COLUMN_CHANGES } };
  }
  const readsPrivate = node.dependencies.some((d) => walk.planned.get(d)?.isPrivate === true);
  const kept = keptTable(node, shown, state, environment, readsPrivate);
  const stands = walk.in.relations.has(shown.toLowerCase());
  const isSame = kept?.snapshot.version === node.version;
  // A view over tables that are replaced goes with them: what it is bound to may be dropped some day.
  const isMoved = idle.storage === 'view' && replacedInputs(walk, node.dependencies);
  if (kept === undefined || !stands || (isMoved && isSame)) return undefined;
  if (isMoved) {
    walk.diagnostics.push(
      diagnostic(
        'selection-incomplete',
        `the view ${node.name} is changed, reads what is selected, and is not selected`,
        {
          ...(isModel(node) ? { location: node.definition.nameLocation } : {}),
          hint: `Select it as well: ${node.name}`,
        },
      ),
    );
  }
  if (!isSame) walk.left.add(node.name);
  walk.coverage.set(shown, coverageOf(state.ledger.get(shown) ?? []));
  return {
    ...idle,
    physical: kept.snapshot.physical,
    key: shown,
    columns: kept.columns,
    carry: undefined,
    carried: kept.snapshot.carried,
    isPrivate: kept.isPrivate,
    isMixed: kept.isMixed,
    hold: 'kept',
    fresh: false,
    replaces: [],
  };
}

/** Whether this plan lets the environment show another table for one of these. */
function replacedInputs(walk: Walk, names: readonly string[]): boolean {
  const models = walk.in.state.environments.get(walk.in.environment)?.models;
  return names.some((name) => {
    const input = walk.planned.get(name);
    if (input?.storage === 'inline') return replacedInputs(walk, input.node.dependencies);
    const isOwn = input?.storage === 'table' || input?.storage === 'view';
    return isOwn && input.hold === 'planned' && models?.get(name)?.physical !== input.key;
  });
}
