import type { CompiledNode } from '../compile/compiled.ts';
import type { Connection } from '../engine/warehouse.ts';
import { raw, sql, type Sql, type TableName } from '../sql/quote.ts';
import { BEGINNING, END, type TimeRange } from '../time/index.ts';
import { fingerprintOf } from './fingerprint.ts';
import { writeInputs } from './recorded-inputs.ts';
import { redactText } from './redact.ts';
import type { StateWriter } from './state-writer.ts';
import {
  physicalKey,
  type Fingerprint,
  type LedgerEntry,
  type PromotedModel,
  type PromotionOrigin,
  type Snapshot,
  type SourceLoad,
} from './state.ts';

/**
 * Everything Sluice writes into its own tables. Each function runs inside the caller's transaction, together with the
 * data it describes.
 */
export interface RunContext {
  readonly runId: string;
  /** The clock of the run, epoch ms UTC. */
  readonly now: number;
}

/** The row of a snapshot, as a statement. */
export function snapshotRow(
  run: RunContext,
  node: CompiledNode,
  physical: TableName,
  relation: 'table' | 'view',
  audits: string,
  more: Pick<Fingerprint, 'table' | 'carried' | 'history' | 'embedded'> = {},
): string {
  const kind = node.node === 'source' ? 'SOURCE' : node.definition.kind.kind;
  return sql`INSERT INTO _sluice.snapshot VALUES (${[
    physicalKey(physical),
    physical.schema,
    physical.name,
    relation,
    node.name,
    node.version,
    kind,
    JSON.stringify({ ...fingerprintOf(node), ...more }),
    audits,
    timestamp(run.now),
    run.runId,
    null,
  ]})`;
}

/** Puts a row of {@link snapshotRow} in the place of the one before. */
export async function recordSnapshot(
  writer: StateWriter,
  physical: TableName,
  row: string,
  isKnown: boolean,
): Promise<void> {
  if (isKnown) await writer.run(sql`DELETE FROM _sluice.snapshot WHERE physical = ${physicalKey(physical)}`);
  await writer.run(row);
}

/** From now on a table's rows may be such as could not be computed again, though no task writes it. */
export async function recordHistory(
  connection: Connection,
  { physical, fingerprint }: Snapshot,
): Promise<void> {
  await connection.run(
    sql`UPDATE _sluice.snapshot SET fingerprint = ${JSON.stringify({ ...fingerprint, history: true })} WHERE physical = ${physicalKey(physical)}`,
  );
}

/** Replaces the entries of a physical table: the caller has already done the arithmetic. */
export async function replaceLedger(
  connection: StateWriter,
  run: RunContext,
  key: string,
  change: { readonly removed: readonly TimeRange[]; readonly added: readonly LedgerEntry[] },
): Promise<void> {
  const statements = change.removed.map(
    (r) => sql`DELETE FROM _sluice.ledger WHERE physical = ${key} AND start_at = ${timestamp(r.start)}`,
  );
  if (change.added.length > 0) {
    const rows = change.added.map(
      (e) =>
        sql`(${[key, timestamp(e.start), timestamp(e.end), e.sequence, e.data, writeInputs(e.inputs), timestamp(e.doneAt), run.runId]})`,
    );
    statements.push(`INSERT INTO _sluice.ledger VALUES ${rows.join(', ')}`);
  }
  if (statements.length > 0) await connection.run(statements.join(';\n'));
}

/** Drops what the ledger says of a physical relation that has to be made anew. */
export async function forgetLedger(connection: StateWriter, key: string): Promise<void> {
  await connection.run(sql`DELETE FROM _sluice.ledger WHERE physical = ${key}`);
}

