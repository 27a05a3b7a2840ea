import type { CompiledNode } from '../compile/compiled.ts';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { LossDocument } from '../report/index.ts';
import { pendingRestatement, type LedgerEntry } from '../state/index.ts';
import { ALL_TIME, BEGINNING, ceilTo, END, intersect, movedOn, type TimeRange } from '../time/index.ts';
import { lossByRestating } from './losses.ts';
import { cadenceAt, desiredRanges } from './node-clock.ts';
import { PROD } from './physical.ts';
import { keepsRows, type Place } from './place.ts';
import { isModel } from './planned.ts';
import { cannotRestate, shownElsewhere } from './restatement.ts';
import { coverageOf, restatedRows } from './staleness.ts';
import type { Asked, Walk } from './walk.ts';

/** What of a node is to be computed again because somebody asks for it; says so where that cannot be. */
export function askedOf(
  walk: Walk,
  node: CompiledNode,
  place: Place,
  entries: readonly LedgerEntry[],
): Asked {
  const { key, exists, carry } = place;
  const { state, environment, restate, allowDestructive } = walk.in;
  const shown = state.environments.get(environment)?.models.get(node.name)?.physical;
  const pending = exists || carry !== undefined ? [...pendingRestatement(entries)] : [];
  const isBuilt = isModel(node) && !keepsRows(node, place);
  const effective = effectiveRanges(walk, node, place, shown);
  if (isBuilt && shown !== undefined && shown !== key) {
    // What was restated, or has yet to be, is so under whatever definition comes next.
    const before = state.ledger.get(shown) ?? [];
    if (!exists) pending.push(...pendingRestatement(before));
    else if (environment === PROD || !shownElsewhere(state, environment).has(key))
      pending.push(...pendingRestatement(before), ...movedOn(coverageOf(entries), restatedRows(before)));
  }
  if (restate === undefined || !walk.restated.has(node.name))
    return { ranges: [], pending, effective, shown };
  const reason =
    carry === undefined
      ? cannotRestate(node)
      : 'its definition changed, and its rows are carried over: apply that first';
  const range = { start: restate.start ?? BEGINNING, end: restate.end ?? END };
  const isLimited = isModel(node) ? node.byInterval : hasTime(node);
  const ranges = !isLimited
    ? [ALL_TIME]
    : isModel(node)
      ? desiredRanges(walk, node, cadenceAt(walk, node)).flatMap((d) => intersect(d, range) ?? [])
      : [range];
  if (reason === undefined && ranges.length > 0) {
    const loss = exists ? lossByRestating(node, state.snapshots.get(key)) : undefined;
    if (loss !== undefined && allowDestructive !== true) walk.diagnostics.push(needsYes(node, loss));
    return { ranges, pending, effective, shown };
  }
  walk.diagnostics.push(
    diagnostic('restatement-refused', `${node.name} cannot be restated`, {
      ...(isModel(node) ? { location: node.definition.nameLocation } : {}),
      notes: [{ message: reason ?? 'none of its intervals lies in the range that was given' }],
      hint: `Leave it out of the selection: !${node.name}`,
    }),
  );
  return { ranges: [], pending, effective, shown };
}

/** What a changed definition computes again of the rows it was given: whole intervals from `--effective-from` on. */
function effectiveRanges(
  walk: Walk,
  node: CompiledNode,
  place: Place,
  shown: string | undefined,
): readonly TimeRange[] {
  const from = walk.in.forwardOnly?.effectiveFrom;
  const isChanged = place.carried !== undefined && place.key !== shown;
  if (from === undefined || !isChanged || !isModel(node) || !node.byInterval) return [];
  // A table that another environment shows was given its rows there: a new environment takes it as it is.
  if (shownElsewhere(walk.in.state, walk.in.environment).has(place.key)) return [];
  // Appending them again would double them.
  if (node.definition.kind.kind === 'INCREMENTAL_UNMANAGED') return [];
  const cadence = cadenceAt(walk, node);
  const start = ceilTo(from, cadence.unit);
  return desiredRanges(walk, node, cadence).flatMap((d) => intersect(d, { start, end: END }) ?? []);
}

function needsYes(node: CompiledNode, { message }: LossDocument): Diagnostic {
  return diagnostic('destructive-step', `restating ${node.name} cannot be taken back: ${message}`, {
    ...(isModel(node) ? { location: node.definition.nameLocation } : {}),
    hint: 'If that is what you want, say so with --allow-destructive; `sluice plan` with it shows what would happen.',
  });
}

/** Whether Sluice tells the days of a source apart. */
function hasTime(node: CompiledNode): boolean {
  return (
    node.node === 'source' &&
    node.definition.origin.kind === 'file' &&
    node.definition.origin.timeColumn !== undefined
  );
}
