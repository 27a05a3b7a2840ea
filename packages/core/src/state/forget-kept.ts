/** Kept rows are taken away only here: when somebody asks for it, or when they are older than the project keeps them. */
import { countRows } from '../engine/count-rows.ts';
import type { Connection } from '../engine/warehouse.ts';
import { sql, type TableName } from '../sql/quote.ts';
import { divertedTables } from './diverted-tables.ts';
import { heldWhere, rejectedWhere, type KeptFilter } from './kept-filter.ts';

/** Forgets what a filter picks. Runs inside the caller's transaction. Answers how many rows there were. */
export async function forgetKept(connection: Connection, filter: KeptFilter): Promise<number> {
  const held = await connection.run(sql`DELETE FROM _sluice.quarantine WHERE ${heldWhere(filter, '')}`);
  const rejected = await connection.run(
    sql`DELETE FROM _sluice.rejected_row WHERE ${rejectedWhere(filter, '')}`,
  );
  let diverted = 0;
  for (const table of await divertedTables(connection))
    diverted += await connection.run(sql`DELETE FROM ${table} WHERE ${heldWhere(filter, '')}`);
  return held + rejected + diverted;
}

/**
 * Forgets what is older: copies, rejected lines, and diverted rows whose table is there no more. Those of a table that stands
 * are nowhere else, and stay. Answers how many rows.
 */
export async function expireKept(connection: Connection, before: number): Promise<number> {
  const filter = { models: [], before };
  const gone = await goneTables(connection);
  if (!(await isKeptBefore(connection, filter, gone))) return 0;
  return connection.transaction(async () => {
    let rows = await connection.run(sql`DELETE FROM _sluice.quarantine WHERE ${heldWhere(filter, '')}`);
    rows += await connection.run(sql`DELETE FROM _sluice.rejected_row WHERE ${rejectedWhere(filter, '')}`);
    for (const table of gone)
      rows += await connection.run(sql`DELETE FROM ${table} WHERE ${heldWhere(filter, '')}`);
    return rows;
  });
}

/** Quarantines of physical tables that are no more. */
async function goneTables(connection: Connection): Promise<readonly TableName[]> {
  const rows = await connection.rows('SELECT physical FROM _sluice.snapshot');
  const standing = new Set(rows.map((r) => String(r['physical'])));
  return (await divertedTables(connection)).filter((table) => !standing.has(table.name));
}

/** Asked before a transaction is opened. */
async function isKeptBefore(
  connection: Connection,
  filter: KeptFilter,
  gone: readonly TableName[],
): Promise<boolean> {
  const counts = [
    sql`(SELECT count(*) FROM _sluice.quarantine WHERE ${heldWhere(filter, '')})`,
    sql`(SELECT count(*) FROM _sluice.rejected_row WHERE ${rejectedWhere(filter, '')})`,
    ...gone.map((table) => sql`(SELECT count(*) FROM ${table} WHERE ${heldWhere(filter, '')})`),
  ];
  return (await countRows(connection, `SELECT ${counts.join(' + ')} AS n`)) > 0;
}
