import { groupsRows } from '../audit/index.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import { SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import { keepsHistory } from '../model/index.ts';
import { auditedRange, sharingAudits, type PlannedNode, type Step } from '../plan/index.ts';
import { carryEntries } from '../plan/carry.ts';
import { isRestated } from '../plan/interval-work.ts';
import { coverageOf, dataOfWrite, recordInputs } from '../plan/staleness.ts';
import type { TaskStatus } from '../report/index.ts';
import {
  forgetLedger,
  replaceLedger,
  type Fingerprint,
  keepFailingRows,
  recordAudits,
  recordResult,
  recordSnapshot,
  recordTask,
  snapshotRow,
  StateBatch,
  type LedgerEntry,
  type StateWriter,
  type TaskRecord,
} from '../state/index.ts';
import { isAllTime, type TimeRange } from '../time/index.ts';
import { isBlocking, type AuditOutcome } from './audits.ts';
import { standingRows, type AuditedRows } from './audited-rows.ts';
import { divert, diverts } from './divert.ts';
import { AuditFailed, Interrupted } from './failure.ts';
import { freshRowParts } from './fresh-row-parts.ts';
import { loadSeed, loadSource } from './load.ts';
import { mend } from './mend.ts';
import { actionOf, secondsSince } from './node-tasks.ts';
import { runAudits, SharedScanFailed } from './run-audits.ts';
import type { Progress, TaskContext, Written } from './task-context.ts';

/**
 * One transaction: write, audit, ledger.
 *
 * @param how.isLast whether it is the last of its node
 * @param how.isPart whether it is part of a transaction that others began, so that it cannot be done once more by itself
 */
export async function runTask(
  at: TaskContext,
  planned: PlannedNode,
  ranges: readonly TimeRange[],
  connection: Connection,
  progress: Progress,
  outcomes: AuditOutcome[],
  { isLast, isPart }: { readonly isLast: boolean; readonly isPart: boolean },
): Promise<void> {
  // What a view computes may raise an error, and it costs nothing to make one again.
  const isRepeatable = planned.storage === 'view' && !isPart;
  try {
    await tryTask(at, planned, ranges, connection, progress, outcomes, isLast, isRepeatable);
  } catch (error) {
    if (!(error instanceof SharedScanFailed) || at.signal.aborted) throw error;
    await tryTask(at, planned, ranges, connection, progress, outcomes, isLast, false);
  }
}

