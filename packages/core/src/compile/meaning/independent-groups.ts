/**
 * Groups that are the same for all values a correlated subquery sees. Without other keys than those values there is one group for
 * each, or none when there are no rows; DuckDB joins the values with the groups then, so that there is a row for each again.
 */
import { list, nodes, text, type JsonObject, type PlanNode } from '../plan-node.ts';
import { Block } from './block.ts';
import {
  independentPart,
  isKnownBy,
  isSeen,
  mentions,
  seenIn,
  type Correlation,
  type WholeGroup,
} from './correlation.ts';
import { digest } from './digest.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { NULL_OF_NONE } from './functions.ts';
import { aggregate } from './group-rules.ts';
import { readAll } from './plan-parts.ts';
import { isNullWhere } from './strict.ts';
import {
  atom,
  CallTerm,
  COUNT_UNLESS_EMPTY,
  isVolatile,
  renameRelations,
  type ColumnTerm,
  type Relation,
  type Term,
} from './term.ts';

/** {@link aggregate}, of what is the same for all values seen once for all of them. */
export function aggregateFor(
  correlation: Correlation | undefined,
  expressions: ExpressionReader,
  node: PlanNode,
  block: Block,
  isGuarded: (aggregate: JsonObject) => boolean,
): Block {
  const seen = seenIn(block, correlation);
  if (seen === undefined || correlation === undefined) return aggregate(expressions, node, block, isGuarded);
  const keys = readAll(expressions, list(node, 'groups'), block.columns);
  const isKnown = isOneSet(node) && isKnownBy(keys, seen, correlation);
  const aggregates = nodes(node, 'expressions');
  const carried = aggregates.map((given) =>
    isKnown ? carriedOf(expressions, given, block, seen) : undefined,
  );
  const isCarried = (given: JsonObject): boolean => carried[aggregates.indexOf(given)] !== undefined;
  const whole = aggregate(expressions, node, block, (given) => isGuarded(given) || isCarried(given));
  const rest = independentPart(block, correlation)?.rest;
  const computed = aggregates.filter((given) => !isCarried(given));
  const isApart = [
    ...keys.filter((key) => !isSeen(key, seen)),
    ...readAll(expressions, computed, block.columns),
  ].every((term) => !mentions(term, seen) && !isVolatile(term));
  if (rest === undefined || !isKnown || !isApart) return whole;
  const own = keys.map((key) => !isSeen(key, seen));
  const groups = list(node, 'groups').filter((_, at) => own[at]);
  const apart = { ...node, groups, grouping_sets: [], expressions: computed };
  const made = aggregate(expressions, apart, rest, isGuarded);
  const { relations, conditions, columns } = groups.length > 0 ? made : unlessEmpty(apart, made, correlation);
  let at = 0;
  return new Block({
    relations: [seen, ...relations],
    conditions,
    sequence: whole.sequence,
    columns: [
      ...keys.map((key) => (isSeen(key, seen) ? key : (columns[at++] ?? key))),
      ...carried.map((column) => column ?? columns[at++] ?? atom('')),
    ],
  });
}

/** `first(x)` of what is seen, where a group's rows see the same: DuckDB carries through groups what its number stands for. */
function carriedOf(
  expressions: ExpressionReader,
  given: JsonObject,
  block: Block,
  seen: Relation,
): ColumnTerm | undefined {
  const [argument, ...others] = list(given, 'children');
  const isPlain =
    text(given, 'name') === 'first' &&
    others.length === 0 &&
    given['filter'] === undefined &&
    given['order_bys'] === undefined;
  const term = isPlain && argument !== undefined ? expressions.read(argument, block.columns) : undefined;
  return term !== undefined && isSeen(term, seen) ? term : undefined;
}

/** Grouped by all keys, and by no fewer. */
function isOneSet(node: PlanNode): boolean {
  const [set, ...others] = list(node, 'grouping_sets');
  const isWhole = Array.isArray(set) && new Set(set).size === list(node, 'groups').length;
  return (
    others.length === 0 && (set === undefined || isWhole) && list(node, 'grouping_functions').length === 0
  );
}

/** Aggregates without keys, which are one row, as they are with keys: no row when there is nothing to group. */
function unlessEmpty(node: PlanNode, made: Block, correlation: Correlation): Block {
  const [relation] = made.relations;
  if (relation === undefined) return made;
  const rows = digest('unless empty', relation.rows);
  const group: WholeGroup = correlation.groups.get(rows) ?? { relation, nulls: new Set(), counts: new Set() };
  correlation.groups.set(rows, group);
  for (const [at, given] of nodes(node, 'expressions').entries()) {
    const column = made.columns[at];
    const name = text(given, 'name');
    if (column?.kind !== 'column') continue;
    if (name === 'count' || name === 'count_star') group.counts.add(column.hash);
    if (NULL_OF_NONE.has(name) && nodes(given, 'children').length === 1) group.nulls.add(column.hash);
  }
  const absent: Relation = { rows, sequence: relation.sequence };
  return renamed(made, new Map([[relation, absent]]));
}

/**
 * `rows LEFT JOIN group ON TRUE`, where the group is of all rows there are, or none: as a group without keys, that is one row in
 * any case. Undefined for all else.
 */
export function filledGroup(block: Block, correlation: Correlation | undefined): Block | undefined {
  const [absent, ...others] = block.relations;
  const group = absent === undefined ? undefined : correlation?.groups.get(absent.rows);
  if (absent === undefined || group === undefined) return undefined;
  if (others.length > 0 || block.conditions.length > 0 || absent.on !== undefined) return undefined;
  const isNull = isNullWhere(({ relation, hash }) => relation === absent && group.nulls.has(hash));
  // Another instance wherever it stands.
  const filled = renamed(block, new Map([[absent, { ...group.relation }]]));
  const rows = atom(absent.rows);
  return filled.withColumns(
    filled.columns.map((column, at) => {
      const before = block.columns[at];
      if (before === undefined || isNull(before)) return column;
      if (before.kind === 'column' && group.counts.has(before.hash))
        return new CallTerm(COUNT_UNLESS_EMPTY, [column, rows]);
      return new CallTerm('unless empty', [column, rows]);
    }),
  );
}

function renamed(block: Block, relations: ReadonlyMap<Relation, Relation>): Block {
  const memo = new Map<CallTerm, Term>();
  const rename = (term: Term): Term => renameRelations(term, relations, memo);
  return new Block({
    relations: block.relations.map((relation) => relations.get(relation) ?? relation),
    conditions: block.conditions.map(rename),
    sequence: block.sequence,
    columns: block.columns.map(rename),
    ordered: block.ordered,
  });
}
