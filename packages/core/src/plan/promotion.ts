import { ident, sql, tableIdent, type TableName } from '../sql/quote.ts';
import { environmentView } from './physical.ts';
import type { Plan, PlannedNode, Removed } from './planned.ts';
import type { SqlWriter } from './sql-writer.ts';
import { hasView } from './views.ts';
import { commentOn } from './write/comments.ts';

/** A node that an environment shows, and the view that shows it. */
export interface Shown extends PlannedNode {
  readonly view: TableName;
}

/** All views of an environment after the plan. */
export function shownNodes(plan: Plan): readonly Shown[] {
  return [...plan.nodes.values()]
    .filter((n) => hasView(n))
    .map((n) => ({ ...n, view: environmentView(plan.environment, n.node.name) }));
}

/** What points the views of an environment to the plan's tables, in the order in which it is sent. */
export interface PromotionSql {
  readonly drops: readonly string[];
  readonly schemas: readonly string[];
  /** Also of views that are made again as they are: what is said of a model and its columns may be new. */
  readonly views: readonly { readonly model: string; readonly sql: string }[];
}

export function promotionSql(plan: Plan): PromotionSql {
  const shown = shownNodes(plan);
  const schemas = [...shown, ...plan.kept].map((m) => m.view.schema);
  return {
    drops: plan.removed.filter((r) => r.stands).map(dropView),
    schemas: [...new Set(schemas)].map((schema) => `CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`),
    // Of what was left out of the plan nothing is touched, if it is there.
    views: shown
      .filter((n) => n.hold !== 'kept' || plan.repointed.has(n.node.name))
      .map((n) => {
        const view = sql`CREATE OR REPLACE VIEW ${n.view} AS SELECT * FROM ${n.physical}`;
        const comments = commentOn(n.node, n.view, 'VIEW', n.columns).map((step) => step.sql);
        return { model: n.node.name, sql: [view, ...comments].join(';\n') };
      }),
  };
}

export function dropView({ view }: Removed): string {
  return `DROP VIEW IF EXISTS ${tableIdent(view)}`;
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
