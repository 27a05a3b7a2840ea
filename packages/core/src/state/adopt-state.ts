/** The state of an attached base as the beginning of one's own: what planning reads, without the history and the kept rows. */
import { BASE_CATALOG, type Connection } from '../engine/warehouse.ts';
import { id, raw, sql } from '../sql/quote.ts';
import { STATE_SCHEMA } from './schema.ts';

/** Grows with every run or with the rows that were bad; nothing is decided by it. */
const LEFT: ReadonlySet<string> = new Set([
  'run_result',
  'run_task',
  'statement',
  'audit_result',
  'quarantine',
  'rejected_row',
]);

/** Answers when the base was last brought up to date in an environment: epoch ms UTC, undefined when never. */
export async function adoptState(connection: Connection, environment: string): Promise<number | undefined> {
  const tables = await connection.rows(
    sql`SELECT table_name AS name FROM duckdb_tables() WHERE database_name = ${BASE_CATALOG} AND schema_name = ${STATE_SCHEMA} ORDER BY table_oid`,
  );
  if (tables.length === 0) return undefined;
  await connection.run(sql`CREATE SCHEMA ${id(STATE_SCHEMA)}`);
  for (const name of tables.map((t) => String(t['name']))) {
    const rows = raw(LEFT.has(name) ? ' LIMIT 0' : '');
    await connection.run(
      sql`CREATE TABLE ${{ schema: STATE_SCHEMA, name }} AS FROM ${id(BASE_CATALOG)}.${{ schema: STATE_SCHEMA, name }}${rows}`,
    );
  }
  const [last] = await connection.rows(
    sql`SELECT epoch_ms(max(started_at)) AS at FROM _sluice.run WHERE environment = ${environment} AND status = 'done' AND command IN ('apply', 'run')`,
  );
  return last?.['at'] === null || last === undefined ? undefined : Number(last['at']);
}
