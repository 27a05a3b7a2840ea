// Many small models: a plan with nothing to do, against the least a process can do with the same warehouse; and the apply
// before it, against the same statements by hand.
//
//   node --conditions=sluice-source bench/plan.ts [--models 100,1000] [--runs 5] [--json]
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

/** What small models may cost more than by hand. */
const APPLY_BUDGET = 2;

export async function measurePlan(
  bundle: Bundle,
  models: number,
  runs: number,
): Promise<readonly Measurement[]> {
  const project = join(BENCH, 'data', `models-${models}`);
  generateProject(project, models);
  const applied = await applyBesideHand(bundle, project, runs);

  const plan = bundle.inProject(project, 'plan', 'prod');
  const beside: Child = {
    args: [processScript('select-one'), join(project, '.sluice/warehouse.duckdb')],
  };
  check((await runChild(plan)).stdout);
  const pairs = await runPairs({ child: plan }, { child: beside }, runs);
  const usage = { measured: await usageOf(plan), beside: await usageOf(beside) };
  const size = `${models.toLocaleString('en')} models`;
  return [
    { what: `apply of ${size}`, ...applied, budget: { ratio: APPLY_BUDGET } },
    {
      what: `plan with nothing to do, ${size}`,
      against: 'opening the warehouse, select 1',
      pairs,
      usage,
      budget: { ratio: PLAN_BUDGET },
    },
  ];
}

function check(stdout: string): void {
  const document = JSON.parse(stdout) as { readonly actions: readonly unknown[]; readonly summary: string };
  if (document.actions.length > 0) throw new Error(`a plan right after an apply: ${document.summary}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({ models: '100,1000', runs: '5' });
  const [runs = 1] = numbers(values.runs);
  const bundle = Bundle.take();
  try {
    const measured: Measurement[] = [];
    for (const models of numbers(values.models)) measured.push(...(await measurePlan(bundle, models, runs)));
    print(measured, json);
  } finally {
    bundle.remove();
  }
}
