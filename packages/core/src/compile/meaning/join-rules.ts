/** Joins: inner and outer ones stay symbolic, look-ups become values of the left side, the rest is opaque. */
import { joinType, list, text, type PlanNode } from '../plan-node.ts';
import type { Correlation } from './correlation.ts';
import { cross, outerJoin, relationBlock, type Block, type Seal } from './block.ts';
import { digest } from './digest.ts';
import { UnknownPlan, type ExpressionReader } from './expression-reader.ts';
import { conditionsOf } from './join-conditions.ts';
import { independentSide, innerSide, type RightSide } from './joined-by-seen.ts';
import { filledGroup } from './independent-groups.ts';
import { nearestRow } from './nearest-row.ts';
import { NO_PARAMETERS, optionalSide, plainSide, type Parameters } from './optional-side.ts';
import { pick, side } from './plan-parts.ts';
import { sortedSet } from './sorted-set.ts';
import { atom, CallTerm, column, hashTerm, isVolatile, type Term } from './term.ts';

/** Where a join stands: in a correlated subquery that sees something, and what it hands to its own right side. */
export interface JoinPlace {
  readonly correlation?: Correlation | undefined;
  readonly parameters?: Parameters;
}

export function join(
  expressions: ExpressionReader,
  node: PlanNode,
  given: Block,
  right: Block,
  { correlation, parameters = NO_PARAMETERS }: JoinPlace,
): Block {
  const type = joinType(node);
  const isAsOf = text(node, 'type') === 'LOGICAL_ASOF_JOIN';
  const isCorrelated = text(node, 'type') === 'LOGICAL_DELIM_JOIN';
  const seen = isCorrelated ? undefined : correlation;
  const left = seen === undefined ? given : given.bounded();
  if (!isAsOf && !isCorrelated) {
    if (type === 'INNER') {
      const side = innerSide(expressions, node, left, right, seen);
      return innerJoin(expressions, node, left, side ?? right);
    }
    if (type === 'LEFT' || type === 'RIGHT') return outerJoinOf(expressions, node, left, right, type, seen);
  }
  if (!isAsOf && (type === 'SEMI' || type === 'ANTI' || type === 'MARK' || type === 'SINGLE')) {
    const side = type === 'SINGLE' ? undefined : independentSide(expressions, node, left, right, seen);
    return lookUp(expressions, node, left, side ?? { block: right, seen: [] }, parameters, type);
  }
  return opaqueJoin(expressions, node, left, right, parameters, type);
}

function innerJoin(expressions: ExpressionReader, node: PlanNode, left: Block, right: Block): Block {
  const joined = cross(left, right);
  const leftColumns = joined.columns.slice(0, left.columns.length);
  const rightColumns = joined.columns.slice(left.columns.length);
  return joined
    .filter(conditionsOf(expressions, node, leftColumns, rightColumns))
    .withColumns(keptOf(node, leftColumns, rightColumns));
}

/** The optional side becomes an outer-joined relation of the preserved side's block. */
function outerJoinOf(
  expressions: ExpressionReader,
  node: PlanNode,
  left: Block,
  given: Block,
  type: 'LEFT' | 'RIGHT',
  correlation: Correlation | undefined,
): Block {
  const side = type === 'LEFT' ? independentSide(expressions, node, left, given, correlation) : undefined;
  const right = side?.block ?? given;
  const group = side === undefined ? undefined : filledGroup(side.block, correlation);
  if (group !== undefined && conditionsOf(expressions, node, left.columns, right.columns).length === 0) {
    const joined = cross(left, group);
    const width = left.columns.length;
    return joined.withColumns(keptOf(node, joined.columns.slice(0, width), joined.columns.slice(width)));
  }
  const seals = sidesOf(expressions, node, left, right, NO_PARAMETERS);
  const [preserved, optional] =
    type === 'LEFT' ? [left.bounded(), seals.right] : [right.bounded(), seals.left];
  // Conditions refer to the relation and the relation holds the conditions.
  const relation: { rows: string; sequence: string; on?: readonly Term[] } = {
    rows: optional.rows,
    sequence: optional.sequence,
  };
  const columns = optional.columns.map((hash, at) => side?.seen[at] ?? column(relation, hash));
  const [leftColumns, rightColumns] =
    type === 'LEFT' ? [preserved.columns, columns] : [columns, preserved.columns];
  const on = conditionsOf(expressions, node, leftColumns, rightColumns);
  if (on.some(isVolatile)) return opaqueJoin(expressions, node, left, given, NO_PARAMETERS, type);
  relation.on = on;
  const sequence = digest('outer', type, preserved.seal().sequence, optional.sequence);
  const isMatched = column(relation, digest('matched'));
  const shown = rightColumns.map((term, at) =>
    side?.seen[at] === undefined ? term : new CallTerm('where matched', [term, isMatched]),
  );
  return outerJoin(preserved, relation, sequence).withColumns(keptOf(node, leftColumns, shown));
}

