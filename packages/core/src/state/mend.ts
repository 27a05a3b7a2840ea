/**
 * What people made of diverted rows. A mend is of one row as a query gives it: whenever that row is diverted, what was made of it
 * stands in its place, in every version of the table and in whatever order things were done. So mends are data like a source's,
 * kept in the state, and never forgotten with the rows that quarantine holds.
 */
import type { Column } from '../compile/compiled.ts';
import { countRows } from '../engine/count-rows.ts';
import type { Connection } from '../engine/warehouse.ts';
import { id, raw, sql, type Sql, type TableName } from '../sql/quote.ts';
import type { TimeRange } from '../time/index.ts';
import { divertedTable } from './diverted-tables.ts';
import { divertedWhere, pointer, type KeptFilter } from './quarantine.ts';
import { bound, timestamp, type RunContext } from './write.ts';

/** A physical table whose rows were diverted, and of which model it is. */
export interface MendedTable {
  readonly model: string;
  readonly key: string;
  readonly physical: TableName;
  readonly columns: readonly Column[];
}

/** Of rows that are about to be put back: the id they have in quarantine. */
export const MEND_ID = '_sluice_id';
const DIVERTED_ID = '_sluice_rowid';
/** What was made of diverted rows, in one interval. */
export const MENDED: TableName = { schema: 'temp', name: 'sluice_mended' };
/** Column `id`: which of them may go back. */
export const ACCEPTED: TableName = { schema: 'temp', name: 'sluice_accepted' };

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

/** Asks for rows to be put back as they are. Answers how many. Runs inside the caller's transaction. */
export async function mendAsIs(
  connection: Connection,
  run: RunContext,
  table: MendedTable,
  filter: KeptFilter,
): Promise<number> {
  const { key, model } = table;
  const where = divertedWhere(filter, 'd.');
  await forgetMends(
    connection,
    model,
    raw(sql`SELECT row_id FROM ${divertedTable(key)} AS d WHERE ${where}`),
  );
  return connection.run(
    sql`INSERT INTO _sluice.mend SELECT ${model}, d.row_id, d.audit, '{}', NULL, NULL, ${timestamp(run.now)}, ${run.runId}
      FROM ${divertedTable(key)} AS d WHERE ${where}`,
  );
}

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

/**
 * Asks for rows to be put back as a relation has them, by id. Answers how many are in quarantine. `viaJson`: numbers may have lost
 * digits on the way, which nobody meant as a change.
 */
export async function mendFrom(
  connection: Connection,
  run: RunContext,
  table: MendedTable,
  given: TableName,
  columns: readonly Column[],
  viaJson: boolean,
  filter: KeptFilter,
): Promise<number> {
  const { key, model } = table;
  const changes = columns.map(({ name, type }) => {
    const value = raw(sql`TRY_CAST(g.${id(name)} AS ${raw(type)})`);
    const same = raw(sql`TRY_CAST(to_json(d."row".${id(name)}) AS ${raw(type)})`);
    const isOther = raw(viaJson ? sql` AND (${value} IS NULL OR ${value} IS DISTINCT FROM ${same})` : '');
    return sql`{k: ${name}, v: CAST(${value} AS VARCHAR), x: ${value} IS DISTINCT FROM d."row".${id(name)}${isOther}}`;
  });
  const changed =
    changes.length === 0
      ? "CAST('{}' AS JSON)"
      : `CAST(map_from_entries(list_transform(list_filter([${changes.join(', ')}], lambda e: e.x), lambda e: {k: e.k, v: e.v})) AS JSON)`;
  const from = raw(
    sql`FROM ${divertedTable(key)} AS d JOIN (SELECT DISTINCT * FROM ${given}) AS g ON g.${id(MEND_ID)} = d.row_id WHERE ${divertedWhere(filter, 'd.')}`,
  );
  await forgetMends(connection, model, raw(sql`SELECT d.row_id ${from}`));
  return connection.run(
    sql`INSERT INTO _sluice.mend SELECT ${model}, d.row_id, d.audit, ${raw(changed)}, NULL, NULL, ${timestamp(run.now)}, ${run.runId} ${from}`,
  );
}

/** Those of a run whose rows are in quarantine still are forgotten: they may not go back as they are. */
export async function forgetRefused(
  connection: Connection,
  run: RunContext,
  { model, key }: MendedTable,
): Promise<void> {
  await connection.run(
    sql`DELETE FROM _sluice.mend WHERE model = ${model} AND run_id = ${run.runId}
      AND row_id IN (SELECT row_id FROM ${divertedTable(key)})`,
  );
}

/** Which of these quarantines hold rows that a run mended. */
export async function holdMendedToo(
  connection: Connection,
  run: RunContext,
  model: string,
  keys: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const key of keys) {
    const rows = await countRows(
      connection,
      sql`SELECT count(*) AS n FROM ${divertedTable(key)} WHERE row_id IN
        (SELECT row_id FROM _sluice.mend WHERE model = ${model} AND run_id = ${run.runId})`,
    );
    if (rows > 0) found.push(key);
  }
  return found;
}

async function forgetMends(connection: Connection, model: string, ids: Sql): Promise<void> {
  await connection.run(sql`DELETE FROM _sluice.mend WHERE model = ${model} AND row_id IN (${ids})`);
}
