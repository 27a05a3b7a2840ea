// The apply of marts over gigabytes, against the same statements by hand: what does Sluice add to work that is DuckDB's?
//
//   node --conditions=sluice-source bench/heavy.ts [--orders 10000000] [--runs 3] [--json]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyBesideHand } from './harness/apply-beside-hand.ts';
import { Bundle } from './harness/bundle.ts';
import { BENCH } from './harness/paths.ts';
import { numbers, print, readArguments, type Measurement } from './harness/report.ts';
import { generateHeavy } from './heavy-project.ts';

/** What heavy models may cost more than by hand. */
const BUDGET = 1.05;

export async function measureHeavy(
  bundle: Bundle,
  orders: number,
  runs: number,
): Promise<readonly Measurement[]> {
  const project = join(BENCH, 'data', `heavy-${orders}`);
  await generateHeavy(project, orders);
  const what = `apply of marts over ${orders.toLocaleString('en')} orders with 4 lines each`;
  return applyBesideHand(bundle, project, runs, { what, budget: BUDGET });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({ orders: '1000000', runs: '3' });
  const [orders = 1] = numbers(values.orders);
  const [runs = 1] = numbers(values.runs);
  const bundle = Bundle.take();
  try {
    print(await measureHeavy(bundle, orders, runs), json);
  } finally {
    bundle.remove();
  }
}
