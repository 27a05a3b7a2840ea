import type { Connection } from '../engine/warehouse.ts';
import {
  changesItsView,
  promotionSql,
  shownNodes,
  viewKey,
  virtualUpdates,
  type SqlWriter,
} from '../plan/index.ts';
import type { Plan } from '../plan/planned.ts';
import {
  physicalKey,
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
  const { drops, schemas, views } = promotionSql(plan);
  for (const statement of [...drops, ...schemas, ...views.map((v) => v.sql)]) await connection.run(statement);
  for (const update of virtualUpdates(plan, writer))
    for (const statement of update.sql) await connection.run(statement);
  const models = await promotedModels(connection, plan);
  await recordPromotion(connection, run, plan.environment, plan.sequence + 1, models, from);
}

/** What is shown now. Whether a view is as it was made is asked only where statements of a model may have changed that. */
async function promotedModels(connection: Connection, plan: Plan): Promise<readonly PromotedModel[]> {
  const shown = shownNodes(plan);
  const views = shown.some(changesItsView) ? await connection.views() : undefined;
  return shown
    .map((n): PromotedModel => {
      const model = { model: n.node.name, physical: n.key, view: n.view };
      const now = views?.get(viewKey(n.view));
      const isAnother = now === 'another query' || (now !== undefined && physicalKey(now) !== n.key);
      return isAnother && changesItsView(n) ? { ...model, remade: true } : model;
    })
    .concat(plan.kept);
}
