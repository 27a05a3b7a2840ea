import type { Connection } from '../engine/warehouse.ts';
import { commentOn, shownNodes, virtualUpdates, type SqlWriter } from '../plan/index.ts';
import type { Plan } from '../plan/planned.ts';
import { ident, sql, tableIdent } from '../sql/quote.ts';
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
  const shown = shownNodes(plan);
  const models = shown
    .map((n): PromotedModel => ({ model: n.node.name, physical: n.key, view: n.view }))
    .concat(plan.kept);
  for (const schema of new Set(models.map((m) => m.view.schema))) {
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`);
  }
  for (const r of plan.removed) {
    if (r.stands) await connection.run(`DROP VIEW IF EXISTS ${tableIdent(r.view)}`);
  }
  for (const n of shown) {
    const view = sql`CREATE OR REPLACE VIEW ${n.view} AS SELECT * FROM ${n.physical}`;
    const comments = commentOn(n.node, n.view, 'VIEW', n.columns).map((step) => step.sql);
    await connection.run([view, ...comments].join(';\n'));
  }
  for (const update of virtualUpdates(plan, writer))
    for (const statement of update.sql) await connection.run(statement);
  await recordPromotion(connection, run, plan.environment, plan.sequence + 1, models, from);
}
