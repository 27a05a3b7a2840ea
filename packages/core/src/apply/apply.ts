import type { Diagnostic } from '../diagnostic/index.ts';
import type { Tracer } from '../engine/tracer.ts';
import type { Connection, Warehouse } from '../engine/warehouse.ts';
import { keepsHistory } from '../model/index.ts';
import type { Plan, PlannedNode, SqlWriter } from '../plan/index.ts';
import type { ProjectConfig } from '../project/index.ts';
import type { AuditResultDocument, Observer, TaskResultDocument } from '../report/index.ts';
import { ident } from '../sql/quote.ts';
import {
  asPending,
  DIVERTED_SCHEMA,
  endRun,
  keptTexts,
  recordHistory,
  type RunContext,
  type State,
} from '../state/index.ts';
import { ALL_TIME } from '../time/index.ts';
import { begin } from './around.ts';
import { conclude } from './conclude.ts';
import { diverts } from './divert.ts';
import { keepingDiagnostic } from './failure.ts';
import { heldWork, missingFor } from './held-work.ts';
import { LiveLedger } from './live-ledger.ts';
import { tasksOf } from './node-tasks.ts';
import { runInOrder } from './run-in-order.ts';
import { skipped } from './node-outcome.ts';
import { runNode } from './run-node.ts';
import { settleNode, tellNode } from './settle-node.ts';
import type { TaskContext } from './task-context.ts';

/** What applying needs. */
export interface ApplyInput {
  readonly plan: Plan;
  readonly state: State;
  readonly config: ProjectConfig;
  readonly warehouse: Warehouse;
  readonly writer: SqlWriter;
  /** The project folder, absolute. */
  readonly root: string;
  readonly run: RunContext;
  readonly jobs: number;
  /** How many seconds each model will take as far as its history tells; what has none is missing. */
  readonly expected: Readonly<Record<string, number>>;
  /** After a failure no other node is begun. */
  readonly failFast: boolean;
  readonly observer: Observer;
  readonly tracer: Tracer;
  readonly signal: AbortSignal;
  /** The clock, for when an entry was done. */
  readonly clock: () => number;
}

export interface ApplyResult {
  readonly results: readonly TaskResultDocument[];
  /** Of standalone audits. */
  readonly audits: readonly AuditResultDocument[];
  readonly diagnostics: readonly Diagnostic[];
  readonly status: 'done' | 'failed' | 'interrupted';
  readonly promoted: boolean;
  readonly sequence: number;
}

/**
 * Does a plan. Each task is one transaction: write, audit, ledger, commit, or nothing. Independent models run at the same
 * time; a failure stops what stands below it and nothing else. Views are promoted at the end, all at once, if all went
 * well, and the history has the end of the run. What a standalone audit has to judge before anybody sees it waits for that
 * last transaction (`held-work.ts`).
 */
