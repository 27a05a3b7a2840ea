/**
 * Takes bad rows out of what a task has just written, before the other audits look at it: in the same transaction, audit by
 * audit in the order of the header, so that a row is in quarantine once. What looks across rows does so interval by interval,
 * so that it does not matter in which batches a table was built.
 */
import { looksAcrossRows } from '../audit/index.ts';
import type { BoundAudit, CompiledModel } from '../compile/compiled.ts';
import { countedRows, firstLine } from '../diagnostic/index.ts';
import { countRows } from '../engine/count-rows.ts';
import type { Connection, Row } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/index.ts';
import { timeCondition } from '../plan/write/time-range.ts';
import type { AuditResultDocument } from '../report/index.ts';
import { sql } from '../sql/quote.ts';
import { divertRows, numberDiverted, replaceDiverted, startDiverted } from '../state/index.ts';
import { ALL_TIME, batches, cadenceOf, isAllTime, type TimeRange } from '../time/index.ts';
import { askTogether, type Shared } from './ask-together.ts';
import { DivertedColumns } from './diverted-columns.ts';
import { moved, outcomeOf, verdict, withSeconds, type AuditOutcome } from './audits.ts';
import { MOST } from './failing-columns.ts';
import { Interrupted } from './failure.ts';
import { keyColumns } from './key-columns.ts';
import { secondsSince } from './node-tasks.ts';
import type { TaskContext } from './task-context.ts';

/** Whether a model has audits that divert. */
export function diverts(planned: PlannedNode): boolean {
  return planned.node.node === 'model' && planned.node.audits.some((a) => a.audit.severity === 'quarantine');
}

/**
 * Answers how many rows were taken out.
 *
 * @param written.rows how many the task wrote
 * @param written.startsOver whether the table holds nothing else
 */
export async function divert(
  at: TaskContext,
  planned: PlannedNode,
  node: CompiledModel,
  ranges: readonly TimeRange[],
  { rows, startsOver }: { readonly rows: number; readonly startsOver: boolean },
  connection: Connection,
  outcomes: AuditOutcome[],
): Promise<number> {
  await startDiverted(connection, planned.key, planned.columns, startsOver);
  if (!startsOver)
    for (const range of ranges)
      await replaceDiverted(connection, planned.key, isAllTime(range) ? 'true' : timeCondition(node, range));
  let diverted = 0;
  const asked = node.audits.filter((a) => a.audit.severity === 'quarantine');
  const [only, ...more] = startsOver ? [ALL_TIME] : ranges;
  const scan = more.length > 0 ? undefined : 'fresh';
  const shared = await askTogether(connection, at.writer, planned, asked, only ?? ALL_TIME, { rows, scan });
  for (const bound of asked) {
    if (at.signal.aborted) throw new Interrupted();
    const outcome = await divertBy(at, planned, node, bound, ranges, connection, shared);
    outcomes.push(outcome);
    at.observer({ kind: 'audit-finished', result: outcome.document });
    if (outcome.document.status === 'error') break;
    diverted += outcome.document.failing_rows;
  }
  if (diverted > 0) await numberDiverted(connection, planned.key, planned.columns);
  return diverted;
}

const ROW_IDS = 'temp.sluice_diverted';

async function divertBy(
  at: TaskContext,
  planned: PlannedNode,
  node: CompiledModel,
  bound: BoundAudit,
  ranges: readonly TimeRange[],
  connection: Connection,
  shared: Shared,
): Promise<AuditOutcome> {
  const started = performance.now();
  const hasShared = shared.audits.has(bound);
  const { unit } = cadenceOf(node.definition, at.config.defaults);
  const parts = looksAcrossRows(bound.audit)
    ? ranges.flatMap((r) => (isAllTime(r) ? [r] : batches(r, unit, 1)))
    : ranges;
  const most = at.config.quarantine.maxRows;
  const key = keyColumns(planned);
  const kept: Row[] = [];
  const blamed = new DivertedColumns(connection);
  let columns: AuditResultDocument['columns'] = [];
  let count = 0;
  let seen = 0;
  let { problem } = shared;
  try {
    for (const part of problem === undefined ? parts : []) {
      const query = await at.writer.divert(planned, bound, part);
      seen += Number((await connection.rows(query.seen.sql))[0]?.['n'] ?? 0);
      if (query.strangers !== undefined) {
        const strangers = await countRows(connection, query.strangers);
        if (strangers > 0)
          problem = `it returned ${countedRows(strangers)} that the table does not hold, which cannot be diverted`;
        if (problem !== undefined) break;
      }
      // What was diverted since has only taken rows away.
      if (hasShared && !shared.found.has(bound)) continue;
      await connection.run(`CREATE OR REPLACE TEMP TABLE sluice_diverted AS\n${query.rowIds}`);
      if ((await countRows(connection, `SELECT count(*) AS n FROM ${ROW_IDS}`)) === 0) continue;
      if (kept.length < most)
        kept.push(
          ...(await connection.rows(
            sql`SELECT * FROM ${planned.physical} WHERE rowid IN (SELECT id FROM temp.sluice_diverted) LIMIT ${most - kept.length}`,
          )),
        );
      await blamed.count(await query.blame(MOST));
      count += await divertRows(connection, at.run, planned.physical, planned.key, ROW_IDS, {
        model: node.name,
        audit: bound.audit.name,
        reason: bound.audit.call.text,
        interval: isAllTime(part) ? undefined : part,
        columns: planned.columns,
        key,
      });
    }
    columns = await blamed.told();
  } catch (error) {
    problem = firstLine(error);
  }
  const first = ranges[0];
  const end = ranges.at(-1)?.end;
  const judged = verdict(bound.audit.tolerance, count, seen);
  const { maxRows, maxShare } = bound.audit.tolerance;
  const isTooMuch = judged === 'failed' && (maxRows !== undefined || maxShare !== undefined);
  const outcome = outcomeOf(
    { model: node.name, bound, isStandalone: false, key },
    {
      status: problem !== undefined ? 'error' : count === 0 ? 'passed' : isTooMuch ? 'failed' : 'diverted',
      count,
      seen,
      seconds: secondsSince(started),
      interval:
        first === undefined || end === undefined || isAllTime(first)
          ? undefined
          : { start: first.start, end },
      problem,
      // Within its limits all are diverted. Beyond them the task is rolled back, and these are carried out like others.
      rows: kept,
      columns,
    },
  );
  const timed = hasShared ? withSeconds(outcome, shared.seconds) : outcome;
  return timed.document.status === 'diverted' ? moved(timed) : timed;
}
