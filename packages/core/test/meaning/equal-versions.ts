/**
 * The search for two texts that have one version and not the same rows. A family is a random query and its mutants; all
 * whose versions are equal are run over several data sets and compared as multisets.
 */
import type { PlanNode } from '../../src/compile/plan-node.ts';
import type { Branch } from './choice-tree.ts';
import { DATA_SETS, isError, type DataSets } from './data-sets.ts';
import { editPlan, type PlanEdit } from './edit-plan.ts';
import { writeQuery, type Operator } from './grammar/index.ts';
import { knownMeaning, type Meanings } from './meanings.ts';
import { mutateTree } from './mutate-tree.ts';
import { Random } from './random.ts';

const MUTANTS = 24;
/** Bound by one query. */
const FAMILIES_AT_ONCE = 20;

export interface Member {
  readonly sql: string;
  /** What it is a mutant of; undefined for the first. */
  readonly parent: number | undefined;
  /** Undefined when DuckDB refuses the text. */
  readonly plan: PlanNode | undefined;
}

/** The first text and its mutants, some of them mutants of mutants. */
export type Family = readonly Member[];

/** Families without end, the same for the same seed; `first` is the operator of small ones. */
export async function* families(meanings: Meanings, seed: number, first?: Operator): AsyncGenerator<Family> {
  const random = new Random(seed);
  const options = { models: false, calm: false, deepest: first === undefined ? 3 : 1, first };
  for (;;) {
    const batch = Array.from({ length: FAMILIES_AT_ONCE }, () => {
      const first = writeQuery(random, undefined, options);
      const trees: Branch[] = [first.tree];
      const members: { sql: string; parent: number | undefined }[] = [{ sql: first.sql, parent: undefined }];
      const seen = new Set([first.sql]);
      for (let i = 0; i < MUTANTS; i++) {
        const parent = random.chance(60) ? 0 : random.below(trees.length);
        const { sql, tree } = writeQuery(random, mutateTree(random, trees[parent] ?? first.tree), options);
        if (seen.has(sql)) continue;
        seen.add(sql);
        members.push({ sql, parent });
        trees.push(tree);
      }
      return members;
    });
    const plans = await meanings.plans(batch.flat().map((member) => member.sql));
    let at = 0;
    for (const members of batch) yield members.map((member) => ({ ...member, plan: plans[at++] }));
  }
}

export interface Counts {
  /** Texts that have a meaning. */
  texts: number;
  /** A text and a mutant of it, both with a meaning: their versions were compared. */
  pairs: number;
  /** Any two texts of one family, compared by version. */
  pairsInFamilies: number;
  /** Pairs of a family that have one version, and so were run and compared. */
  equal: number;
  /** Queries run. */
  runs: number;
  /** Equal ones that could not be compared: one of the two ended in an error, the other did not. */
  errors: number;
  /** Equal ones whose rows differ, and do not once DuckDB's optimizer is off: its bugs. */
  optimizer: number;
}

export const NOTHING: Readonly<Counts> = {
  texts: 0,
  pairs: 0,
  pairsInFamilies: 0,
  equal: 0,
  runs: 0,
  errors: 0,
  optimizer: 0,
};

/** Two texts of one version with different rows. */
export interface Counterexample {
  readonly one: string;
  readonly other: string;
  readonly dataSet: number;
  readonly rows: readonly [string, string];
}

