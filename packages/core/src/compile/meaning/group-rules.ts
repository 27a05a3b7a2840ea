/** Groups, DISTINCT and windows: operators over a block's seal, where the order of rows may matter. */
import { flag, list, nodes, object, text, type JsonObject, type PlanNode } from '../plan-node.ts';
import { relationBlock, type Block, type Seal } from './block.ts';
import { digest } from './digest.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { DISTINCT_IN_WINDOWS, LISTS, NOT_IN_WINDOWS, RANKS, UNORDERED } from './functions.ts';
import { compare, readAll } from './plan-parts.ts';
import { keysOf, settledBy } from './settled.ts';
import { sortedSet } from './sorted-set.ts';
import { atom, CallTerm, IN_ORDER, type Term } from './term.ts';

/** `isFirstOfAll`: of which `first` it does not matter which row is the first. */
export function aggregate(
  expressions: ExpressionReader,
  node: PlanNode,
  block: Block,
  isFirstOfAll: (aggregate: JsonObject) => boolean,
): Block {
  const keyTerms = list(node, 'groups').map((e) => expressions.read(e, block.columns));
  const aggregates = nodes(node, 'expressions').map((given) => {
    const aggregate = isRowCount(given) ? rowCount(given) : given;
    return { aggregate, term: expressions.read(aggregate, block.columns) };
  });
  const seal = block.sealFor([...keyTerms, ...aggregates.map(({ term }) => term)]);
  const groups = keyTerms.map((term) => seal.hash(term));
  const sets = list(node, 'grouping_sets').map((set) => (Array.isArray(set) ? set.map(Number) : []));
  const isPlain = sets.length === 0 || (sets.length === 1 && sets[0]?.length === groups.length);
  // The same expression may be grouped by twice, and be NULL in one place and not in the other: tell places apart.
  const keys =
    isPlain || new Set(groups).size === groups.length
      ? groups
      : groups.map((hash, at) => digest('key', hash, at));
  const setsOfKeys = sets
    .map((set) => set.map((at) => keys[at]).toSorted())
    .sort((a, b) => compare(a.join(), b.join()));
  const rows = digest('groups', seal.rows, sortedSet(keys), isPlain ? 0 : setsOfKeys);
  const values = aggregates.map(({ aggregate, term }) => {
    const name = text(aggregate, 'name');
    const isFree =
      (UNORDERED.has(name) && !isCollated(aggregate)) ||
      (name === 'first' && isFirstOfAll(aggregate)) ||
      isSortedByItself(expressions, aggregate, block, seal);
    if (!isFree && aggregate['order_bys'] === undefined) expressions.flags.add(`order:${name}`);
    const isList = LISTS.has(name) && aggregate['order_bys'] === undefined;
    return {
      hash: digest('aggregate', rows, isFree || isList ? 0 : seal.sequence, seal.hash(term)),
      sequence: isList ? seal.sequence : undefined,
    };
  });
  const groupings = list(node, 'grouping_functions').map((places) =>
    digest('grouping', rows, Array.isArray(places) ? places.map((at) => keys[Number(at)]) : places),
  );
  const columns = [
    ...keys.map((hash) => digest('key', hash)),
    ...values.map(({ hash }) => hash),
    ...groupings,
  ];
  const isSingle = keys.length === 0 && sets.length === 0;
  const made = relationBlock(
    rows,
    digest('grouped', rows, seal.sequence),
    columns,
    isSingle ? { single: true } : {},
  );
  if (values.every(({ sequence }) => sequence === undefined)) return made;
  // Which elements a list has does not depend on the order of rows: where it is sorted, nothing does.
  return made.withColumns(
    made.columns.map((column, at) => {
      const sequence = values[at - keys.length]?.sequence;
      return sequence === undefined ? column : new CallTerm(IN_ORDER, [column, atom(sequence)]);
    }),
  );
}

/** What is sorted is settled by the keys that it is sorted by. */
function isSortedByItself(
  expressions: ExpressionReader,
  aggregate: JsonObject,
  block: Block,
  seal: Seal,
): boolean {
  const sorted = object(aggregate, 'order_bys');
  if (sorted === undefined) return false;
  const terms = readAll(expressions, list(aggregate, 'children'), block.columns);
  return terms.every(settledBy(keysOf(sorted), block.columns, seal.hash));
}

