import type { TestProject } from './project.ts';

/** The tables of the first state version, as Sluice 0.1 made them before there was another. Never to be changed. */
const TABLES: Readonly<Record<string, string>> = {
  meta: 'key VARCHAR NOT NULL, value VARCHAR NOT NULL',
  snapshot:
    'physical VARCHAR NOT NULL, physical_schema VARCHAR NOT NULL, physical_name VARCHAR NOT NULL, relation VARCHAR NOT NULL, model VARCHAR NOT NULL, version VARCHAR NOT NULL, kind VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, audits VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL',
  ledger:
    'physical VARCHAR NOT NULL, start_at TIMESTAMP NOT NULL, end_at TIMESTAMP NOT NULL, sequence BIGINT NOT NULL, data_sequence BIGINT NOT NULL, inputs VARCHAR NOT NULL, done_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL',
  source_load:
    'physical VARCHAR NOT NULL, source VARCHAR NOT NULL, files VARCHAR NOT NULL, row_count BIGINT NOT NULL, rejected_count BIGINT NOT NULL, loaded_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL',
  promotion:
    'environment VARCHAR NOT NULL, sequence BIGINT NOT NULL, promoted_at TIMESTAMP NOT NULL, run_id VARCHAR NOT NULL',
  promoted_model:
    'environment VARCHAR NOT NULL, sequence BIGINT NOT NULL, model VARCHAR NOT NULL, physical VARCHAR NOT NULL, view_schema VARCHAR NOT NULL, view_name VARCHAR NOT NULL',
  run: 'run_id VARCHAR NOT NULL, command VARCHAR NOT NULL, environment VARCHAR NOT NULL, tool VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP, status VARCHAR NOT NULL',
  run_result:
    'run_id VARCHAR NOT NULL, model VARCHAR NOT NULL, action VARCHAR NOT NULL, status VARCHAR NOT NULL, row_count BIGINT NOT NULL, seconds DOUBLE NOT NULL, error VARCHAR',
  audit_result:
    'run_id VARCHAR NOT NULL, model VARCHAR NOT NULL, audit VARCHAR NOT NULL, severity VARCHAR NOT NULL, status VARCHAR NOT NULL, failing_rows BIGINT NOT NULL, seconds DOUBLE NOT NULL, start_at TIMESTAMP, end_at TIMESTAMP, audited_at TIMESTAMP NOT NULL',
  quarantine:
    'run_id VARCHAR NOT NULL, model VARCHAR NOT NULL, audit VARCHAR NOT NULL, severity VARCHAR NOT NULL, start_at TIMESTAMP, end_at TIMESTAMP, kept_at TIMESTAMP NOT NULL, "row" JSON NOT NULL',
  rejected_row:
    'run_id VARCHAR NOT NULL, source VARCHAR NOT NULL, file VARCHAR NOT NULL, line BIGINT NOT NULL, "column" VARCHAR NOT NULL, error VARCHAR NOT NULL, text VARCHAR NOT NULL, kept_at TIMESTAMP NOT NULL',
};

/** Puts a warehouse's state back to the layout of version 1, with what that version would have written. */
export async function toFirstVersion(project: TestProject): Promise<void> {
  const statements = ['CREATE SCHEMA old'];
  for (const [name, columns] of Object.entries(TABLES)) {
    const names = columns.split(',').map((c) => /^\s*("?\w+"?)/.exec(c)?.[1] ?? '');
    statements.push(
      `CREATE TABLE old.${name} (${columns})`,
      `INSERT INTO old.${name} SELECT ${names.join(', ')} FROM _sluice.${name}`,
    );
  }
  statements.push(
    "UPDATE old.meta SET value = '1' WHERE key = 'state_version'",
    'DROP SCHEMA _sluice CASCADE',
    'CREATE SCHEMA _sluice',
    ...Object.entries(TABLES).map(
      ([name, columns]) =>
        `CREATE TABLE _sluice.${name} (${columns}); INSERT INTO _sluice.${name} FROM old.${name}`,
    ),
    'DROP SCHEMA old CASCADE',
  );
  await project.execute(statements.join(';\n'));
}
