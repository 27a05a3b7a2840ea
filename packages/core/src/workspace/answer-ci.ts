/**
 * All that a pull request needs, one answer after the other: what fails does not keep the rest from being said, but nothing is
 * built of a project that does not compile. The environment it builds in is dropped again, whatever happens.
 */
import {
  changedTargets,
  failuresOf,
  findingsOf,
  pendingModels,
  rootImpacts,
  verdictOf,
} from '../ci/index.ts';
import { diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import { findTarget, impactOf } from '../lineage/index.ts';
import {
  SCHEMA_VERSION,
  toDiagnosticDocument,
  type ApplyDocument,
  type CiDocument,
  type CiImpactDocument,
  type CompileDocument,
  type PlanDocument,
  type TestDocument,
} from '../report/index.ts';
import { readState } from '../state/index.ts';
import type { Answer, CiOptions } from '../workspace.ts';
import { answerApply } from './answer-apply.ts';
import { answerCompile } from './answer-compile.ts';
import { answerDiff } from './answer-diff.ts';
import { answerLint } from './answer-lint.ts';
import { answerPlan } from './answer-plan.ts';
import { answerTest } from './answer-test.ts';
import { answerDropEnvironment } from './answer-upkeep.ts';
import { auditSummary, auditWarnings } from './ci-audits.ts';
import { CiSteps } from './ci-steps.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import { checkEnvironmentName } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerCi(w: OpenProject, options: CiOptions): Promise<Answer<CiDocument>> {
  const started = performance.now();
  const { base = 'prod', environment, failOn = 'error' } = options;
  checkEnvironmentName(base);
  checkEnvironmentName(environment);
  refuseStanding(environment, base);
  const steps = new CiSteps(() => w.abort.signal.aborted);

  const compiled = await steps.do('compile', () => answerCompile(w), compileSummary);
  const compiles = compiled !== undefined && !steps.hasErrors;
  await steps.do(
    'lint',
    async () => withoutErrors(await answerLint(w, [])),
    ({ document }) =>
      document.diagnostics.length === 0 ? 'nothing found' : count(document.diagnostics.length, 'finding'),
  );
  const tests = await steps.do('test', () => answerTest(w, []), testSummary);
  const built = compiles ? await buildAndCompare(w, steps, base, environment, options) : nothingBuilt(steps);

  const parts = {
    base_exists: built.baseExists,
    plan: built.plan,
    build: built.build,
    diff: built.diff,
  };
  const findings = findingsOf({ ...parts, checks: steps.checks, plan: built.baseExists ? built.plan : null });
  const failures = failuresOf(findings, failOn);
  const status = steps.interrupted ? 'interrupted' : failures.length > 0 ? 'failed' : 'passed';
  return {
    diagnostics: steps.diagnostics,
    document: {
      schema_version: SCHEMA_VERSION,
      project: await projectName(w),
      base,
      base_exists: built.baseExists,
      environment,
      kept: built.kept,
      status,
      fail_on: failOn,
      findings,
      checks: steps.checks,
      diagnostics: steps.diagnostics.map(toDiagnosticDocument),
      tests: tests?.document ?? null,
      plan: built.plan,
      pending: built.baseExists && built.plan !== null ? pendingModels(built.plan) : [],
      build: built.build,
      diff: built.diff,
      impact: built.impact,
      seconds: Math.round(performance.now() - started) / 1000,
      summary: verdictOf(status, failures, parts),
    },
  };
}

type Built = Pick<CiDocument, 'plan' | 'build' | 'diff' | 'impact' | 'kept'> & {
  readonly baseExists: boolean;
};

function nothingBuilt(steps: CiSteps): Built {
  for (const step of ['plan', 'build', 'audit', 'diff'] as const)
    steps.skip(step, 'not done: the project does not compile');
  return { plan: null, build: null, diff: null, impact: [], kept: false, baseExists: false };
}

async function buildAndCompare(
  w: OpenProject,
  steps: CiSteps,
  base: string,
  environment: string,
  options: CiOptions,
): Promise<Built> {
  const standing = (await steps.ask('plan', () => environmentsOf(w))) ?? new Set<string>();
  const baseExists = standing.has(base);
  const plan = await steps.do(
    'plan',
    () => answerPlan(w, base),
    ({ document }) => planSummary(document, baseExists),
  );
  if (plan === undefined) {
    for (const step of ['build', 'audit', 'diff'] as const) steps.skip(step, 'not done: there is no plan');
    return { plan: null, build: null, diff: null, impact: [], kept: false, baseExists };
  }
  let kept = options.keep === true || standing.has(environment);
  try {
    const impact = baseExists ? await impactsOf(w, plan.document) : [];
    const build = await steps.do(
      'build',
      () => answerApply(w, environment),
      ({ document }) => buildSummary(document),
    );
    const isBuilt = build?.document.status === 'done' || build?.document.status === 'nothing-to-do';
    const { compiled } = await compiledWithoutErrors(w);
    if (build === undefined) steps.skip('audit', 'not done: nothing was built');
    else steps.note('audit', auditWarnings(build.document, compiled), auditSummary(build.document));
    const diff = await compare(w, steps, base, environment, {
      isBuilt,
      baseExists,
      samples: options.samples,
    });
    return {
      plan: plan.document,
      build: build?.document ?? null,
      diff,
      impact,
      kept,
      baseExists,
    };
  } finally {
    if (!kept && (await environmentsOf(w).catch(() => new Set<string>())).has(environment)) {
      // Ctrl-C stopped what was running; what it built in is cleared away all the same.
      const dropped = await steps.ask('build', () => answerDropEnvironment(w, environment));
      kept = dropped === undefined;
    }
  }
}