export function distinct(expressions: ExpressionReader, node: PlanNode, block: Block): Block {
  const terms = list(node, 'distinct_targets').map((e) => expressions.read(e, block.columns));
  const seal = block.sealFor(terms);
  const targets = sortedSet(terms.map((term) => seal.hash(term)));
  const all = sortedSet(seal.columns);
  if (text(node, 'distinct_type') === 'DISTINCT' && targets.join() === all.join()) return distinctRows(seal);
  expressions.flags.add('order:DISTINCT ON');
  const orders = ordersOf(expressions, object(node, 'order_by'), seal, block.columns);
  const keys = [...list(node, 'distinct_targets'), ...keysOf(object(node, 'order_by'))];
  const isFree = block.columns.every(settledBy(keys, block.columns, seal.hash));
  const sequence = isFree ? 0 : seal.sequence;
  const rows = digest('distinct on', text(node, 'distinct_type'), seal.rows, sequence, targets, orders);
  return relationBlock(
    rows,
    rows,
    seal.columns.map((hash) => digest('kept', hash)),
  );
}

/** Each row once: the same as GROUP BY all columns. */
export function distinctRows(seal: Seal): Block {
  const rows = digest('groups', seal.rows, sortedSet(seal.columns), 0);
  const keys = seal.columns.map((hash) => digest('key', hash));
  return relationBlock(rows, digest('grouped', rows, seal.sequence), keys);
}

export function window(expressions: ExpressionReader, node: PlanNode, block: Block): Block {
  const windows = nodes(node, 'expressions').map((window) => {
    const isFree = isFreeOfOrder(window);
    if (!isFree && list(window, 'orders').length === 0) expressions.flags.add('order:window');
    return { window, isFree, term: expressions.read(window, block.columns) };
  });
  const seal = block.sealFor(windows.map(({ term }) => term));
  const ordered = windows.filter(({ isFree }) => !isFree);
  // Two numberings of rows that are the same might go together in more ways than one.
  const isSettled = ordered.length === 1 && ordered.every(({ window }) => isTotal(window, block, seal));
  const values = windows.map(({ isFree, term }) =>
    digest('window', seal.rows, isFree || isSettled ? 0 : seal.sequence, seal.hash(term)),
  );
  // Partitioning and sorting move rows physically, also when nobody reads the value.
  const sequence = digest('windowed', seal.sequence, values.toSorted());
  return relationBlock(seal.rows, sequence, [...seal.columns, ...values]);
}

/** Rows that tie in a window's keys are the same. */
function isTotal(window: JsonObject, block: Block, seal: Seal): boolean {
  const keys = [...list(window, 'partitions'), ...keysOf(window)];
  return block.columns.every(settledBy(keys, block.columns, seal.hash));
}

export function ordersOf(
  expressions: ExpressionReader,
  node: JsonObject | undefined,
  seal: Seal,
  columns: readonly Term[],
): readonly unknown[] {
  return nodes(node, 'orders').map((order) => [
    text(order, 'type'),
    text(order, 'null_order'),
    seal.hash(expressions.read(order['expression'] ?? null, columns)),
  ]);
}

/** `count(1)` counts rows as `count(*)` does. */
function isRowCount(aggregate: JsonObject): boolean {
  const [argument, ...others] = nodes(aggregate, 'children');
  const isCount = text(aggregate, 'name') === 'count' && text(aggregate, 'aggregate_type') === 'NON_DISTINCT';
  if (text(aggregate, 'name') === 'count_star') return true;
  return isCount && argument !== undefined && others.length === 0 && isConstantAndNotNull(argument);
}

function rowCount(aggregate: JsonObject): JsonObject {
  return {
    type: 'BOUND_AGGREGATE',
    name: 'count_star',
    ...(aggregate['aggregate_type'] === undefined ? {} : { aggregate_type: aggregate['aggregate_type'] }),
    ...(aggregate['filter'] === undefined ? {} : { filter: aggregate['filter'] }),
  };
}

function isConstantAndNotNull(expression: JsonObject): boolean {
  if (text(expression, 'type') === 'VALUE_CONSTANT') return !flag(object(expression, 'value'), 'is_null');
  const child = object(expression, 'child');
  const isPlainCast = text(expression, 'type') === 'OPERATOR_CAST' && !flag(expression, 'try_cast');
  return isPlainCast && child !== undefined && isConstantAndNotNull(child);
}

/** Values that compare equal may differ, so that `min` gives whichever came first. */
function isCollated(aggregate: JsonObject): boolean {
  return text(object(object(aggregate, 'return_type'), 'type_info'), 'collation') !== '';
}

function isFreeOfOrder(window: JsonObject): boolean {
  const type = text(window, 'type');
  if (RANKS.has(type)) return true;
  return (
    type === 'WINDOW_AGGREGATE' &&
    UNORDERED.has(text(window, 'name')) &&
    !NOT_IN_WINDOWS.has(text(window, 'name')) &&
    !isCollated(window) &&
    // Of ranges and groups it is certain which rows they hold, also when the current one is left out.
    !/ROWS/.test(text(window, 'start') + text(window, 'end')) &&
    (!flag(window, 'distinct') || DISTINCT_IN_WINDOWS.has(text(window, 'name'))) &&
    list(window, 'arg_orders').length === 0
  );
}