/** Compares all of a family; with a fault, only those that the fault makes equal. */
export async function compareFamily(
  family: Family,
  data: DataSets,
  counts: Counts,
  fault?: PlanEdit,
): Promise<readonly Counterexample[]> {
  const honest = family.map(({ plan }) => identityOf(plan));
  const faulty =
    fault === undefined
      ? honest
      : family.map(({ plan }, at) => {
          const changed = plan === undefined ? undefined : fault(plan);
          return changed === undefined ? honest[at] : identityOf(changed);
        });
  const classes = new Map<string, Member[]>();
  const run = new Set<string>();
  for (const [at, identity] of faulty.entries()) {
    const [member, truth] = [family[at], honest[at]];
    if (identity === undefined || truth === undefined || member === undefined) continue;
    counts.texts++;
    if (member.parent !== undefined && honest[member.parent] !== undefined) counts.pairs++;
    // With a fault, one of each true meaning is enough.
    if (fault !== undefined && run.has(truth)) continue;
    run.add(truth);
    const same = classes.get(identity);
    if (same === undefined) classes.set(identity, [member]);
    else same.push(member);
  }
  const all = honest.filter((identity) => identity !== undefined).length;
  counts.pairsInFamilies += (all * (all - 1)) / 2;
  const found: Counterexample[] = [];
  for (const same of classes.values()) {
    if (same.length < 2) continue;
    counts.equal += (same.length * (same.length - 1)) / 2;
    const example = await compareRows(same, data, counts);
    if (example !== undefined) found.push(example);
  }
  return found;
}

/** Undefined when nothing is known, or when the text is volatile or asks the clock; all else the grammar sorts. */
function identityOf(plan: PlanNode | undefined): string | undefined {
  const meaning = plan === undefined ? undefined : knownMeaning(plan);
  return meaning?.flags.every((flag) => flag.startsWith('order:')) === true ? meaning.identity : undefined;
}

async function compareRows(
  members: readonly Member[],
  data: DataSets,
  counts: Counts,
): Promise<Counterexample | undefined> {
  const dataSet = counts.equal % DATA_SETS;
  let expected: Run | undefined;
  const errors: Run[] = [];
  for (const member of members) {
    const rows = await data.rowsOf(member.sql, dataSet);
    counts.runs++;
    if (isError(rows)) errors.push({ member, rows });
    else if (expected === undefined) expected = { member, rows };
    else if (rows !== expected.rows) {
      // DuckDB 1.5.6 prunes columns wrongly below correlated subqueries with materialized CTEs.
      const [one, other] = [
        await data.plainRowsOf(expected.member.sql, dataSet),
        await data.plainRowsOf(member.sql, dataSet),
      ];
      if (one !== other) return counterexample(expected, { member, rows }, dataSet);
      counts.optimizer++;
    }
  }
  if (expected === undefined) return undefined;
  counts.errors += errors.length * (members.length - errors.length);
  // DuckDB chooses when it evaluates what may fail, so an error may come up in one text only; but not for a TRY_CAST.
  for (const error of errors)
    if (error.rows.startsWith('! Conversion') && differInTrying(error.member, expected.member))
      return counterexample(expected, error, dataSet);
  return undefined;
}

interface Run {
  readonly member: Member;
  readonly rows: string;
}

function counterexample(one: Run, other: Run, dataSet: number): Counterexample {
  return { one: one.member.sql, other: other.member.sql, dataSet, rows: [one.rows, other.rows] };
}

/** One tries a cast that the other insists on, and what is cast is read. */
function differInTrying(one: Member, other: Member): boolean {
  if (casts(one.sql).length !== casts(other.sql).length) return false;
  const [more, less] = tried(one.sql) > tried(other.sql) ? [one, other] : [other, one];
  if (tried(more.sql) === tried(less.sql) || more.plan === undefined) return false;
  const blind = withoutTriedCasts(more.plan);
  return blind !== undefined && identityOf(blind) !== identityOf(more.plan);
}

function casts(sql: string): readonly string[] {
  return sql.match(/\b(TRY_)?CAST(?=\()/g) ?? [];
}

function tried(sql: string): number {
  return casts(sql).filter((cast) => cast === 'TRY_CAST').length;
}

/** Reads nothing of what a TRY_CAST casts. */
const withoutTriedCasts = editPlan((node) =>
  node['try_cast'] === true ? { ...node, child: { type: 'VALUE_CONSTANT', value: 'tried' } } : undefined,
);
