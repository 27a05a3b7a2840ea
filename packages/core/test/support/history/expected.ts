/**
 * What a table should hold, as SQL over what its inputs hold: said from the meaning of each kind, without asking Sluice. A
 * query here reads `m.…` and `raw.…` as the environment shows them. When every model is its query over what its inputs show,
 * all of them are what a build from nothing gives.
 */
import { addUnits, cadence, ceilTo, floorTo, type TimeRange } from '../../../src/time/index.ts';
import { addends, comparesAll, cronOf, diverts, matchingOf, MOST, queryOf } from './model-text.ts';
import { columnsOf, withMends, type Mend } from './mends.ts';
import { seedRows, START, type ModelSpec, type ProjectSpec } from './project-spec.ts';

/** Where a model stands in its project. */
export interface Placed {
  readonly spec: ProjectSpec;
  readonly model: ModelSpec;
  readonly position: number;
  /** What was made of rows that its audit diverted. */
  readonly mends: readonly Mend[];
}

/** The range that a model which is computed by intervals should hold at some time. */
export function desired(model: ModelSpec, now: number): TimeRange {
  const clock = cadence(cronOf(model));
  const start = ceilTo(START, clock.unit);
  return { start, end: Math.max(start, floorTo(clock.lastTick(now), clock.unit)) };
}

/** What has to be computed where these intervals are missing: as many before them as the model looks back. */
export function withLookback(
  model: ModelSpec,
  missing: readonly TimeRange[],
  now: number,
): readonly TimeRange[] {
  const { unit } = cadence(cronOf(model));
  const all = desired(model, now);
  return missing.map(({ start, end }) => ({
    start: Math.max(all.start, addUnits(start, unit, -model.lookback)),
    end,
  }));
}

/** The rows of a model whose rows follow from what its inputs hold; undefined for kinds that keep rows. */
export function expectedRows(placed: Placed, now: number): string | undefined {
  const all = wholeRows(placed, now);
  return all === undefined ? undefined : published(placed, all);
}

/** Without what its audit takes out, and with what was made of that. */
function published(placed: Placed, all: string): string {
  const { model } = placed;
  if (!diverts(model)) return all;
  const list = columnsOf(model).map((c) => (c === 'x' ? '_x AS x' : c === 'k' ? '_k AS k' : c));
  return `SELECT * FROM (${all}) WHERE x IS NULL OR x <= ${MOST}
    UNION ALL SELECT ${list.join(', ')} FROM (${mendable(placed, all)}) WHERE _id IS NOT NULL`;
}

function mendable({ model, mends }: Placed, all: string): string {
  return withMends(`SELECT * FROM (${all}) WHERE x > ${MOST}`, columnsOf(model), mends);
}

