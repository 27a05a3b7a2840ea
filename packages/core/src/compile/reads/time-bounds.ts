/** Comparisons of a time with a bound of the interval, as they stand in plans. */
import { COMPILE_EXECUTION_TIME } from '../constants.ts';
import { expressionType, isObject, object, text, type Json, type JsonObject } from '../plan-node.ts';

/** Half-open, epoch milliseconds UTC. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** How exactly a scan is bounded on one side. */
export type Precision = 'none' | 'day' | 'instant';

/** A constant time. */
export interface TimeLiteral {
  /** Microseconds since 1970, UTC: 2083 and far beyond are exact numbers. */
  readonly micros: number;
  /** Written as a day, or cast to one: stands for the day a bound lies in, not for the bound itself. */
  readonly isDay: boolean;
}

type Operator = '<' | '<=' | '=' | '>=' | '>';

const MICROS_PER_DAY = 86_400_000_000;

/** What literals say about the interval with which a text was rendered. */
export class TimeBounds {
  readonly #start: number;
  readonly #end: number;
  readonly #last: number;
  readonly #endIsAmbiguous: boolean;

  constructor(interval: Interval) {
    this.#start = interval.start * 1000;
    this.#end = interval.end * 1000;
    this.#last = this.#end - 1;
    // The moment of execution may be long after the interval; a literal that could be either bounds nothing.
    this.#endIsAmbiguous = interval.end === COMPILE_EXECUTION_TIME;
  }

  /** True when `time operator literal` keeps nothing before the interval's start. */
  isLower(operator: Operator, literal: TimeLiteral): boolean {
    if (operator === '>' && literal.micros === this.#start - 1) return true;
    return (operator === '>' || operator === '>=' || operator === '=') && this.#isInside(literal);
  }

  /** True when `time operator literal` keeps nothing at or after the interval's end. */
  isUpper(operator: Operator, literal: TimeLiteral): boolean {
    if (operator === '<' && literal.micros === this.#end) return !this.#endIsAmbiguous;
    return (operator === '<' || operator === '<=' || operator === '=') && this.#isInside(literal);
  }

  /** Other literals are the author's own and would not move with the interval. */
  #isInside(literal: TimeLiteral): boolean {
    return literal.micros === this.#start || literal.micros === this.#last;
  }
}

/** A comparison, one side first. */
export interface Comparison {
  readonly left: JsonObject;
  readonly operator: Operator;
  readonly right: JsonObject;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  COMPARE_EQUAL: '=',
  COMPARE_NOT_DISTINCT_FROM: '=',
  COMPARE_LESSTHAN: '<',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHAN: '>',
  COMPARE_GREATERTHANOREQUALTO: '>=',
};

const MIRRORED: Readonly<Record<Operator, Operator>> = {
  '<': '>',
  '<=': '>=',
  '=': '=',
  '>=': '<=',
  '>': '<',
};

/** A condition as comparisons, each given both ways round; none when it is no comparison. */
export function comparisonsOf(condition: JsonObject): readonly Comparison[] {
  const type = text(condition, 'type');
  if (type === 'COMPARE_BETWEEN') {
    const input = object(condition, 'input');
    // Inclusive or not, both bounds hold inclusively.
    return [
      ...bothWays(input, '>=', object(condition, 'lower')),
      ...bothWays(input, '<=', object(condition, 'upper')),
    ];
  }
  return bothWays(object(condition, 'left'), OPERATORS[type], object(condition, 'right'));
}

function bothWays(
  left: JsonObject | undefined,
  operator: Operator | undefined,
  right: JsonObject | undefined,
): readonly Comparison[] {
  if (left === undefined || operator === undefined || right === undefined) return [];
  return [
    { left, operator, right },
    { left: right, operator: MIRRORED[operator], right: left },
  ];
}

/** A day, or an instant in UTC. */
const TIME = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?(?:Z|[+-]00(?::?00)?)?$/;

/** The constant time that an expression is, undefined when it is none or cannot be told. */
export function timeLiteral(expression: Json): TimeLiteral | undefined {
  if (!isObject(expression)) return undefined;
  switch (text(expression, 'type')) {
    case 'VALUE_CONSTANT':
      return parseTime(object(expression, 'value')?.['value'] ?? null);
    case 'OPERATOR_CAST': {
      const inner = timeLiteral(expression['child'] ?? null);
      const type = text(expressionType(expression), 'id');
      if (inner === undefined || type === 'TIMESTAMP' || type === 'TIMESTAMP WITH TIME ZONE') return inner;
      return type === 'DATE'
        ? { micros: inner.micros - (inner.micros % MICROS_PER_DAY), isDay: true }
        : undefined;
    }
    default:
      return undefined;
  }
}

function parseTime(value: Json): TimeLiteral | undefined {
  const match = typeof value === 'string' ? TIME.exec(value.trim()) : null;
  if (match === null) return undefined;
  const [, day = '', minutes, seconds = '00', fraction = ''] = match;
  const whole = Date.parse(`${day}T${minutes ?? '00:00'}:${seconds}Z`);
  if (Number.isNaN(whole)) return undefined;
  return { micros: whole * 1000 + Number(fraction.padEnd(6, '0')), isDay: minutes === undefined };
}
