import { isAccumulating, type ModelDefinition } from '../model/index.ts';
import type { LedgerEntry } from '../state/state.ts';
import {
  addUnits,
  BEGINNING,
  batches,
  cadence,
  ceilTo,
  covered,
  floorTo,
  intersect,
  normalize,
  overlay,
  subtract,
  without,
  type Cadence,
  type Coverage,
  type TimeRange,
} from '../time/index.ts';
import { dataOfWrite, recordInputs, staleRanges, type BoundInput } from './staleness.ts';

/** What a model that is computed by intervals holds, and should hold. */
export interface IntervalState {
  readonly definition: ModelDefinition;
  readonly cadence: Cadence;
  /** The range it should hold, within the limits of the plan. */
  readonly desired: readonly TimeRange[];
  /** The range it should hold by its definition. */
  readonly whole: readonly TimeRange[];
  readonly coverage: Coverage;
  readonly entries: readonly LedgerEntry[];
  readonly inputs: readonly BoundInput[];
  readonly now: number;
  /** The sequence number that new data will get. */
  readonly next: number;
  /** What the table has that this one takes the place of. */
  readonly replaces: Coverage;
  /** Whether rows that stand may be of an earlier definition: a later one does not compute them all anew. */
  readonly keepsRows: boolean;
  /** Whether each interval is computed from the rows of those before. */
  readonly readsItself: boolean;
  /** What signals say is ready, of what would be computed if all were; undefined: everything. */
  readonly ready: readonly TimeRange[] | undefined;
  /** Intervals that an input does not have yet, and that it will have. */
  readonly unready: readonly TimeRange[];
  /** What is computed again because somebody asks for it. */
  readonly asked: readonly TimeRange[];
}

/** What is to be computed. */
export interface IntervalWork {
  readonly batches: readonly TimeRange[];
  /** All rows go first, and all batches are one transaction. */
  readonly anew: boolean;
  /** Ranges that are computed again because it is asked for: they count as new data. */
  readonly restated: readonly TimeRange[];
  /** Those of them that `auto_restatement_cron` asks for. */
  readonly automatic: readonly TimeRange[];
  /** Ranges never computed before. */
  readonly lacking: readonly TimeRange[];
  /** Inputs with new data for ranges that were computed. */
  readonly moved: readonly string[];
  readonly coverage: Coverage;
}

/**
 * Which intervals a model lacks, which are stale, and what follows from that. In a time-range model every interval is for
 * itself. Where rows add up run by run, a later interval builds on the earlier ones: what moved in the past is mended by
 * computing all anew, in order; where that is not wanted (`disable_restatement`), by merging again from there on; and rows
 * that were appended are never appended twice.
 */
export function intervalWork(state: IntervalState): {
  readonly work: IntervalWork | undefined;
  /** What would be computed, and has to wait. */
  readonly held: readonly TimeRange[];
  /** What stands outside of the plan's limits, because of which nothing is computed. */
  readonly outside: readonly TimeRange[];
} {
  const found = readyWork(state);
  const outside = found.work === undefined ? [] : leftBeside(state, found.work);
  return outside.length === 0 ? { ...found, outside } : { work: undefined, held: [], outside };
}

/**
 * What stands outside of the plan's limits although rows that build on each other are computed anew within them, so that it would
 * be gone, or are merged again before it, so that older rows would replace newer ones.
 */
function leftBeside(state: IntervalState, { anew, batches: tasks }: IntervalWork): readonly TimeRange[] {
  const { kind } = state.definition;
  if (!isAccumulating(kind) && !state.readsItself) return [];
  const stands = covered(state.coverage).flatMap((r) => state.whole.flatMap((w) => intersect(r, w) ?? []));
  const outside = subtract(stands, state.desired);
  if (anew) return outside;
  // What is appended stands in no order.
  if (kind.kind === 'INCREMENTAL_UNMANAGED') return [];
  const first = tasks[0]?.start ?? Number.POSITIVE_INFINITY;
  return outside.filter((r) => r.end > first);
}

/** What is ready of what is to be computed. */
function readyWork(whole: IntervalState): {
  readonly work: IntervalWork | undefined;
  readonly held: readonly TimeRange[];
} {
  const { cadence: clock, ready } = whole;
  const have = covered(whole.coverage);
  const unready = normalize(
    whole.unready.map((r) => ({ start: floorTo(r.start, clock.unit), end: ceilTo(r.end, clock.unit) })),
  );
  // What stands was computed of what inputs had; they have it still.
  const inputsLack = subtract(whole.desired, have).flatMap((m) =>
    unready.flatMap((u) => intersect(m, u) ?? []),
  );
  const work = workOf(whole, whole.desired);
  if (work === undefined || (ready === undefined && inputsLack.length === 0)) return { work, held: [] };
  // Signals are asked for what stands and is to be computed again as for what was never computed.
  const wanted = normalize(work.batches);
  const waits = normalize([...(ready === undefined ? [] : subtract(wanted, ready)), ...inputsLack]);
  const [first] = waits;
  if (first === undefined) return { work, held: [] };
  if (!isAccumulating(whole.definition.kind) && !whole.readsItself)
    return { work: workOf(whole, subtract(wanted, waits)), held: waits };
  // Where rows build on those before, nothing is computed beyond what is not ready; and rows that stand beyond it, which all that
  // is computed before would take with it or be merged over, stay as they are until all of it is.
  const isFilledIn = whole.definition.kind.kind === 'INCREMENTAL_UNMANAGED' && !work.anew;
  const last = have.at(-1)?.end ?? Number.NEGATIVE_INFINITY;
  if (first.start < last && !isFilledIn) return { work: undefined, held: wanted };
  const before = { start: Number.NEGATIVE_INFINITY, end: first.start };
  const sooner = workOf(
    whole,
    whole.desired.flatMap((d) => intersect(d, before) ?? []),
  );
  return { work: sooner, held: subtract(wanted, sooner?.batches ?? []) };
}

