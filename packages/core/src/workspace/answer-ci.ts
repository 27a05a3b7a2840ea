/**
 * All that a pull request needs, one answer after the other: what fails does not keep the rest from being said, but nothing is
 * built of a project that does not compile.
 */
import { failsFor, findingsOf, pendingModels, verdictOf } from '../ci/index.ts';
import { diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import {
  SCHEMA_VERSION,
  toDiagnosticDocument,
  type CiDocument,
  type CompileDocument,
  type TestDocument,
} from '../report/index.ts';
import type { Answer, CiOptions } from '../workspace.ts';
import { answerCompile } from './answer-compile.ts';
import { answerLint } from './answer-lint.ts';
import { answerTest } from './answer-test.ts';
import { buildAndCompare, nothingBuilt } from './ci-build.ts';
import { findingDocuments } from './ci-findings.ts';
import { CiSteps } from './ci-steps.ts';
import { checkEnvironmentName } from './errors.ts';
import type { OpenProject } from './open-project.ts';

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
    sample: w.options.sample?.rows ?? null,
    plan: built.plan,
    build: built.build,
    diff: built.diff,
  };
  const findings = findingsOf({ ...parts, checks: steps.checks, plan: built.baseExists ? built.plan : null });
  const failures = findings.filter((f) => failsFor(f, failOn));
  const status = steps.interrupted ? 'interrupted' : failures.length > 0 ? 'failed' : 'passed';
  const isThrownAway = (w.options.base ?? w.options.sample) !== undefined && !built.kept;
  const diagnostics = isThrownAway ? steps.diagnostics.map(withoutKeptRows) : steps.diagnostics;
  return {
    diagnostics,
    document: {
      schema_version: SCHEMA_VERSION,
      project: await projectName(w),
      base,
      base_exists: built.baseExists,
      environment,
      kept: built.kept,
      sample: w.options.sample?.rows ?? null,
      status,
      fail_on: failOn,
      findings: await findingDocuments(w, findings, failOn),
      checks: steps.checks,
      diagnostics: diagnostics.map(toDiagnosticDocument),
      tests: tests?.document ?? null,
      plan: built.plan,
      pending: built.baseExists && built.plan !== null ? pendingModels(built.plan) : [],
      build: built.build,
      audits: built.audits,
      diff: built.diff,
      impact: built.impact,
      seconds: Math.round(performance.now() - started) / 1000,
      summary: verdictOf(status, failures, parts),
    },
  };
}

function refuseStanding(environment: string, base: string): void {
  if (environment !== 'prod' && environment !== base) return;
  throw new SluiceError(
    diagnostic('invalid-option', `${environment} is no environment to throw away`, {
      hint: 'Give --env another name, pr_12 for instance.',
    }),
  );
}

/** Their hints say where bad rows are kept: in a warehouse that is gone once the report is read. */
const OF_KEPT_ROWS: ReadonlySet<string> = new Set(['audit-failed', 'audit-warning', 'source-rejects']);

function withoutKeptRows(d: Diagnostic): Diagnostic {
  if (!OF_KEPT_ROWS.has(d.code)) return d;
  const { hint: _, ...rest } = d;
  return rest;
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

async function projectName(w: OpenProject): Promise<string> {
  return w.load().then(
    ({ project }) => project.config.name,
    () => '',
  );
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`;
}
