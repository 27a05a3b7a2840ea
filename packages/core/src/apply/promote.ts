import type { Connection } from '../engine/warehouse.ts';
import { promotionSql, shownNodes, virtualUpdates, type SqlWriter } from '../plan/index.ts';
import type { Plan } from '../plan/planned.ts';
import {
  recordPromotion,
  type PromotedModel,
  type PromotionOrigin,
  type RunContext,
} from '../state/index.ts';

/**
 * Points all views of an environment to the plan's tables, inside the caller's transaction, so that it is seen whole or not at
 * all. `from`: where tables were taken over from, when nothing was built.
 */
export async function showAll(
  connection: Connection,
  run: RunContext,
  plan: Plan,
  writer: SqlWriter,
  from?: PromotionOrigin,
): Promise<void> {
  const models = shownNodes(plan)
    .map((n): PromotedModel => ({ model: n.node.name, physical: n.key, view: n.view }))
    .concat(plan.kept);
  const { drops, schemas, views } = promotionSql(plan);
  for (const statement of [...drops, ...schemas, ...views.map((v) => v.sql)]) await connection.run(statement);
  for (const update of virtualUpdates(plan, writer))
    for (const statement of update.sql) await connection.run(statement);
  await recordPromotion(connection, run, plan.environment, plan.sequence + 1, models, from);
}
