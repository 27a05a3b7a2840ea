/** What a join compares, as terms. */
import { joinConditions, type PlanNode } from '../plan-node.ts';
import { UnknownPlan, type ExpressionReader } from './expression-reader.ts';
import { conjuncts, isTrue, operandsOf, planComparison, type Term } from './term.ts';

/** The join's conditions as conjuncts over terms of both sides. */
export function conditionsOf(
  expressions: ExpressionReader,
  node: PlanNode,
  left: readonly Term[],
  right: readonly Term[],
): readonly Term[] {
  const both = [...left, ...right];
  const all = joinConditions(node).flatMap((condition) => {
    if (condition.kind === 'expression') return conjuncts(expressions.read(condition.expression, both));
    const { comparison } = condition;
    const sides = [expressions.read(condition.left, left), expressions.read(condition.right, right)] as const;
    const term = planComparison(comparison, ...sides);
    if (term === undefined) throw new UnknownPlan(`comparison ${comparison}`);
    return [term];
  });
  return all.filter((condition) => !isTrue(condition) && !isSameOnBothSides(condition));
}

/** What both sides see of the outer query is the same value. */
function isSameOnBothSides(condition: Term): boolean {
  const [left, right] = operandsOf(condition, 'ND') ?? [];
  if (left?.kind !== 'column' || right?.kind !== 'column') return false;
  return left.relation === right.relation && left.hash === right.hash;
}
