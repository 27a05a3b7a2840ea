/** What happened: runs, what each did, and every promotion that is still known. Read only when somebody asks. */
import type { Connection, Row } from '../engine/warehouse.ts';
import { raw, sql } from '../sql/quote.ts';
import { originColumns, promotedColumns, readOrigin, readPromoted } from './read.ts';
import { stateVersion } from './schema.ts';
import type { PromotedModel, PromotionOrigin } from './state.ts';

/** A promotion as it was. */
export interface Promotion {
  readonly environment: string;
  readonly sequence: number;
  readonly promotedAt: number;
  readonly runId: string;
  readonly from: PromotionOrigin | undefined;
  /** What it showed is no longer known, so it cannot be gone back to. */
  readonly forgotten: boolean;
  readonly models: ReadonlyMap<string, PromotedModel>;
}

/** All promotions, oldest first. */
export async function readPromotions(
  connection: Connection,
  environment?: string,
): Promise<readonly Promotion[]> {
  const version = await stateVersion(connection);
  if (version === 0) return [];
  const only = environment === undefined ? raw('TRUE') : raw(sql`environment = ${environment}`);
  const models = new Map<string, Map<string, PromotedModel>>();
  for (const r of await connection.rows(
    sql`SELECT environment, sequence, ${raw(promotedColumns(version))} FROM _sluice.promoted_model WHERE ${only} ORDER BY model`,
  )) {
    const key = `${text(r, 'environment')} ${text(r, 'sequence')}`;
    const shown = readPromoted(r);
    const known = models.get(key);
    if (known === undefined) models.set(key, new Map([[shown.model, shown]]));
    else known.set(shown.model, shown);
  }
  const rows = await connection.rows(
    sql`SELECT environment, sequence, epoch_ms(promoted_at) AS at, run_id, ${raw(originColumns(version))},
      ${raw(version < 2 ? 'FALSE' : 'forgotten_at IS NOT NULL')} AS forgotten
      FROM _sluice.promotion WHERE ${only} ORDER BY environment, sequence`,
  );
  return rows.map((r) => ({
    environment: text(r, 'environment'),
    sequence: Number(r['sequence']),
    promotedAt: Number(r['at']),
    runId: text(r, 'run_id'),
    from: readOrigin(r),
    forgotten: r['forgotten'] === true,
    models:
      models.get(`${text(r, 'environment')} ${text(r, 'sequence')}`) ?? new Map<string, PromotedModel>(),
  }));
}

export interface RunRecord {
  readonly runId: string;
  readonly command: string;
  readonly environment: string;
  readonly tool: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly status: string;
  /** How many models came to what end. */
  readonly done: number;
  readonly failed: number;
  readonly rows: number;
  readonly promotion: { readonly sequence: number; readonly from: PromotionOrigin | undefined } | undefined;
}

/** Runs, newest first. */
export async function readRuns(
  connection: Connection,
  only: { readonly environment?: string; readonly runId?: string; readonly limit?: number } = {},
): Promise<readonly RunRecord[]> {
  const version = await stateVersion(connection);
  if (version === 0) return [];
  const where = [
    ...(only.environment === undefined ? [] : [sql`r.environment = ${only.environment}`]),
    ...(only.runId === undefined ? [] : [sql`r.run_id = ${only.runId}`]),
  ];
  const rows = await connection.rows(
    `SELECT r.run_id, r.command, r.environment, r.tool, epoch_ms(r.started_at) AS s, epoch_ms(r.ended_at) AS e, r.status,
       coalesce(rr.done, 0) AS done, coalesce(rr.failed, 0) AS failed, coalesce(rr.row_count, 0) AS row_count,
       p.sequence, ${version < 2 ? 'NULL' : 'p.from_environment'} AS from_environment,
       ${version < 2 ? 'NULL' : 'p.from_sequence'} AS from_sequence
     FROM _sluice.run r
     LEFT JOIN (SELECT run_id, count(*) FILTER (status = 'done') AS done, count(*) FILTER (status <> 'done') AS failed,
       sum(row_count) AS row_count FROM _sluice.run_result GROUP BY ALL) rr USING (run_id)
     LEFT JOIN _sluice.promotion p ON p.run_id = r.run_id AND p.environment = r.environment
     ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
     ORDER BY r.started_at DESC, r.rowid DESC${only.limit === undefined ? '' : ` LIMIT ${only.limit}`}`,
  );
  return rows.map((r) => ({
    runId: text(r, 'run_id'),
    command: text(r, 'command'),
    environment: text(r, 'environment'),
    tool: text(r, 'tool'),
    startedAt: Number(r['s']),
    endedAt: r['e'] === null ? undefined : Number(r['e']),
    status: text(r, 'status'),
    done: Number(r['done']),
    failed: Number(r['failed']),
    rows: Number(r['row_count']),
    promotion: r['sequence'] === null ? undefined : { sequence: Number(r['sequence']), from: readOrigin(r) },
  }));
}

