/** Which tables hold diverted rows: one for each physical table that an audit took rows out of, under its key. */
import type { Connection } from '../engine/warehouse.ts';
import { sql, type TableName } from '../sql/quote.ts';

/** The schema of these tables. */
export const DIVERTED_SCHEMA = '_sluice_quarantine';

export function divertedTable(key: string): TableName {
  return { schema: DIVERTED_SCHEMA, name: key };
}

/** The tables there are. */
export async function divertedTables(connection: Connection): Promise<readonly TableName[]> {
  const rows = await connection.rows(
    sql`SELECT table_name AS name FROM duckdb_tables() WHERE database_name = current_database()
      AND schema_name = ${DIVERTED_SCHEMA} ORDER BY table_name`,
  );
  return rows.map((r) => divertedTable(String(r['name'])));
}
