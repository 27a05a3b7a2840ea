/**
 * Correlated subqueries keep their version when they read a CTE in place of a table; and all queries of one version, among them
 * such that differ in one thing, have the same rows. For a long search:
 *
 *     SLUICE_MEANING_CORRELATED=20000 SLUICE_MEANING_SEEDS=1,2,3 vitest run packages/core/test/meaning/correlated.test.ts
 */
import { expect, test } from 'vitest';
import { correlatedQuery, neighbour, withTables } from './correlated.ts';
import { DATA_SETS, isError, openDataSets } from './data-sets.ts';
import { knownMeaning, Meanings } from './meanings.ts';
import { Random } from './random.ts';

const QUERIES = Number(process.env['SLUICE_MEANING_CORRELATED'] ?? 200);
const SEEDS = (process.env['SLUICE_MEANING_SEEDS'] ?? '20260721').split(',').map(Number);
const AT_ONCE = 100;
const WAYS = 4;

interface Text {
  readonly sql: string;
  readonly identity: string;
}

interface Found {
  /** Another version for a CTE in place of a table. */
  readonly broken: (readonly [string, string])[];
  /** One version, other rows. */
  readonly wrong: (readonly [string, string, number, string, string])[];
  texts: number;
  promised: number;
  equal: number;
  optimizer: number;
}

async function search(seed: number, queries: number, found: Found): Promise<void> {
  const random = new Random(seed);
  const meanings = await Meanings.open();
  const texts = new Map<string, Text>();
  for (let made = 0; made < queries; made += AT_ONCE) {
    const templates = Array.from({ length: AT_ONCE }, () => correlatedQuery(random));
    const neighbours = templates.flatMap((one) => [neighbour(random, one), neighbour(random, one)]);
    const families = [...templates, ...neighbours].map((template) => {
      const ways = Array.from({ length: WAYS }, (_, at) => withTables(random, template, at * 40));
      return { template, ways };
    });
    const plans = await meanings.plans(families.flatMap(({ ways }) => ways));
    let at = 0;
    for (const { template, ways } of families) {
      const known = ways.flatMap((sql) => {
        const plan = plans[at++];
        const identity = plan === undefined ? undefined : knownMeaning(plan)?.identity;
        return identity === undefined ? [] : [{ sql, identity }];
      });
      for (const text of known) texts.set(text.sql, text);
      const [first, ...others] = known;
      if (first === undefined || !template.isPromised) continue;
      found.promised += others.filter(({ sql }) => sql !== first.sql).length;
      for (const { sql, identity } of others)
        if (identity !== first.identity) found.broken.push([first.sql, sql]);
    }
  }
  meanings.close();
  const versions = Map.groupBy(texts.values(), (text) => text.identity);
  found.texts += texts.size;
  const data = await openDataSets(seed);
  for (const same of versions.values()) {
    const [first, ...others] = same;
    if (first === undefined || others.length === 0) continue;
    for (let turn = 0; turn < 2; turn++) {
      const dataSet = (found.equal + turn) % DATA_SETS;
      const expected = await data.rowsOf(first.sql, dataSet);
      for (const other of others) {
        const rows = await data.rowsOf(other.sql, dataSet);
        found.equal++;
        if (rows === expected || isError(rows) || isError(expected)) continue;
        const plain = [
          await data.plainRowsOf(first.sql, dataSet),
          await data.plainRowsOf(other.sql, dataSet),
        ];
        if (plain[0] === plain[1]) found.optimizer++;
        else found.wrong.push([first.sql, other.sql, dataSet, expected, rows]);
      }
    }
  }
  data.close();
}

test(`CTEs and tables in correlated subqueries (${QUERIES} queries)`, { timeout: 3_600_000 }, async () => {
  const found: Found = { broken: [], wrong: [], texts: 0, promised: 0, equal: 0, optimizer: 0 };
  for (const seed of SEEDS) await search(seed, QUERIES, found);
  const { texts, promised, equal, optimizer } = found;
  if (process.env['SLUICE_MEANING_CORRELATED'] !== undefined)
    process.stdout.write(
      `seeds ${SEEDS.join(', ')}: ${texts} texts, ${promised} pairs that must keep the version, ${found.broken.length} do not; ` +
        `${equal} results of one version compared, ${found.wrong.length} differ, ${optimizer} only by DuckDB's optimizer\n`,
    );
  expect(found.wrong.slice(0, 5)).toEqual([]);
  expect(found.broken.slice(0, 5)).toEqual([]);
  expect(promised).toBeGreaterThan(QUERIES / 2);
  expect(equal).toBeGreaterThan(QUERIES);
});
