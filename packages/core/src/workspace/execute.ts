import { availableParallelism } from 'node:os';
import { applyPlan, type ApplyInput } from '../apply/apply.ts';
import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { Connection, Warehouse } from '../engine/warehouse.ts';
import { isEmpty } from '../plan/index.ts';
import {
  SCHEMA_VERSION,
  toDiagnosticDocument,
  type ApplyDocument,
  type PlanDocument,
} from '../report/index.ts';
import { ensureState, expireKept, markLost, startRun } from '../state/index.ts';
import { isAllTime, isoInstant } from '../time/index.ts';
import { VERSION } from '../version.ts';
import type { Answer } from '../workspace.ts';
import { applySummary, idleModels, nothingToDo } from './apply-summary.ts';
import type { OpenProject } from './open-project.ts';
import type { Prepared } from './prepare.ts';

export async function execute(
  w: OpenProject,
  command: 'apply' | 'run',
  prepared: Prepared,
  connection: Connection,
  warehouse: Warehouse,
  confirm: ((plan: PlanDocument) => Promise<boolean>) | undefined,
): Promise<Answer<ApplyDocument>> {
  const started = performance.now();
  const { plan, document } = prepared;
  const base = {
    schema_version: SCHEMA_VERSION,
    kind: command,
    environment: plan.environment,
    unchanged: idleModels(plan),
    waiting: plan.waiting,
    waiting_for_signals: [...plan.held].map(([model, { signals, ranges }]) => ({
      model,
      signals,
      intervals: ranges
        .filter((r) => !isAllTime(r))
        .map((r) => ({ start: isoInstant(r.start), end: isoInstant(r.end) })),
    })),
  } as const;
  const warnings = prepared.compiled.diagnostics;
  if (isEmpty(document)) {
    // Whoever was killed when all was done but its end leaves nothing to do, and must not seem to be at it still.
    if (prepared.state.environments.size > 0) await markLost(connection);
    return {
      diagnostics: warnings,
      document: {
        ...base,
        run: null,
        sequence: plan.sequence,
        status: 'nothing-to-do',
        promoted: false,
        results: [],
        audits: [],
        expired_rows: 0,
        diagnostics: warnings.map(toDiagnosticDocument),
        seconds: seconds(started),
        summary: nothingToDo(document, plan),
      },
    };
  }
  if (confirm !== undefined && !(await confirm(document))) {
    throw new SluiceError(diagnostic('interrupted', 'the plan was not applied, nothing was changed'));
  }
  if (w.abort.signal.aborted) {
    throw new SluiceError(diagnostic('interrupted', 'stopped before anything was done'));
  }
  await ensureState(connection);
  const run = w.newRun();
  await startRun(connection, run, command, plan.environment, VERSION);
  const about = { 'sluice.environment': plan.environment, 'sluice.run': run.runId };
  const input: ApplyInput = {
    expected: prepared.expected,
    plan,
    state: prepared.state,
    config: prepared.project.config,
    warehouse,
    writer: prepared.writer,
    root: w.root,
    run,
    jobs: w.options.jobs ?? Math.min(4, availableParallelism()),
    failFast: w.options.failFast ?? false,
    observer: w.observer,
    signal: w.abort.signal,
    tracer: w.tracer,
    clock: () => w.now(),
  };
  const result = await w.tracer.span('apply', about, async (span) => {
    const done = await applyPlan(input);
    span.note({ 'sluice.status': done.status, 'sluice.models': done.results.length });
    if (done.status === 'failed') span.fail('failed');
    return done;
  });
  // What quarantine has kept for its time goes with the end of a run.
  const expired = await expireKept(connection, run.now - prepared.project.config.quarantine.keep);
  const diagnostics = [...warnings, ...result.diagnostics];
  return {
    diagnostics,
    document: {
      ...base,
      run: run.runId,
      sequence: result.sequence,
      status: result.status,
      promoted: result.promoted,
      results: result.results,
      audits: result.audits,
      expired_rows: expired,
      diagnostics: diagnostics.map(toDiagnosticDocument),
      seconds: seconds(started),
      summary: applySummary(command, plan, result),
    },
  };
}

function seconds(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}
