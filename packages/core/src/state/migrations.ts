import { sql, type TableName } from '../sql/quote.ts';
import { FOUND_BY_LOAD, REASON_FROM_HISTORY } from './kept-tables.ts';

/**
 * How a state of an older Sluice becomes one of today. The tables of version 1 never change; each later version is a step
 * from the one before, also in a new warehouse, so that there is one way to come to a layout and it is always tried.
 */
export interface Migration {
  /** The version after it. */
  readonly to: number;
  readonly sql: string;
  /** What depends on the tables that are there: quarantines of physical tables. */
  readonly quarantines?: (table: TableName) => string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    // History: where a promotion came from, what each task did, and tables that are gone on purpose.
    to: 2,
    sql: `
ALTER TABLE _sluice.snapshot ADD COLUMN dropped_at TIMESTAMP;
ALTER TABLE _sluice.promotion ADD COLUMN from_environment VARCHAR;
ALTER TABLE _sluice.promotion ADD COLUMN from_sequence BIGINT;
ALTER TABLE _sluice.promotion ADD COLUMN forgotten_at TIMESTAMP;
ALTER TABLE _sluice.run_result ADD COLUMN error_code VARCHAR;
CREATE TABLE _sluice.run_task (
  run_id VARCHAR NOT NULL, model VARCHAR NOT NULL, task BIGINT NOT NULL, start_at TIMESTAMP, end_at TIMESTAMP,
  status VARCHAR NOT NULL, row_count BIGINT NOT NULL, seconds DOUBLE NOT NULL, error_code VARCHAR, error VARCHAR,
  sql_digest VARCHAR NOT NULL);
CREATE TABLE _sluice.statement (digest VARCHAR NOT NULL, text VARCHAR NOT NULL);
`,
  },
  {
    // Results of audits tell which call it was, and how many rows were looked at where some failed.
    to: 3,
    sql: `
ALTER TABLE _sluice.audit_result ADD COLUMN call VARCHAR;
ALTER TABLE _sluice.audit_result ADD COLUMN rows_seen BIGINT;
`,
  },
  {
    // What people made of diverted rows: part of what a table holds, for as long as its query gives those rows.
    to: 4,
    sql: `
CREATE TABLE _sluice.mend (
  model VARCHAR NOT NULL, row_id VARCHAR NOT NULL, audit VARCHAR NOT NULL, changes JSON NOT NULL, start_at TIMESTAMP,
  end_at TIMESTAMP, mended_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL);
`,
    quarantines: (table) => sql`ALTER TABLE ${table} ADD COLUMN row_id VARCHAR`,
  },
  {
    // What standalone audits of an environment have looked at, so that they run again when that has moved and not before.
    to: 5,
    sql: `
CREATE TABLE _sluice.standalone_audit (
  environment VARCHAR NOT NULL, audit VARCHAR NOT NULL, identity VARCHAR NOT NULL, inputs VARCHAR NOT NULL,
  audited_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL);
`,
  },
  {
    // Copies of rows that failed say why, and which row it is. What was kept before says the call where that is remembered.
    to: 6,
    sql: `
ALTER TABLE _sluice.quarantine ADD COLUMN "key" JSON;
ALTER TABLE _sluice.quarantine ADD COLUMN reason VARCHAR;
UPDATE _sluice.quarantine AS q SET reason = ${REASON_FROM_HISTORY};
`,
  },
  {
    // Records that could not be loaded say what can be read of them, and how many there were, also after the next load.
    to: 7,
    sql: `
ALTER TABLE _sluice.rejected_row ADD COLUMN "row" JSON;
ALTER TABLE _sluice.rejected_row ADD COLUMN found BIGINT;
UPDATE _sluice.rejected_row AS q SET found = ${FOUND_BY_LOAD};
`,
  },
  {
    // Views of which a model's own statements have made another query are no less the environment's.
    to: 8,
    sql: 'ALTER TABLE _sluice.promoted_model ADD COLUMN remade BOOLEAN;',
  },
];

/** The layout that this Sluice writes. */
export const STATE_VERSION = MIGRATIONS.at(-1)?.to ?? 1;