function workOf(state: IntervalState, desired: readonly TimeRange[]): IntervalWork | undefined {
  const { definition, cadence: clock, entries, inputs } = state;
  const { kind } = definition;
  const isRange = kind.kind === 'INCREMENTAL_BY_TIME_RANGE';
  if (!isRange && !isAccumulating(kind)) return undefined;
  const have = covered(state.coverage);
  let missing = subtract(desired, have);
  const lacking = missing;
  if (kind.lookback > 0 && inputs.some((i) => i.foreign)) {
    missing = missing.map((m) => ({ start: addUnits(m.start, clock.unit, -kind.lookback), end: m.end }));
  }
  const stale: TimeRange[] = [];
  const moved = new Set<string>();
  // What may not be computed again does not look back.
  const looksBack = isRange
    ? !kind.disableRestatement
    : kind.kind !== 'INCREMENTAL_UNMANAGED' || (!kind.disableRestatement && !state.keepsRows);
  for (const entry of looksBack ? entries : []) {
    const found = staleRanges(entry, inputs, clock.unit);
    stale.push(...found.ranges);
    for (const m of found.moved) moved.add(m);
  }
  stale.push(...cutShort(state));
  const automatic = isRange && looksBack ? autoRestated(state, kind.autoRestatement) : [];
  const within = (ranges: readonly TimeRange[]): readonly TimeRange[] =>
    normalize(ranges).flatMap((r) => desired.flatMap((d) => intersect(r, d) ?? []));
  const asked = within(state.asked);
  const restated = normalize([...automatic, ...asked]);
  let wanted = within([...missing, ...stale, ...restated]);
  if (wanted.length === 0) return undefined;
  let anew = false;
  if ((!isRange || state.readsItself) && entries.length > 0) {
    const last = have.at(-1)?.end ?? Number.NEGATIVE_INFINITY;
    // What is merged again for late rows is no reason to begin again.
    const reasons = state.readsItself ? wanted : within([...lacking, ...stale, ...asked]);
    const isBehind = reasons.some((w) => w.start < last);
    // Rows of a table that lives on are not to be computed by a definition that came later.
    anew = isBehind && !kind.disableRestatement && !state.keepsRows;
    if (anew) wanted = desired;
    // What may not be computed again is gone on from, as it is.
    else if (state.readsItself)
      wanted = wanted.flatMap((w) => intersect(w, { start: last, end: Number.POSITIVE_INFINITY }) ?? []);
    else if (kind.kind !== 'INCREMENTAL_UNMANAGED')
      wanted = within([{ start: wanted[0]?.start ?? last, end: desired.at(-1)?.end ?? last }]);
  }
  if (wanted.length === 0) return undefined;
  const tasks = wanted.flatMap((r) => batches(r, clock.unit, state.readsItself ? 1 : kind.batchSize));
  let coverage = anew ? [] : without(state.coverage, wanted);
  for (const task of tasks) {
    const data = isRestated(task, restated)
      ? state.next
      : dataOfWrite(
          recordInputs(inputs, task),
          { replaces: state.replaces, standing: state.coverage, next: state.next },
          task,
        );
    coverage = overlay(coverage, [task], data);
  }
  return { batches: tasks, anew, restated, automatic, lacking, moved: [...moved], coverage };
}

/**
 * Intervals that were computed before they were over (`allow_partials`), where an input is a table of somebody else's: that
 * it moved since then, nobody tells, so that every tick counts.
 */
function cutShort({ definition, cadence: clock, entries, inputs, now }: IntervalState): readonly TimeRange[] {
  if (!definition.allowPartials || !inputs.some((i) => i.foreign)) return [];
  return entries.flatMap((e) =>
    e.doneAt !== BEGINNING && e.doneAt < e.end && clock.lastTick(now) > e.doneAt
      ? [{ start: floorTo(e.doneAt, clock.unit), end: e.end }]
      : [],
  );
}

/** Whether a task's rows count as new data although its inputs did not move. */
export function isRestated(task: TimeRange, restated: readonly TimeRange[]): boolean {
  return restated.some((r) => intersect(r, task) !== undefined);
}

/** The newest intervals that were last computed before the newest tick of `auto_restatement_cron`. */
function autoRestated(
  { cadence: clock, desired, entries, now }: IntervalState,
  auto: { readonly cron: string; readonly intervals: number | undefined } | undefined,
): readonly TimeRange[] {
  const end = desired.at(-1)?.end;
  if (auto === undefined || end === undefined) return [];
  const tick = cadence(auto.cron, clock.zone).lastTick(now);
  const start =
    auto.intervals === undefined ? Number.NEGATIVE_INFINITY : addUnits(end, clock.unit, -auto.intervals);
  return entries.filter((e) => e.doneAt < tick).flatMap((e) => intersect(e, { start, end }) ?? []);
}