/** The rows that its audit takes out, and that stay out. */
export function divertedRows(placed: Placed, now: number): string | undefined {
  const all = wholeRows(placed, now);
  return all === undefined || !diverts(placed.model)
    ? undefined
    : `SELECT ${columnsOf(placed.model).join(', ')} FROM (${mendable(placed, all)}) WHERE _id IS NULL`;
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
      return mergedInOrder(placed, range);
    case 'RUNNING':
      return runningTotals(placed, range);
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

/** Interval after interval is merged: what of the rows with one key is left, in closed form. */
function mergedInOrder(placed: Placed, { start, end }: TimeRange, stood?: string): string {
  const parts = unitsOf(placed.model, { start, end }).map(
    (unit) => `SELECT ${unit.start} AS i, * FROM (${during(placed, unit)})`,
  );
  if (stood !== undefined) parts.unshift(`SELECT 0 AS i, * FROM (${stood})`);
  if (parts.length === 0) return `SELECT * FROM (${during(placed, { start, end })}) WHERE FALSE`;
  const all = `(${parts.join(' UNION ALL ')})`;
  const matching = matchingOf(placed.model);
  switch (matching) {
    case 'replace':
      return `SELECT * EXCLUDE (i) FROM ${all} QUALIFY row_number() OVER (PARTITION BY k ORDER BY i DESC) = 1`;
    case 'first':
      return `SELECT * EXCLUDE (i) FROM ${all} QUALIFY row_number() OVER (PARTITION BY k ORDER BY i) = 1`;
    case 'greater':
      // Nothing is greater than a NULL that came first.
      return `SELECT * EXCLUDE (i, x0) FROM (SELECT *, first_value(x) OVER (PARTITION BY k ORDER BY i) AS x0 FROM ${all})
        QUALIFY row_number() OVER (PARTITION BY k ORDER BY CASE WHEN x0 IS NULL THEN NULL ELSE x END DESC NULLS LAST, i) = 1`;
    case 'add':
      return `SELECT * EXCLUDE (i, total) REPLACE (total AS x) FROM (SELECT *, CASE WHEN count(x) OVER w = count(*) OVER w THEN CAST(sum(x) OVER w AS BIGINT) END AS total
        FROM ${all} WINDOW w AS (PARTITION BY k)) QUALIFY row_number() OVER (PARTITION BY k ORDER BY i) = 1`;
    case 'delete':
      throw new Error('this depends on what stood');
    default:
      return matching satisfies never;
  }
}

/** A total at the start of each interval, of all that is before its end. */
function runningTotals({ spec, model, position }: Placed, range: TimeRange, before = '0'): string {
  const rest = model.extras.map((e) => `, 0::BIGINT AS ${e.name}`).join('');
  const none = `SELECT NULL::TIMESTAMP AS t, 'a' AS k, 0::BIGINT AS x${rest} WHERE FALSE`;
  const units = unitsOf(model, range);
  if (units.length === 0) return none;
  const ends = units.map((u) => `(TIMESTAMP '${instant(u.start)}', TIMESTAMP '${instant(u.end)}')`);
  const bound = ` AND s.t >= TIMESTAMP '${instant(range.start)}' AND s.t < TIMESTAMP '${instant(range.end)}'`;
  const all = addends(spec, model, position, bound).replace('SELECT ', 'SELECT s.t AS at, ');
  return `SELECT starts AS t, 'a' AS k, CAST(${before} + coalesce(sum(a.x), 0) AS BIGINT) AS x${rest} FROM (VALUES ${ends.join(', ')}) AS u(starts, ends)
    LEFT JOIN (${all}) AS a ON a.at < u.ends GROUP BY ALL`;
}

/** From the first start to the last end. */
function hull(ranges: readonly TimeRange[]): TimeRange | undefined {
  if (ranges.length === 0) return undefined;
  return { start: Math.min(...ranges.map((r) => r.start)), end: Math.max(...ranges.map((r) => r.end)) };
}

/** The intervals of a model within a range. */
export function unitsOf(model: ModelSpec, { start, end }: TimeRange): readonly TimeRange[] {
  const { unit } = cadence(cronOf(model));
  const units: TimeRange[] = [];
  for (let at = start; at < end; at = addUnits(at, unit, 1))
    units.push({ start: at, end: addUnits(at, unit, 1) });
  return units;
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
      return mergedOnce(model, rows, query, columns);
    case 'PARTS':
      return merged(rows, query, 'k', list);
    case 'DAYS': {
      const came = written.map((r) => `SELECT ${list} FROM (${during(placed, r)})`);
      return came.length === 0 ? rows : merged(rows, came.join(' UNION ALL '), 'CAST(t AS DATE)', list);
    }
    case 'INCREMENTAL':
      return [
        `SELECT ${list} FROM (${rows}) WHERE NOT coalesce(${written.map((r) => within('t', r)).join(' OR ') || 'FALSE'}, FALSE)`,
        ...written.map(
          (r) =>
            `SELECT ${list} FROM (${published(placed, `SELECT * FROM (${during(placed, r)}) WHERE ${within('t', r)}`)})`,
        ),
      ].join(' UNION ALL ');
    case 'UNIQUE':
    case 'RUNNING': {
      const range = hull(written);
      if (range === undefined) return rows;
      if (model.kind === 'UNIQUE') return `SELECT ${list} FROM (${mergedInOrder(placed, range, rows)})`;
      // From the first on all is computed anew; a later one goes on from what stands.
      const at = `TIMESTAMP '${instant(range.start)}'`;
      const last = `coalesce((SELECT max_by(x, t) FROM (${rows}) WHERE t < ${at}), 0)`;
      return `SELECT ${list} FROM (${rows}) WHERE t < ${at} UNION ALL SELECT ${list} FROM (${runningTotals(placed, range, last)})`;
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
          ? '(coalesce(came.t > stood.t, stood.t IS NULL AND came.t IS NOT NULL))'
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

/** One merge by key. */
function mergedOnce(model: ModelSpec, rows: string, query: string, columns: readonly string[]): string {
  const of = (side: string): string => columns.map((c) => `${side}.${c}`).join(', ');
  const sum = columns.map((c) => (c === 'x' ? 'stood.x + came.x' : `stood.${c}`)).join(', ');
  const pairs = 'FROM stood JOIN came ON came.k IS NOT DISTINCT FROM stood.k';
  const matching = matchingOf(model);
  const matched = {
    replace: `SELECT ${of('came')} ${pairs}`,
    first: `SELECT ${of('stood')} ${pairs}`,
    greater: `SELECT ${of('came')} ${pairs} WHERE came.x > stood.x UNION ALL SELECT ${of('stood')} ${pairs} WHERE (came.x > stood.x) IS NOT TRUE`,
    add: `SELECT ${sum} ${pairs}`,
    delete: `SELECT ${sum} ${pairs} WHERE (came.x % 3 = 0) IS NOT TRUE`,
  }[matching];
  return `WITH came AS (${query}), stood AS (${rows})
    SELECT ${of('came')} FROM came WHERE NOT EXISTS (SELECT 1 FROM stood WHERE stood.k IS NOT DISTINCT FROM came.k)
    UNION ALL SELECT ${of('stood')} FROM stood WHERE NOT EXISTS (SELECT 1 FROM came WHERE stood.k IS NOT DISTINCT FROM came.k)
    UNION ALL ${matched}`;
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