export async function recordLoad(
  connection: Connection,
  run: RunContext,
  source: string,
  load: SourceLoad,
): Promise<void> {
  await connection.run(
    sql`DELETE FROM _sluice.source_load WHERE physical = ${load.physical}; INSERT INTO _sluice.source_load VALUES (${[
      load.physical,
      source,
      JSON.stringify(load.files),
      load.rows,
      load.rejected,
      timestamp(run.now),
      run.runId,
    ]})`,
  );
}

export interface AuditRecord {
  readonly model: string;
  readonly audit: string;
  readonly severity: string;
  readonly status: string;
  /** The call as the header has it. */
  readonly call: string;
  readonly failingRows: number;
  readonly rowsSeen: number | null;
  readonly seconds: number;
  readonly interval: TimeRange | undefined;
}

export async function recordAudits(
  connection: StateWriter,
  run: RunContext,
  audits: readonly AuditRecord[],
): Promise<void> {
  if (audits.length === 0) return;
  const rows = audits.map(
    (a) =>
      sql`(${[
        run.runId,
        a.model,
        a.audit,
        a.severity,
        a.status,
        a.failingRows,
        a.seconds,
        bound(a.interval?.start),
        bound(a.interval?.end),
        timestamp(run.now),
        a.call,
        a.rowsSeen,
      ]})`,
  );
  await connection.run(`INSERT INTO _sluice.audit_result VALUES ${rows.join(', ')}`);
}

/** Only one process writes at a time: for whoever may write, a run that still counts as running was killed. */
export async function markLost(connection: Connection): Promise<void> {
  await connection.run("UPDATE _sluice.run SET status = 'lost' WHERE status = 'running'");
}

export async function startRun(
  connection: Connection,
  run: RunContext,
  command: string,
  environment: string,
  tool: string,
): Promise<void> {
  await markLost(connection);
  await connection.run(
    sql`INSERT INTO _sluice.run VALUES (${[run.runId, command, environment, tool, timestamp(run.now), null, 'running']})`,
  );
}

export async function endRun(
  connection: Connection,
  run: RunContext,
  status: string,
  endedAt: number,
): Promise<void> {
  await connection.run(
    sql`UPDATE _sluice.run SET status = ${status}, ended_at = ${timestamp(endedAt)} WHERE run_id = ${run.runId}`,
  );
}

export async function recordResult(
  connection: StateWriter,
  run: RunContext,
  result: {
    readonly model: string;
    readonly action: string;
    readonly status: string;
    readonly rows: number;
    readonly seconds: number;
    readonly errorCode: string | null;
    readonly error: string | null;
  },
): Promise<void> {
  await connection.run(
    sql`INSERT INTO _sluice.run_result VALUES (${[run.runId, result.model, result.action, result.status, result.rows, result.seconds, result.error === null ? null : redactText(result.error), result.errorCode]})`,
  );
}

export async function recordPromotion(
  connection: Connection,
  run: RunContext,
  environment: string,
  sequence: number,
  models: readonly PromotedModel[],
  from?: PromotionOrigin,
): Promise<void> {
  await connection.run(
    sql`INSERT INTO _sluice.promotion VALUES (${[environment, sequence, timestamp(run.now), run.runId, from?.environment ?? null, from?.sequence ?? null, null]})`,
  );
  if (models.length === 0) return;
  const rows = models.map(
    (m) =>
      sql`(${[environment, sequence, m.model, m.physical, m.view.schema, m.view.name, m.remade === true]})`,
  );
  await connection.run(`INSERT INTO _sluice.promoted_model VALUES ${rows.join(', ')}`);
}

/** Epoch ms as a SQL timestamp; the limits of time as DuckDB's infinities. */
export function timestamp(at: number): Sql {
  if (at <= BEGINNING) return raw("TIMESTAMP '-infinity'");
  if (at >= END) return raw("TIMESTAMP 'infinity'");
  return raw(sql`TIMESTAMP ${new Date(at).toISOString().slice(0, 23).replace('T', ' ')}`);
}

export function bound(at: number | undefined): Sql | null {
  return at === undefined ? null : timestamp(at);
}
