/** Rows that people mended, on their way from quarantine into a table. */
import { countRows } from '../engine/count-rows.ts';
import type { Connection } from '../engine/warehouse.ts';
import { id, raw, sql } from '../sql/quote.ts';
import type { TimeRange } from '../time/index.ts';
import { divertedTable } from './diverted-tables.ts';
import { ACCEPTED, DIVERTED_ID, MEND_ID, MENDED, type MendedTable } from './mended-table.ts';
import { pointer } from './kept-rows.ts';
import { bound } from './write.ts';

export async function hasMends(connection: Connection, model: string): Promise<boolean> {
  return (
    (await countRows(
      connection,
      sql`SELECT count(*) AS n FROM (SELECT 1 FROM _sluice.mend WHERE model = ${model} LIMIT 1)`,
    )) > 0
  );
}

/** How many rows in quarantine have a mend, of those for which a condition on the model's columns holds. */
export async function countMended(
  connection: Connection,
  table: MendedTable,
  condition: string,
): Promise<number> {
  return countRows(
    connection,
    sql`SELECT count(*) AS n FROM (${raw(originals(table))}) WHERE ${raw(condition)}`,
  );
}

/** Fills {@link MENDED} with what was made of these rows. A mend whose values have no place in the columns of today is none. */
export async function pickMended(
  connection: Connection,
  table: MendedTable,
  condition: string,
): Promise<void> {
  const made = table.columns.map(({ name, type }) => ({
    name,
    isChanged: raw(sql`json_exists(m.changes, ${pointer(name)})`),
    text: raw(sql`json_extract_string(m.changes, ${pointer(name)})`),
    type: raw(type),
  }));
  const items = made.map(
    (c) =>
      sql`CASE WHEN ${c.isChanged} THEN TRY_CAST(${c.text} AS ${c.type}) ELSE o.${id(c.name)} END AS ${id(c.name)}`,
  );
  const fits = made.map(
    (c) => sql`(NOT ${c.isChanged} OR ${c.text} IS NULL OR TRY_CAST(${c.text} AS ${c.type}) IS NOT NULL)`,
  );
  await connection.run(
    sql`CREATE OR REPLACE TEMP TABLE sluice_mended AS
      SELECT o.${id(DIVERTED_ID)}, o.${id(MEND_ID)}, ${raw(items.join(', '))}
      FROM (SELECT * FROM (${raw(originals(table))}) WHERE ${raw(condition)}) AS o
      JOIN _sluice.mend AS m ON m.model = ${table.model} AND m.row_id = o.${id(MEND_ID)}
      WHERE ${raw(fits.join(' AND '))}`,
  );
}

function originals({ key, model }: MendedTable): string {
  return sql`SELECT rowid AS ${id(DIVERTED_ID)}, row_id AS ${id(MEND_ID)}, unnest("row") FROM ${divertedTable(key)}
    WHERE row_id IN (SELECT row_id FROM _sluice.mend WHERE model = ${model})`;
}

/** Moves what {@link ACCEPTED} names from quarantine into the table. Answers how many rows. */
export async function mergeAccepted(connection: Connection, table: MendedTable): Promise<number> {
  const columns = raw(table.columns.map((c) => sql`${id(c.name)}`).join(', '));
  const accepted = raw(sql`${id(MEND_ID)} IN (SELECT id FROM ${ACCEPTED})`);
  const merged = await connection.run(
    sql`INSERT INTO ${table.physical} (${columns}) SELECT ${columns} FROM ${MENDED} WHERE ${accepted}`,
  );
  await connection.run(
    sql`DELETE FROM ${divertedTable(table.key)} WHERE rowid IN (SELECT ${id(DIVERTED_ID)} FROM ${MENDED} WHERE ${accepted})`,
  );
  return merged;
}

/** Notes in which interval the accepted mends are. */
export async function noteInterval(
  connection: Connection,
  model: string,
  interval: TimeRange | undefined,
): Promise<void> {
  if (interval === undefined) return;
  await connection.run(
    sql`UPDATE _sluice.mend SET start_at = ${bound(interval.start)}, end_at = ${bound(interval.end)}
      WHERE model = ${model} AND row_id IN (SELECT id FROM ${ACCEPTED})`,
  );
}
