import type { Connection } from './warehouse.ts';

/** The `n` of a query of one row: `SELECT count(*) AS n FROM …`. */
export async function countRows(connection: Connection, query: string): Promise<number> {
  const [row] = await connection.rows(query);
  return Number(row?.['n'] ?? 0);
}
