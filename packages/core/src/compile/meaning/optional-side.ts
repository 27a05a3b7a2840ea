/**
 * The right side of a correlated join that keeps every row to the left: a subquery, worked out for every value it sees. DuckDB
 * joins those values with the subquery's groups by an inner join where it notices that a missing group makes NULL, and else by a
 * LEFT join, which makes that NULL itself: it notices it of `sum(x IN (1, 2))` and not of `sum(x = 1 OR x = 2)`. To the join
 * above both are the same: a row to the left is matched by a row of NULLs, or by none.
 */
import { joinConditions, type PlanNode } from '../plan-node.ts';
import { Block } from './block.ts';
import { digest } from './digest.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { isNullWhere } from './strict.ts';
import { renameRelations, type CallTerm, type Relation, type Term } from './term.ts';

/** What a correlated subquery sees of the left side, each combination of values once. */
export interface Parameters {
  readonly terms: readonly Term[];
  /** The rows of the relation that stands for them on the right side. */
  readonly rows: string;
  /** Columns of that relation that tell its rows apart by themselves, by hash. */
  readonly numbers: ReadonlySet<string>;
}

export const NO_PARAMETERS: Parameters = { terms: [], rows: '', numbers: new Set() };

export interface OptionalSide {
  readonly block: Block;
  /** The hash of a column, by position, as it comes out of the join. */
  readonly shown: (hash: string, at: number) => string;
}

/** The side with a LEFT join of that sort made an inner one, or as it is. */
export function optionalSide(
  expressions: ExpressionReader,
  node: PlanNode,
  right: Block,
  parameters: Parameters,
): OptionalSide {
  const [seen, group, ...others] = right.relations;
  if (seen === undefined || group?.on === undefined || others.length > 0) return plainSide(right);
  const isSeenOnce = seen.rows === parameters.rows && seen.on === undefined;
  if (!isSeenOnce || !isMatchedOnce(expressions, node, right, seen, parameters)) return plainSide(right);
  const { on, ...rest } = group;
  const inner: Relation = rest;
  const renamed = new Map([[group, inner]]);
  const memo = new Map<CallTerm, Term>();
  const rename = (term: Term): Term => renameRelations(term, renamed, memo);
  const block = new Block({
    relations: [seen, inner],
    conditions: [...right.conditions, ...on].map(rename),
    sequence: right.sequence,
    columns: right.columns.map(rename),
    ordered: right.ordered,
  });
  const isNull = right.columns.map(isNullWhere((column) => column.relation === group));
  // What is not NULL by itself has a value in one of the two and NULL in the other.
  return { block, shown: (hash, at) => (isNull[at] === true ? hash : digest('without a match', hash)) };
}

/** A side as it is. */
export function plainSide(block: Block): OptionalSide {
  return { block, shown: (hash) => hash };
}

/** Whether a row to the left matches one of the values seen at most: it must be equal to it in all of its columns, or in its number. */
function isMatchedOnce(
  expressions: ExpressionReader,
  node: PlanNode,
  right: Block,
  seen: Relation,
  parameters: Parameters,
): boolean {
  const equal = new Set<string>();
  for (const condition of joinConditions(node)) {
    if (condition.kind !== 'comparison' || condition.comparison !== 'COMPARE_NOT_DISTINCT_FROM') continue;
    const term = expressions.read(condition.right, right.columns);
    if (term.kind === 'column' && term.relation === seen) equal.add(term.hash);
  }
  return equal.size === parameters.terms.length || [...parameters.numbers].some((hash) => equal.has(hash));
}
