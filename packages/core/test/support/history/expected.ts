/**
 * What a table should hold, as SQL over what its inputs hold: said from the meaning of each kind, without asking Sluice. A
 * query here reads `m.…` and `raw.…` as the environment shows them. When every model is its query over what its inputs show,
 * all of them are what a build from nothing gives.
 */
import { addUnits, cadence, ceilTo, floorTo, type TimeRange } from '../../../src/time/index.ts';
import { comparesAll, cronOf, diverts, MOST, queryOf } from './model-text.ts';
import { seedRows, START, type ModelSpec, type ProjectSpec } from './project-spec.ts';

/** Where a model stands in its project. */
export interface Placed {
  readonly spec: ProjectSpec;
  readonly model: ModelSpec;
  readonly position: number;
}

/** The range that a model which is computed by intervals should hold at some time. */
export function desired(model: ModelSpec, now: number): TimeRange {
  const clock = cadence(cronOf(model));
  const start = ceilTo(START, clock.unit);
  return { start, end: Math.max(start, floorTo(clock.lastTick(now), clock.unit)) };
}

/** The rows of a model whose rows follow from what its inputs hold; undefined for kinds that keep rows. */
export function expectedRows(placed: Placed, now: number): string | undefined {
  const { model } = placed;
  const all = wholeRows(placed, now);
  return all === undefined || !diverts(model)
    ? all
    : `SELECT * FROM (${all}) WHERE x IS NULL OR x <= ${MOST}`;
}

/** The rows that its audit takes out. */
export function divertedRows(placed: Placed, now: number): string | undefined {
  const all = wholeRows(placed, now);
  return all === undefined || !diverts(placed.model) ? undefined : `SELECT * FROM (${all}) WHERE x > ${MOST}`;
}

function wholeRows(placed: Placed, now: number): string | undefined {
  const { model } = placed;
  const range = desired(model, now);
  switch (model.kind) {
    case 'SEED':
      return `SELECT * FROM (VALUES ${seedRows(model)
        .map(([t, k, x]) => `(TIMESTAMP '${t}', '${k}'::VARCHAR, ${x}::BIGINT)`)
        .join(', ')}) AS v(t, k, x)`;
    case 'VIEW':
    case 'FULL':
    case 'EMBEDDED':
    case 'MATERIALIZED':
      return during(placed, range);
    case 'INCREMENTAL':
      return `SELECT * FROM (${during(placed, range)}) WHERE ${within('t', range)}`;
    case 'UNIQUE':
      return lastOfKey(placed, range);
    case 'MERGED':
    case 'PARTS':
    case 'DAYS':
    case 'LOG':
    case 'SCD_TIME':
    case 'SCD_COLUMN':
    case 'LIVING':
      return undefined;
    default:
      return model.kind satisfies never;
  }
}

/** Interval after interval is merged, so that the last one with a key has it. */
function lastOfKey(placed: Placed, { start, end }: TimeRange): string {
  const { unit } = cadence(cronOf(placed.model));
  const parts: string[] = [];
  for (let at = start; at < end; at = addUnits(at, unit, 1))
    parts.push(`SELECT ${at} AS i, * FROM (${during(placed, { start: at, end: addUnits(at, unit, 1) })})`);
  if (parts.length === 0) return `SELECT * FROM (${during(placed, { start, end })}) WHERE FALSE`;
  return `SELECT * EXCLUDE (i) FROM (${parts.join(' UNION ALL ')}) QUALIFY row_number() OVER (PARTITION BY k ORDER BY i DESC) = 1`;
}

/** What is known of a table that keeps rows, before something was written to it. */
export interface Before {
  /** The rows that stood, with the columns that the table has now. */
  readonly rows: string;
  readonly columns: readonly string[];
  /** What was written: ranges where it is computed by intervals; undefined: nothing. */
  readonly written: readonly TimeRange[] | undefined;
}

