/** What is to be known of a node's work when it is over: written where it did not get through, and told. */
import type { Connection } from '../engine/warehouse.ts';
import { toDiagnosticDocument, type TaskResultDocument } from '../report/index.ts';
import { recordTask } from '../state/index.ts';
import { isAllTime, isoInstant } from '../time/index.ts';
import { keepingDiagnostic } from './failure.ts';
import { keepOutcomes } from './keep-outcomes.ts';
import type { NodeOutcome } from './node-outcome.ts';
import { actionOf, writesRows } from './node-tasks.ts';
import { recordNode } from './run-task.ts';
import type { TaskContext } from './task-context.ts';

/** Writes on its own what a transaction that is gone cannot have kept, then tells. */
export async function settleNode(
  at: TaskContext,
  connection: Connection,
  outcome: NodeOutcome,
): Promise<TaskResultDocument> {
  const { planned, status, begun, left, diagnostics } = outcome;
  const { name } = planned.node;
  const more = [...(await keepOutcomes(at, connection, left))];
  // A success is written in the transaction of the last task; what was not begun has no line.
  if (status === 'failed' || status === 'interrupted') {
    const [first] = diagnostics;
    const why = { errorCode: first?.code ?? null, error: first?.message ?? null };
    try {
      await recordNode(at, planned, connection, status, { ...outcome, ...why });
      if (begun !== undefined)
        await recordTask(connection, at.run, { ...begun, status, rows: 0, ...why }, at.texts);
    } catch (error) {
      // The data are safe; only the history lacks a line. A full disk that stopped the work itself has been told.
      const problem = keepingDiagnostic(error, `the history does not tell what came of ${name}`);
      if (![...diagnostics, ...more].some((d) => d.code === problem.code)) more.push(problem);
    }
  }
  return tellNode(at, { ...outcome, diagnostics: [...diagnostics, ...more] });
}

/** Says all there is to say of a node, once. */
export function tellNode(at: TaskContext, outcome: NodeOutcome): TaskResultDocument {
  const { planned, audits, left, diagnostics } = outcome;
  for (const d of [...outcome.notices, ...diagnostics]) at.say(d);
  const looked = [...audits, ...left].map((o) => o.document);
  const result: TaskResultDocument = {
    model: planned.node.name,
    action: actionOf(planned),
    status: outcome.status,
    rows: writesRows(planned) ? outcome.rows : null,
    rejected: outcome.rejected,
    sampled_from: outcome.sampledFrom,
    diverted: looked.reduce((n, a) => n + (a.status === 'diverted' ? a.failing_rows : 0), 0),
    mended: outcome.mended,
    seconds: outcome.seconds,
    intervals: outcome.done
      .filter((r) => !isAllTime(r))
      .map((r) => ({ start: isoInstant(r.start), end: isoInstant(r.end) })),
    audits: looked,
    diagnostics: diagnostics.map(toDiagnosticDocument),
  };
  at.observer({ kind: 'model-finished', result });
  return result;
}