async function compare(
  w: OpenProject,
  steps: CiSteps,
  base: string,
  environment: string,
  how: { readonly isBuilt: boolean; readonly baseExists: boolean; readonly samples: number | undefined },
): Promise<CiDocument['diff']> {
  if (!how.baseExists) steps.skip('diff', `not done: there is no environment ${base} to compare with`);
  else if (!how.isBuilt) steps.skip('diff', 'not done: the build failed');
  if (!how.baseExists || !how.isBuilt) return null;
  const answer = await steps.do(
    'diff',
    () => answerDiff(w, base, environment, how.samples === undefined ? {} : { samples: how.samples }),
    ({ document: { models } }) =>
      `${models.filter((m) => m.status !== 'same').length} of ${count(models.length, 'model')} differ`,
  );
  return answer?.document ?? null;
}

async function impactsOf(w: OpenProject, plan: PlanDocument): Promise<readonly CiImpactDocument[]> {
  const targets = changedTargets(plan);
  if (targets.length === 0) return [];
  const { compiled } = await compiledWithoutErrors(w);
  return rootImpacts(
    targets.flatMap(({ model, column }) => {
      const { value } = findTarget(compiled, column === null ? model : `${model}.${column}`);
      if (value === undefined) return [];
      const { models, audits, summary } = impactOf(compiled, value);
      return [{ model: value.node.name, column: value.column ?? null, models, audits, summary }];
    }),
  );
}

async function environmentsOf(w: OpenProject): Promise<ReadonlySet<string>> {
  const { project } = await w.load();
  return withWarehouse(
    w,
    project,
    { readOnly: true },
    async (connection) => new Set((await readState(connection)).environments.keys()),
  );
}

function refuseStanding(environment: string, base: string): void {
  if (environment !== 'prod' && environment !== base) return;
  throw new SluiceError(
    diagnostic('invalid-option', `${environment} is no environment to throw away`, {
      hint: 'Give --env another name, pr_12 for instance.',
    }),
  );
}

/** The compiler's own errors are said once, by `compile`. */
function withoutErrors<D>(
  answer: Answer<D & { readonly diagnostics: CompileDocument['diagnostics'] }>,
): typeof answer {
  return {
    diagnostics: answer.diagnostics.filter(isOfLint),
    document: { ...answer.document, diagnostics: answer.document.diagnostics.filter(isOfLint) },
  };
}

function isOfLint(d: { readonly code: string }): boolean {
  return d.code.startsWith('lint/');
}

function compileSummary({ document, diagnostics }: Answer<CompileDocument>): string {
  const errors = diagnostics.filter((d: Diagnostic) => d.severity === 'error').length;
  return errors > 0 ? count(errors, 'error') : `${count(document.models.length, 'model')} compiled`;
}

function testSummary({ document: { tests } }: Answer<TestDocument>): string {
  const passed = tests.filter((t) => t.status === 'passed').length;
  return tests.length === 0 ? 'there are none' : `${passed} of ${tests.length} passed`;
}

function planSummary(plan: PlanDocument, baseExists: boolean): string {
  if (!baseExists) return `there is no environment ${plan.environment} yet, so all is new`;
  return plan.actions.length === 0
    ? `nothing changes in ${plan.environment}`
    : `${count(plan.actions.length, 'model')} touched, ${plan.unchanged} untouched in ${plan.environment}`;
}

function buildSummary({ results, status, summary }: ApplyDocument): string {
  if (status === 'failed' || status === 'interrupted') return summary;
  const built = results.filter((r) => r.rows !== null);
  const rows = built.reduce((sum, r) => sum + (r.rows ?? 0), 0);
  return built.length === 0
    ? 'every table is there already'
    : `${count(built.length, 'table')} built, ${count(rows, 'row')}`;
}

async function projectName(w: OpenProject): Promise<string> {
  return w.load().then(
    ({ project }) => project.config.name,
    () => '',
  );
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`;
}
