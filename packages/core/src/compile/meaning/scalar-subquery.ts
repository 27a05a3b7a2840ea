/**
 * A scalar subquery is planned as `first(x), count(*)` and an error when there are more rows than one, so that it does not matter
 * which row is the first. Where it reads a CTE from outside of a correlated subquery, there is a row for each value seen.
 */
import {
  flag,
  integer,
  isObject,
  list,
  nodes,
  object,
  text,
  type Json,
  type JsonObject,
  type PlanNode,
} from '../plan-node.ts';

/** The `first(x)` of a scalar subquery, which its projection shows nothing of without counting rows; none for other projections. */
export function guardedFirsts(projection: PlanNode): readonly JsonObject[] {
  const [input] = nodes(projection, 'children');
  const [seen, joined] = nodes(input, 'children');
  const isForEach =
    text(input, 'type') === 'LOGICAL_COMPARISON_JOIN' && text(seen, 'type') === 'LOGICAL_DELIM_GET';
  const aggregate = isForEach ? joined : input;
  if (aggregate === undefined || text(aggregate, 'type') !== 'LOGICAL_AGGREGATE_AND_GROUP_BY') return [];
  const aggregates = nodes(aggregate, 'expressions');
  const names = aggregates.map((e) => text(e, 'name'));
  const counted = names.indexOf('count_star');
  // What is seen is carried along behind the count, where it is known by a number.
  const isForm = names.every((name, at) => at === counted || name === 'first');
  if (counted === -1 || !isForm || (!isForEach && counted < names.length - 1)) return [];
  const groups = list(aggregate, 'groups').length;
  if (!isForEach && groups > 0) return [];
  if (isForEach && maps(input)) return [];
  const firsts = (isForEach ? list(seen, 'chunk_types').length : 0) + groups;
  const count = firsts + counted;
  const isHarmless = (expression: JsonObject): boolean =>
    isCounted(expression, count) ||
    (text(expression, 'type') === 'BOUND_REF' && integer(expression, 'index') < firsts);
  return nodes(projection, 'expressions').every(isHarmless) ? aggregates.slice(0, counted) : [];
}

function maps(join: PlanNode | undefined): boolean {
  return list(join, 'left_projection_map').length + list(join, 'right_projection_map').length > 0;
}

/** `CASE WHEN count > 1 THEN error(…) ELSE … END`. */
function isCounted(expression: JsonObject, count: number): boolean {
  const [check, ...others] = nodes(expression, 'case_checks');
  const condition = object(check, 'when_expr');
  return (
    text(expression, 'type') === 'CASE_EXPR' &&
    others.length === 0 &&
    text(object(check, 'then_expr'), 'name') === 'error' &&
    text(condition, 'type') === 'COMPARE_GREATERTHAN' &&
    isCount(object(condition, 'left'), count) &&
    constantOf(condition?.['right']) === 1
  );
}

/** The number of rows, also where none were joined. */
function isCount(expression: JsonObject | undefined, count: number): boolean {
  const given = countOrNone(expression) ?? expression;
  return text(given, 'type') === 'BOUND_REF' && integer(given, 'index') === count;
}

/** The x of `CASE WHEN x IS NULL THEN 0 ELSE x END`, where both are the same column. */
export function countOrNone(expression: JsonObject | undefined): JsonObject | undefined {
  const [check, ...others] = nodes(expression, 'case_checks');
  const condition = object(check, 'when_expr');
  const [asked] = nodes(condition, 'children');
  const count = object(expression, 'else_expr');
  const isForm =
    text(expression, 'type') === 'CASE_EXPR' &&
    others.length === 0 &&
    text(condition, 'type') === 'OPERATOR_IS_NULL' &&
    constantOf(check?.['then_expr']) === 0 &&
    text(object(expression, 'return_type'), 'id') === 'BIGINT' &&
    [asked, count].every((part) => text(part, 'type') === 'BOUND_REF') &&
    integer(asked, 'index') === integer(count, 'index');
  return isForm ? count : undefined;
}

/** A number that is written as it is; undefined for all else. */
function constantOf(expression: Json | undefined): Json | undefined {
  if (!isObject(expression) || text(expression, 'type') !== 'VALUE_CONSTANT') return undefined;
  const value = object(expression, 'value');
  return flag(value, 'is_null') ? undefined : value?.['value'];
}
