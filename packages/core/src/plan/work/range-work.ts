import type { CompiledModel } from '../../compile/compiled.ts';
import { diagnostic, type Diagnostic } from '../../diagnostic/index.ts';
import type { LedgerEntry } from '../../state/state.ts';
import { BEGINNING, END, intersect, widen, type IntervalUnit, type TimeRange } from '../../time/index.ts';
import { countedIntervals, reason } from '../explain.ts';
import { heldByInputs, holdBack, readyRanges } from '../held-back.ts';
import { intervalWork } from '../interval-work.ts';
import { cadenceAt, desiredRanges, wholeRanges } from '../node-clock.ts';
import { keepsRows } from '../place.ts';
import { inputsAt } from '../walk-inputs.ts';
import { NOT_ASKED, NOTHING, type Placed, type Todo, type Walk } from '../walk.ts';

/** A model that is computed by intervals: those that it lacks, that are stale, or that are asked for. */
export function rangeWork(
  walk: Walk,
  node: CompiledModel,
  place: Placed,
  entries: readonly LedgerEntry[],
): Todo {
  const { key, exists, carry } = place;
  const cadence = cadenceAt(walk, node);
  const { ranges, pending, effective } = walk.asked.get(node.name) ?? NOT_ASKED;
  const {
    work: todo,
    held,
    outside,
  } = intervalWork({
    definition: node.definition,
    cadence,
    desired: desiredRanges(walk, node, cadence),
    whole: wholeRanges(walk, node, cadence),
    coverage: walk.coverage.get(key) ?? [],
    entries,
    inputs: inputsAt(walk, node),
    now: walk.in.now,
    next: walk.next,
    asked: [...ranges, ...pending.map((p) => whole(p, cadence.unit)), ...effective],
    keepsRows: keepsRows(node, place),
    readsItself: node.readsItself === true,
    replaces: place.replaces,
    ready: readyRanges(walk, node),
    unready: heldByInputs(walk, node).ranges,
  });
  holdBack(walk, node, held);
  if (outside.length > 0) walk.diagnostics.push(leftAsItIs(walk, node, outside, cadence.unit));
  if (todo === undefined && carry !== undefined) return { work: { kind: 'carry' }, because: [] };
  if (todo === undefined) return exists ? NOTHING : { work: { kind: 'empty', checked: false }, because: [] };
  const { batches, anew, restated, automatic, lacking, moved } = todo;
  walk.moved.set(node.name, moved);
  const because = [];
  if (lacking.length > 0 && (entries.length > 0 || exists))
    because.push(reason.missingIntervals(lacking, cadence.unit));
  if (moved.length > 0) because.push(reason.inputsMoved(moved));
  if (automatic.length > 0) because.push(reason.autoRestatement());
  if (ranges.length > 0) because.push(reason.restated(false));
  else if (isAnyOf(pending, batches)) because.push(reason.restated(true));
  if (effective.length > 0) because.push(reason.effectiveFrom(effective));
  if (anew) because.push(reason.anew());
  walk.coverage.set(key, todo.coverage);
  return { work: { kind: 'intervals', batches, anew, restated }, because };
}

/** A model whose rows build on each other, and which the plan's limits cut. */
function leftAsItIs(
  walk: Walk,
  node: CompiledModel,
  outside: readonly TimeRange[],
  unit: IntervalUnit,
): Diagnostic {
  const { start, end, environment } = walk.in;
  const limits = [...(start === undefined ? [] : ['--start']), ...(end === undefined ? [] : ['--end'])];
  const message = `${node.name} is left as it is: its rows build on each other, and those of ${countedIntervals(outside, unit)} lie outside of this plan`;
  return diagnostic('limits-too-narrow', message, {
    location: node.definition.nameLocation,
    hint:
      limits.length > 0
        ? `Plan without ${limits.join(' and ')}, and all of them are computed again, in order.`
        : `environments.${environment}.start is later than they are. Plan the environment that has them all, and ${environment} shows what is computed there.`,
  });
}

/** What another version of the model noted may be a part of an interval of this one. */
function whole(range: TimeRange, unit: IntervalUnit): TimeRange {
  return range.start <= BEGINNING || range.end >= END ? range : widen(range, unit);
}

/** Whether any of some ranges lies in what is computed. */
function isAnyOf(ranges: readonly TimeRange[], batches: readonly TimeRange[]): boolean {
  return ranges.some((r) => batches.some((b) => intersect(r, b) !== undefined));
}
