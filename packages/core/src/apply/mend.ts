/**
 * Puts back what people made of diverted rows, interval by interval, after the audits that divert have looked at what was written: a
 * mended row goes into the table when it passes them beside the rows that stand, and when it makes none of these fail. What
 * happens depends on the rows of one interval and on its mends alone, so a table built anew comes to the same.
 */
import { looksAcrossRows } from '../audit/index.ts';
import type { BoundAudit, CompiledModel } from '../compile/compiled.ts';
import { countRows } from '../engine/count-rows.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode, SqlWriter } from '../plan/index.ts';
import { timeCondition } from '../plan/write/time-range.ts';
import { id, raw, sql, type TableName } from '../sql/quote.ts';
import {
  ACCEPTED,
  countMended,
  hasMends,
  MEND_ID,
  MENDED,
  mergeAccepted,
  noteInterval,
  pickMended,
  type MendedTable,
} from '../state/index.ts';
import { addUnits, countUnits, isAllTime, widen, type IntervalUnit, type TimeRange } from '../time/index.ts';

/** What became of mended rows. */
export interface Mending {
  readonly merged: number;
  /** Intervals that have rows they did not have. */
  readonly touched: readonly TimeRange[];
  /** What did not go back, by what was against it. */
  readonly refused: ReadonlyMap<BoundAudit | 'time', number>;
}

const NOTHING: Mending = { merged: 0, touched: [], refused: new Map() };
const TRIAL: TableName = { schema: 'temp', name: 'sluice_trial' };
const HITS: TableName = { schema: 'temp', name: 'sluice_hits' };

export function mendedTable({ node, key, physical, columns }: PlannedNode): MendedTable {
  return { model: node.name, key, physical, columns };
}

/** Runs inside the caller's transaction; the quarantine of the table is there. */
export async function mend(
  writer: SqlWriter,
  planned: PlannedNode,
  node: CompiledModel,
  ranges: readonly TimeRange[],
  connection: Connection,
): Promise<Mending> {
  if (!(await hasMends(connection, node.name))) return NOTHING;
  const table = mendedTable(planned);
  let merged = 0;
  const touched: TimeRange[] = [];
  const refused = new Map<BoundAudit | 'time', number>();
  const refuse = (why: BoundAudit | 'time', rows: number): void => {
    if (rows > 0) refused.set(why, (refused.get(why) ?? 0) + rows);
  };
  for (const range of ranges) {
    for (const part of await mendedParts(connection, node, table, planned.unit, range)) {
      const rows = await mendPart(writer, planned, node, part, connection, refuse);
      if (rows > 0) touched.push(part);
      merged += rows;
    }
  }
  for (const { name } of [MENDED, ACCEPTED, TRIAL, HITS])
    await connection.run(sql`DROP TABLE IF EXISTS temp.${id(name)}`);
  return { merged, touched, refused };
}

/** The intervals of a range in which rows have mends, found by halving it. */
async function mendedParts(
  connection: Connection,
  node: CompiledModel,
  table: MendedTable,
  unit: IntervalUnit,
  range: TimeRange,
): Promise<readonly TimeRange[]> {
  if ((await countMended(connection, table, conditionOf(node, range))) === 0) return [];
  if (isAllTime(range)) return [range];
  const whole = widen(range, unit);
  const units = countUnits(whole, unit);
  if (units <= 1) return [whole];
  const middle = addUnits(whole.start, unit, Math.floor(units / 2));
  return [
    ...(await mendedParts(connection, node, table, unit, { start: whole.start, end: middle })),
    ...(await mendedParts(connection, node, table, unit, { start: middle, end: whole.end })),
  ];
}

function conditionOf(node: CompiledModel, range: TimeRange): string {
  return isAllTime(range) ? 'TRUE' : timeCondition(node, range);
}

async function mendPart(
  writer: SqlWriter,
  planned: PlannedNode,
  node: CompiledModel,
  part: TimeRange,
  connection: Connection,
  refuse: (why: BoundAudit | 'time', rows: number) => void,
): Promise<number> {
  const table = mendedTable(planned);
  const condition = conditionOf(node, part);
  await pickMended(connection, table, condition);
  // In another interval it would not be found again when this one is computed anew.
  refuse(
    'time',
    await connection.run(sql`DELETE FROM ${MENDED} WHERE NOT coalesce(${raw(condition)}, FALSE)`),
  );
  const audits = node.audits.filter((a) => a.audit.severity === 'quarantine');
  const isBeside = audits.some((a) => looksAcrossRows(a.audit));
  const columns = raw(planned.columns.map((c) => sql`${id(c.name)}`).join(', '));
  const standing = sql`SELECT ${columns}, NULL AS ${id(MEND_ID)} FROM ${planned.physical} WHERE ${raw(condition)} UNION ALL `;
  await connection.run(
    sql`CREATE OR REPLACE TEMP TABLE sluice_trial AS ${raw(isBeside ? standing : '')}SELECT ${columns}, ${id(MEND_ID)} FROM ${MENDED}`,
  );
  const badOf = async (bound: BoundAudit): Promise<string> =>
    (await writer.divert({ ...planned, physical: TRIAL }, bound, part)).rowIds;
  for (let isSettled = false; !isSettled;) {
    isSettled = true;
    for (const bound of audits) {
      const rows = await connection.run(
        sql`DELETE FROM ${TRIAL} WHERE ${id(MEND_ID)} IS NOT NULL AND rowid IN (SELECT id FROM (${raw(await badOf(bound))}))`,
      );
      refuse(bound, rows);
      // Without one row another may be seen in another light.
      if (rows > 0 && isBeside) isSettled = false;
    }
  }
  await connection.run(
    sql`CREATE OR REPLACE TEMP TABLE sluice_accepted AS SELECT ${id(MEND_ID)} AS id FROM ${TRIAL} WHERE ${id(MEND_ID)} IS NOT NULL`,
  );
  const harmed = isBeside ? await harmedBy(connection, audits, badOf) : undefined;
  if (harmed !== undefined) refuse(harmed, await connection.run(sql`DELETE FROM ${ACCEPTED}`));
  await noteInterval(connection, node.name, isAllTime(part) ? undefined : part);
  return mergeAccepted(connection, table);
}

/** The audit that finds rows bad that stand, because of those that are to come beside them; the trial is left without these. */
async function harmedBy(
  connection: Connection,
  audits: readonly BoundAudit[],
  badOf: (bound: BoundAudit) => Promise<string>,
): Promise<BoundAudit | undefined> {
  const parts: string[] = [];
  for (const [i, bound] of audits.entries())
    parts.push(sql`SELECT ${i} AS audit, id FROM (${raw(await badOf(bound))})`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE sluice_hits AS ${parts.join(' UNION ALL ')}`);
  if ((await countRows(connection, sql`SELECT count(*) AS n FROM ${HITS}`)) === 0) return undefined;
  await connection.run(sql`DELETE FROM ${TRIAL} WHERE ${id(MEND_ID)} IS NOT NULL`);
  for (const [i, bound] of audits.entries()) {
    // What was bad without them was let through by an audit that came later.
    const worse = await countRows(
      connection,
      sql`SELECT count(*) AS n FROM ${HITS} WHERE audit = ${i} AND id NOT IN (SELECT id FROM (${raw(await badOf(bound))}))`,
    );
    if (worse > 0) return bound;
  }
  return undefined;
}
