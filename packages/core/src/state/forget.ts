/**
 * What goes from the state. Numbers of the ledger are never given out twice, and a source's table that is dropped leaves
 * behind which data it held: models that read it may still hold those rows.
 */
import type { Connection } from '../engine/warehouse.ts';
import { sql } from '../sql/quote.ts';
import { timestamp, type RunContext } from './write.ts';

/** A physical relation that is no more, or must be made anew. */
export async function forgetRelation(
  connection: Connection,
  run: RunContext,
  key: string,
  isSource: boolean,
): Promise<void> {
  if (isSource) {
    await connection.run(
      sql`UPDATE _sluice.snapshot SET dropped_at = ${timestamp(run.now)} WHERE physical = ${key}`,
    );
    return;
  }
  await keepSequence(connection);
  await connection.run(
    sql`DELETE FROM _sluice.ledger WHERE physical = ${key}; DELETE FROM _sluice.snapshot WHERE physical = ${key}; DELETE FROM _sluice.source_load WHERE physical = ${key}`,
  );
}

/** An environment with all its promotions. */
export async function forgetEnvironment(connection: Connection, environment: string): Promise<void> {
  await connection.run(
    sql`DELETE FROM _sluice.promoted_model WHERE environment = ${environment}; DELETE FROM _sluice.promotion WHERE environment = ${environment};
      DELETE FROM _sluice.standalone_audit WHERE environment = ${environment}`,
  );
}

/** What old promotions showed; that they were stays known. */
export async function forgetPromotions(
  connection: Connection,
  run: RunContext,
  environment: string,
  sequences: readonly number[],
): Promise<void> {
  if (sequences.length === 0) return;
  await connection.run(
    sql`DELETE FROM _sluice.promoted_model WHERE environment = ${environment} AND sequence IN (${sequences});
      UPDATE _sluice.promotion SET forgotten_at = ${timestamp(run.now)} WHERE environment = ${environment} AND sequence IN (${sequences})`,
  );
}

/** The history of runs, and the SQL that no other run has. */
export async function forgetRuns(connection: Connection, runs: readonly string[]): Promise<void> {
  if (runs.length === 0) return;
  const tables = ['run', 'run_result', 'run_task', 'audit_result'];
  await connection.run(
    tables
      .map((name) => sql`DELETE FROM ${{ schema: '_sluice', name }} WHERE run_id IN (${runs})`)
      .join(';\n'),
  );
  await connection.run(
    'DELETE FROM _sluice.statement WHERE digest NOT IN (SELECT sql_digest FROM _sluice.run_task)',
  );
}

/** Remembers the highest number that was given out, before entries go. */
async function keepSequence(connection: Connection): Promise<void> {
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE sluice_sequence AS SELECT max(n) AS n FROM (
      SELECT max(greatest(sequence, data_sequence)) AS n FROM _sluice.ledger
      UNION ALL SELECT CAST(value AS BIGINT) FROM _sluice.meta WHERE key = 'sequence');
    DELETE FROM _sluice.meta WHERE key = 'sequence';
    INSERT INTO _sluice.meta SELECT 'sequence', CAST(n AS VARCHAR) FROM temp.sluice_sequence WHERE n IS NOT NULL;
    DROP TABLE temp.sluice_sequence`);
}
