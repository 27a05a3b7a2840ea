// Many small models: a plan and a run with nothing to do, against the least a process can do with the same warehouse; the apply
// before them, against the same statements by hand; and how the plan grows with the number of models.
//
//   node --conditions=sluice-source bench/plan.ts [--models 100,1000] [--parts idle] [--runs 5] [--json]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyBesideHand } from './harness/apply-beside-hand.ts';
import { Bundle } from './harness/bundle.ts';
import { usageOf, runChild, type Child } from './harness/child.ts';
import { runPairs } from './harness/pairs.ts';
import { BENCH, processScript } from './harness/paths.ts';
import { numbers, print, readArguments, type Measurement } from './harness/report.ts';
import { generateProject } from './project.ts';

/** What a plan with nothing to do may cost, in bare processes that open DuckDB. */
const PLAN_BUDGET = 3;

/** Up to so many models; of more, what counts is how the time grows. */
const MOST_FOR_PLAN_BUDGET = 1_000;

/** What ten times as many models may cost. */
const GROWTH_BUDGET = 6;

/** What small models may cost more than by hand. */
const APPLY_BUDGET = 2;

export async function measurePlan(
  bundle: Bundle,
  models: number,
  runs: number,
  parts: 'all' | 'idle' = 'all',
): Promise<readonly Measurement[]> {
  const project = join(BENCH, 'data', `models-${models}`);
  generateProject(project, models);
  const size = `${models.toLocaleString('en')} models`;
  const what = `apply of ${size}`;
  const applied =
    parts === 'all' ? await applyBesideHand(bundle, project, runs, { what, budget: APPLY_BUDGET }) : [];
  if (parts === 'idle') await runChild(bundle.inProject(project, 'apply', 'prod', '--yes'));

  const plan = bundle.inProject(project, 'plan', 'prod');
  const run = bundle.inProject(project, 'run', 'prod');
  const beside: Child = {
    args: [processScript('select-one'), join(project, '.sluice/warehouse.duckdb')],
  };
  check((await runChild(plan)).stdout);
  const idle = async (what: string, child: Child): Promise<Measurement> => ({
    what: `${what} with nothing to do, ${size}`,
    against: 'opening the warehouse, select 1',
    pairs: await runPairs({ child }, { child: beside }, runs),
    usage: { measured: await usageOf(child), beside: await usageOf(beside) },
    ...(models <= MOST_FOR_PLAN_BUDGET ? { budget: { ratio: PLAN_BUDGET } } : {}),
  });
  return [...applied, await idle('plan', plan), await idle('run', run)];
}

/** A plan with nothing to do of a large project, against one of a smaller; both were applied before. */
async function measureGrowth(
  bundle: Bundle,
  models: number,
  fewer: number,
  runs: number,
): Promise<Measurement> {
  const [plan, beside] = [models, fewer].map((n) =>
    bundle.inProject(join(BENCH, 'data', `models-${n}`), 'plan', 'prod'),
  );
  if (plan === undefined || beside === undefined) throw new Error('two sides');
  return {
    what: `plan with nothing to do, ${models.toLocaleString('en')} models`,
    against: `the same of ${fewer.toLocaleString('en')}`,
    pairs: await runPairs({ child: plan }, { child: beside }, runs),
    usage: { measured: await usageOf(plan), beside: await usageOf(beside) },
    budget: { ratio: GROWTH_BUDGET },
  };
}

function check(stdout: string): void {
  const document = JSON.parse(stdout) as { readonly actions: readonly unknown[]; readonly summary: string };
  if (document.actions.length > 0) throw new Error(`a plan right after an apply: ${document.summary}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({ models: '100,1000', runs: '5', parts: 'all' });
  const [runs = 1] = numbers(values.runs);
  const parts = values.parts === 'idle' ? 'idle' : 'all';
  const bundle = Bundle.take();
  try {
    const measured: Measurement[] = [];
    const sizes = numbers(values.models).toSorted((a, b) => a - b);
    for (const models of sizes) measured.push(...(await measurePlan(bundle, models, runs, parts)));
    const [most, fewer] = sizes.toReversed();
    if (most !== undefined && fewer !== undefined)
      measured.push(await measureGrowth(bundle, most, fewer, runs));
    print(measured, json);
  } finally {
    bundle.remove();
  }
}