/** Joins that add a value to every left row, or keep the left rows for which it is true. */
function lookUp(
  expressions: ExpressionReader,
  node: PlanNode,
  left: Block,
  right: RightSide,
  parameters: Parameters,
  type: 'SEMI' | 'ANTI' | 'MARK' | 'SINGLE',
): Block {
  const { block, shown } =
    type === 'SINGLE' ? optionalSide(expressions, node, right.block, parameters) : plainSide(right.block);
  const seal = sidesOf(expressions, node, left, block, parameters).right;
  const conditions = conditionsOf(
    expressions,
    node,
    left.columns,
    seal.columns.map((hash, at) => right.seen[at] ?? atom(digest('right', hash))),
  );
  const value = (operator: string): Term =>
    new CallTerm(operator, [
      atom(seal.rows),
      new CallTerm('parameters', parameters.terms),
      new CallTerm('conditions', conditions, true),
    ]);
  const leftMap = list(node, 'left_projection_map');
  if (type === 'SEMI' || type === 'ANTI') {
    const kept = left.filter([value(type)]);
    return kept.withColumns(pick(kept.columns, leftMap));
  }
  const added =
    type === 'MARK'
      ? [value('MARK')]
      : // One match, or none; several are an error unless a setting says otherwise, so order does not matter.
        pick(seal.columns.map(shown), list(node, 'right_projection_map')).map((hash) =>
          value(`SINGLE ${hash}`),
        );
  return left.withColumns([...pick(left.columns, leftMap), ...added]);
}

/** What an ASOF join, a correlated join or a FULL join may be. */
const OPAQUE_JOINS = new Set(['INNER', 'LEFT', 'RIGHT', 'FULL', 'OUTER', 'SEMI', 'ANTI']);

/** A term over atoms alone. */
function hashOf(term: Term): string {
  return hashTerm(term, undefined, new Map());
}

/** Any other join: both sides by their hashes. A RIGHT join is the LEFT join of the swapped sides. */
function opaqueJoin(
  expressions: ExpressionReader,
  node: PlanNode,
  leftBlock: Block,
  rightBlock: Block,
  parameters: Parameters,
  type: string,
): Block {
  if (!OPAQUE_JOINS.has(type)) throw new UnknownPlan(`join ${type}`);
  const isAsOf = text(node, 'type') === 'LOGICAL_ASOF_JOIN';
  const optional =
    type === 'LEFT' ? optionalSide(expressions, node, rightBlock, parameters) : plainSide(rightBlock);
  const { left, right } = sidesOf(expressions, node, leftBlock, optional.block, parameters);
  const nearest = isAsOf ? nearestRow(expressions, node, leftBlock, rightBlock, right) : undefined;
  const isSwapped =
    type === 'RIGHT' &&
    !isAsOf &&
    parameters.terms.length === 0 &&
    text(node, 'type') !== 'LOGICAL_DELIM_JOIN';
  const [leftSide, rightSide] = isSwapped ? (['right', 'left'] as const) : (['left', 'right'] as const);
  const leftColumns = side(leftSide, left.columns);
  const rightColumns = side(rightSide, right.columns);
  const conditions = conditionsOf(expressions, node, leftColumns.map(atom), rightColumns.map(atom)).map(
    hashOf,
  );
  const rows = digest(
    'opaque join',
    operatorOf(node),
    isSwapped ? 'LEFT' : type,
    isSwapped ? right.rows : left.rows,
    isSwapped ? left.rows : right.rows,
    sortedSet(conditions),
    parameters.terms.map((parameter) => left.hash(parameter)),
    nearest?.rows ?? 0,
  );
  const columns = [
    ...pick(leftColumns, list(node, 'left_projection_map')),
    ...(type === 'SEMI' || type === 'ANTI'
      ? []
      : pick(rightColumns.map(nearest?.shown ?? optional.shown), list(node, 'right_projection_map'))),
  ];
  return relationBlock(rows, digest('joined', rows, left.sequence, right.sequence), columns);
}

/** Both sides by their hashes, in which instances that could be exchanged are told apart by the conditions first. */
function sidesOf(
  expressions: ExpressionReader,
  node: PlanNode,
  left: Block,
  right: Block,
  parameters: Parameters,
): { readonly left: Seal; readonly right: Seal } {
  if (!left.tied && !right.tied) return { left: left.seal(), right: right.seal() };
  const conditions = conditionsOf(expressions, node, left.columns, right.columns);
  return { left: left.sealFor([...parameters.terms, ...conditions]), right: right.sealFor(conditions) };
}

/** Each side's columns after the join's projection maps. */
function keptOf(node: PlanNode, left: readonly Term[], right: readonly Term[]): readonly Term[] {
  return [
    ...pick(left, list(node, 'left_projection_map')),
    ...pick(right, list(node, 'right_projection_map')),
  ];
}

/** A join with an expression over both sides is the same join; DuckDB chooses the operator by the form of the condition. */
function operatorOf(join: PlanNode): string {
  const type = text(join, 'type');
  return type === 'LOGICAL_ANY_JOIN' ? 'LOGICAL_COMPARISON_JOIN' : type;
}
