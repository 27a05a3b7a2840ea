/** What is wrong with mended rows as somebody gives them, before any of them is noted. */
import type { Column } from '../compile/compiled.ts';
import type { Connection } from '../engine/warehouse.ts';
import { id, raw, sql, type TableName } from '../sql/quote.ts';
import { MEND_ID } from './mended-table.ts';

/** A value that is none of its column's. */
export interface BadValue {
  readonly row: string;
  readonly column: string;
  readonly value: string;
}

/** The first values of a relation of mended rows, as they came from a file, that do not fit their columns. */
export async function badValues(
  connection: Connection,
  given: TableName,
  columns: readonly Column[],
  limit: number,
): Promise<readonly BadValue[]> {
  if (columns.length === 0) return [];
  const parts = columns.map(({ name, type }) => {
    const value = raw(sql`TRY_CAST(${id(name)} AS ${raw(type)})`);
    return sql`SELECT ${id(MEND_ID)} AS r, ${name} AS c, CAST(${id(name)} AS VARCHAR) AS v FROM ${given}
      WHERE ${id(name)} IS NOT NULL AND (${value} IS NULL OR TRY_CAST(CAST(${value} AS VARCHAR) AS ${raw(type)}) IS DISTINCT FROM ${value})`;
  });
  const rows = await connection.rows(`${parts.join(' UNION ALL ')} ORDER BY r, c LIMIT ${limit}`);
  return rows.map((r) => ({ row: String(r['r']), column: String(r['c']), value: String(r['v']) }));
}

/** Ids that a relation of mended rows gives to rows that differ. */
export async function contradictions(connection: Connection, given: TableName): Promise<readonly string[]> {
  const rows = await connection.rows(
    sql`SELECT ${id(MEND_ID)} AS r FROM (SELECT DISTINCT * FROM ${given}) GROUP BY ALL HAVING count(*) > 1 ORDER BY r LIMIT 5`,
  );
  return rows.map((r) => String(r['r']));
}
