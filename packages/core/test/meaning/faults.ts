/**
 * Mistakes that a version could make, as changes to the plan before it is hashed: what the change takes away, such a
 * version would not see. A search that finds nothing wrong with them would find nothing wrong with anything.
 */
import {
  isObject,
  list,
  text,
  type Json,
  type JsonObject,
  type PlanNode,
} from '../../src/compile/plan-node.ts';
import { editPlan, type PlanEdit } from './edit-plan.ts';
import type { Operator } from './grammar/index.ts';

/** A fault, and the operator in which to look for it. */
export interface SeededFault {
  readonly within: Operator;
  readonly fault: PlanEdit;
}

export const FAULTS: Readonly<Record<string, SeededFault>> = {
  'a grouping set is dropped': edit('group', (node) => {
    const sets = list(node, 'grouping_sets');
    return sets.length > 1 ? { ...node, grouping_sets: sets.slice(0, -1) } : undefined;
  }),
  'DISTINCT is ignored in an aggregate': edit('group', (node) =>
    text(node, 'aggregate_type') === 'DISTINCT' ? { ...node, aggregate_type: 'NON_DISTINCT' } : undefined,
  ),
  'FILTER is ignored in an aggregate': edit('group', (node) =>
    text(node, 'type') === 'BOUND_AGGREGATE' ? without(node, 'filter') : undefined,
  ),
  'a - b is b - a': edit('projection', (node) => {
    const children = list(node, 'children');
    return text(node, 'name') === '-' && children.length === 2
      ? { ...node, children: children.toSorted(byText) }
      : undefined;
  }),
  'EXCLUDE of a frame is forgotten': edit('window', (node) => without(node, 'exclude_clause')),
  'the start of a frame is forgotten': edit('window', (node) =>
    node['start'] === undefined
      ? undefined
      : (without({ ...node, start: 'ANYWHERE' }, 'start_expr') ?? { ...node, start: 'ANYWHERE' }),
  ),
  'ROWS is RANGE': edit('window', (node) => {
    const [start, end] = [text(node, 'start'), text(node, 'end')];
    return `${start}${end}`.includes('ROWS')
      ? { ...node, start: start.replace('ROWS', 'RANGE'), end: end.replace('ROWS', 'RANGE') }
      : undefined;
  }),
  'DISTINCT is ignored in a window': edit('window', (node) =>
    text(node, 'type').startsWith('WINDOW_') && node['distinct'] === true
      ? { ...node, distinct: false }
      : undefined,
  ),
  'IGNORE NULLS is ignored': edit('window', (node) =>
    node['ignore_nulls'] === true ? { ...node, ignore_nulls: false } : undefined,
  ),
  'PARTITION BY is ignored': edit('window', (node) => without(node, 'partitions')),
  'SEMI is ANTI': edit('join', (node) =>
    text(node, 'join_type') === 'ANTI' ? { ...node, join_type: 'SEMI' } : undefined,
  ),
  'LEFT is INNER': edit('join', (node) =>
    text(node, 'join_type') === 'LEFT' ? without(node, 'join_type') : undefined,
  ),
  'FULL is LEFT': edit('join', (node) =>
    /^(FULL|OUTER)$/.test(text(node, 'join_type')) ? { ...node, join_type: 'LEFT' } : undefined,
  ),
  'an ASOF join takes what is on either side': edit('join', (node) =>
    text(node, 'type') === 'LOGICAL_ASOF_JOIN' ? comparisonsOf(node) : undefined,
  ),
  'EXCEPT ALL is EXCEPT': edit('setOperation', (node) =>
    text(node, 'type') === 'LOGICAL_DISTINCT' ? setOperationBelow(node) : undefined,
  ),
  'EXCEPT is INTERSECT': edit('setOperation', (node) =>
    text(node, 'type') === 'LOGICAL_INTERSECT' ? { ...node, type: 'LOGICAL_EXCEPT' } : undefined,
  ),
  'UNION of a recursion is UNION ALL': edit('recursion', (node) => without(node, 'union_all')),
  'TRY_CAST is CAST': edit('projection', (node) => without(node, 'try_cast')),
  'NULLS FIRST is NULLS LAST': edit('limit', (node) => without(node, 'null_order')),
  'DESC is ASC': edit('limit', (node) =>
    text(node, 'type') === 'DESCENDING' ? { ...node, type: 'ASCENDING' } : undefined,
  ),
  'LIMIT is ignored': edit('limit', (node) =>
    text(node, 'type') === 'LOGICAL_LIMIT' ? without(node, 'limit_val') : undefined,
  ),
  'OFFSET is ignored': edit('limit', (node) =>
    text(node, 'type') === 'LOGICAL_LIMIT' ? without(node, 'offset_val') : undefined,
  ),
  'the keys of DISTINCT ON are ignored': edit('distinctOn', (node) =>
    list(node, 'distinct_targets').length > 0 && text(node, 'distinct_type') !== 'DISTINCT'
      ? { ...node, distinct_targets: [] }
      : undefined,
  ),
  'the seed of a sample is ignored': edit('sample', (node) => {
    const options = node['sample_options'];
    return isObject(options) ? { ...node, sample_options: { ...options, seed: 1 } } : undefined;
  }),
  'a < b is a <= b': edit('filter', (node) =>
    text(node, 'type') === 'COMPARE_LESSTHANOREQUALTO' ? { ...node, type: 'COMPARE_LESSTHAN' } : undefined,
  ),
  '= is IS NOT DISTINCT FROM': edit('join', (node) => {
    if (text(node, 'type') === 'COMPARE_NOT_DISTINCT_FROM') return { ...node, type: 'COMPARE_EQUAL' };
    return text(node, 'comparison') === 'COMPARE_NOT_DISTINCT_FROM'
      ? { ...node, comparison: 'COMPARE_EQUAL' }
      : undefined;
  }),
  'AND is OR': edit('filter', (node) =>
    text(node, 'type') === 'CONJUNCTION_OR' ? { ...node, type: 'CONJUNCTION_AND' } : undefined,
  ),
  'the body of a lambda is ignored': edit('projection', (node) => {
    const data = node['function_data'];
    return isObject(data) && data['lambda_expr'] !== undefined
      ? { ...node, function_data: { ...data, lambda_expr: null } }
      : undefined;
  }),
  'a constant of VALUES is ignored': edit('filter', (node) =>
    text(node, 'type') === 'LOGICAL_EXPRESSION_GET'
      ? {
          ...node,
          expressions: list(node, 'expressions').map((row, at) =>
            at === 0 ? row : (list(node, 'expressions')[0] ?? row),
          ),
        }
      : undefined,
  ),
};

function edit(within: Operator, change: (node: JsonObject) => JsonObject | undefined): SeededFault {
  return { within, fault: editPlan(change) };
}

function without(node: JsonObject, key: string): JsonObject | undefined {
  if (node[key] === undefined) return undefined;
  const { [key]: _, ...others } = node;
  return others;
}

function byText(a: Json, b: Json): number {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Without ALL, a set operation has a DISTINCT above it. */
function setOperationBelow(distinct: PlanNode): PlanNode | undefined {
  const [below] = list(distinct, 'children');
  return isObject(below) && /_(EXCEPT|INTERSECT)$/.test(text(below, 'type'))
    ? without({ ...below, setop_all: true }, 'setop_all')
    : undefined;
}

/** All comparisons made one. */
function comparisonsOf(join: PlanNode): PlanNode {
  return {
    ...join,
    conditions: list(join, 'conditions').map((condition) =>
      isObject(condition) && condition['comparison'] !== undefined
        ? { ...condition, comparison: 'COMPARE_LESSTHAN' }
        : condition,
    ),
  };
}
