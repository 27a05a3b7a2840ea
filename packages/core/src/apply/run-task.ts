import type { CompiledModel } from '../compile/compiled.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/index.ts';
import { dataOf, recordInputs } from '../plan/staleness.ts';
import type { TaskStatus } from '../report/index.ts';
import {
  forgetLedger,
  keepFailingRows,
  recordAudits,
  recordResult,
  recordSnapshot,
  recordTask,
  type LedgerEntry,
  type TaskRecord,
} from '../state/index.ts';
import { ALL_TIME, isAllTime, type TimeRange } from '../time/index.ts';
import { runAudit, type AuditOutcome } from './audits.ts';
import { AuditFailed, Interrupted } from './failure.ts';
import { loadSeed, loadSource } from './load.ts';
import { actionOf, secondsSince } from './node-tasks.ts';
import type { Progress, TaskContext, Written } from './task-context.ts';

/** One transaction: write, audit, ledger. */
export async function runTask(
  at: TaskContext,
  planned: PlannedNode,
  range: TimeRange,
  connection: Connection,
  progress: Progress,
  outcomes: AuditOutcome[],
  last: boolean,
): Promise<void> {
  const { run, ledger } = at;
  const { node, work, key, physical } = planned;
  // The ledger in memory follows the one in the warehouse only when the transaction is through.
  const entered: (() => void)[] = [];
  progress.statements = [];
  progress.taskStarted = performance.now();
  const written = await connection.transaction(async () => {
    if (at.ledger.isFresh(key)) {
      await forgetLedger(connection, key);
      entered.push(() => at.ledger.made(key));
    }
    const { rows, rejected } = await write(at, planned, range, connection, entered, progress);
    if (node.node === 'model' && work?.kind !== 'empty') {
      const audited = planned.reaudit && progress.done.length === 0 ? ALL_TIME : range;
      await audit(at, planned, node, audited, connection, outcomes);
    }
    if (work?.kind !== 'load' && keepsLedger(planned)) {
      const recorded = recordInputs(ledger.inputs(planned), range);
      const entry: LedgerEntry = {
        ...range,
        sequence: ledger.nextSequence(),
        data: dataOf(recorded),
        inputs: recorded,
        doneAt: at.clock(),
      };
      entered.push(await ledger.stage(connection, key, [entry]));
    }
    const relation = planned.storage === 'view' ? 'view' : 'table';
    const audits = node.node === 'model' ? node.auditIdentity : '';
    await recordSnapshot(connection, run, node, physical, relation, audits);
    await recordAudits(
      connection,
      run,
      outcomes.map((o) => o.record),
    );
    for (const o of outcomes) if (o.failing !== undefined) await keepFailingRows(connection, run, o.failing);
    await recordTask(connection, run, {
      ...taskOf(planned, range, progress),
      status: 'done',
      rows,
      errorCode: null,
      error: null,
    });
    if (last) {
      await recordNode(at, planned, connection, 'done', {
        rows: progress.rows + rows,
        seconds: secondsSince(progress.started),
        errorCode: null,
        error: null,
      });
    }
    return { rows, rejected };
  });
  for (const enter of entered) enter();
  progress.rows += written.rows;
  progress.rejected += written.rejected;
  progress.done.push(range);
  progress.audits.push(...outcomes.map((o) => o.document));
}

async function write(
  at: TaskContext,
  planned: PlannedNode,
  range: TimeRange,
  connection: Connection,
  entered: (() => void)[],
  progress: Progress,
): Promise<Written> {
  const { work } = planned;
  switch (work?.kind) {
    case 'load':
      return loadSource(at, planned, work, connection, entered);
    case 'seed':
      return loadSeed(at, planned, connection);
    case 'view':
    case 'table':
    case 'empty':
    case 'intervals': {
      const statements = await at.writer.task(planned, range, at.ledger.isFresh(planned.key));
      progress.statements = [...statements.before, ...statements.write, ...statements.after];
      let rows = 0;
      for (const s of statements.before) await connection.run(s);
      for (const s of statements.write) rows = await connection.run(s);
      for (const s of statements.after) await connection.run(s);
      return { rows, rejected: 0 };
    }
    case 'audit':
    case undefined:
      return { rows: 0, rejected: 0 };
    default:
      return work satisfies never;
  }
}

async function audit(
  at: TaskContext,
  planned: PlannedNode,
  node: CompiledModel,
  range: TimeRange,
  connection: Connection,
  outcomes: AuditOutcome[],
): Promise<void> {
  for (const bound of node.audits) {
    if (at.signal.aborted) throw new Interrupted();
    const outcome = await runAudit(
      connection,
      at.writer,
      planned,
      bound,
      range,
      at.config.quarantine.maxRows,
    );
    outcomes.push(outcome);
    at.observer({ kind: 'audit-finished', result: outcome.document });
    // An error may have ended the transaction; what the next audits would say then means nothing.
    if (outcome.document.status === 'error') break;
  }
  const failed = outcomes.find(
    (o) =>
      o.document.status === 'error' || (o.document.status === 'failed' && o.document.severity === 'block'),
  );
  if (failed !== undefined) throw new AuditFailed(failed.bound);
}

/** Whether a task of this node enters the ledger: what holds rows, and views that were audited. */
function keepsLedger(planned: PlannedNode): boolean {
  return planned.storage === 'table'
    ? planned.work?.kind !== 'audit' && planned.work?.kind !== 'empty'
    : planned.node.node === 'model' && planned.node.audits.length > 0;
}

/** The line of a run's history for one node. */
export async function recordNode(
  at: TaskContext,
  planned: PlannedNode,
  connection: Connection,
  status: TaskStatus,
  result: {
    readonly rows: number;
    readonly seconds: number;
    readonly errorCode: string | null;
    readonly error: string | null;
  },
): Promise<void> {
  await recordResult(connection, at.run, {
    model: planned.node.name,
    action: actionOf(planned),
    status,
    rows: result.rows,
    seconds: result.seconds,
    errorCode: result.errorCode,
    error: result.error,
  });
}

/** What history says of the task at hand, whatever came of it. */
export function taskOf(
  planned: PlannedNode,
  range: TimeRange,
  progress: Progress,
): Pick<TaskRecord, 'model' | 'task' | 'interval' | 'seconds' | 'statements'> {
  return {
    model: planned.node.name,
    task: progress.done.length + 1,
    interval: isAllTime(range) ? undefined : range,
    seconds: secondsSince(progress.taskStarted),
    statements: progress.statements,
  };
}
