/**
 * The last transaction: what goes into tables that are shown already and has to be judged first is written, standalone audits look at
 * what the environment is about to show, then its views are promoted, with the end of the run in the history. Whoever is killed
 * before has shown nothing, and whoever is killed after is known to have come to the end; an audit that blocks leaves all as it was.
 */
import { joinTransaction } from '../engine/join-transaction.ts';
import type { Connection } from '../engine/warehouse.ts';
import { seenBy, type Plan, type PlannedAudit, type PlannedNode } from '../plan/index.ts';
import type { AuditResultDocument, TaskResultDocument } from '../report/index.ts';
import { endRun, keepFailingRows, recordAudits, recordStandalone } from '../state/index.ts';
import type { ApplyResult } from './apply.ts';
import { runAround, sayAround } from './around.ts';
import { isBlocking, runStandalone, type AuditOutcome } from './audits.ts';
import { AuditFailed, Interrupted } from './failure.ts';
import { keepOutcomes } from './keep-outcomes.ts';
import { auditDiagnostic } from './node-diagnostics.ts';
import { showAll } from './promote.ts';
import { cameToAnEnd, rolledBack, skipped, type NodeOutcome } from './node-outcome.ts';
import { runNode } from './run-node.ts';
import { settleNode } from './settle-node.ts';
import type { TaskContext } from './task-context.ts';

/** How it ended, and what the audits found. */
interface Concluded {
  readonly status: ApplyResult['status'];
  readonly audits: readonly AuditResultDocument[];
  /** Of the work that was held for it. */
  readonly results: readonly TaskResultDocument[];
}

/** A task of held work failed, and has said so. */
class HeldFailed extends Error {}

/** `isWhole`: all else went well. If not, only what judges the held work runs, and nothing is promoted. */
export async function conclude(
  at: TaskContext,
  plan: Plan,
  connection: Connection,
  held: readonly PlannedNode[],
  isWhole: boolean,
): Promise<Concluded> {
  const outcomes: AuditOutcome[] = [];
  const nodes: NodeOutcome[] = [];
  const settle = async (all: readonly NodeOutcome[]): Promise<Concluded['results']> => {
    const results: TaskResultDocument[] = [];
    for (const outcome of all) results.push(await settleNode(at, connection, outcome));
    return results;
  };
  try {
    await connection.transaction(async () => {
      const joined = joinTransaction(connection);
      for (const planned of held) {
        const outcome = await runNode(at, planned, joined, true);
        nodes.push(outcome);
        if (outcome.status !== 'done') throw new HeldFailed();
      }
      const due = plan.audits.filter((a) => isWhole || a.seen.length > 0);
      await auditAll(at, plan, due, connection, outcomes);
      if (!isWhole) return;
      if (plan.promotes) {
        at.observer({ kind: 'promoting', environment: plan.environment });
        await showAll(connection, at.run, plan, at.writer);
      }
      await runAround(at, connection, 'afterAll');
      await endRun(connection, at.run, 'done', at.clock());
    });
  } catch (error) {
    // All of it was rolled back: the environment shows what it showed.
    const status = at.signal.aborted ? 'interrupted' : 'failed';
    const ended = cameToAnEnd(outcomes, at.signal);
    const results = await settle(undoneNodes(held, nodes, whyUndone(at, nodes, ended)));
    if (error instanceof HeldFailed) return { status, audits: [], results };
    if (ended.some(isBlocking)) {
      const { environment } = plan;
      const consequence =
        plan.promotes || held.length > 0
          ? `${environment} shows what it showed before`
          : `the tables of ${environment} hold what it found`;
      for (const o of ended.filter(isBlocking)) at.say(auditDiagnostic(o, '', consequence, at.run.runId));
    } else
      sayAround(at, error, plan.promotes ? `the promotion of ${plan.environment}` : 'the end of the run');
    for (const found of await keepOutcomes(at, connection, ended)) at.say(found);
    return { status, audits: ended.map((o) => o.document), results };
  }
  return { status: 'done', audits: outcomes.map((o) => o.document), results: await settle(nodes) };
}

/** What took the transaction back; undefined when somebody stopped it. */
function whyUndone(
  { signal }: TaskContext,
  nodes: readonly NodeOutcome[],
  outcomes: readonly AuditOutcome[],
): string | undefined {
  const audit = outcomes.find(isBlocking)?.document.audit;
  if (audit !== undefined) return `standalone audit ${audit}`;
  const failed = nodes.find((n) => n.status === 'failed')?.planned.node.name;
  return failed ?? (signal.aborted ? undefined : 'what it was written with');
}

/** Held work of a transaction that came to nothing: first what it broke at. */
function undoneNodes(
  held: readonly PlannedNode[],
  nodes: readonly NodeOutcome[],
  culprit: string | undefined,
): readonly NodeOutcome[] {
  return [
    ...nodes.filter((n) => n.status !== 'done'),
    ...nodes.filter((n) => n.status === 'done').map((n) => rolledBack(n, culprit)),
    ...held.slice(nodes.length).map((planned) => skipped(planned, culprit)),
  ];
}

/** All of them, so that one run says all that is wrong. */
async function auditAll(
  at: TaskContext,
  { nodes, environment }: Plan,
  audits: readonly PlannedAudit[],
  connection: Connection,
  outcomes: AuditOutcome[],
): Promise<void> {
  for (const { audit } of audits) {
    if (at.signal.aborted) throw new Interrupted();
    const outcome = await runStandalone(connection, at.writer, audit, at.config.quarantine.maxRows);
    outcomes.push(outcome);
    at.observer({ kind: 'audit-finished', result: outcome.document });
    // An error may have ended the transaction.
    if (outcome.document.status === 'error') break;
  }
  const blocking = outcomes.find(isBlocking);
  if (blocking !== undefined) throw new AuditFailed(blocking.bound);
  await recordAudits(
    connection,
    at.run,
    outcomes.map((o) => o.record),
  );
  for (const { failing } of outcomes)
    if (failing !== undefined) await keepFailingRows(connection, at.run, failing);
  const seen = audits.map(({ audit }) => {
    return [audit.name, seenBy(audit, nodes, (key) => at.ledger.entries(key))] as const;
  });
  await recordStandalone(connection, at.run, environment, new Map(seen));
}