async function tryTask(
  at: TaskContext,
  planned: PlannedNode,
  ranges: readonly TimeRange[],
  connection: Connection,
  progress: Progress,
  outcomes: AuditOutcome[],
  last: boolean,
  canRepeat: boolean,
): Promise<void> {
  const { run, ledger } = at;
  const { node, work, key, physical } = planned;
  // The ledger in memory follows the one in the warehouse only when the transaction is through.
  const entered: (() => void)[] = [];
  // What state keeps of the task is written in one go, at the end.
  const notes = new StateBatch();
  progress.statements = [];
  progress.taskStarted = performance.now();
  const written = await connection.transaction(async () => {
    const isFresh = ledger.isFresh(key);
    const isAnew = work?.kind === 'intervals' && work.anew;
    // What was there before, of a table that stands or of one that is gone.
    const hasEntries = at.state.ledger.has(key) || ledger.entries(key).length > 0;
    if (isAnew || (isFresh && hasEntries)) await forgetLedger(connection, key);
    if (isFresh) entered.push(() => ledger.made(key));
    if (!isFresh && writesTable(planned)) await connection.own(physical, !replacesTable(planned));
    let rows = 0;
    let rejected = 0;
    let sampledFrom: number | null = null;
    const notices: Diagnostic[] = [];
    const { carry } = planned;
    const carries = isFresh && carry !== undefined;
    let standing = isAnew ? [] : ledger.entries(key);
    if (carries) {
      for (const step of at.writer.carry(planned, carry)) await runStep(connection, step);
      const inputs = ledger.inputs(planned);
      standing = await carryLedger(at, notes, key, carryEntries(ledger.entries(carry.key), inputs));
    }
    for (const [i, range] of ranges.entries()) {
      if (at.signal.aborted) throw new Interrupted();
      const isFirst = (isFresh || isAnew) && !carries && i === 0;
      const done = await write(at, planned, range, isFirst, connection, entered, progress);
      rows += done.rows;
      rejected += done.rejected;
      sampledFrom = done.sampledFrom ?? null;
      notices.push(...(done.notices ?? []));
    }
    const startsOver = isFresh || isAnew || work?.kind === 'table';
    let mended = 0;
    if (node.node === 'model' && (work?.kind === 'table' || work?.kind === 'intervals') && diverts(planned)) {
      rows -= await divert(at, planned, node, ranges, { rows, startsOver }, connection, outcomes);
      // An error may have ended the transaction; the audits below say so.
      if (!outcomes.some((o) => o.document.status === 'error'))
        mended = (await mend(at.writer, planned, node, ranges, connection)).merged;
      rows += mended;
    }
    if (node.node === 'model' && work?.kind !== 'empty') {
      const reaudits = planned.reaudit && progress.done.length === 0;
      const range = auditedRange(ranges, { reaudits, carries });
      const inParts = startsOver && !carries && node.audits.some((a) => groupsRows(a.audit));
      const parts = inParts ? await freshRowParts(connection, planned, rows) : [];
      const audited = await auditedRows(planned, node, rows, connection, canRepeat);
      const exact = range === ranges[0] && mended === 0 && writesWhatIsAudited(planned) ? rows : undefined;
      await audit(at, planned, node, range, { ...audited, exact, parts }, connection, outcomes);
    }
    if (work?.kind !== 'load' && (keepsLedger(planned) || carries)) {
      const entries = keepsLedger(planned) ? ranges.map((range) => entryOf(at, planned, range)) : [];
      entered.push(await ledger.stage(notes, key, entries, standing));
    }
    const relation = planned.storage === 'view' ? 'view' : 'table';
    const audits = node.node === 'model' ? node.auditIdentity : '';
    const about = tableOf(planned, !startsOver && at.state.snapshots.get(key)?.fingerprint.history === true);
    const snapshot = snapshotRow(run, node, physical, relation, audits, about);
    if (snapshot !== progress.snapshot) {
      const isKnown = at.state.snapshots.has(key) || progress.snapshot !== undefined;
      await recordSnapshot(notes, physical, snapshot, isKnown);
    }
    await recordAudits(
      notes,
      run,
      outcomes.map((o) => o.record),
    );
    for (const o of outcomes) if (o.failing !== undefined) await keepFailingRows(notes, run, o.failing);
    const task = {
      ...taskOf(planned, ranges, progress),
      status: 'done',
      rows,
      errorCode: null,
      error: null,
    };
    await recordTask(notes, run, task, at.texts);
    if (last) {
      await recordNode(at, planned, notes, 'done', {
        rows: progress.rows + rows,
        seconds: secondsSince(progress.started),
        errorCode: null,
        error: null,
      });
    }
    await notes.send(connection);
    return { rows, rejected, sampledFrom, notices, mended, snapshot };
  });
  for (const enter of entered) enter();
  progress.snapshot = written.snapshot;
  progress.rows += written.rows;
  progress.rejected += written.rejected;
  progress.sampledFrom = written.sampledFrom;
  progress.mended += written.mended;
  progress.done.push(...ranges);
  progress.notices.push(...written.notices);
}

/** Whether a task changes rows of a table that stands. */
function writesTable({ storage, work }: PlannedNode): boolean {
  return storage === 'table' && work?.kind !== 'audit' && work?.kind !== 'carry' && work?.kind !== 'empty';
}

/** Whether it does so by making the table anew. */
function replacesTable({ node, work }: PlannedNode): boolean {
  const isFull = node.node === 'model' && node.definition.kind.kind === 'FULL';
  return work?.kind === 'load' || work?.kind === 'seed' || (work?.kind === 'table' && isFull);
}

/** Whether a task's rows, of one range, are all that its audits look at: other kinds have others beside them, or leave some out. */
function writesWhatIsAudited(planned: PlannedNode): boolean {
  const { node, work } = planned;
  const isByTime = node.node === 'model' && node.definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE';
  return replacesTable(planned) || (isByTime && work?.kind === 'intervals');
}

/** The ledger of a table that begins with the rows of another. The copy is a write of its own. */
async function carryLedger(
  { ledger, run }: TaskContext,
  writer: StateWriter,
  key: string,
  entries: readonly LedgerEntry[],
): Promise<readonly LedgerEntry[]> {
  const sequence = ledger.nextSequence();
  const added = entries.map((e) => ({ ...e, sequence }));
  await replaceLedger(writer, run, key, { removed: [], added });
  return added;
}

/**
 * What state keeps of a physical table that is not just its model's. Once rows are there that could not be computed again,
 * another header does not change that: only starting over does.
 */
function tableOf(
  planned: PlannedNode,
  keptHistory: boolean,
): Pick<Fingerprint, 'table' | 'carried' | 'history' | 'embedded'> {
  const { node, columns, carried } = planned;
  const parts = planned.parts();
  const keeps = node.node === 'model' && keepsHistory(node.definition.kind, node.byInterval);
  const isOther = JSON.stringify(columns) !== JSON.stringify(node.columns);
  return {
    ...(isOther ? { table: columns } : {}),
    ...(carried === undefined ? {} : { carried }),
    ...(parts === undefined ? {} : { embedded: parts }),
    history: keptHistory || keeps || carried !== undefined,
  };
}

