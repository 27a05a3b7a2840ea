/** A query and the same query written in other ways: all choices of style made anew, all others kept. */
import type { Leaf } from '../../src/compile/meaning.ts';
import type { PlanNode } from '../../src/compile/plan-node.ts';
import { writeQuery, type Written } from './grammar/index.ts';
import { knownMeaning, type Meanings } from './meanings.ts';
import { Random } from './random.ts';

const REWRITES = 9;
const QUERIES_AT_ONCE = 50;

export interface Broken {
  readonly one: Written;
  readonly other: Written;
}

export interface RewriteCounts {
  queries: number;
  /** A query and a rewriting of it in other words. */
  pairs: number;
  /** Of these, ones in which a part became a model, or ceased to be one. */
  throughModels: number;
  broken: number;
}

/** Compares until there are as many pairs; answers the first few whose version was not kept. */
export async function compareRewrites(
  meanings: Meanings,
  seed: number,
  pairs: number,
  counts: RewriteCounts,
): Promise<readonly Broken[]> {
  const random = new Random(seed);
  const found: Broken[] = [];
  while (counts.pairs < pairs) {
    const families = Array.from({ length: QUERIES_AT_ONCE }, () => makeFamily(random));
    const plans = await plansOf(meanings, families.flat());
    let at = 0;
    for (const family of families) {
      const known = family.map((written) => ({ written, identity: identityOf(plans[at++]) }));
      const [first, ...others] = known.filter(({ identity }) => identity !== undefined);
      if (first === undefined) continue;
      counts.queries++;
      for (const other of others) {
        counts.pairs++;
        if (first.written.models.length + other.written.models.length > 0) counts.throughModels++;
        if (other.identity === first.identity) continue;
        counts.broken++;
        if (found.length < 10) found.push({ one: first.written, other: other.written });
      }
    }
  }
  return found;
}

function makeFamily(random: Random): readonly Written[] {
  const options = { models: true, calm: random.chance(80), deepest: 3 };
  const first = writeQuery(random, undefined, options);
  const family = new Map([[first.sql, first]]);
  for (let i = 0; i < REWRITES; i++) {
    const other = writeQuery(random, first.tree, { ...options, restyle: true });
    if (!family.has(other.sql)) family.set(other.sql, other);
  }
  return [...family.values()];
}

type Bound = { readonly plan: PlanNode; readonly leaf: Leaf } | undefined;

/** Models of all queries are bound together, those that read no other one first. */
async function plansOf(meanings: Meanings, all: readonly Written[]): Promise<readonly Bound[]> {
  // Names count up from nothing in each query.
  const renamed = all.map((written, at) => rename(written, `v${at}_`));
  const leaf = await meanings.declare(renamed.flatMap((written) => written.models));
  const plans = await meanings.plans(renamed.map((written) => written.sql));
  return plans.map((plan) => (plan === undefined ? undefined : { plan, leaf }));
}

function rename(written: Written, prefix: string): Written {
  const others = (sql: string): string => sql.replaceAll(/\bs\.m(?=\d+\b)/g, `s.${prefix}`);
  return {
    ...written,
    sql: others(written.sql),
    models: written.models.map(({ name, sql }) => ({ name: `${prefix}${name.slice(1)}`, sql: others(sql) })),
  };
}

/** Undefined where order matters and may be another one: those queries promise nothing. */
function identityOf(bound: Bound): string | undefined {
  return bound === undefined ? undefined : knownMeaning(bound.plan, bound.leaf)?.identity;
}
