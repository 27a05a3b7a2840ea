/**
 * What a correlated subquery sees, and its parts that are the same for all it sees. DuckDB takes every CTE from outside for
 * correlated: it joins it with the values seen at once, and carries them through all that is computed from it, as one more key
 * of groups and one more condition of joins. Here they are taken off again, so that a CTE means what a table in its place does.
 *
 * Each combination of the values stands once in their relation, so that `values × rows`, grouped by the values and more, is
 * `values × (rows grouped by more)`; and what is joined by the values of both sides is `values × (rows joined)`.
 */
import { Block } from './block.ts';
import { digest } from './digest.ts';
import { atom, relationsOf, type ColumnTerm, type Relation, type Term } from './term.ts';

/** The columns of the outer query that a correlated subquery sees. */
export interface Correlation {
  /** Where each combination of their values stands once; the same wherever a subquery is at that depth and sees as many. */
  readonly rows: string;
  /** The columns that has, by hash. */
  readonly columns: Set<string>;
  /** Of these, those that tell its rows apart by themselves: a number of each row to the left. */
  readonly numbers: Set<string>;
  /** The place of that number among the columns, -1 where rows have none. */
  readonly numberAt: number;
  /** In place of the order in which the subquery mentions them. */
  readonly ranks: readonly number[];
  /** Groups without keys that are not there when they are empty, by their rows. */
  readonly groups: Map<string, WholeGroup>;
}

/** The one row that aggregates without keys have, also over no rows. */
export interface WholeGroup {
  readonly relation: Relation;
  /** Columns that are NULL over no rows, and those that are 0, by hash. */
  readonly nulls: Set<string>;
  readonly counts: Set<string>;
}

/** A block as all combinations of the values seen and of rows that are the same for each. */
export interface IndependentPart {
  readonly seen: Relation;
  /** Columns are where they were; those that mention what is seen are there no more. */
  readonly rest: Block;
}

const NOT_HERE = atom(digest('seen by the subquery'));

/** Undefined when the rows depend on what is seen, or when there are no others. */
export function independentPart(
  block: Block,
  correlation: Correlation | undefined,
): IndependentPart | undefined {
  const seen = seenIn(block, correlation);
  if (seen === undefined) return undefined;
  const relations = block.relations.filter((relation) => relation !== seen);
  // What is outer-joined needs something to be joined to.
  if (relations.every((relation) => relation.on !== undefined)) return undefined;
  const decisive = [...block.conditions, ...relations.flatMap((relation) => relation.on ?? [])];
  if (decisive.some((term) => mentions(term, seen))) return undefined;
  const rest = new Block({
    relations,
    conditions: block.conditions,
    sequence: digest('for each value seen', block.sequence),
    columns: block.columns.map((term) => (mentions(term, seen) ? NOT_HERE : term)),
  });
  return { seen, rest };
}

/** The relation of what is seen; undefined when a block has none, or several. */
export function seenIn(block: Block, correlation: Correlation | undefined): Relation | undefined {
  if (correlation === undefined) return undefined;
  const [seen, ...others] = block.relations.filter(
    (relation) => relation.rows === correlation.rows && relation.on === undefined,
  );
  return others.length === 0 ? seen : undefined;
}

/** Whether a row of what is seen is known by these columns of it. */
export function isKnownBy(terms: readonly Term[], seen: Relation, correlation: Correlation): boolean {
  const there = new Set(terms.flatMap((term) => (isSeen(term, seen) ? [term.hash] : [])));
  const isThere = (hash: string): boolean => there.has(hash);
  return [...correlation.columns].every(isThere) || [...correlation.numbers].some(isThere);
}

export function isSeen(term: Term, seen: Relation): term is ColumnTerm {
  return term.kind === 'column' && term.relation === seen;
}

export function mentions(term: Term, seen: Relation): boolean {
  return relationsOf(term).includes(seen);
}