/** What the ledger says of a range that was just written. */
function entryOf({ ledger, clock }: TaskContext, planned: PlannedNode, range: TimeRange): LedgerEntry {
  const { work } = planned;
  const inputs = recordInputs(ledger.inputs(planned), range);
  const standing = ledger.isFresh(planned.key) ? [] : ledger.entries(planned.key);
  const sequence = ledger.nextSequence();
  const isNewData =
    (work?.kind === 'merge' && work.restated) ||
    (work?.kind === 'intervals' && isRestated(range, work.restated));
  return {
    ...range,
    sequence,
    data: isNewData
      ? sequence
      : dataOfWrite(
          inputs,
          { replaces: planned.replaces, standing: coverageOf(standing), next: sequence },
          range,
        ),
    inputs,
    doneAt: clock(),
  };
}

async function write(
  at: TaskContext,
  planned: PlannedNode,
  range: TimeRange,
  fresh: boolean,
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
    case 'merge':
    case 'empty':
    case 'intervals': {
      const steps = await at.writer.task(planned, range, fresh);
      progress.statements = [...progress.statements, ...steps.map((s) => s.sql)];
      let rows = 0;
      for (const step of steps) rows += await runStep(connection, step);
      return { rows, rejected: 0 };
    }
    case 'audit':
    case 'carry':
    case undefined:
      return { rows: 0, rejected: 0 };
    default:
      return work satisfies never;
  }
}

/** Answers how many of the model's rows the step wrote. */
async function runStep(connection: Connection, step: Step): Promise<number> {
  if (step.problem === undefined) {
    const rows = await connection.run(step.sql);
    return step.counts ? rows : 0;
  }
  const [row] = await connection.rows(step.sql);
  const problem = row === undefined ? undefined : step.problem(row);
  if (problem !== undefined) throw new SluiceError(problem);
  return 0;
}

/** What a task knows of the rows that its audits look at. `canRepeat`: whether it can be done once more. */
async function auditedRows(
  planned: PlannedNode,
  node: CompiledModel,
  written: number,
  connection: Connection,
  canRepeat: boolean,
): Promise<AuditedRows> {
  const isWritten = planned.storage === 'table' && planned.work?.kind !== 'audit';
  const isTable = planned.storage === 'table';
  if (isWritten) return { rows: written, isTable, scan: 'fresh' };
  if (planned.storage === 'view' && !canRepeat) return { rows: written };
  if (sharingAudits(node.audits).length === 0) return { rows: written, isTable };
  return { ...standingRows(await connection.statistics(), planned), isTable, canRepeat };
}

async function audit(
  at: TaskContext,
  planned: PlannedNode,
  node: CompiledModel,
  range: TimeRange,
  audited: AuditedRows,
  connection: Connection,
  outcomes: AuditOutcome[],
): Promise<void> {
  // An error may have ended the transaction; what the next audits would say then means nothing.
  const isOver = (): boolean => outcomes.some((o) => o.document.status === 'error');
  // Those that divert have looked at what was written.
  const asked = isOver() ? [] : node.audits.filter((a) => a.audit.severity !== 'quarantine');
  const most = at.config.quarantine.maxRows;
  if (asked.length > 0 && at.signal.aborted) throw new Interrupted();
  for await (const outcome of runAudits(connection, at.writer, planned, asked, range, most, audited)) {
    outcomes.push(outcome);
    at.observer({ kind: 'audit-finished', result: outcome.document });
    if (isOver()) break;
    if (at.signal.aborted) throw new Interrupted();
  }
  const failed = outcomes.find(isBlocking);
  if (failed !== undefined) throw new AuditFailed(failed.bound);
}

/** Whether a task of this node enters the ledger: what holds rows, and views that were audited. */
function keepsLedger(planned: PlannedNode): boolean {
  return planned.storage === 'table'
    ? planned.work?.kind !== 'audit' && planned.work?.kind !== 'empty' && planned.work?.kind !== 'carry'
    : planned.node.node === 'model' && planned.node.audits.length > 0;
}

/** The line of a run's history for one node. */
export async function recordNode(
  at: TaskContext,
  planned: PlannedNode,
  writer: StateWriter,
  status: TaskStatus,
  result: {
    readonly rows: number;
    readonly seconds: number;
    readonly errorCode: string | null;
    readonly error: string | null;
  },
): Promise<void> {
  await recordResult(writer, at.run, {
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
  ranges: readonly TimeRange[],
  progress: Progress,
): Pick<TaskRecord, 'model' | 'task' | 'interval' | 'seconds' | 'statements'> {
  const [first] = ranges;
  const end = ranges.at(-1)?.end;
  return {
    model: planned.node.name,
    task: progress.done.length + 1,
    interval:
      first === undefined || end === undefined || isAllTime(first) ? undefined : { start: first.start, end },
    seconds: secondsSince(progress.taskStarted),
    statements: progress.statements,
  };
}
