/**
 * Rows that audits took out of a table. They are kept nowhere else, so all of them are, with the types they have: a table of
 * their own beside each physical table, under its key. What a write replaces in the one, it replaces in the other.
 */
import type { Column } from '../compile/compiled.ts';
import type { Connection } from '../engine/warehouse.ts';
import { id, ident, raw, sql, type TableName } from '../sql/quote.ts';
import type { TimeRange } from '../time/index.ts';
import { divertedTable } from './diverted-tables.ts';
import { bound, timestamp, type RunContext } from './write.ts';

/** The quarantine of a physical table; `anew`: without the rows that it has. Runs inside the caller's transaction. */
export async function startDiverted(
  connection: Connection,
  key: string,
  columns: readonly Column[],
  anew: boolean,
): Promise<void> {
  const create = raw(anew ? 'CREATE OR REPLACE TABLE' : 'CREATE TABLE IF NOT EXISTS');
  const fields = columns.map((c) => `${ident(c.name)} ${c.type}`).join(', ');
  await connection.run(
    sql`${create} ${divertedTable(key)} (run_id VARCHAR NOT NULL, model VARCHAR NOT NULL,
      audit VARCHAR NOT NULL, reason VARCHAR NOT NULL, start_at TIMESTAMP, end_at TIMESTAMP, kept_at TIMESTAMP NOT NULL,
      "key" JSON, "row" STRUCT(${raw(fields)}) NOT NULL, row_id VARCHAR)`,
  );
}

/** Forgets the rows for which a condition on the model's columns holds: their interval is computed again. */
export async function replaceDiverted(connection: Connection, key: string, condition: string): Promise<void> {
  const table = divertedTable(key);
  await connection.run(
    sql`DELETE FROM ${table} WHERE rowid IN (SELECT ${id(OWN_ID)} FROM (SELECT rowid AS ${id(OWN_ID)}, unnest("row")
      FROM ${table}) WHERE ${raw(condition)})`,
  );
}

const OWN_ID = '_sluice_rowid';

export interface Diverted {
  readonly model: string;
  readonly audit: string;
  /** The call as the header has it. */
  readonly reason: string;
  readonly interval: TimeRange | undefined;
  readonly columns: readonly Column[];
  /** Columns that tell which row is which; none when the model does not say. */
  readonly key: readonly string[];
}

/** Moves rows out of a physical table: `rowIds` is a relation with a column `id`. Answers how many. */
export async function divertRows(
  connection: Connection,
  run: RunContext,
  physical: TableName,
  key: string,
  rowIds: string,
  about: Diverted,
): Promise<number> {
  const values = about.key.length === 0 ? 'NULL' : `to_json(${pack(about.key)})`;
  const moved = await connection.run(
    sql`INSERT INTO ${divertedTable(key)} SELECT ${run.runId}, ${about.model}, ${about.audit}, ${about.reason},
      ${bound(about.interval?.start)}, ${bound(about.interval?.end)}, ${timestamp(run.now)}, ${raw(values)},
      ${raw(pack(about.columns.map((c) => c.name)))}, NULL FROM ${physical} WHERE rowid IN (SELECT id FROM ${raw(rowIds)})`,
  );
  await connection.run(sql`DELETE FROM ${physical} WHERE rowid IN (SELECT id FROM ${raw(rowIds)})`);
  return moved;
}

/**
 * Gives rows that have none an id, by which a person names them and by which they are known again when they are diverted anew: the
 * hash of their values, and which of the rows with those it is. Rows of the same values are diverted together, so that the
 * second part never means another row.
 */
export async function numberDiverted(
  connection: Connection,
  key: string,
  columns: readonly Column[],
): Promise<void> {
  const table = divertedTable(key);
  const values = raw(
    columns
      .map((c) => c.name)
      .toSorted()
      .map((name) => sql`${id(name)} := "row".${id(name)}`)
      .join(', '),
  );
  await connection.run(
    sql`UPDATE ${table} SET row_id = numbered.id FROM (
      SELECT ${id(OWN_ID)}, hash || '-' || row_number() OVER (PARTITION BY hash ORDER BY audit, ${id(OWN_ID)}) AS id FROM (
        SELECT rowid AS ${id(OWN_ID)}, audit, md5(CAST(struct_pack(${values}) AS VARCHAR)) AS hash FROM ${table} WHERE row_id IS NULL)
    ) AS numbered WHERE ${table}.rowid = numbered.${id(OWN_ID)}`,
  );
}

/** Columns as one value. */
function pack(names: readonly string[]): string {
  return `struct_pack(${names.map((n) => `${ident(n)} := ${ident(n)}`).join(', ')})`;
}