/** When an apply or a run last did something in each environment, epoch ms. */
export async function readLastRuns(connection: Connection): Promise<ReadonlyMap<string, number>> {
  if ((await stateVersion(connection)) === 0) return new Map();
  const rows = await connection.rows(
    "SELECT environment, epoch_ms(max(started_at)) AS at FROM _sluice.run WHERE command IN ('apply', 'run') GROUP BY ALL",
  );
  return new Map(rows.map((r) => [text(r, 'environment'), Number(r['at'])]));
}

/** What a run did with one model, and with each part of it. */
export interface ModelRecord {
  readonly model: string;
  readonly action: string;
  readonly status: string;
  readonly rows: number;
  /** Rows that audits took out. */
  readonly diverted: number;
  readonly seconds: number;
  readonly errorCode: string | null;
  readonly error: string | null;
  readonly tasks: readonly TaskHistory[];
}

export interface TaskHistory {
  readonly task: number;
  /** Epoch ms; undefined for a whole table. */
  readonly interval: { readonly start: number; readonly end: number } | undefined;
  readonly status: string;
  readonly rows: number;
  readonly seconds: number;
  readonly errorCode: string | null;
  readonly error: string | null;
  /** Null where nothing was sent, or only the hash was kept. */
  readonly sql: string | null;
  readonly digest: string;
}

/** The models of a run in the order they were done. */
export async function readModelRecords(
  connection: Connection,
  runId: string,
): Promise<readonly ModelRecord[]> {
  const version = await stateVersion(connection);
  if (version === 0) return [];
  const tasks = new Map<string, TaskHistory[]>();
  if (version >= 2) {
    for (const r of await connection.rows(
      sql`SELECT t.model, t.task, epoch_ms(t.start_at) AS s, epoch_ms(t.end_at) AS e, t.status, t.row_count, t.seconds,
        t.error_code, t.error, t.sql_digest, (SELECT any_value(s.text) FROM _sluice.statement s WHERE s.digest = t.sql_digest) AS text
        FROM _sluice.run_task t WHERE t.run_id = ${runId} ORDER BY t.model, t.task`,
    )) {
      const task: TaskHistory = {
        task: Number(r['task']),
        interval: r['s'] === null ? undefined : { start: Number(r['s']), end: Number(r['e']) },
        status: text(r, 'status'),
        rows: Number(r['row_count']),
        seconds: Number(r['seconds']),
        ...errorOf(r),
        sql: textOrNull(r, 'text'),
        digest: text(r, 'sql_digest'),
      };
      const known = tasks.get(text(r, 'model'));
      if (known === undefined) tasks.set(text(r, 'model'), [task]);
      else known.push(task);
    }
  }
  const rows = await connection.rows(
    sql`SELECT model, action, status, row_count, seconds, error, ${raw(version < 2 ? 'NULL' : 'error_code')} AS error_code,
      (SELECT coalesce(CAST(sum(a.failing_rows) AS BIGINT), 0) FROM _sluice.audit_result AS a
        WHERE a.run_id = r.run_id AND a.model = r.model AND a.status = 'diverted') AS diverted
      FROM _sluice.run_result AS r WHERE run_id = ${runId} ORDER BY rowid`,
  );
  return rows.map((r) => ({
    model: text(r, 'model'),
    action: text(r, 'action'),
    status: text(r, 'status'),
    rows: Number(r['row_count']),
    diverted: Number(r['diverted']),
    seconds: Number(r['seconds']),
    ...errorOf(r),
    tasks: tasks.get(text(r, 'model')) ?? [],
  }));
}

function errorOf(r: Row): { readonly errorCode: string | null; readonly error: string | null } {
  return { errorCode: textOrNull(r, 'error_code'), error: textOrNull(r, 'error') };
}

function textOrNull(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || value === undefined ? null : String(value);
}

function text(row: Row, column: string): string {
  return String(row[column]);
}
