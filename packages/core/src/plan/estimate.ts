/** What an action is thought to cost, from what the warehouse and the history know already: no estimate reads a row. */
import type { EstimateDocument } from '../report/index.ts';
import type { State } from '../state/state.ts';
import type { TaskTiming } from '../state/timings.ts';
import { covered, type TimeRange } from '../time/index.ts';
import { PROD } from './physical.ts';
import type { Plan, PlannedNode } from './planned.ts';
import { coverageOf } from './staleness.ts';

/** What estimates are made from; nothing of it needs a look at data. */
export interface EstimateBasis {
  /** Tables by lower-case key. */
  readonly tables: ReadonlyMap<string, { readonly rows: number; readonly columns: number }>;
  /** What a value takes, bytes, as far as the size of the warehouse tells. */
  readonly bytesPerCell: number | undefined;
  /** How long tasks took lately, by model. */
  readonly timings: ReadonlyMap<string, TaskTiming>;
}

/** The basis of what the warehouse says of itself and of what was done lately. */
export function basisOf(
  { tables, bytes }: Pick<EstimateBasis, 'tables'> & { readonly bytes: number },
  timings: EstimateBasis['timings'],
): EstimateBasis {
  const cells = [...tables.values()].reduce((n, t) => n + t.rows * t.columns, 0);
  return { tables, bytesPerCell: cells === 0 ? undefined : bytes / cells, timings };
}

/**
 * What an action is thought to write, and how long that may take. Rows are those of the table that stands, or that it takes the
 * place of, in proportion to the time that is computed; bytes its share of the warehouse by rows and columns; seconds those
 * that tasks took lately. Null where there is nothing to go by: a new model is one.
 */
export function estimateOf(
  planned: PlannedNode,
  plan: Pick<Plan, 'environment'>,
  state: State,
  basis: EstimateBasis,
): EstimateDocument | null {
  const { node, work } = planned;
  if (work?.kind === 'load') return loadEstimate(planned, work.files, state, basis);
  if (work === undefined || work.kind === 'view' || work.kind === 'audit' || work.kind === 'empty')
    return null;
  const base = baseOf(planned, plan.environment, state);
  const table = base === undefined ? undefined : basis.tables.get(base.toLowerCase());
  const whole = table?.rows ?? null;
  const copied = planned.fresh && planned.carry !== undefined ? whole : 0;
  const share = work.kind === 'intervals' ? shareOf(work.batches, base, state) : 1;
  const computed =
    work.kind === 'carry' ? 0 : whole === null || share === null ? null : Math.round(whole * share);
  const rows = computed === null || copied === null ? null : computed + copied;
  return {
    rows,
    bytes: bytesOf(rows, planned.columns.length, basis),
    seconds: rounded(expectedSeconds(planned, computed, basis.timings.get(node.name))),
  };
}

/** All that is estimated of a plan, and how many actions compute rows that nothing is known of. */
export function totalOf(
  estimates: readonly (EstimateDocument | null)[],
): EstimateDocument & { readonly unknown: number } {
  const known = estimates.filter((e) => e !== null);
  const sum = (of: (e: EstimateDocument) => number | null): number | null => {
    const values = known.map(of).filter((v) => v !== null);
    return values.length === 0 ? null : round(values.reduce((n, v) => n + v, 0));
  };
  return {
    rows: sum((e) => e.rows),
    bytes: sum((e) => e.bytes),
    seconds: sum((e) => e.seconds),
    unknown: known.filter((e) => e.rows === null).length,
  };
}

/** Files say how large they are; how many rows that makes, the last load tells. */
function loadEstimate(
  planned: PlannedNode,
  files: readonly { readonly size: number }[],
  state: State,
  basis: EstimateBasis,
): EstimateDocument {
  const { node, key } = planned;
  const bytes = files.reduce((n, f) => n + f.size, 0);
  const load = state.loads.get(key);
  const before = load?.files.reduce((n, f) => n + f.size, 0) ?? 0;
  const rows = load === undefined || before === 0 ? null : Math.round((load.rows * bytes) / before);
  return { rows, bytes, seconds: rounded(expectedSeconds(planned, rows, basis.timings.get(node.name))) };
}

/**
 * How long the tasks of a node take as far as its history tells; null where it tells nothing. By the rows that are computed if
 * they can be told; a longer interval than the last ones takes longer; a whole table takes what it took.
 */
export function expectedSeconds(
  { work }: PlannedNode,
  rows: number | null,
  timing: TaskTiming | undefined,
): number | null {
  if (timing === undefined || work === undefined) return null;
  if (rows !== null && timing.perRow !== undefined) return timing.perRow * rows;
  if (work.kind !== 'intervals') return timing.task;
  const length = span(work.batches);
  return timing.perMillisecond === undefined || !Number.isFinite(length)
    ? timing.task * (work.anew ? 1 : work.batches.length)
    : timing.perMillisecond * length;
}

/** The table whose size tells: its own, or the one that is shown in its place. */
function baseOf(
  { node, key, fresh, carry }: PlannedNode,
  environment: string,
  state: State,
): string | undefined {
  if (carry !== undefined) return carry.key;
  if (!fresh && state.ledger.has(key)) return key;
  const shownIn = (name: string): string | undefined =>
    state.environments.get(name)?.models.get(node.name)?.physical;
  return shownIn(environment) ?? shownIn(PROD);
}

/** Which part of what a table holds is computed, by time; more than all of it when it is to hold more. */
function shareOf(batches: readonly TimeRange[], base: string | undefined, state: State): number | null {
  const had = span(covered(coverageOf(base === undefined ? [] : (state.ledger.get(base) ?? []))));
  const wanted = span(batches);
  if (had === 0) return null;
  if (Number.isFinite(had)) return wanted / had;
  return Number.isFinite(wanted) ? null : 1;
}

function span(ranges: readonly TimeRange[]): number {
  return ranges.reduce((n, r) => n + (r.end - r.start), 0);
}

function bytesOf(rows: number | null, columns: number, { bytesPerCell }: EstimateBasis): number | null {
  return rows === null || bytesPerCell === undefined ? null : Math.round(rows * columns * bytesPerCell);
}

function rounded(n: number | null): number | null {
  return n === null ? null : round(n);
}

function round(n: number): number {
  return Math.round(n * 1000) / 1000;
}
