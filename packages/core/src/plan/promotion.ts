import type { TableName } from '../sql/quote.ts';
import { environmentView } from './physical.ts';
import type { Plan, PlannedNode } from './planned.ts';
import type { SqlWriter } from './sql-writer.ts';

/** A node that an environment shows, and the view that shows it. */
export interface Shown extends PlannedNode {
  readonly view: TableName;
}

/** All views of an environment after the plan. */
export function shownNodes(plan: Plan): readonly Shown[] {
  return [...plan.nodes.values()]
    .filter((n) => n.hold !== 'hidden' && (n.storage === 'table' || n.storage === 'view'))
    .map((n) => ({ ...n, view: environmentView(plan.environment, n.node.name) }));
}

/** Statements that models run once their views are made, in order; none when the plan makes no views. */
export function virtualUpdates(
  plan: Plan,
  writer: SqlWriter,
): readonly { readonly model: string; readonly view: TableName; readonly sql: readonly string[] }[] {
  if (!plan.promotes) return [];
  return shownNodes(plan).flatMap((n) => {
    // The view is another's when its model was left out of the plan.
    if (n.hold === 'kept') return [];
    const statements = writer.virtualUpdate(n, n.view);
    return statements.length === 0 ? [] : [{ model: n.node.name, view: n.view, sql: statements }];
  });
}
