/**
 * Equal versions must mean equal rows: random queries and mutants of them, compared wherever their versions are equal; and
 * seeded faults, to show that the search would notice a version that sees too little. For a long search:
 *
 *     SLUICE_MEANING_PAIRS=100000 SLUICE_MEANING_SEEDS=1,2,3,4,5 vitest run packages/core/test/meaning/equal-versions.test.ts -t rows
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDataSets, type DataSets } from './data-sets.ts';
import { compareFamily, families, NOTHING, type Counts, type Counterexample } from './equal-versions.ts';
import { FAULTS } from './faults.ts';
import { Meanings } from './meanings.ts';

const PAIRS = Number(process.env['SLUICE_MEANING_PAIRS'] ?? 4000);
const SEEDS = (process.env['SLUICE_MEANING_SEEDS'] ?? '20260721').split(',').map(Number);
/** Texts that are looked at for the faults of one operator before they count as not found. */
const MOST_TEXTS = 8000;

let meanings: Meanings;
let data: DataSets;

beforeAll(async () => {
  meanings = await Meanings.open();
  data = await openDataSets(SEEDS[0] ?? 0);
});

afterAll(() => {
  meanings.close();
  data.close();
});

async function search(seed: number, pairs: number, counts: Counts): Promise<readonly Counterexample[]> {
  const over = await openDataSets(seed);
  const found: Counterexample[] = [];
  try {
    for await (const family of families(meanings, seed)) {
      found.push(...(await compareFamily(family, over, counts)));
      if (counts.pairs >= pairs || found.length >= 10) return found;
    }
  } finally {
    over.close();
  }
  return found;
}

test(`texts of one version have the same rows (${PAIRS} pairs)`, { timeout: 7_200_000 }, async () => {
  const total: Counts = { ...NOTHING };
  const found: Counterexample[] = [];
  const started = performance.now();
  for (const seed of SEEDS) {
    const counts: Counts = { ...NOTHING };
    found.push(...(await search(seed, PAIRS, counts)));
    for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += counts[key];
    report(`seed ${seed}`, counts, started);
  }
  report(`seeds ${SEEDS.join(', ')}`, total, started);
  expect(found).toEqual([]);
  expect(total.pairs).toBeGreaterThanOrEqual(PAIRS * SEEDS.length);
  // Enough of them are equal for the search to mean something, and few cannot be compared.
  expect(total.equal).toBeGreaterThan(total.pairs / 10);
  expect(total.errors).toBeLessThan(total.equal / 50);
  expect(total.optimizer).toBeLessThanOrEqual(total.equal / 1000);
});

function report(what: string, counts: Counts, started: number): void {
  if (process.env['SLUICE_MEANING_PAIRS'] === undefined) return;
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(
    `${what}: ${counts.pairs} mutated pairs, ${counts.pairsInFamilies} pairs in families, ${counts.equal} of one version, ` +
      `${counts.runs} queries run, ${counts.errors} pairs with an error on one side, ${counts.optimizer} that only DuckDB's optimizer tells apart, ${seconds} s\n`,
  );
}

describe('a version that sees too little is noticed', () => {
  for (const within of new Set(Object.values(FAULTS).map((fault) => fault.within))) {
    const names = Object.keys(FAULTS).filter((name) => FAULTS[name]?.within === within);
    test(`${within}: ${names.join('; ')}`, async () => {
      const missing = new Set(names);
      let texts = 0;
      for await (const family of families(meanings, 20260721, within)) {
        texts += family.length;
        for (const name of missing) {
          const found = await compareFamily(family, data, { ...NOTHING }, FAULTS[name]?.fault);
          if (found.length > 0) missing.delete(name);
        }
        if (missing.size === 0 || texts >= MOST_TEXTS) break;
      }
      expect([...missing]).toEqual([]);
    });
  }
});
