import { answerApply, answerApplyPlan } from './workspace/answer-apply.ts';
import { answerAudit } from './workspace/answer-audit.ts';
import { answerCi } from './workspace/answer-ci.ts';
import { answerCompile } from './workspace/answer-compile.ts';
import { answerCreateTest } from './workspace/answer-create-test.ts';
import { answerCoverage } from './workspace/answer-coverage.ts';
import { answerAuditHistory } from './workspace/answer-audit-history.ts';
import {
  answerEnvironment,
  answerEnvironmentDiff,
  answerEnvironments,
} from './workspace/answer-environments.ts';
import { answerDiff } from './workspace/answer-diff.ts';
import { answerExplainVersion } from './workspace/answer-explain-version.ts';
import { answerFormat } from './workspace/answer-format.ts';
import { answerHistory, answerRunHistory } from './workspace/answer-history.ts';
import { answerImpact, answerLineage } from './workspace/answer-lineage.ts';
import { answerLint } from './workspace/answer-lint.ts';
import { answerPlan } from './workspace/answer-plan.ts';
import { answerPromote } from './workspace/answer-promote.ts';
import {
  answerDropQuarantine,
  answerExportQuarantine,
  answerQuarantine,
  answerQuarantineRows,
} from './workspace/answer-quarantine.ts';
import { answerQuery } from './workspace/answer-query.ts';
import { answerRefreshSources } from './workspace/answer-refresh-sources.ts';
import { answerRender } from './workspace/answer-render.ts';
import { answerReplay } from './workspace/answer-replay.ts';
import { answerUnmend } from './workspace/answer-unmend.ts';
import { answerRun } from './workspace/answer-run.ts';
import { answerTest, watchTests } from './workspace/answer-test.ts';
import { openSession } from './workspace/open-session.ts';
import { watchRuns } from './workspace/watch-runs.ts';
import { answerStateCheck } from './workspace/answer-state-check.ts';
import { answerStateExport, answerStateImport } from './workspace/answer-state-transfer.ts';
import { answerDropEnvironment, answerGc, answerRollback } from './workspace/answer-upkeep.ts';
import { OpenProject } from './workspace/open-project.ts';
import { watchProject } from './workspace/watch-project.ts';
import type { Workspace, WorkspaceOptions } from './workspace.ts';

/**
 * Opens a project folder. Nothing is read before the first method is called, and nothing is shared between workspaces.
 *
 * @example
 * ```ts
 * const workspace = await openWorkspace({ root: '/home/me/shop' });
 * try {
 *   const { document } = await workspace.plan('dev');
 *   console.log(document.summary);
 * } finally {
 *   await workspace.close();
 * }
 * ```
 */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const opened = new OpenProject(options);
  return {
    compile: () => answerCompile(opened),
    openSession: () => openSession(opened.root),
    watch: (onCompiled) => watchProject(opened, onCompiled),
    format: (targets, how) => answerFormat(opened, targets, how),
    lint: (models, how) => answerLint(opened, models, how),
    render: (model, interval) => answerRender(opened, model, interval),
    lineage: (target, direction, how) => answerLineage(opened, target, direction, how),
    impact: (target) => answerImpact(opened, target),
    explainVersion: (model, environment) => answerExplainVersion(opened, model, environment),
    refreshSources: (names, how) => answerRefreshSources(opened, names, how),
    plan: (environment, how) => answerPlan(opened, environment, how),
    apply: (environment, how) => answerApply(opened, environment, how),
    applyPlan: (text, how) => answerApplyPlan(opened, text, how),
    run: (environment, how) => answerRun(opened, environment, how),
    watchRuns: (environment, how, onRun) => watchRuns(opened, environment, how, onRun),
    audit: (environment, models) => answerAudit(opened, environment, models),
    test: (filters = []) => answerTest(opened, filters),
    watchTests: (filters, onTested) => watchTests(opened, filters, onTested),
    createTest: (model, how) => answerCreateTest(opened, model, how),
    coverage: () => answerCoverage(opened),
    query: (sql, environment) => answerQuery(opened, sql, environment),
    auditHistory: (model, limit) => answerAuditHistory(opened, model, limit),
    diff: (before, after, options) => answerDiff(opened, before, after, options ?? {}),
    ci: (how) => answerCi(opened, how),
    environments: () => answerEnvironments(opened),
    environment: (name) => answerEnvironment(opened, name),
    diffEnvironments: (before, after) => answerEnvironmentDiff(opened, before, after),
    dropEnvironment: (name, how) => answerDropEnvironment(opened, name, how),
    promote: (from, how) => answerPromote(opened, from, how),
    rollback: (environment, how) => answerRollback(opened, environment, how),
    gc: (how) => answerGc(opened, how),
    history: (how) => answerHistory(opened, how),
    runHistory: (run) => answerRunHistory(opened, run),
    exportState: () => answerStateExport(opened),
    importState: (text) => answerStateImport(opened, text),
    checkState: (how) => answerStateCheck(opened, how),
    quarantine: (how) => answerQuarantine(opened, how),
    quarantineRows: (model, how) => answerQuarantineRows(opened, model, how),
    exportQuarantine: (model, file, how) => answerExportQuarantine(opened, model, file, how),
    dropQuarantine: (how) => answerDropQuarantine(opened, how),
    unmendQuarantine: (model, how) => answerUnmend(opened, model, how),
    replayQuarantine: (model, how) => answerReplay(opened, model, how),
    interrupt: () => opened.interrupt(),
    close: async () => opened.close(),
  };
}
