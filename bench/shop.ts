// The apply of the repository's own project, the shop, at a size that is work for DuckDB: what does Sluice add to it?
//
//   node --conditions=sluice-source bench/shop.ts [--transactions 10000000] [--runs 5] [--json]
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateShop } from '../scripts/generate-shop.ts';
import { applyBesideHand } from './harness/apply-beside-hand.ts';
import { Bundle } from './harness/bundle.ts';
import { BENCH, ROOT } from './harness/paths.ts';
import { numbers, print, readArguments, type Measurement } from './harness/report.ts';

/** What heavy models may cost more than by hand. */
const BUDGET = 1.05;

export async function measureShop(
  bundle: Bundle,
  transactions: number,
  runs: number,
): Promise<readonly Measurement[]> {
  const project = await shopProject(transactions);
  const what = `apply of the shop, ${transactions.toLocaleString('en')} transactions`;
  return applyBesideHand(bundle, project, runs, { what, budget: BUDGET });
}

/** The shop's project with data of its own. Data of a size are made once. */
export async function shopProject(transactions: number): Promise<string> {
  const project = join(BENCH, 'data', `shop-${transactions}`);
  const data = join(project, 'data');
  if (!existsSync(data)) {
    // Half a data folder must not be taken for a whole one.
    const unfinished = `${data}-${process.pid}`;
    await generateShop({ out: unfinished, transactions });
    renameSync(unfinished, data);
  }
  for (const part of ['project.yaml', 'models', 'audits', 'seeds']) {
    rmSync(join(project, part), { recursive: true, force: true });
    cpSync(join(ROOT, part), join(project, part), { recursive: true });
  }
  return project;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({ transactions: '10000000', runs: '5' });
  const [transactions = 1] = numbers(values.transactions);
  const [runs = 1] = numbers(values.runs);
  const bundle = Bundle.take();
  try {
    print(await measureShop(bundle, transactions, runs), json);
  } finally {
    bundle.remove();
  }
}
