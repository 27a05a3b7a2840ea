/** Copies of rows that failed an audit: kept also when the transaction that would have published them is gone. */
import type { Row } from '../engine/warehouse.ts';
import { raw, sql } from '../sql/quote.ts';
import type { TimeRange } from '../time/index.ts';
import type { StateWriter } from './state-writer.ts';
import { bound, timestamp, type RunContext } from './write.ts';

export interface FailingRows {
  readonly model: string;
  readonly audit: string;
  readonly severity: string;
  /** The call as the header has it. */
  readonly reason: string;
  readonly interval: TimeRange | undefined;
  /** Columns by which the model tells its rows apart; none when it does not say. */
  readonly key: readonly string[];
  readonly rows: readonly Row[];
}

export async function keepFailingRows(
  connection: StateWriter,
  run: RunContext,
  failing: FailingRows,
): Promise<void> {
  if (failing.rows.length === 0) return;
  // What is the same in all of them stands there once: DuckDB takes 0.1 ms for a row of constants.
  const common = [run.runId, failing.model, failing.audit, failing.severity];
  const times = [bound(failing.interval?.start), bound(failing.interval?.end), timestamp(run.now)];
  const rows = failing.rows.map((row) => sql`(${[JSON.stringify(row), keyOf(row, failing.key)]})`);
  await connection.run(
    sql`INSERT INTO _sluice.quarantine SELECT ${common}, ${times}, r.*, ${failing.reason}
      FROM (VALUES ${raw(rows.join(', '))}) AS r`,
  );
}

/** What an audit reports of a table may have none of its key; a part of a key is none. */
function keyOf(row: Row, columns: readonly string[]): string | null {
  const names = new Map(Object.keys(row).map((name) => [name.toLowerCase(), name]));
  const values = columns.flatMap((column) => {
    const name = names.get(column.toLowerCase());
    return name === undefined ? [] : [[column, row[name] ?? null] as const];
  });
  return columns.length === 0 || values.length < columns.length
    ? null
    : JSON.stringify(Object.fromEntries(values));
}