export async function applyPlan(input: ApplyInput): Promise<ApplyResult> {
  const { plan, state, observer, warehouse, signal, run } = input;
  const diagnostics: Diagnostic[] = [];
  const results = new Map<string, TaskResultDocument>();
  const ledger = new LiveLedger(plan, state, run);
  const work = [...plan.nodes.values()].filter((n) => n.work !== undefined);
  const { free, held } = heldWork(plan, work);
  const jobs = Math.max(1, Math.min(input.jobs, free.length));
  observer({
    kind: 'apply-started',
    models: work.length,
    tasks: work.reduce((n, w) => n + tasksOf(w).length, 0),
    jobs,
    expected: input.expected,
  });
  // Of what is missing, what failed is to blame, and not what was skipped or stopped with it.
  const skip = (at: TaskContext, planned: PlannedNode, missing: readonly string[]): void => {
    const culprit = missing.find((name) => results.get(name)?.status === 'failed');
    results.set(planned.node.name, tellNode(at, skipped(planned, culprit)));
  };
  const connections = await Promise.all(Array.from({ length: jobs }, () => warehouse.connect()));
  const stop = (): void => {
    for (const c of connections) c.interrupt();
  };
  signal.addEventListener('abort', stop);
  try {
    const first = connections[0];
    if (first === undefined) throw new Error('no connection');
    const texts = work.length === 0 ? new Set<string>() : await keptTexts(first);
    const at: TaskContext = { ...input, ledger, texts, say: (d) => diagnostics.push(d) };
    const isOpen = await begin(at, first);
    if (isOpen) await prepare(at, plan, first, work);
    if (isOpen)
      await runInOrder(plan, free, connections, {
        run: async (planned, connection) => {
          const result = await settleNode(at, connection, await runNode(at, planned, connection));
          results.set(planned.node.name, result);
          return result.status === 'done';
        },
        skip: (planned, missing) => skip(at, planned, missing),
        isStopped: () =>
          signal.aborted || (input.failFast && [...results.values()].some((r) => r.status === 'failed')),
      });
    const bad = [...results.values()].filter((r) => r.status !== 'done');
    let status: ApplyResult['status'] = signal.aborted
      ? 'interrupted'
      : bad.length > 0 || !isOpen
        ? 'failed'
        : 'done';
    let audits: ApplyResult['audits'] = [];
    const missing = missingFor(plan, held, new Set(bad.map((r) => r.model)));
    const isStopped = status === 'interrupted' || !isOpen || (input.failFast && bad.length > 0);
    if (isStopped || missing.length > 0) for (const planned of held) skip(at, planned, missing);
    else if (status === 'done' || held.length > 0) {
      const concluded = await conclude(at, plan, first, held, status === 'done');
      for (const result of concluded.results) results.set(result.model, result);
      audits = concluded.audits;
      if (status === 'done' || concluded.status === 'interrupted') ({ status } = concluded);
    }
    if (status !== 'done')
      await endRun(first, run, status, input.clock()).catch((error: unknown) => {
        // What came of the work is to be told all the same; for history the run is lost.
        const problem = keepingDiagnostic(error, 'the history does not tell how the run ended');
        if (!diagnostics.some((d) => d.code === problem.code)) diagnostics.push(problem);
      });
    const promoted = status === 'done' && plan.promotes;
    return {
      results: [...plan.nodes.keys()].flatMap((name) => results.get(name) ?? []),
      audits,
      diagnostics,
      status,
      promoted,
      sequence: plan.sequence + (promoted ? 1 : 0),
    };
  } finally {
    signal.removeEventListener('abort', stop);
    for (const c of connections) c.close();
  }
}

/** Schemas first, in one transaction: two tasks must not create the same one. External tables are noted as read now. */
async function prepare(
  at: TaskContext,
  plan: Plan,
  connection: Connection,
  work: readonly PlannedNode[],
): Promise<void> {
  const schemas = new Set(work.filter((w) => w.storage !== 'foreign').map((w) => w.physical.schema));
  if (work.some(diverts)) schemas.add(DIVERTED_SCHEMA);
  const pending = plan.restatement?.pending ?? [];
  // A header may say since the table was written that its rows are to stay whatever its inputs do: gc must know.
  const kept = [...plan.nodes.values()].flatMap(({ node, key }) => {
    const snapshot = at.state.snapshots.get(key);
    const keeps = node.node === 'model' && keepsHistory(node.definition.kind, node.byInterval);
    return keeps && snapshot !== undefined && snapshot.fingerprint.history !== true ? [snapshot] : [];
  });
  const notes = plan.externalMoves.length + pending.length + kept.length;
  if (schemas.size === 0 && notes === 0) return;
  const entered: (() => void)[] = [];
  await connection.transaction(async () => {
    for (const snapshot of kept) await recordHistory(connection, snapshot);
    for (const schema of schemas) await connection.run(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`);
    for (const external of plan.externalMoves) {
      const sequence = at.ledger.nextSequence();
      const entry = { ...ALL_TIME, sequence, data: sequence, inputs: [], doneAt: at.clock() };
      entered.push(await at.ledger.stage(connection, external.key, [entry]));
    }
    // What is asked for is known before the first row is written, so that it is not forgotten halfway.
    for (const { key, ranges } of pending)
      entered.push(await at.ledger.stage(connection, key, asPending(at.ledger.entries(key), ranges)));
  });
  for (const enter of entered) enter();
}
