/** Records of files that could not be loaded, kept with where they stand and what can be read of them. */
import type { Connection, Reject } from '../engine/warehouse.ts';
import { raw, sql } from '../sql/quote.ts';
import { timestamp, type RunContext } from './write.ts';

/** `found`: how many there were, kept or not. */
export async function recordRejects(
  connection: Connection,
  run: RunContext,
  source: string,
  rejects: readonly Reject[],
  found: number,
): Promise<void> {
  if (rejects.length === 0) return;
  const rows = rejects.map((r) => sql`(${[r.file, r.line, r.column, r.message, r.text]}, ${r.row})`);
  await connection.run(
    sql`INSERT INTO _sluice.rejected_row
      SELECT ${run.runId}, ${source}, r.* EXCLUDE (parsed), ${timestamp(run.now)}, r.parsed, ${found}
      FROM (VALUES ${raw(rows.join(', '))}) AS r (file, line, "column", error, text, parsed)`,
  );
}
