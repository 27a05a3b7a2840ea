import type { Location } from '../diagnostic/index.ts';
import type { PlannedNode } from '../plan/index.ts';
import type { TaskResultDocument } from '../report/index.ts';
import { ALL_TIME, type TimeRange } from '../time/index.ts';

/** What a planned node means for applying: its tasks, what is said of it, what it waits for. */

/** The ranges of each transaction. */
export function tasksOf({ work }: PlannedNode): readonly (readonly TimeRange[])[] {
  if (work === undefined) return [];
  if (work.kind !== 'intervals') return [[ALL_TIME]];
  return work.anew ? [work.batches] : work.batches.map((b) => [b]);
}

/** Whether a node's work counts rows. */
export function writesRows({ work }: PlannedNode): boolean {
  return work !== undefined && work.kind !== 'view' && work.kind !== 'audit' && work.kind !== 'carry';
}

export function actionOf(planned: PlannedNode): TaskResultDocument['action'] {
  return planned.action?.kind ?? 'backfill';
}

/** What must be done before a node: what it reads, and what its audits read. */
export function orderingInputs(planned: PlannedNode): readonly string[] {
  const { node } = planned;
  return node.node === 'source' ? [] : [...node.dependencies, ...node.audits.flatMap((a) => a.dependencies)];
}

export function locationOf(planned: PlannedNode): Location {
  return planned.node.node === 'model'
    ? planned.node.definition.nameLocation
    : planned.node.definition.location;
}

export function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}
