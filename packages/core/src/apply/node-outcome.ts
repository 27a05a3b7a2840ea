/**
 * What came of the work on one node, before anybody is told: whether a transaction that several nodes share comes to anything is known
 * when it ends, and what was told of them cannot be taken back.
 */
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { PlannedNode } from '../plan/index.ts';
import type { TaskStatus } from '../report/index.ts';
import type { TaskRecord } from '../state/index.ts';
import { undone, type AuditOutcome } from './audits.ts';
import { Interrupted, taskDiagnostic } from './failure.ts';
import { locationOf } from './node-tasks.ts';
import type { Progress } from './task-context.ts';

export interface NodeOutcome extends Pick<
  Progress,
  'rows' | 'rejected' | 'sampledFrom' | 'mended' | 'done' | 'audits' | 'notices'
> {
  readonly planned: PlannedNode;
  readonly status: TaskStatus;
  readonly seconds: number;
  /** Why it is not done. */
  readonly diagnostics: readonly Diagnostic[];
  /** The task that did not come to its end. */
  readonly begun: Pick<TaskRecord, 'model' | 'task' | 'interval' | 'seconds' | 'statements'> | undefined;
  /** Of audits whose tasks were rolled back: what they found is kept nevertheless. */
  readonly left: readonly AuditOutcome[];
}

const NOTHING_DONE: Omit<NodeOutcome, 'planned' | 'status' | 'seconds' | 'diagnostics'> = {
  rows: 0,
  rejected: 0,
  sampledFrom: null,
  mended: 0,
  done: [],
  audits: [],
  notices: [],
  begun: undefined,
  left: [],
};

/** What audits found, without the one that somebody stopped: it found nothing. */
export function cameToAnEnd(outcomes: readonly AuditOutcome[], signal: AbortSignal): readonly AuditOutcome[] {
  return signal.aborted ? outcomes.filter((o) => o.document.status !== 'error') : outcomes;
}

/** A node that is not run, because what it reads failed or the run was stopped. */
export function skipped(planned: PlannedNode, culprit: string | undefined): NodeOutcome {
  return {
    ...NOTHING_DONE,
    planned,
    status: 'skipped',
    seconds: 0,
    diagnostics:
      culprit === undefined
        ? []
        : [diagnostic('upstream-broken', `${planned.node.name} was not run because ${culprit} failed`, {})],
  };
}

/** What is left of tasks that were done in a transaction which came to nothing. */
export function takenBack({ audits }: NodeOutcome): typeof NOTHING_DONE {
  return { ...NOTHING_DONE, left: audits.map(undone) };
}

/** A node whose tasks went well, in a transaction that came to nothing. `culprit`: undefined when somebody stopped the run. */
export function rolledBack(outcome: NodeOutcome, culprit: string | undefined): NodeOutcome {
  const { name } = outcome.planned.node;
  return {
    ...outcome,
    ...takenBack(outcome),
    status: culprit === undefined ? 'interrupted' : 'skipped',
    diagnostics: [
      culprit === undefined
        ? taskDiagnostic(new Interrupted(), name, locationOf(outcome.planned))
        : diagnostic('upstream-broken', `${name} was rolled back because ${culprit} failed`, {}),
    ],
  };
}
