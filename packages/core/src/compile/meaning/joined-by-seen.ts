/**
 * Joins of two parts of a correlated subquery by all that it sees. A row to the left has one combination of values, and the right
 * side has each once: nothing is left of that part of the join but its right side's rows, where they are the same for all values.
 */
import type { PlanNode } from '../plan-node.ts';
import { Block, instanceApart } from './block.ts';
import { independentPart, isSeen, mentions, seenIn, isKnownBy, type Correlation } from './correlation.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { conditionsOf } from './join-conditions.ts';
import { column, operandsOf, renameRelations, type CallTerm, type Relation, type Term } from './term.ts';

/** The right side without what both see. */
export interface RightSide {
  /** Where a column is of what is seen, it is the left side's. */
  readonly block: Block;
  /** The left side's columns, by position. */
  readonly seen: readonly (Term | undefined)[];
}

/** For an inner join, whose right side may as well depend on what is seen. */
export function innerSide(
  expressions: ExpressionReader,
  node: PlanNode,
  left: Block,
  given: Block,
  correlation: Correlation | undefined,
): Block | undefined {
  const there = seenIn(left, correlation);
  if (there === undefined || correlation === undefined) return undefined;
  const right = instanceApart(left, given);
  const here = seenIn(right, correlation);
  if (here === undefined) return undefined;
  if (!isJoinedByAll(expressions, node, left, right, [there, here], correlation)) return undefined;
  return inTermsOf(there, right, here);
}

/** For other joins. */
export function independentSide(
  expressions: ExpressionReader,
  node: PlanNode,
  left: Block,
  given: Block,
  correlation: Correlation | undefined,
): RightSide | undefined {
  const there = seenIn(left, correlation);
  if (there === undefined || correlation === undefined) return undefined;
  const right = instanceApart(left, given);
  const part = independentPart(right, correlation);
  if (part === undefined) return undefined;
  const { seen: here, rest } = part;
  if (!isJoinedByAll(expressions, node, left, right, [there, here], correlation)) return undefined;
  const seen = right.columns.map((term) => (isSeen(term, here) ? column(there, term.hash) : undefined));
  // Something computed of what is seen would be lost.
  if (right.columns.some((term, at) => mentions(term, here) && seen[at] === undefined)) return undefined;
  return { block: rest.withColumns(rest.columns.map((term, at) => seen[at] ?? term)), seen };
}

function isJoinedByAll(
  expressions: ExpressionReader,
  node: PlanNode,
  left: Block,
  right: Block,
  [there, here]: readonly [Relation, Relation],
  correlation: Correlation,
): boolean {
  const equal = conditionsOf(expressions, node, left.columns, right.columns).flatMap((condition) => {
    const operands = operandsOf(condition, 'ND') ?? [];
    const one = operands.find((term) => isSeen(term, there));
    const other = operands.find((term) => isSeen(term, here));
    const isSame = one?.kind === 'column' && other?.kind === 'column' && one.hash === other.hash;
    return isSame && other !== undefined ? [other] : [];
  });
  return isKnownBy(equal, here, correlation);
}

/** An inner join's right side in terms of what the left side sees. */
function inTermsOf(there: Relation, right: Block, here: Relation): Block | undefined {
  if (
    right.bounded() !== right ||
    right.relations.some(({ on }) => on?.some((term) => mentions(term, here)))
  ) {
    return undefined;
  }
  const memo = new Map<CallTerm, Term>();
  const renamed = new Map([[here, there]]);
  const rename = (term: Term): Term => renameRelations(term, renamed, memo);
  return new Block({
    relations: right.relations.filter((relation) => relation !== here),
    conditions: right.conditions.map(rename),
    sequence: right.seal().sequence,
    columns: right.columns.map(rename),
  });
}
