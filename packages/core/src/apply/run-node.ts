import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/index.ts';
import {
  toDiagnosticDocument,
  type AuditResultDocument,
  type TaskResultDocument,
  type TaskStatus,
} from '../report/index.ts';
import { recordTask } from '../state/index.ts';
import { isAllTime, isoInstant } from '../time/index.ts';
import { undone, type AuditOutcome } from './audits.ts';
import { Interrupted, taskDiagnostic } from './failure.ts';
import { keepOutcomes } from './keep-outcomes.ts';
import { nodeDiagnostics } from './node-diagnostics.ts';
import { actionOf, secondsSince, tasksOf, writesRows } from './node-tasks.ts';
import { recordNode, runTask, taskOf } from './run-task.ts';
import type { Progress, TaskContext } from './task-context.ts';

/**
 * Runs the tasks of one node, one after another, until one fails. What it says of that is in the result.
 *
 * @param isPart whether they are part of one transaction, which a failure takes back as a whole
 */
export function runNode(
  at: TaskContext,
  planned: PlannedNode,
  connection: Connection,
  isPart = false,
): Promise<TaskResultDocument> {
  const about = { 'sluice.model': planned.node.name, 'sluice.action': actionOf(planned) };
  return at.tracer.span('model', about, async (span) => {
    const result = await runTasks(at, planned, connection, isPart);
    span.note({ 'sluice.status': result.status, 'sluice.rows': result.rows ?? 0 });
    if (result.status !== 'done') span.fail(result.diagnostics[0]?.code ?? result.status);
    return result;
  });
}

async function runTasks(
  at: TaskContext,
  planned: PlannedNode,
  connection: Connection,
  isPart: boolean,
): Promise<TaskResultDocument> {
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
    statements: [],
    taskStarted: started,
    snapshot: undefined,
  };
  const model = planned.node.name;
  at.observer({ kind: 'model-started', model, action: actionOf(planned), tasks: tasks.length });
  let status: TaskStatus = 'done';
  const found: Diagnostic[] = [];
  let blocking: AuditOutcome[] = [];
  let begun: ReturnType<typeof taskOf> | undefined;
  try {
    for (const [i, ranges] of tasks.entries()) {
      if (at.signal.aborted) throw new Interrupted();
      blocking = [];
      const about = { 'sluice.model': model, 'sluice.task': i + 1, 'sluice.tasks': tasks.length };
      await at.tracer.span('task', about, () =>
        runTask(at, planned, ranges, connection, progress, blocking, i === tasks.length - 1),
      );
      at.observer({ kind: 'task-finished', model, task: i + 1, tasks: tasks.length });
    }
  } catch (error) {
    status = at.signal.aborted ? 'interrupted' : 'failed';
    const reason = at.signal.aborted ? new Interrupted() : error;
    found.push(...nodeDiagnostics(planned, reason, blocking, at.run.runId));
    const failed = tasks[progress.done.length];
    if (failed !== undefined) begun = taskOf(planned, failed, progress);
    if (isPart) takeBack(progress);
    const left = blocking.map(undone);
    progress.audits.push(...left.map((o) => o.document));
    found.push(...(await keepOutcomes(at, connection, left)));
  }
  const seconds = secondsSince(started);
  const result = { ...progress, seconds, diagnostics: found };
  // A success is written in the transaction of the last task.
  if (status !== 'done') {
    const why = { errorCode: found[0]?.code ?? null, error: found[0]?.message ?? null };
    await (async (): Promise<void> => {
      await recordNode(at, planned, connection, status, { ...result, ...why });
      if (begun === undefined) return;
      await recordTask(connection, at.run, { ...begun, status, rows: 0, ...why }, at.texts);
    })().catch((reason: unknown) => {
      // The data are safe; only the history lacks a line.
      at.say(taskDiagnostic(reason, model, undefined));
    });
  }
  return finish(at, planned, status, result);
}

/** A node that is not run, because what it reads failed or the run was stopped. */
export function skipNode(
  at: TaskContext,
  planned: PlannedNode,
  culprit: string | undefined,
): TaskResultDocument {
  const diagnostics =
    culprit === undefined
      ? []
      : [diagnostic('upstream-broken', `${planned.node.name} was not run because ${culprit} failed`, {})];
  return finish(at, planned, 'skipped', {
    rows: 0,
    rejected: 0,
    sampledFrom: null,
    mended: 0,
    seconds: 0,
    done: [],
    audits: [],
    diagnostics,
  });
}

/** What tasks did in a transaction that came to nothing. */
function takeBack(progress: Progress): void {
  progress.rows = 0;
  progress.rejected = 0;
  progress.mended = 0;
  progress.done.splice(0);
  progress.audits.splice(0, progress.audits.length, ...progress.audits.map(withoutRows));
}

/** An audit whose rows went with the transaction that kept or diverted them. */
function withoutRows(audit: AuditResultDocument): AuditResultDocument {
  return { ...audit, status: audit.status === 'diverted' ? 'undone' : audit.status, kept_rows: 0 };
}

/** A node that was done in a transaction which came to nothing. */
export function takenBack(
  at: TaskContext,
  done: TaskResultDocument,
  culprit: string | undefined,
): TaskResultDocument {
  const reason = culprit === undefined ? 'what it was written with failed' : `${culprit} failed`;
  const found = diagnostic('upstream-broken', `${done.model} was rolled back because ${reason}`, {});
  at.say(found);
  const document: TaskResultDocument = {
    ...done,
    status: 'skipped',
    rows: done.rows === null ? null : 0,
    rejected: 0,
    diverted: 0,
    mended: 0,
    intervals: [],
    audits: done.audits.map(withoutRows),
    diagnostics: [...done.diagnostics, toDiagnosticDocument(found)],
  };
  at.observer({ kind: 'model-finished', result: document });
  return document;
}

function finish(
  at: TaskContext,
  planned: PlannedNode,
  status: TaskStatus,
  result: Pick<Progress, 'rows' | 'rejected' | 'sampledFrom' | 'mended' | 'done' | 'audits'> & {
    readonly seconds: number;
    readonly diagnostics: readonly Diagnostic[];
  },
): TaskResultDocument {
  for (const d of result.diagnostics) at.say(d);
  const document: TaskResultDocument = {
    model: planned.node.name,
    action: actionOf(planned),
    status,
    rows: writesRows(planned) ? result.rows : null,
    rejected: result.rejected,
    sampled_from: result.sampledFrom,
    diverted: result.audits.reduce((n, a) => n + (a.status === 'diverted' ? a.failing_rows : 0), 0),
    mended: result.mended,
    seconds: result.seconds,
    intervals: result.done
      .filter((r) => !isAllTime(r))
      .map((r) => ({ start: isoInstant(r.start), end: isoInstant(r.end) })),
    audits: result.audits,
    diagnostics: result.diagnostics.map(toDiagnosticDocument),
  };
  at.observer({ kind: 'model-finished', result: document });
  return document;
}
