import type { CompiledModel, CompiledNode } from '../compile/compiled.ts';
import { isAccumulating, keepsHistory } from '../model/index.ts';
import type { LossDocument } from '../report/index.ts';
import type { Snapshot } from '../state/state.ts';
import { livesOn, type Place } from './place.ts';
import { isModel, type Action, type Removed } from './planned.ts';
import type { Walk } from './walk.ts';

/**
 * What readers lose by a plan, and what nobody could compute again. Most of it is only left behind: changed definitions get
 * tables of their own, `rollback` shows the old ones and `gc` keeps those with history. Rows that are written in the place of
 * others, in a table that stands, are gone for good: for those a plan needs a yes of its own.
 */
export function lossesOf(
  walk: Walk,
  node: CompiledNode,
  place: Place,
  action: Action | undefined,
): readonly LossDocument[] {
  if (!isModel(node)) return [];
  const restated = restatedLoss(walk, node, place);
  if (restated !== undefined) return [restated];
  switch (action?.kind) {
    case 'evolve':
      return place.losses;
    case 'rebuild': {
      const shown = walk.in.state.environments.get(walk.in.environment)?.models.get(node.name)?.physical;
      const before = shown === undefined ? undefined : walk.in.state.snapshots.get(shown);
      return shown === place.key || before?.fingerprint.history !== true ? [] : [leftBehind(before)];
    }
    default:
      return [];
  }
}

/** The view of a model that is gone from the project. */
export function removedLoss({ view }: Removed): LossDocument {
  return {
    code: 'view_dropped',
    message: `readers lose ${view.schema}.${view.name}; its table stays until sluice gc`,
    column: null,
    final: false,
  };
}

/** Rows of a table that stands which computing it again would replace for good. */
function restatedLoss(walk: Walk, node: CompiledModel, { key, exists }: Place): LossDocument | undefined {
  const asked = walk.asked.get(node.name)?.ranges ?? [];
  return exists && asked.length > 0 ? lossByRestating(node, walk.in.state.snapshots.get(key)) : undefined;
}

export function lossByRestating(
  node: CompiledNode,
  snapshot: Snapshot | undefined,
): LossDocument | undefined {
  if (!isModel(node)) return undefined;
  const { kind } = node.definition;
  const isLiving: boolean = livesOn(node);
  if (snapshot?.carried !== undefined)
    return replaced('rows that an earlier definition computed are replaced by those of this one');
  if (!isLiving && isAccumulating(kind) && keepsHistory(kind, node.byInterval))
    return replaced('rows that its inputs no longer give are gone');
  return undefined;
}

function replaced(message: string): LossDocument {
  return { code: 'rows_replaced', message, column: null, final: true };
}

function leftBehind({ physical }: Snapshot): LossDocument {
  return {
    code: 'history_left',
    message: `rows that could not be computed again are left behind in ${physical.schema}.${physical.name}`,
    column: null,
    final: false,
  };
}
