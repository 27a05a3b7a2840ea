/** The views of the environment that is planned. */
import type { TableName } from '../sql/quote.ts';
import type { PlannedNode } from './planned.ts';
import type { Walk } from './walk.ts';

/** Whether environments have a view of it. */
export function hasView(planned: Pick<PlannedNode, 'storage' | 'hold'>): boolean {
  return planned.hold !== 'hidden' && (planned.storage === 'table' || planned.storage === 'view');
}

/** Whether statements of the model's own may make another query of its view. */
export function changesItsView({ node }: Pick<PlannedNode, 'node'>): boolean {
  return node.node === 'model' && node.definition.virtualStatements.length > 0;
}

/** Whether the environment shows another relation for this node, or its view is gone. */
export function needsPromotion(walk: Walk, planned: PlannedNode): boolean {
  if (!hasView(planned)) return false;
  const promoted = walk.in.state.environments.get(walk.in.environment)?.models.get(planned.node.name);
  if (promoted === undefined || promoted.physical !== planned.key) return true;
  return !viewStands(walk, promoted.view);
}

export function viewStands(walk: Walk, view: TableName): boolean {
  return walk.in.relations.get(viewKey(view)) === 'view';
}

/** The name under which relations are known. */
export function viewKey(view: TableName): string {
  return `${view.schema}.${view.name}`.toLowerCase();
}
