import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import { id, sql } from '../sql/quote.ts';
import { divertedTables } from './diverted-tables.ts';
import { MIGRATIONS, STATE_VERSION } from './migrations.ts';

/** The schema of Sluice's own tables. Nothing but state/ reads or writes them. */
export const STATE_SCHEMA = '_sluice';

/**
 * Version 1, for ever: what came later is a step in `migrations.ts`. No primary keys: DuckDB checks them against rows deleted
 * in the same transaction, and every write here goes through one process at a time anyway.
 */
const TABLES = `
CREATE SCHEMA IF NOT EXISTS _sluice;
CREATE TABLE IF NOT EXISTS _sluice.meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sluice.snapshot (
  physical VARCHAR NOT NULL, physical_schema VARCHAR NOT NULL, physical_name VARCHAR NOT NULL, relation VARCHAR NOT NULL,
  model VARCHAR NOT NULL, version VARCHAR NOT NULL, kind VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL,
  audits VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sluice.ledger (
  physical VARCHAR NOT NULL, start_at TIMESTAMP NOT NULL, end_at TIMESTAMP NOT NULL, sequence BIGINT NOT NULL,
  data_sequence BIGINT NOT NULL, inputs VARCHAR NOT NULL, done_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sluice.source_load (
  physical VARCHAR NOT NULL, source VARCHAR NOT NULL, files VARCHAR NOT NULL, row_count BIGINT NOT NULL,
  rejected_count BIGINT NOT NULL, loaded_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sluice.promotion (
  environment VARCHAR NOT NULL, sequence BIGINT NOT NULL, promoted_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sluice.promoted_model (
  environment VARCHAR NOT NULL, sequence BIGINT NOT NULL, model VARCHAR NOT NULL, physical VARCHAR NOT NULL,
  view_schema VARCHAR NOT NULL, view_name VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sluice.run (
  run_id VARCHAR NOT NULL, command VARCHAR NOT NULL, environment VARCHAR NOT NULL, tool VARCHAR NOT NULL,
  started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP, status VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sluice.run_result (
  run_id VARCHAR NOT NULL, model VARCHAR NOT NULL, action VARCHAR NOT NULL, status VARCHAR NOT NULL,
  row_count BIGINT NOT NULL, seconds DOUBLE NOT NULL, error VARCHAR);
CREATE TABLE IF NOT EXISTS _sluice.audit_result (
  run_id VARCHAR NOT NULL, model VARCHAR NOT NULL, audit VARCHAR NOT NULL, severity VARCHAR NOT NULL,
  status VARCHAR NOT NULL, failing_rows BIGINT NOT NULL, seconds DOUBLE NOT NULL, start_at TIMESTAMP, end_at TIMESTAMP,
  audited_at TIMESTAMP NOT NULL);
CREATE TABLE IF NOT EXISTS _sluice.quarantine (
  run_id VARCHAR NOT NULL, model VARCHAR NOT NULL, audit VARCHAR NOT NULL, severity VARCHAR NOT NULL,
  start_at TIMESTAMP, end_at TIMESTAMP, kept_at TIMESTAMP NOT NULL, "row" JSON NOT NULL);
CREATE TABLE IF NOT EXISTS _sluice.rejected_row (
  run_id VARCHAR NOT NULL, source VARCHAR NOT NULL, file VARCHAR NOT NULL, line BIGINT NOT NULL, "column" VARCHAR NOT NULL,
  error VARCHAR NOT NULL, text VARCHAR NOT NULL, kept_at TIMESTAMP NOT NULL);
`;

/** The tables of the state, of whatever version, in the order they are listed. */
const EVERY_TABLE = sql`SELECT table_name AS name FROM duckdb_tables()
  WHERE database_name = current_database() AND schema_name = ${STATE_SCHEMA} ORDER BY table_oid`;

/**
 * Creates Sluice's tables in a warehouse that has none, and brings those of an older Sluice forward: one transaction, and a
 * copy of what was there stays in a schema of its own.
 */
export async function ensureState(connection: Connection): Promise<void> {
  const version = await stateVersion(connection);
  if (version === STATE_VERSION) return;
  await connection.transaction(async () => {
    if (version === 0) await createState(connection, STATE_VERSION);
    else {
      await copyState(connection, version);
      await migrate(connection, version, STATE_VERSION);
    }
  });
}

/** Makes empty tables as a Sluice of that state version had them. Runs inside the caller's transaction. */
export async function createState(connection: Connection, version: number): Promise<void> {
  await connection.run(TABLES);
  await connection.run("INSERT INTO _sluice.meta VALUES ('state_version', '1')");
  await migrate(connection, 1, version);
}

/** Steps from one version to another. Runs inside the caller's transaction. */
export async function migrate(connection: Connection, from: number, to: number): Promise<void> {
  for (const migration of MIGRATIONS) {
    if (migration.to <= from || migration.to > to) continue;
    await connection.run(migration.sql);
    if (migration.quarantines === undefined) continue;
    for (const table of await divertedTables(connection)) await connection.run(migration.quarantines(table));
  }
  await connection.run(sql`UPDATE _sluice.meta SET value = ${String(to)} WHERE key = 'state_version'`);
}

/** The names of the tables that are there. */
export async function stateTables(connection: Connection): Promise<readonly string[]> {
  return (await connection.rows(EVERY_TABLE)).map((r) => String(r['name']));
}

/** Copies all of the state as it is into a schema that is not there yet. */
async function copyState(connection: Connection, version: number): Promise<void> {
  const schemas = new Set(
    (await connection.rows('SELECT schema_name AS name FROM duckdb_schemas()')).map((r) => String(r['name'])),
  );
  const plain = `${STATE_SCHEMA}_backup_v${version}`;
  let backup = plain;
  for (let n = 2; schemas.has(backup); n++) backup = `${plain}_${n}`;
  await connection.run(sql`CREATE SCHEMA ${id(backup)}`);
  for (const name of await stateTables(connection)) {
    await connection.run(
      sql`CREATE TABLE ${{ schema: backup, name }} AS FROM ${{ schema: STATE_SCHEMA, name }}`,
    );
  }
}

/**
 * Which layout the state in the warehouse has; 0 when there is none.
 * @throws {SluiceError} `state-newer` when a newer Sluice wrote it.
 */
export async function stateVersion(connection: Connection): Promise<number> {
  const [found] = await connection.rows(
    sql`SELECT count(*) AS n FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ${STATE_SCHEMA} AND table_name = 'meta'`,
  );
  if (found?.['n'] !== 1) return 0;
  const [row] = await connection.rows("SELECT value FROM _sluice.meta WHERE key = 'state_version'");
  const version = Number(row?.['value']);
  if (version > STATE_VERSION) {
    throw new SluiceError(
      diagnostic(
        'state-newer',
        `the warehouse was last written by a newer Sluice (state version ${version}, this one knows ${STATE_VERSION})`,
        {
          hint: 'Update Sluice; an older one must not touch that state.',
        },
      ),
    );
  }
  return version;
}
