/**
 * What is kept of bad rows: copies of those that an audit found (JSON, since an audit may return anything), rows taken out of a
 * table, and lines of files that could not be read. Told in groups, one for each audit of a run.
 */
import type { Cell, Connection } from '../engine/warehouse.ts';
import { raw, sql, type TableName } from '../sql/quote.ts';
import type { TimeRange } from '../time/index.ts';
import { divertedTables } from './diverted-tables.ts';
import { intervalOf } from './interval-of.ts';
import { heldWhere, rejectedWhere, type KeptFilter } from './kept-filter.ts';
import { heldTable, rejectedTable } from './kept-tables.ts';
import { stateVersion } from './schema.ts';

/** Rows that one audit of one run, or one load, left behind. */
export interface KeptGroup {
  /** `held`: copies of rows that an audit found. `diverted`: rows taken out of a table. `rejected`: lines of a source's files. */
  readonly kind: 'held' | 'diverted' | 'rejected';
  readonly model: string;
  /** Undefined for rejected lines. */
  readonly audit: string | undefined;
  readonly severity: string | undefined;
  /** The call of the audit as the header had it; undefined for rejected lines, and where only the audit's name is remembered. */
  readonly reason: string | undefined;
  /** Some keys of its rows, in the order of their texts; of rejected lines where they stand. */
  readonly keys: readonly Cell[];
  readonly runId: string;
  readonly rows: number;
  /** How many there were in all; undefined when that is not known any more. */
  readonly found: number | undefined;
  /** Of all its rows; undefined where none has one. */
  readonly interval: TimeRange | undefined;
  /** Epoch ms UTC, of the newest. */
  readonly keptAt: number;
}

/** The groups that a filter picks, newest first. */
export async function readKept(connection: Connection, filter: KeptFilter): Promise<readonly KeptGroup[]> {
  const version = await stateVersion(connection);
  if (version === 0) return [];
  const tables = await divertedTables(connection);
  const groups = [
    heldGroups(filter, version),
    rejectedGroups(filter, version),
    ...tables.map((table) => divertedGroups(filter, table)),
  ];
  const rows = await connection.rows(sql`
    SELECT *, epoch_ms(kept) AS k, epoch_ms(start_at) AS s, epoch_ms(end_at) AS e,
      isfinite(start_at) AS sf, isfinite(end_at) AS ef
    FROM (${raw(groups.join(' UNION ALL BY NAME '))})
    ORDER BY kept DESC, run_id DESC, model, audit`);
  return rows.map((r) => ({
    kind: kindOf(r['kind']),
    model: String(r['model']),
    audit: r['audit'] === null ? undefined : String(r['audit']),
    severity: r['severity'] === null ? undefined : String(r['severity']),
    reason: r['reason'] === null ? undefined : String(r['reason']),
    keys: keysOf(r['keys']),
    runId: String(r['run_id']),
    rows: Number(r['n']),
    found: r['found'] === null ? undefined : Number(r['found']),
    interval: intervalOf(r),
    keptAt: Number(r['k']),
  }));
}

function kindOf(value: unknown): KeptGroup['kind'] {
  return value === 'held' || value === 'diverted' ? value : 'rejected';
}

/** How many keys are told of a group. */
const KEYS = 5;

/** Read with bounded memory, of however many rows. */
const SOME_KEYS = raw(`min(CAST(q."key" AS VARCHAR), ${KEYS})`);

function keysOf(value: unknown): readonly Cell[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [];
  return [...new Set(texts.map(String))].map((text) => JSON.parse(text) as Cell);
}

function divertedGroups(filter: KeptFilter, table: TableName): string {
  return sql`SELECT 'diverted' AS kind, q.model, q.audit, 'quarantine' AS severity, q.reason, q.run_id, count(*) AS n,
      count(*) AS found, min(q.start_at) AS start_at, max(q.end_at) AS end_at, max(q.kept_at) AS kept, ${SOME_KEYS} AS keys
    FROM ${table} AS q WHERE ${heldWhere(filter, 'q.')} GROUP BY q.model, q.audit, q.reason, q.run_id`;
}

function heldGroups(filter: KeptFilter, version: number): string {
  const held = heldTable(version);
  const call = raw(version < 3 ? 'NULL' : 'call');
  return sql`SELECT 'held' AS kind, q.model, q.audit, q.severity, q.reason, q.run_id, count(*) AS n, any_value(r.found) AS found,
      min(q.start_at) AS start_at, max(q.end_at) AS end_at, max(q.kept_at) AS kept, ${SOME_KEYS} AS keys
    FROM (SELECT * FROM ${held}) AS q
    LEFT JOIN (SELECT run_id, model, audit, ${call} AS call, CAST(sum(failing_rows) AS BIGINT) AS found FROM _sluice.audit_result
      GROUP BY ALL) AS r ON r.run_id = q.run_id AND r.model = q.model AND r.audit = q.audit AND coalesce(r.call, r.audit) = q.reason
    WHERE ${heldWhere(filter, 'q.')} GROUP BY q.model, q.audit, q.severity, q.reason, q.run_id`;
}

/** A record that could not be loaded is told by where it stands. */
function rejectedGroups(filter: KeptFilter, version: number): string {
  return sql`SELECT 'rejected' AS kind, q.source AS model, NULL AS audit, NULL AS severity, NULL AS reason, q.run_id, count(*) AS n,
      max(q.found) AS found, NULL AS start_at, NULL AS end_at, max(q.kept_at) AS kept,
      list_transform(min({file: q.file, line: q.line}, ${KEYS}), lambda k: CAST(to_json(k) AS VARCHAR)) AS keys
    FROM (SELECT * FROM ${rejectedTable(version)}) AS q
    WHERE ${rejectedWhere(filter, 'q.')} GROUP BY q.source, q.run_id`;
}
