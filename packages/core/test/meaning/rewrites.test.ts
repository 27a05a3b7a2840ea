/**
 * A query written in other words keeps its version: aliases, CTEs in and out, order of conjuncts and of joins, ON or WHERE,
 * forms of comparisons and groups, parts moved into models, columns nobody reads, dead CTEs. For a long search:
 *
 *     SLUICE_MEANING_REWRITES=10000 SLUICE_MEANING_SEEDS=1,2,3,4,5 vitest run packages/core/test/meaning/rewrites.test.ts
 */
import { expect, test } from 'vitest';
import { Meanings } from './meanings.ts';
import { compareRewrites, type Broken, type RewriteCounts } from './rewrites.ts';

const PAIRS = Number(process.env['SLUICE_MEANING_REWRITES'] ?? 2500);
const SEEDS = (process.env['SLUICE_MEANING_SEEDS'] ?? '20260721').split(',').map(Number);

test(`other words keep the version (${PAIRS} pairs)`, { timeout: 3_600_000 }, async () => {
  const started = performance.now();
  const total: RewriteCounts = { queries: 0, pairs: 0, throughModels: 0, broken: 0 };
  const broken: Broken[] = [];
  for (const seed of SEEDS) {
    // Models are declared as tables, which go when it closes.
    const meanings = await Meanings.open();
    const counts: RewriteCounts = { queries: 0, pairs: 0, throughModels: 0, broken: 0 };
    broken.push(...(await compareRewrites(meanings, seed, PAIRS, counts)));
    for (const key of Object.keys(total) as (keyof RewriteCounts)[]) total[key] += counts[key];
    meanings.close();
    report(`seed ${seed}`, counts, started);
  }
  report(`seeds ${SEEDS.join(', ')}`, total, started);
  expect(broken).toEqual([]);
  expect(total.pairs).toBeGreaterThanOrEqual(PAIRS * SEEDS.length);
  expect(total.throughModels).toBeGreaterThan(total.pairs / 5);
});

function report(what: string, counts: RewriteCounts, started: number): void {
  if (process.env['SLUICE_MEANING_REWRITES'] === undefined) return;
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(
    `${what}: ${counts.queries} queries, ${counts.pairs} rewritten pairs, ${counts.throughModels} through models, ` +
      `${counts.broken} with another version, ${seconds} s\n`,
  );
}
