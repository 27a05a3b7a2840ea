/**
 * DuckDB's bound logical plan as data. The JSON is not a stable format, so nothing here trusts its shape: accessors
 * return defaults for what is absent (plans are made with `skip_default`, where absent means 0, false or INNER) and
 * the walks report operators they do not know.
 */
import { ident, literal } from '../sql/quote.ts';
import type { Column } from './compiled.ts';
import { KEYWORDS } from './keywords.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** An operator of the plan; `type` says which. */
export type PlanNode = JsonObject;

/** The property that holds the digits of a number JavaScript cannot represent. */
const EXACT_NUMBER = '#number';

/** Digits in every number that would lose some. Strings may contain so many too, which only costs time. */
const MANY_DIGITS = 16;
const MINUS_ZERO = /[:,[]-0/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?(?:infinity|inf|nan)\b|-?\d[\d.eE+-]*/gi;

/**
 * Parses a plan without losing anything: numbers that JavaScript would round or cannot write become
 * `{"#number": "<digits>"}`, so that two different plans never parse to the same value.
 */
export function parsePlan(text: string): PlanNode {
  const plan: Json = isSuspect(text) ? parseExact(text) : parsePlain(text);
  return isObject(plan) ? plan : {};
}

/** Looked for apart, since each alone is found with large steps. */
function isSuspect(text: string): boolean {
  return hasManyDigits(text) || (text.includes('-0') && MINUS_ZERO.test(text));
}

/** Whether so many digits stand in a row: one of them stands at a multiple of their number. */
function hasManyDigits(text: string): boolean {
  for (let at = 0; at < text.length; at += MANY_DIGITS) {
    if (!isDigit(text, at)) continue;
    let [start, end] = [at, at + 1];
    while (isDigit(text, start - 1)) start--;
    while (isDigit(text, end)) end++;
    if (end - start >= MANY_DIGITS) return true;
  }
  return false;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

function parsePlain(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    // A bare Infinity or NaN.
    return parseExact(text);
  }
}

function parseExact(text: string): Json {
  return JSON.parse(text.replace(STRING_OR_NUMBER, keepExact));
}

function keepExact(token: string): string {
  if (token.startsWith('"')) return token;
  const value = Number(token);
  const isSafe = Number.isInteger(value)
    ? Number.isSafeInteger(value) && !token.startsWith('-0')
    : Number.isFinite(value);
  return isSafe ? token : `{"${EXACT_NUMBER}":"${token}"}`;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string property, '' when absent. */
export function text(node: JsonObject | undefined, key: string): string {
  const value = node?.[key];
  return typeof value === 'string' ? value : '';
}

/** A number property, 0 when absent; numbers too large to be exact (rowid and its like) are Infinity. */
export function integer(node: JsonObject | undefined, key: string): number {
  const value = node?.[key];
  if (typeof value === 'number') return value;
  return isObject(value) ? Infinity : 0;
}

/** A boolean property, false when absent. */
export function flag(node: JsonObject | undefined, key: string): boolean {
  return node?.[key] === true;
}

/** A list property, empty when absent. */
export function list(node: JsonObject | undefined, key: string): readonly Json[] {
  const value = node?.[key];
  return Array.isArray(value) ? value : [];
}

/** A list of objects, empty when absent. */
export function nodes(node: JsonObject | undefined, key: string): readonly JsonObject[] {
  const all = list(node, key);
  // All of them, nearly always: no list is made anew.
  return all.every(isObject) ? all : all.filter(isObject);
}

/** An object property, undefined when absent. */
export function object(node: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = node?.[key];
  return isObject(value) ? value : undefined;
}

/** The table a scan reads, undefined for table functions and anything else. */
export function scannedTable(get: PlanNode): { readonly schema: string; readonly table: string } | undefined {
  const data = object(get, 'function_data');
  if (
    text(get, 'name') !== 'seq_scan' ||
    typeof data?.['table'] !== 'string' ||
    list(get, 'children').length > 0
  ) {
    return undefined;
  }
  return { schema: text(data, 'schema'), table: text(data, 'table') };
}

/** A column that a scan produces: a column of the table by name, or a virtual one such as rowid. */
export interface ScannedColumn {
  readonly name: string;
  readonly virtual: boolean;
}

/** Columns that a scan produces, before its `projection_ids`. */
export function scannedColumns(get: PlanNode): readonly ScannedColumn[] {
  const names = list(get, 'names');
  return nodes(get, 'column_indexes').map((column) => {
    const name = names[integer(column, 'index')];
    // Virtual columns are numbered down from UINT64_MAX; only rowid is asked for by ordinary queries (also by `count(*)`).
    return typeof name === 'string' ? { name, virtual: false } : { name: 'rowid', virtual: true };
  });
}

/** Applies a projection map of the plan: indexes of what is kept, all when empty or absent. Undefined for a bad index. */
export function project<T>(columns: readonly T[], map: readonly Json[]): readonly T[] | undefined {
  if (map.length === 0) return columns;
  const kept: T[] = [];
  for (const index of map) {
    const column = typeof index === 'number' ? columns[index] : undefined;
    if (column === undefined) return undefined;
    kept.push(column);
  }
  return kept;
}

/** Join conditions in the order they stand: a comparison with a side each, or an expression over both sides. */
export type JoinCondition =
  | {
      readonly kind: 'comparison';
      readonly comparison: string;
      readonly left: JsonObject;
      readonly right: JsonObject;
    }
  | { readonly kind: 'expression'; readonly expression: Json };

export function joinConditions(join: PlanNode): readonly JoinCondition[] {
  const conditions: JoinCondition[] = nodes(join, 'conditions').map((condition) => {
    const left = object(condition, 'left');
    const right = object(condition, 'right');
    return left !== undefined && right !== undefined && text(condition, 'type') === ''
      ? { kind: 'comparison', comparison: text(condition, 'comparison'), left, right }
      : { kind: 'expression', expression: condition['expr'] ?? condition };
  });
  for (const key of ['condition', 'predicate']) {
    const expression = object(join, key);
    if (expression !== undefined) conditions.push({ kind: 'expression', expression });
  }
  return conditions;
}

/**
 * What a correlated join numbers the rows of, when it does: DuckDB adds a `row_number()` of its own to tell rows apart
 * whose columns cannot be grouped by (lists, say). The numbers are never seen, only compared for equality. An author's
 * window always has a projection above it.
 */
export function numberedInput(join: PlanNode): PlanNode | undefined {
  const outer = nodes(join, 'children')[0];
  const [number, ...others] = nodes(outer, 'expressions');
  const isNumbering =
    text(join, 'type') === 'LOGICAL_DELIM_JOIN' &&
    text(outer, 'type') === 'LOGICAL_WINDOW' &&
    others.length === 0 &&
    text(number, 'type') === 'WINDOW_ROW_NUMBER' &&
    list(number, 'partitions').length === 0 &&
    list(number, 'orders').length === 0;
  return isNumbering ? nodes(outer, 'children')[0] : undefined;
}

/** INNER when absent. */
export function joinType(join: PlanNode): string {
  return text(join, 'join_type') || 'INNER';
}

/**
 * Output columns of the plan of `FROM (\n<query>\n)`, whose root is a projection that names every column. A name is ''
 * when the plan does not tell it.
 */
export function outputColumns(plan: PlanNode): readonly Column[] {
  let node: PlanNode | undefined = plan;
  while (node !== undefined && text(node, 'type') !== 'LOGICAL_PROJECTION') {
    const inputs: readonly JsonObject[] = nodes(node, 'children');
    node = text(node, 'type') === 'LOGICAL_MATERIALIZED_CTE' ? inputs[1] : inputs[0];
  }
  return nodes(node, 'expressions').map((expression) => ({
    name: outputName(expression),
    type: typeText(expressionType(expression)),
  }));
}

function outputName(expression: JsonObject): string {
  if (typeof expression['alias'] === 'string') return expression['alias'];
  // An untyped NULL gets a type at the root: the cast has no name, what it casts has.
  const child = object(expression, 'child');
  return text(expression, 'type') === 'OPERATOR_CAST' ? text(child, 'alias') : '';
}

/** The type of a bound expression; some kinds leave it out because it can only be one. */
export function expressionType(expression: JsonObject): JsonObject | undefined {
  const type = object(expression, 'return_type') ?? object(object(expression, 'value'), 'type');
  return type ?? (/^(COMPARE|CONJUNCTION)_/.test(text(expression, 'type')) ? BOOLEAN : undefined);
}

const BOOLEAN: JsonObject = { id: 'BOOLEAN' };

/** A type as DuckDB spells it, fit for `CREATE TABLE`. */
export function typeText(type: JsonObject | undefined): string {
  const collation = text(object(type, 'type_info'), 'collation');
  // DuckDB's spelling leaves the collation out, but it decides how a column compares; it can only stand at the top.
  return collation === '' ? plainTypeText(type) : `${plainTypeText(type)} COLLATE ${collation}`;
}

function plainTypeText(type: JsonObject | undefined): string {
  const id = text(type, 'id');
  const info = object(type, 'type_info');
  if (info === undefined) return id;
  if (text(info, 'alias') !== '') return text(info, 'alias');
  const child = object(info, 'child_type');
  switch (id) {
    case 'DECIMAL':
      return `DECIMAL(${integer(info, 'width')},${integer(info, 'scale')})`;
    case 'LIST':
      return `${plainTypeText(child)}[]`;
    case 'ARRAY':
      return `${plainTypeText(child)}[${integer(info, 'size')}]`;
    case 'STRUCT':
      return `STRUCT(${fields(info).join(', ')})`;
    case 'UNION':
      // The first child is the tag.
      return `UNION(${fields(info).slice(1).join(', ')})`;
    case 'MAP': {
      const [key, value] = nodes(object(child, 'type_info'), 'child_types');
      return `MAP(${plainTypeText(object(key, 'second'))}, ${plainTypeText(object(value, 'second'))})`;
    }
    case 'ENUM':
      return `ENUM(${list(info, 'values')
        .map((value) => literal(String(value)))
        .join(', ')})`;
    default:
      return id;
  }
}

function fields(info: JsonObject): readonly string[] {
  return nodes(info, 'child_types').map((field) => {
    const name = text(field, 'first');
    const type = plainTypeText(object(field, 'second'));
    return name === '' ? type : `${fieldName(name)} ${type}`;
  });
}

/** Quoted just where DuckDB quotes. */
function fieldName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !KEYWORDS.has(name.toLowerCase()) ? name : ident(name);
}
