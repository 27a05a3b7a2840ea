import type { Connection } from '../engine/warehouse.ts';
import { sql } from '../sql/quote.ts';
import { intervalOf } from './interval-of.ts';
import { stateVersion } from './schema.ts';
import type { AuditRecord } from './write.ts';

/** One result as history has it. */
export interface PastAudit extends Omit<AuditRecord, 'call'> {
  readonly runId: string;
  /** Epoch ms UTC. */
  readonly auditedAt: number;
  /** Undefined for results of a Sluice that did not note it. */
  readonly call: string | undefined;
}

/** The newest results of audits, newest first: of one model, or of all. */
export async function readAuditHistory(
  connection: Connection,
  model: string | undefined,
  limit: number,
): Promise<readonly PastAudit[]> {
  const version = await stateVersion(connection);
  if (version === 0) return [];
  const columns = version < 3 ? 'NULL AS call, NULL AS rows_seen' : 'call, rows_seen';
  const where = model === undefined ? '' : sql`WHERE lower(model) = lower(${model})`;
  const rows = await connection.rows(
    `SELECT run_id, model, audit, ${columns}, severity, status, failing_rows, seconds, epoch_ms(audited_at) AS audited,
     epoch_ms(start_at) AS s, epoch_ms(end_at) AS e, isfinite(start_at) AS sf, isfinite(end_at) AS ef
     FROM _sluice.audit_result ${where} ORDER BY audited_at DESC, run_id DESC, model, rowid LIMIT ${String(limit)}`,
  );
  return rows.map((r) => ({
    runId: String(r['run_id']),
    auditedAt: Number(r['audited']),
    model: String(r['model']),
    audit: String(r['audit']),
    call: r['call'] === null ? undefined : String(r['call']),
    severity: String(r['severity']),
    status: String(r['status']),
    failingRows: Number(r['failing_rows']),
    rowsSeen: r['rows_seen'] === null ? null : Number(r['rows_seen']),
    seconds: Number(r['seconds']),
    interval: intervalOf(r),
  }));
}