/** The rows of a model that keeps some; for SCD with a column `is_open` in the place of the two times. */
export function expectedHistory(placed: Placed, { rows, columns, written }: Before): string {
  const { model } = placed;
  const list = columns.join(', ');
  const isScd = model.kind === 'SCD_TIME' || model.kind === 'SCD_COLUMN';
  if (written === undefined)
    return isScd ? `SELECT ${list}, valid_to IS NULL AS is_open FROM (${rows})` : rows;
  const query = during(placed, { start: 0, end: 0 });
  switch (model.kind) {
    case 'MERGED':
    case 'PARTS':
      return merged(rows, query, 'k', list);
    case 'DAYS': {
      const came = written.map((r) => `SELECT ${list} FROM (${during(placed, r)})`);
      return came.length === 0 ? rows : merged(rows, came.join(' UNION ALL '), 'CAST(t AS DATE)', list);
    }
    case 'LOG':
      return [rows, ...written.map((r) => `SELECT ${list} FROM (${during(placed, r)})`)].join(' UNION ALL ');
    case 'LIVING':
      return [
        `SELECT ${list} FROM (${rows}) WHERE NOT coalesce(${written.map((r) => within('t', r)).join(' OR ') || 'FALSE'}, FALSE)`,
        ...written.map((r) => `SELECT ${list} FROM (${during(placed, r)}) WHERE ${within('t', r)}`),
      ].join(' UNION ALL ');
    case 'SCD_TIME':
    case 'SCD_COLUMN': {
      const compared = comparesAll(model) ? columns.filter((c) => c !== 'k') : ['x'];
      const differs =
        model.kind === 'SCD_TIME'
          ? '(came.t > stood.t OR (stood.t IS NULL AND came.t IS NOT NULL))'
          : `(${compared.map((c) => `came.${c} IS DISTINCT FROM stood.${c}`).join(' OR ')})`;
      const of = (side: string): string => columns.map((c) => `${side}.${c}`).join(', ');
      const match = 'came.k IS NOT DISTINCT FROM stood.k';
      return `WITH came AS (${query}), was AS (${rows}), stood AS (SELECT * FROM was WHERE valid_to IS NULL)
        SELECT ${list}, FALSE AS is_open FROM was WHERE valid_to IS NOT NULL
        UNION ALL SELECT ${list}, ${model.variant % 2 === 1 ? 'FALSE' : 'TRUE'} FROM stood WHERE NOT EXISTS (SELECT 1 FROM came WHERE ${match})
        UNION ALL SELECT ${of('stood')}, NOT ${differs} FROM stood JOIN came ON ${match}
        UNION ALL SELECT ${of('came')}, TRUE FROM came LEFT JOIN (SELECT *, TRUE AS found FROM stood) AS stood ON ${match} WHERE found IS NULL OR ${differs}`;
    }
    default:
      throw new Error(`${model.kind} keeps no rows`);
  }
}

/** Rows that come take the place of all that stand with the same key. */
function merged(rows: string, query: string, key: string, list: string): string {
  return `WITH came AS (${query}), keys AS (SELECT DISTINCT ${key} AS key FROM came), stood AS (SELECT *, ${key} AS key FROM (${rows}))
    SELECT ${list} FROM came UNION ALL SELECT ${list} FROM stood WHERE NOT EXISTS (SELECT 1 FROM keys WHERE keys.key IS NOT DISTINCT FROM stood.key)`;
}

function within(column: string, { start, end }: TimeRange): string {
  return `(${column} >= TIMESTAMP '${instant(start)}' AND ${column} < TIMESTAMP '${instant(end)}')`;
}

/** The model's query for a range of time. */
function during({ spec, model, position }: Placed, { start, end }: TimeRange): string {
  const last = `${instant(end - 1)}.999999`;
  return queryOf(spec, model, position)
    .replaceAll('@start_ds', `'${instant(start).slice(0, 10)}'`)
    .replaceAll('@end_ds', `'${last.slice(0, 10)}'`)
    .replaceAll('@start_ts', `'${instant(start)}'`)
    .replaceAll('@end_ts', `'${last}'`)
    .replaceAll('@interval_start', `TIMESTAMP '${instant(start)}'`)
    .replaceAll('@interval_end', `TIMESTAMP '${instant(end)}'`);
}

function instant(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
