/**
 * A warehouse file that is read where it is, under another one that is written: each of its tables shows there as a view of the
 * same name, so that whoever works with names need not know, and each of its views is made again. Nothing is copied, however much
 * it holds; only a table that is to be written becomes one of the file that is written.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { literal, ident, raw, sql, tableIdent, type TableName } from '../../sql/quote.ts';
import { BASE_CATALOG } from '../warehouse.ts';

/** Of a view that stands for a table of the base. DuckDB keeps its statement so. */
const SHOWS_BASE = raw(sql`contains(sql, ${` FROM ${BASE_CATALOG}.`})`);

/** A condition on `duckdb_views()`. */
export const IS_BORROWED: string = SHOWS_BASE.text;

export async function attachBase(connection: DuckDBConnection, path: string): Promise<void> {
  await connection.run(`ATTACH ${literal(path)} AS ${ident(BASE_CATALOG)} (READ_ONLY)`);
}

/** Lets everything of the base be found under its own name, but for some schemas. */
export async function borrowAll(connection: DuckDBConnection, except: readonly string[]): Promise<void> {
  const left = raw(except.length === 0 ? 'TRUE' : sql`schema_name NOT IN (${except})`);
  const of = raw(sql`database_name = ${BASE_CATALOG} AND NOT internal AND ${left}`);
  const read = async (text: string): Promise<readonly (readonly string[])[]> =>
    (await connection.runAndReadAll(text)).getRowsJson().map((row) => row.map(String));
  for (const [schema = ''] of await read(
    sql`SELECT schema_name FROM duckdb_schemas() WHERE ${of} ORDER BY ALL`,
  ))
    await connection.run(sql`CREATE SCHEMA IF NOT EXISTS ${raw(ident(schema))}`);
  for (const [schema = '', name = ''] of await read(
    sql`SELECT schema_name, table_name FROM duckdb_tables() WHERE ${of} ORDER BY ALL`,
  ))
    await connection.run(sql`CREATE VIEW ${{ schema, name }} AS SELECT * FROM ${inBase({ schema, name })}`);
  // A view needs those that it reads; what cannot be made here could not be read there either.
  let waiting = (await read(sql`SELECT sql FROM duckdb_views() WHERE ${of} ORDER BY view_oid`)).flat();
  for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
    before = waiting.length;
    const failed: string[] = [];
    for (const statement of waiting) await connection.run(statement).catch(() => failed.push(statement));
    waiting = failed;
  }
}

/** Makes a table that is only shown one of the file that is written, with its rows or without a table at all. */
export async function ownTable(
  connection: DuckDBConnection,
  table: TableName,
  keepRows: boolean,
): Promise<void> {
  const found = await connection.runAndReadAll(
    sql`SELECT 1 FROM duckdb_views() WHERE database_name = current_database() AND schema_name = ${table.schema}
      AND view_name = ${table.name} AND ${SHOWS_BASE}`,
  );
  if (found.currentRowCount === 0) return;
  await connection.run(sql`DROP VIEW ${table}`);
  if (keepRows) await connection.run(sql`CREATE TABLE ${table} AS FROM ${inBase(table)}`);
}

function inBase(table: TableName): ReturnType<typeof raw> {
  return raw(`${BASE_CATALOG}.${tableIdent(table)}`);
}
