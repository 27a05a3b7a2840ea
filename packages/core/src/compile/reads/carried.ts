/** The times of scanned rows, as columns carry them up a plan. */
import {
  expressionType,
  integer,
  isObject,
  list,
  nodes,
  object,
  text,
  type Json,
  type PlanNode,
} from '../plan-node.ts';
import type { Precision } from './time-bounds.ts';

/** One scan of an input, and how far conditions bound it. Two scans of one input are two objects. */
export interface Scan {
  readonly input: string;
  readonly lower: Precision;
  readonly upper: Precision;
}

/** `timestamp`: the value is the time of the scan's row; `date`: it is the day of it. */
export type Grain = 'timestamp' | 'date';

/** The scans whose time a column carries. */
export type Carried = ReadonlyMap<Scan, Grain>;

/** Carries nothing. */
export const NOTHING: Carried = new Map();

/** Times that keep their order and their value under casts between each other, save for the time of day. */
const TIME_TYPES = new Set(['DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE']);

/** The scans whose time an expression carries: a column, cast between types of time, or its day. */
export function carried(expression: Json, columns: readonly Carried[]): Carried {
  if (!isObject(expression)) return NOTHING;
  switch (text(expression, 'type')) {
    case 'BOUND_REF':
      return columns[integer(expression, 'index')] ?? NOTHING;
    case 'OPERATOR_CAST': {
      const type = text(expressionType(expression), 'id');
      if (!TIME_TYPES.has(type)) return NOTHING;
      const inner = carried(expression['child'] ?? null, columns);
      return type === 'DATE' ? byDay(inner) : inner;
    }
    case 'BOUND_FUNCTION': {
      const [unit, time, ...others] = nodes(expression, 'children');
      const isDay = text(object(unit, 'value'), 'value').toLowerCase() === 'day';
      const isTruncation = text(expression, 'name') === 'date_trunc' && others.length === 0;
      return isTruncation && isDay && time !== undefined ? byDay(carried(time, columns)) : NOTHING;
    }
    default:
      return NOTHING;
  }
}

function byDay(column: Carried): Carried {
  return new Map([...column.keys()].map((scan) => [scan, 'date']));
}

/** The position an expression refers to without changing the value; undefined for all others. */
export function referenced(expression: Json): number | undefined {
  if (!isObject(expression)) return undefined;
  if (text(expression, 'type') === 'BOUND_REF') return integer(expression, 'index');
  const type = text(expressionType(expression), 'id');
  const isWidening = text(expression, 'type') === 'OPERATOR_CAST' && type !== 'DATE' && TIME_TYPES.has(type);
  return isWidening ? referenced(expression['child'] ?? null) : undefined;
}

/** Columns that carry nothing. */
export function nothing(width: number): readonly Carried[] {
  return Array.from({ length: width }, () => NOTHING);
}

/** Lets a column carry more. */
export function addTo(columns: Carried[], at: number, more: Carried): void {
  const known = columns[at];
  if (known !== undefined && more.size > 0) columns[at] = new Map([...more, ...known]);
}

const FINENESS = { none: 0, day: 1, instant: 2 } as const;

/** The better of two bounds. */
export function finer(one: Precision, other: Precision): Precision {
  return FINENESS[one] >= FINENESS[other] ? one : other;
}

/** Columns of a table that hold times, and how exact those are. */
export function timeTypes(get: PlanNode): ReadonlyMap<string, Grain> {
  const types = list(get, 'returned_types');
  const found = new Map<string, Grain>();
  for (const [at, name] of list(get, 'names').entries()) {
    const type = types[at];
    const id = isObject(type) ? text(type, 'id') : '';
    if (typeof name === 'string' && TIME_TYPES.has(id)) found.set(name, id === 'DATE' ? 'date' : 'timestamp');
  }
  return found;
}
