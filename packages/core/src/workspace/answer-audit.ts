import { isBlocking, runStandalone, type AuditOutcome } from '../apply/audits.ts';
import { standingRows } from '../apply/audited-rows.ts';
import { runAudits } from '../apply/run-audits.ts';
import { nodeKey, type StandaloneAudit } from '../compile/index.ts';
import { countedRows, diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import { SqlWriter, type Plan, type PlannedNode } from '../plan/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type AuditDocument } from '../report/index.ts';
import {
  endRun,
  ensureState,
  keepFailingRows,
  recordAudits,
  startRun,
  type EnvironmentState,
} from '../state/index.ts';
import { ALL_TIME } from '../time/index.ts';
import { VERSION } from '../version.ts';
import type { Answer } from '../workspace.ts';
import { unknownModel } from './errors.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';
import { prepare, type Prepared } from './prepare.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerAudit(
  w: OpenProject,
  environment: string,
  models: readonly string[],
): Promise<Answer<AuditDocument>> {
  const compiled = await compiledWithoutErrors(w);
  return withWarehouse(w, compiled.project, { readOnly: false }, async (connection) => {
    const prepared = await prepare(w, compiled, connection, environment, 'plan', { atOnce: true });
    const promoted = promotedNodes(prepared, models);
    const plan: Plan = { ...prepared.plan, nodes: new Map(promoted.all.map((n) => [n.node.name, n])) };
    const writer = new SqlWriter(plan, compiled.project, (texts) => compiled.binder.parse(texts));
    const run = w.newRun();
    const outcomes: AuditOutcome[] = [];
    const { maxRows } = compiled.project.config.quarantine;
    const note = (outcome: AuditOutcome): void => {
      outcomes.push(outcome);
      w.observer({ kind: 'audit-finished', result: outcome.document });
    };
    const statistics = await connection.statistics();
    for (const planned of promoted.asked) {
      if (planned.node.node !== 'model') continue;
      const { audits } = planned.node;
      for await (const outcome of runAudits(
        connection,
        writer,
        planned,
        audits,
        ALL_TIME,
        maxRows,
        standingRows(statistics, planned),
      ))
        note(outcome);
    }
    for (const audit of promoted.audits) note(await runStandalone(connection, writer, audit, maxRows));
    await ensureState(connection);
    await connection.transaction(async () => {
      await startRun(connection, run, 'audit', environment, VERSION);
      await recordAudits(
        connection,
        run,
        outcomes.map((o) => o.record),
      );
      for (const o of outcomes)
        if (o.failing !== undefined) await keepFailingRows(connection, run, o.failing);
      await endRun(connection, run, outcomes.some(isBlocking) ? 'failed' : 'done', w.now());
    });
    return {
      diagnostics: outcomes.flatMap(auditDiagnostic),
      document: {
        schema_version: SCHEMA_VERSION,
        environment,
        audits: outcomes.map((o) => o.document),
        diagnostics: outcomes.flatMap(auditDiagnostic).map(toDiagnosticDocument),
        summary: auditSummary(outcomes.map((o) => o.document)),
      },
    };
  });
}

function promotedNodes(
  prepared: Prepared,
  models: readonly string[],
): {
  readonly all: readonly PlannedNode[];
  readonly asked: readonly PlannedNode[];
  readonly audits: readonly StandaloneAudit[];
} {
  const environment = prepared.state.environments.get(prepared.plan.environment);
  if (environment === undefined) {
    throw new SluiceError(
      diagnostic('unknown-environment', `there is no environment '${prepared.plan.environment}' yet`, {
        hint: `Build it with: sluice apply ${prepared.plan.environment}`,
      }),
    );
  }
  const all = [...prepared.plan.nodes.values()].map((n) => {
    const shown = prepared.state.snapshots.get(environment.models.get(n.node.name)?.physical ?? '');
    return shown === undefined ? n : { ...n, physical: shown.physical };
  });
  // An audit of what the environment does not show has nothing to look at.
  const standalone = prepared.compiled.audits.filter((a) => reads(a, all, environment));
  const names = all.filter((n) => environment.models.has(n.node.name)).map((n) => n.node.name);
  const known = [...names, ...standalone.map((a) => a.name)];
  const unknown = models.filter((m) => !known.some((n) => nodeKey(n) === nodeKey(m)));
  if (unknown.length > 0) throw new SluiceError(unknown.flatMap((m) => unknownModel(m, known).diagnostics));
  const wanted = new Set(models.map(nodeKey));
  return {
    all,
    asked: all.filter(
      (n) => names.includes(n.node.name) && (wanted.size === 0 || wanted.has(nodeKey(n.node.name))),
    ),
    audits: standalone.filter((a) => wanted.size === 0 || wanted.has(nodeKey(a.name))),
  };
}

/** Whether the environment shows all models that an audit reads. */
function reads(
  { dependencies }: StandaloneAudit,
  all: readonly PlannedNode[],
  { models }: EnvironmentState,
): boolean {
  return all
    .filter((n) => dependencies.includes(n.node.name))
    .every((n) => n.node.node === 'source' || n.storage !== 'table' || models.has(n.node.name));
}

function auditDiagnostic(o: AuditOutcome): readonly Diagnostic[] {
  const { status, severity, failing_rows: count, message } = o.document;
  const name = nameOf(o.document);
  const location = o.bound.audit.call.location;
  if (status !== 'failed' && status !== 'error') return [];
  if (status === 'error')
    return [diagnostic('query-failed', `${name} could not run: ${message ?? ''}`, { location })];
  return [
    diagnostic(
      severity !== 'warn' ? 'audit-failed' : 'audit-warning',
      `${name} found ${countedRows(count)}`,
      { location },
    ),
  ];
}

function nameOf({ audit, model, standalone }: AuditOutcome['document']): string {
  return standalone ? `standalone audit ${audit}` : `audit ${audit} of ${model}`;
}

function auditSummary(audits: readonly AuditDocument['audits'][number][]): string {
  const failed = audits.filter(
    (a) => a.status === 'error' || (a.status === 'failed' && a.severity !== 'warn'),
  ).length;
  const warned = audits.filter((a) => a.status === 'failed' && a.severity === 'warn').length;
  const tolerated = audits.filter((a) => a.status === 'tolerated').length;
  const passed = audits.length - failed - warned - tolerated;
  if (audits.length === 0) return 'There is nothing to audit.';
  const parts = [
    `${passed} passed`,
    ...(tolerated > 0 ? [`${tolerated} tolerated`] : []),
    ...(warned > 0 ? [`${warned} warned`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `${audits.length} ${audits.length === 1 ? 'audit' : 'audits'}: ${parts.join(', ')}.`;
}
