import type { Connection } from '../engine/warehouse.ts';
import { environmentView } from '../plan/physical.ts';
import type { Plan } from '../plan/planned.ts';
import { ident, sql, tableIdent } from '../sql/quote.ts';
import { recordPromotion, type PromotedModel, type RunContext } from '../state/index.ts';

/** Points all views of an environment to the plan's tables: one transaction, seen whole or not at all. */
export async function promote(connection: Connection, run: RunContext, plan: Plan): Promise<void> {
  const models: PromotedModel[] = [];
  for (const { node, storage, key, physical } of plan.nodes.values()) {
    if (storage !== 'table' && storage !== 'view') continue;
    models.push({ model: node.name, physical: key, view: environmentView(plan.environment, node.name) });
    // The physical relation is named by its own schema and name; the key is only for maps.
    if (physical.schema === '') throw new Error(`no physical relation for ${node.name}`);
  }
  const byModel = new Map([...plan.nodes.values()].map((n) => [n.node.name, n]));
  await connection.transaction(async () => {
    const schemas = new Set(models.map((m) => m.view.schema));
    for (const schema of schemas) await connection.run(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`);
    for (const r of plan.removed) await connection.run(`DROP VIEW IF EXISTS ${tableIdent(r.view)}`);
    for (const m of models) {
      const physical = byModel.get(m.model)?.physical;
      if (physical === undefined) continue;
      await connection.run(sql`CREATE OR REPLACE VIEW ${m.view} AS SELECT * FROM ${physical}`);
    }
    await recordPromotion(connection, run, plan.environment, plan.sequence + 1, models);
  });
}
