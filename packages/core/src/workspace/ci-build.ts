/** The part of `sluice ci` that needs a warehouse. The environment it builds in is dropped again, whatever happens. */
import { changedTargets, rootImpacts } from '../ci/index.ts';
import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';
import { findTarget, impactOf } from '../lineage/index.ts';
import type {
  ApplyDocument,
  AuditDocument,
  CiDocument,
  CiImpactDocument,
  PlanDocument,
  TaskStatus,
} from '../report/index.ts';
import { readState } from '../state/index.ts';
import type { CiOptions } from '../workspace.ts';
import { answerApply } from './answer-apply.ts';
import { answerAudit } from './answer-audit.ts';
import { answerDiff } from './answer-diff.ts';
import { answerPlan } from './answer-plan.ts';
import { answerDropEnvironment } from './answer-upkeep.ts';
import { auditSummary, auditWarnings, unaudited } from './ci-audits.ts';
import type { CiSteps } from './ci-steps.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import { refuseTablesOfOthers } from './sampled-project.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

type Built = Pick<CiDocument, 'plan' | 'build' | 'audits' | 'diff' | 'impact' | 'kept'> & {
  readonly baseExists: boolean;
};

export function nothingBuilt(steps: CiSteps): Built {
  for (const step of ['plan', 'build', 'audit', 'diff'] as const)
    steps.skip(step, 'not done: the project does not compile');
  return { plan: null, build: null, audits: null, diff: null, impact: [], kept: false, baseExists: false };
}

export async function buildAndCompare(
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
    async () => {
      if (options.base !== undefined && !baseExists) refuseUnknownBase(base, environment, standing);
      if (w.options.sample !== undefined) refuseTablesOfOthers((await compiledWithoutErrors(w)).compiled);
      return answerPlan(w, base);
    },
    ({ document }) => planSummary(document, baseExists),
  );
  if (plan === undefined) {
    for (const step of ['build', 'audit', 'diff'] as const) steps.skip(step, 'not done: there is no plan');
    return { plan: null, build: null, audits: null, diff: null, impact: [], kept: false, baseExists };
  }
  let done: Awaited<ReturnType<typeof buildApart>> | undefined;
  let kept = options.keep === true || standing.has(environment);
  try {
    done = await buildApart(
      w,
      steps,
      { base, environment, baseExists, samples: options.samples },
      plan.document,
    );
  } finally {
    const isThere = (await environmentsOf(w).catch(() => new Set<string>())).has(environment);
    // Ctrl-C stopped what was running; what it built in is cleared away all the same.
    if (isThere && !kept)
      kept = (await steps.ask('build', () => answerDropEnvironment(w, environment))) === undefined;
    else kept = isThere;
  }
  return { ...done, plan: plan.document, kept, baseExists };
}

/**
 * A name that was given and is of no environment is a slip, which would build everything and compare nothing. Where there is none yet
 * but the one to build in, it is the first run.
 */
function refuseUnknownBase(base: string, environment: string, standing: ReadonlySet<string>): void {
  const others = [...standing].filter((name) => name !== environment);
  if (others.length === 0) return;
  throw new SluiceError(
    diagnostic('unknown-environment', `there is no environment '${base}' to compare with`, {
      hint: didYouMean(base, others) ?? `There ${others.length === 1 ? 'is' : 'are'} ${others.join(', ')}.`,
    }),
  );
}

interface Sides {
  readonly base: string;
  readonly environment: string;
  readonly baseExists: boolean;
  readonly samples: number | undefined;
}

async function buildApart(
  w: OpenProject,
  steps: CiSteps,
  sides: Sides,
  plan: PlanDocument,
): Promise<Pick<CiDocument, 'build' | 'audits' | 'diff' | 'impact'>> {
  const { environment, baseExists } = sides;
  const impact = baseExists ? await impactsOf(w, plan) : [];
  const build = await steps.do(
    'build',
    () => answerApply(w, environment),
    ({ document }) => buildSummary(document),
  );
  const isBuilt = build?.document.status === 'done' || build?.document.status === 'nothing-to-do';
  if (build === undefined) steps.skip('audit', 'not done: nothing was built');
  const audits =
    build === undefined
      ? null
      : await auditRest(w, steps, plan, build.document, isBuilt && baseExists ? environment : null);
  return { build: build?.document ?? null, audits, diff: await compare(w, steps, sides, isBuilt), impact };
}

/** Says what the audits of a build found, and runs those of tables that it found built; `environment` is null when it failed. */
async function auditRest(
  w: OpenProject,
  steps: CiSteps,
  plan: PlanDocument,
  build: ApplyDocument,
  environment: string | null,
): Promise<AuditDocument | null> {
  const { compiled } = await compiledWithoutErrors(w);
  const rest = environment === null ? [] : unaudited(plan, build, compiled);
  const again =
    environment === null || rest.length === 0 || steps.interrupted
      ? undefined
      : await steps.ask('audit', () => answerAudit(w, environment, rest));
  // Audits of a whole table say what those of its new intervals said.
  const own = build.results
    .filter((r) => again === undefined || !rest.includes(r.model))
    .flatMap((r) => r.audits)
    .concat(build.audits);
  steps.note(
    'audit',
    [...auditWarnings(own, compiled), ...(again?.diagnostics ?? [])],
    auditSummary([...own, ...(again?.document.audits ?? [])]),
    // What the build stopped for, it has said.
    own.some((a) => a.status === 'error' || (a.status === 'failed' && a.severity !== 'warn')),
  );
  return again?.document ?? null;
}

async function compare(
  w: OpenProject,
  steps: CiSteps,
  { base, environment, baseExists, samples }: Sides,
  isBuilt: boolean,
): Promise<CiDocument['diff']> {
  if (!baseExists) steps.skip('diff', `not done: there is no environment ${base} to compare with`);
  else if (!isBuilt) steps.skip('diff', 'not done: the build failed');
  if (!baseExists || !isBuilt) return null;
  const answer = await steps.do(
    'diff',
    () => answerDiff(w, base, environment, samples === undefined ? {} : { samples }),
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
      const { models, audits, standalone_audits, summary } = impactOf(compiled, value);
      const at = { model: value.node.name, column: value.column ?? null };
      return [{ ...at, models, audits, standalone_audits, summary }];
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

function planSummary(plan: PlanDocument, baseExists: boolean): string {
  if (!baseExists) return `there is no environment ${plan.environment} yet, so all is new`;
  return plan.actions.length === 0
    ? `nothing changes in ${plan.environment}`
    : `${count(plan.actions.length, 'model')} touched, ${plan.unchanged} untouched in ${plan.environment}`;
}

/** In its own words: nobody applies again to an environment that is thrown away. */
function buildSummary({ results, status }: ApplyDocument): string {
  const having = (wanted: TaskStatus): number => results.filter((r) => r.status === wanted).length;
  const done = `${count(having('done'), 'model')} built`;
  if (status === 'interrupted') return `interrupted; ${done}`;
  if (status === 'failed') {
    const [failed, skipped] = [having('failed'), having('skipped')];
    // Not a model, but a statement around them, or an audit over several.
    if (failed === 0) return `not finished; ${done}`;
    const below = skipped > 0 ? `, ${skipped} not run because of that` : '';
    return `${count(failed, 'model')} failed${below}, ${done}`;
  }
  const built = results.filter((r) => r.rows !== null);
  const rows = built.reduce((sum, r) => sum + (r.rows ?? 0), 0);
  return built.length === 0
    ? 'every table is there already'
    : `${count(built.length, 'table')} built, ${count(rows, 'row')}`;
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`;
}
