/** What a reader of the plan is told of a node, from what is to be done and what the environment shows. */
import type { CompiledNode } from '../compile/compiled.ts';
import { keepsHistory } from '../model/index.ts';
import type { Carry } from './carry.ts';
import { compareMeaning, NO_COLUMN_CHANGES, reason } from './explain.ts';
import { livesOn, type Place } from './place.ts';
import { isModel, type Action } from './planned.ts';
import { viewStands } from './views.ts';
import type { Todo, Walk } from './walk.ts';

export function actionFor(walk: Walk, node: CompiledNode, place: Place, todo: Todo): Action | undefined {
  const { key, exists, carry } = place;
  if (carry !== undefined) return evolveAction(walk, node, carry, place, todo);
  const current = walk.in.state.environments.get(walk.in.environment);
  const promoted = current?.models.get(node.name);
  if (promoted === undefined) {
    return todo.work === undefined || todo.work.kind === 'audit'
      ? {
          kind: 'reuse',
          reasons: [reason.newModel(node), reason.alreadyBuilt()],
          columns: NO_COLUMN_CHANGES,
        }
      : {
          kind: 'create',
          reasons: [reason.newModel(node), ...history(node), ...skipped(todo)],
          columns: NO_COLUMN_CHANGES,
        };
  }
  if (promoted.physical !== key) return changedAction(walk, node, exists, todo, promoted.physical);
  if (!exists) {
    const reasons = [reason.tableMissing(key), ...skipped(todo)];
    return { kind: 'rebuild', reasons, columns: NO_COLUMN_CHANGES };
  }
  if (todo.work !== undefined && todo.work.kind !== 'audit') {
    return { kind: 'backfill', reasons: todo.because, columns: NO_COLUMN_CHANGES };
  }
  const hasOtherAudits = auditsMoved(walk, node, key);
  if (todo.work?.kind === 'audit' || hasOtherAudits) {
    const reasons = [...todo.because, ...(hasOtherAudits ? [reason.auditsChanged()] : [])];
    return { kind: 'reaudit', reasons, columns: NO_COLUMN_CHANGES };
  }
  if (!viewStands(walk, promoted.view)) {
    return { kind: 'rebind', reasons: [reason.viewMissing(promoted.view)], columns: NO_COLUMN_CHANGES };
  }
  return undefined;
}

/** The environment shows another physical table for this model than it should. */
function changedAction(walk: Walk, node: CompiledNode, exists: boolean, todo: Todo, before: string): Action {
  const old = walk.in.state.snapshots.get(before);
  if (old !== undefined && old.version === node.version) {
    const inputs = isModel(node) ? node.dependencies.filter((d) => reboundInput(walk, d)) : [];
    return { kind: 'rebind', reasons: [reason.inputsRebound(inputs)], columns: NO_COLUMN_CHANGES };
  }
  const change = compareMeaning(old, node, walk.changes, walk.in.compiled.nodes);
  walk.changes.set(node.name, change);
  const build = todo.work !== undefined && todo.work.kind !== 'audit';
  const isNew = build || !exists;
  const keptHistory = old !== undefined && livesOn(node) && old.fingerprint.kind['identity'] !== undefined;
  const past = isNew && keptHistory ? [reason.startsOver()] : [];
  return {
    kind: isNew ? 'rebuild' : 'reuse',
    reasons: isNew
      ? [...change.reasons, ...past, ...history(node), ...skipped(todo)]
      : [...change.reasons, reason.alreadyBuilt()],
    columns: change.columns,
  };
}

/** The rows of the table before go on under another definition. */
function evolveAction(walk: Walk, node: CompiledNode, carry: Carry, place: Place, todo: Todo): Action {
  const change = compareMeaning(
    walk.in.state.snapshots.get(carry.key),
    node,
    walk.changes,
    walk.in.compiled.nodes,
  );
  walk.changes.set(node.name, change);
  const reasons = [...change.reasons, reason.carriedOver(), ...told(todo), ...effectiveNowhere(walk, node)];
  return { kind: 'evolve', reasons, columns: place.changes ?? NO_COLUMN_CHANGES };
}

function reboundInput(walk: Walk, name: string): boolean {
  const planned = walk.planned.get(name);
  const promoted = walk.in.state.environments.get(walk.in.environment)?.models.get(name);
  return planned !== undefined && planned.key !== promoted?.physical;
}

/** Whether standing rows were audited by other audits than today's. */
export function auditsMoved(walk: Walk, node: CompiledNode, key: string): boolean {
  const snapshot = walk.in.state.snapshots.get(key);
  if (!isModel(node) || snapshot === undefined) return false;
  return node.audits.length > 0 && snapshot.audits !== node.auditIdentity;
}

/** Said where the rows are left for later. */
function skipped({ because }: Todo): Action['reasons'] {
  return because.filter((r) => r.code === 'rows_skipped');
}

/** What is said of carried rows that are computed again, or are left for later. */
function told(todo: Todo): Action['reasons'] {
  return [...todo.because.filter((r) => r.code === 'effective_from'), ...skipped(todo)];
}

/** Said where somebody asks from when on rows are computed again, and none of this model can be. */
function effectiveNowhere(walk: Walk, node: CompiledNode): Action['reasons'] {
  if (walk.in.forwardOnly?.effectiveFrom === undefined || !isModel(node)) return [];
  const isAppended = node.definition.kind.kind === 'INCREMENTAL_UNMANAGED';
  return isAppended || !node.byInterval ? [reason.effectiveNowhere(isAppended)] : [];
}

/** Said where a table is built: its rows will not be told from its inputs alone. */
function history(node: CompiledNode): Action['reasons'] {
  if (!isModel(node) || !keepsHistory(node.definition.kind, node.byInterval)) return [];
  return [reason.keepsHistory(node.definition.kind.kind)];
}
