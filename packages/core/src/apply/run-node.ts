import type { Diagnostic } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/index.ts';
import type { TaskStatus } from '../report/index.ts';
import { undone, type AuditOutcome } from './audits.ts';
import { Interrupted } from './failure.ts';
import { nodeDiagnostics } from './node-diagnostics.ts';
import { cameToAnEnd, takenBack, type NodeOutcome } from './node-outcome.ts';
import { actionOf, secondsSince, tasksOf } from './node-tasks.ts';
import { runTask, taskOf } from './run-task.ts';
import type { Progress, TaskContext } from './task-context.ts';

/**
 * Runs the tasks of one node, one after another, until one fails.
 *
 * @param isPart whether they are part of one transaction, which a failure takes back as a whole
 */
export function runNode(
  at: TaskContext,
  planned: PlannedNode,
  connection: Connection,
  isPart = false,
): Promise<NodeOutcome> {
  const about = { 'sluice.model': planned.node.name, 'sluice.action': actionOf(planned) };
  return at.tracer.span('model', about, async (span) => {
    const outcome = await runTasks(at, planned, connection, isPart);
    span.note({ 'sluice.status': outcome.status, 'sluice.rows': outcome.rows });
    if (outcome.status !== 'done') span.fail(outcome.diagnostics[0]?.code ?? outcome.status);
    return outcome;
  });
}

async function runTasks(
  at: TaskContext,
  planned: PlannedNode,
  connection: Connection,
  isPart: boolean,
): Promise<NodeOutcome> {
  const started = performance.now();
  const tasks = tasksOf(planned);
  const progress: Progress = {
    started,
    rows: 0,
    rejected: 0,
    sampledFrom: null,
    mended: 0,
    done: [],
    audits: [],
    notices: [],
    statements: [],
    taskStarted: started,
    snapshot: undefined,
  };
  const model = planned.node.name;
  at.observer({ kind: 'model-started', model, action: actionOf(planned), tasks: tasks.length });
  const outcome = (
    status: TaskStatus,
    diagnostics: readonly Diagnostic[],
    of: Pick<NodeOutcome, 'begun' | 'left'>,
  ): NodeOutcome => ({ ...progress, planned, status, seconds: secondsSince(started), diagnostics, ...of });
  let found: AuditOutcome[] = [];
  try {
    for (const [i, ranges] of tasks.entries()) {
      if (at.signal.aborted) throw new Interrupted();
      found = [];
      const about = { 'sluice.model': model, 'sluice.task': i + 1, 'sluice.tasks': tasks.length };
      await at.tracer.span('task', about, () =>
        runTask(at, planned, ranges, connection, progress, found, { isLast: i === tasks.length - 1, isPart }),
      );
      // The rows that failed are in quarantine, unless all of it may yet be rolled back.
      progress.audits.push(...(isPart ? found : found.map((o) => ({ ...o, failing: undefined }))));
      at.observer({ kind: 'task-finished', model, task: i + 1, tasks: tasks.length });
    }
    return outcome('done', [], { begun: undefined, left: [] });
  } catch (error) {
    const reason = at.signal.aborted ? new Interrupted() : error;
    const why = nodeDiagnostics(planned, reason, found, at.run.runId);
    const failed = tasks[progress.done.length];
    const begun = failed === undefined ? undefined : taskOf(planned, failed, progress);
    const left = cameToAnEnd(found, at.signal).map(undone);
    const ended = outcome(at.signal.aborted ? 'interrupted' : 'failed', why, { begun, left });
    if (!isPart) return ended;
    const taken = takenBack(ended);
    return { ...ended, ...taken, begun, left: [...taken.left, ...left] };
  }
}
