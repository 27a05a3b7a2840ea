/**
 * DuckDB scans rows that its transaction has written and not committed in one thread, however many it has: it divides scans by
 * the rows that are committed. An aggregate over a large new table then takes as long as on one core. The parts of a union
 * are scanned beside each other.
 */
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/planned.ts';
import { ident, tableIdent } from '../sql/quote.ts';
import { MANY_ROWS } from './audits.ts';

/** Every part looks at the number of every row. */
const MOST_PARTS = 4;

/**
 * Conditions of which each row of a table meets exactly one, for a table all of whose rows this transaction has written; none
 * where the table is as well read in one piece.
 */
export async function freshRowParts(
  connection: Connection,
  { storage, physical, columns }: Pick<PlannedNode, 'storage' | 'physical' | 'columns'>,
  rows: number,
): Promise<readonly string[]> {
  // A column of that name hides the number of the row.
  const isHidden = columns.some((c) => c.name.toLowerCase() === ROW_NUMBER);
  if (storage !== 'table' || rows < MANY_ROWS || isHidden) return [];
  const number = ident(ROW_NUMBER);
  const ends = `CAST(min(${number}) AS VARCHAR) AS low, CAST(max(${number}) AS VARCHAR) AS high`;
  const [row] = await connection.rows(
    `SELECT ${ends}, current_setting('threads') AS threads FROM ${tableIdent(physical)}`,
  );
  if (typeof row?.['low'] !== 'string' || typeof row['high'] !== 'string') return [];
  const low = BigInt(row['low']);
  const count = Math.min(MOST_PARTS, Number(row['threads']));
  if (count < 2) return [];
  const step = (BigInt(row['high']) - low) / BigInt(count) + 1n;
  return between(
    number,
    Array.from({ length: count - 1 }, (_, i) => low + step * BigInt(i + 1)),
  );
}

const ROW_NUMBER = 'rowid';

/** Below the first bound, from each bound to the next, and from the last on. */
function between(number: string, bounds: readonly bigint[]): readonly string[] {
  return [...bounds, undefined].map((to, i) => {
    const from = bounds[i - 1];
    return [
      ...(from === undefined ? [] : [`${number} >= ${from}`]),
      ...(to === undefined ? [] : [`${number} < ${to}`]),
    ].join(' AND ');
  });
}
