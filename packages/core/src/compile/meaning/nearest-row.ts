/**
 * ASOF joins: of rows to the right that are equally near, DuckDB takes one, by their order. What they tie in is the same in all of
 * them, and whether there is one at all does not depend on order.
 */
import { joinConditions, type PlanNode } from '../plan-node.ts';
import type { Block, Seal } from './block.ts';
import { digest } from './digest.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { settledBy } from './settled.ts';
import { atom } from './term.ts';

export interface NearestRow {
  /** What the rows of the join depend on besides those of both sides. */
  readonly rows: unknown;
  /** The hash of a column of the right side, by position, as it comes out of the join. */
  readonly shown: (hash: string, at: number) => string;
}

const EQUALITIES = new Set(['COMPARE_EQUAL', 'COMPARE_NOT_DISTINCT_FROM']);

export function nearestRow(
  expressions: ExpressionReader,
  node: PlanNode,
  left: Block,
  right: Block,
  seal: Seal,
): NearestRow {
  const conditions = joinConditions(node);
  const comparisons = conditions.flatMap((condition) => (condition.kind === 'comparison' ? [condition] : []));
  const distances = comparisons.filter(({ comparison }) => !EQUALITIES.has(comparison));
  const isSettled = settledBy(
    comparisons.map((condition) => condition.right),
    right.columns,
    seal.hash,
  );
  // The row to the left is given.
  const both = [...left.columns.map(() => atom('left')), ...right.columns];
  // A further condition on the row that was taken may depend on which it was.
  const isCertain = conditions.every(
    (condition) => condition.kind === 'comparison' || isSettled(expressions.read(condition.expression, both)),
  );
  const settled = right.columns.map(isSettled);
  return {
    rows: isCertain && distances.length <= 1 ? 0 : seal.sequence,
    shown: (hash, at) => (settled[at] === true ? hash : digest('of those as near', hash, seal.sequence)),
  };
}
