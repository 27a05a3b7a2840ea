/**
 * What each operator says that is understood here, or known not to matter (names, and positions that references follow).
 * A property that is not in the list might change the result, so it makes the plan unknown.
 */
import type { PlanNode } from '../plan-node.ts';
import { UnknownPlan } from './expression-reader.ts';

const PROPERTIES: Readonly<Record<string, string>> = {
  LOGICAL_AGGREGATE_AND_GROUP_BY:
    'aggregate_index expressions group_index grouping_functions grouping_sets groupings_index groups',
  LOGICAL_ANY_JOIN: 'condition join_type left_projection_map right_projection_map',
  LOGICAL_ASOF_JOIN: 'conditions predicate join_type left_projection_map right_projection_map',
  LOGICAL_COMPARISON_JOIN:
    'conditions predicate join_type mark_index left_projection_map right_projection_map',
  LOGICAL_CROSS_PRODUCT: '',
  LOGICAL_CTE_REF: 'bound_columns chunk_types cte_index is_recurring',
  LOGICAL_DELIM_GET: 'chunk_types',
  LOGICAL_DELIM_JOIN:
    'conditions predicate delim_flipped duplicate_eliminated_columns join_type mark_index mark_types left_projection_map right_projection_map',
  LOGICAL_DISTINCT: 'distinct_targets distinct_type order_by',
  LOGICAL_DUMMY_SCAN: '',
  LOGICAL_EMPTY_RESULT: 'return_types bindings',
  LOGICAL_EXCEPT: 'column_count setop_all',
  LOGICAL_EXPRESSION_GET: 'expr_types expressions',
  LOGICAL_FILTER: 'expressions projection_map',
  LOGICAL_GET:
    'arguments catalog_name column_indexes function_data has_serialize input_table_names input_table_types name named_parameters ' +
    'names ordinality_idx original_arguments parameters projected_input projection_ids returned_types schema_name table_filters',
  LOGICAL_INTERSECT: 'column_count setop_all',
  LOGICAL_LIMIT: 'limit_val offset_val',
  LOGICAL_MATERIALIZED_CTE: 'column_count ctename materialize',
  LOGICAL_ORDER_BY: 'orders projection_map',
  LOGICAL_PIVOT: 'bound_pivot pivot_index',
  LOGICAL_POSITIONAL_JOIN: '',
  LOGICAL_PROJECTION: 'expressions',
  LOGICAL_RECURSIVE_CTE: 'column_count ctename key_targets payload_aggregates types union_all',
  LOGICAL_SAMPLE: 'sample_options',
  LOGICAL_UNION: 'column_count setop_all',
  LOGICAL_UNNEST: 'expressions unnest_index',
  LOGICAL_WINDOW: 'expressions window_index',
};

const KNOWN = new Map(
  Object.entries(PROPERTIES).map(([type, names]) => [
    type,
    new Set(['type', 'children', 'table_index', ...names.split(' ')]),
  ]),
);

/** Throws when the operator or a property of it is not known. */
export function checkProperties(node: PlanNode, type: string): void {
  const known = KNOWN.get(type);
  if (known === undefined) throw new UnknownPlan(`operator ${type}`);
  for (const name in node) if (!known.has(name)) throw new UnknownPlan(`property ${name} of ${type}`);
}
