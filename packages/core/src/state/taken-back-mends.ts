/**
 * Mends that somebody takes back. The rows that stand in their places cannot be told from others of the same values, and what they
 * were made of is nowhere: so the tables that hold them compute those intervals again, from the query, without these mends.
 */
import type { Connection } from '../engine/warehouse.ts';
import { raw, sql, type Sql } from '../sql/quote.ts';
import { ALL_TIME, type TimeRange } from '../time/index.ts';
import { divertedTable, divertedTables } from './diverted-tables.ts';
import { intervalOf } from './interval-of.ts';
import { stateVersion } from './schema.ts';

/** Which mends are meant; what is left out is not asked for. */
export interface MendFilter {
  readonly model: string;
  readonly audit?: string;
  /** The run that replayed them: its name, or its beginning. */
  readonly run?: string;
  /** By the ids that their rows had in quarantine. */
  readonly ids?: readonly string[];
}

/** Rows of one model that one run mended after one audit had diverted them. */
export interface MendGroup {
  readonly model: string;
  readonly audit: string;
  readonly runId: string;
  readonly rows: number;
}

/** The mends that a filter picks, newest first. */
export async function readMends(connection: Connection, filter: MendFilter): Promise<readonly MendGroup[]> {
  if (!(await canMend(connection))) return [];
  const rows = await connection.rows(
    sql`SELECT model, audit, run_id, count(*) AS n FROM _sluice.mend WHERE ${mendWhere(filter)}
      GROUP BY ALL ORDER BY run_id DESC, audit, model`,
  );
  return rows.map((r) => ({
    model: String(r['model']),
    audit: String(r['audit']),
    runId: String(r['run_id']),
    rows: Number(r['n']),
  }));
}

/** The names of the models of which something was mended. */
export async function mendedModels(connection: Connection): Promise<readonly string[]> {
  if (!(await canMend(connection))) return [];
  const rows = await connection.rows('SELECT DISTINCT model FROM _sluice.mend ORDER BY model');
  return rows.map((r) => String(r['model']));
}

/** Which intervals of a physical table may hold what was made of these rows: those whose original is not in quarantine. */
export async function mendedRanges(
  connection: Connection,
  filter: MendFilter,
  key: string,
): Promise<readonly TimeRange[]> {
  if (!(await divertedTables(connection)).some((t) => t.name === key)) return [];
  const rows = await connection.rows(
    sql`SELECT epoch_ms(start_at) AS s, epoch_ms(end_at) AS e, isfinite(start_at) AS sf, isfinite(end_at) AS ef FROM
      (SELECT DISTINCT start_at, end_at FROM _sluice.mend WHERE ${mendWhere(filter)}
         AND row_id NOT IN (SELECT row_id FROM ${divertedTable(key)} WHERE row_id IS NOT NULL)) ORDER BY start_at`,
  );
  return rows.map((r) => intervalOf(r) ?? ALL_TIME);
}

/** Forgets mends. Runs inside the caller's transaction. */
export async function takeBackMends(connection: Connection, filter: MendFilter): Promise<void> {
  await connection.run(sql`DELETE FROM _sluice.mend WHERE ${mendWhere(filter)}`);
}

/** Whether the state knows mends: an older Sluice had none. */
async function canMend(connection: Connection): Promise<boolean> {
  return (await stateVersion(connection)) >= 4;
}

function mendWhere({ model, audit, run, ids }: MendFilter): Sql {
  const conditions = [
    sql`lower(model) = ${model.toLowerCase()}`,
    ...(audit === undefined ? [] : [sql`lower(audit) = ${audit.toLowerCase()}`]),
    ...(run === undefined ? [] : [sql`starts_with(run_id, ${run})`]),
    ...(ids === undefined ? [] : [ids.length === 0 ? 'false' : sql`row_id IN (${ids})`]),
  ];
  return raw(conditions.map((c) => `(${c})`).join(' AND '));
}
