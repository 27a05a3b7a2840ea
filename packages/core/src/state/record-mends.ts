/** What people ask to be made of diverted rows, noted before it is known whether it may go back. */
import type { Column } from '../compile/compiled.ts';
import { countRows } from '../engine/count-rows.ts';
import type { Connection } from '../engine/warehouse.ts';
import { id, raw, sql, type Sql, type TableName } from '../sql/quote.ts';
import { divertedTable } from './diverted-tables.ts';
import { MEND_ID, type MendedTable } from './mended-table.ts';
import { heldWhere, type KeptFilter } from './kept-filter.ts';
import { timestamp, type RunContext } from './write.ts';

/** Asks for rows to be put back as they are. Answers how many. Runs inside the caller's transaction. */
export async function mendAsIs(
  connection: Connection,
  run: RunContext,
  table: MendedTable,
  filter: KeptFilter,
): Promise<number> {
  const { key, model } = table;
  const where = heldWhere(filter, 'd.');
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
    sql`FROM ${divertedTable(key)} AS d JOIN (SELECT DISTINCT * FROM ${given}) AS g ON g.${id(MEND_ID)} = d.row_id WHERE ${heldWhere(filter, 'd.')}`,
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
