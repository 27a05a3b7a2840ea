/**
 * All of the state as text: a line that says what it is, a line a row with every value as the warehouse writes it, and a last
 * line without which a file was cut off.
 */
import { createHash } from 'node:crypto';
import type { Connection } from '../engine/warehouse.ts';
import { id, raw, sql } from '../sql/quote.ts';
import { STATE_VERSION } from './migrations.ts';
import { stateTables } from './schema.ts';

export const EXPORT_FORMAT = 'sluice-state';
/** Of the lines; what the tables hold is told by the state's version. */
export const EXPORT_VERSION = 1;

export interface ExportHead {
  readonly format: typeof EXPORT_FORMAT;
  readonly version: number;
  readonly state_version: number;
  readonly tool: string;
  readonly project: string;
  /** ISO 8601. */
  readonly exported_at: string;
  /** The columns of each table, in the order of the values. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

/** One row: its table, and its values as texts. */
export type ExportRow = readonly [table: string, values: readonly (string | null)[]];

export interface ExportTail {
  readonly end: true;
  readonly rows: number;
  /** SHA-256 of all lines before this one. */
  readonly sha256: string;
}

export async function exportState(
  connection: Connection,
  about: Pick<ExportHead, 'tool' | 'project' | 'exported_at'>,
): Promise<{ readonly text: string; readonly rows: number }> {
  const tables: Record<string, readonly string[]> = {};
  const lines: string[] = [];
  for (const name of await stateTables(connection)) {
    const columns = await columnsOf(connection, name);
    tables[name] = columns;
    const texts = raw(columns.map((c) => sql`CAST(${id(c)} AS VARCHAR) AS ${id(c)}`).join(', '));
    const rows = await connection.rows(
      sql`SELECT ${texts} FROM ${{ schema: '_sluice', name }} ORDER BY rowid`,
    );
    for (const row of rows) {
      const values = columns.map((c) => {
        const value = row[c];
        return value === null || value === undefined ? null : String(value);
      });
      lines.push(JSON.stringify([name, values] satisfies ExportRow));
    }
  }
  const head: ExportHead = {
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    state_version: STATE_VERSION,
    ...about,
    tables,
  };
  const body = [JSON.stringify(head), ...lines];
  const tail: ExportTail = { end: true, rows: lines.length, sha256: digestOf(body) };
  return { text: `${[...body, JSON.stringify(tail)].join('\n')}\n`, rows: lines.length };
}

/** The hash over lines, each with its end. */
export function digestOf(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${line}\n`);
  return hash.digest('hex');
}

async function columnsOf(connection: Connection, table: string): Promise<readonly string[]> {
  const rows = await connection.rows(
    sql`SELECT column_name AS name FROM duckdb_columns() WHERE database_name = current_database()
      AND schema_name = '_sluice' AND table_name = ${table} ORDER BY column_index`,
  );
  return rows.map((r) => String(r['name']));
}
