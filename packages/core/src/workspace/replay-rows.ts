/** Puts back diverted rows of one table: mends, rows, ledger and history, inside the caller's transaction. */
import { AuditFailed } from '../apply/failure.ts';
import { isBlocking, runAudit, type AuditOutcome } from '../apply/audits.ts';
import { mend, mendedTable, type Mending } from '../apply/mend.ts';
import { nodeDiagnostics } from '../apply/node-diagnostics.ts';
import { SeenRows } from '../apply/seen-rows.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import { SluiceError } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/index.ts';
import {
  endRun,
  forgetRefused,
  mendAsIs,
  numberDiverted,
  recordAudits,
  startRun,
  type KeptFilter,
  type RunContext,
} from '../state/index.ts';
import { ALL_TIME, isAllTime, type TimeRange } from '../time/index.ts';
import { VERSION } from '../version.ts';
import { mendGiven } from './mend-given.ts';
import { enterMended } from './mended-ledger.ts';
import type { OpenProject } from './open-project.ts';
import type { Prepared } from './prepare.ts';

export interface Replayed {
  /** Rows in quarantine that were asked for. */
  readonly asked: number;
  /** Rows of the file that are not there. */
  readonly missing: number;
  readonly mending: Mending;
  readonly outcomes: readonly AuditOutcome[];
}

export async function replayRows(
  w: OpenProject,
  prepared: Prepared,
  planned: PlannedNode & { readonly node: CompiledModel },
  connection: Connection,
  run: RunContext,
  filter: KeptFilter,
  from: string | undefined,
): Promise<Replayed> {
  const table = mendedTable(planned);
  await startRun(connection, run, 'quarantine replay', prepared.plan.environment, VERSION);
  await numberDiverted(connection, planned.key, planned.columns);
  const { asked, missing } =
    from === undefined
      ? { asked: await mendAsIs(connection, run, table, filter), missing: 0 }
      : await mendGiven(connection, run, table, from, filter);
  const standing = prepared.state.ledger.get(planned.key) ?? [];
  const whole = standing.length === 0 || standing.some(isAllTime);
  const ranges: readonly TimeRange[] = whole
    ? [ALL_TIME]
    : [{ start: standing[0]?.start ?? 0, end: standing.at(-1)?.end ?? 0 }];
  const mending = await mend(prepared.writer, planned, planned.node, ranges, connection);
  await forgetRefused(connection, run, table);
  const outcomes: AuditOutcome[] = [];
  if (mending.merged > 0) {
    outcomes.push(...(await auditAgain(w, prepared, planned, connection, mending.touched, run)));
    await recordAudits(
      connection,
      run,
      outcomes.map((o) => o.record),
    );
    await enterMended(connection, run, prepared.state, planned, mending.touched);
  }
  await endRun(connection, run, 'done', w.now());
  return { asked, missing, mending, outcomes };
}

/** The audits that do not divert, over what was touched. @throws {SluiceError} when one that blocks fails. */
async function auditAgain(
  w: OpenProject,
  prepared: Prepared,
  planned: PlannedNode & { readonly node: CompiledModel },
  connection: Connection,
  touched: readonly TimeRange[],
  run: RunContext,
): Promise<readonly AuditOutcome[]> {
  const outcomes: AuditOutcome[] = [];
  const [only, ...more] = touched;
  const range = more.length > 0 ? ALL_TIME : (only ?? ALL_TIME);
  const counter = new SeenRows(connection, { isTable: planned.storage === 'table' });
  for (const bound of planned.node.audits) {
    if (bound.audit.severity === 'quarantine') continue;
    const outcome = await runAudit(connection, prepared.writer, planned, bound, range, 0, { counter });
    outcomes.push(outcome);
    w.observer({ kind: 'audit-finished', result: outcome.document });
    if (outcome.document.status === 'error') break;
  }
  const bad = outcomes.find(isBlocking);
  if (bad === undefined) return outcomes;
  throw new SluiceError(
    nodeDiagnostics(planned, new AuditFailed(bad.bound), outcomes, run.runId).map((d) => ({
      ...d,
      hint: 'With the mended rows beside it the table would fail this audit. Nothing was changed; replay fewer rows, or mend them otherwise.',
    })),
  );
}
