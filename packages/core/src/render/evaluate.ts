/**
 * Evaluates constant SQL expressions for `@IF`, `@EVAL` and `@FILTER`: literals, arithmetic, comparison, AND/OR/NOT, IN,
 * BETWEEN, LIKE, IS. Numbers are exact decimals and NULL is unknown, as in DuckDB, so that a condition means in a macro
 * what it means in a query. What it does not know (columns, functions, casts) is an error, never a guess.
 */
import { literal } from '../sql/quote.ts';
import { significantTokens, stringValue, type Token } from '../sql/tokens.ts';

/** A decimal number, `unscaled / 10 ** scale`. */
interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** A constant. */
export type Constant = string | boolean | null | Decimal;

/** A constant, or why there is none. */
export type Evaluation =
  | { readonly ok: true; readonly value: Constant }
  | { readonly ok: false; readonly problem: string };

/** Evaluates a constant expression. */
export function evaluate(sql: string): Evaluation {
  const parser = new Parser(sql);
  try {
    return { ok: true, value: parser.parse() };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, problem: error.message };
    throw error;
  }
}

/** The SQL literal of a constant. */
export function constantSql(value: Constant): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return literal(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return decimalText(value);
}

/** Leaves the parser; never leaves this module. */
class Problem extends Error {}

/** Brackets within brackets; far beyond what people write, far below the stack. */
const MOST_NESTED = 200;

const ZERO: Decimal = { unscaled: 0n, scale: 0 };

const COMPARISONS = new Set(['=', '==', '<>', '!=', '<', '<=', '>', '>=']);

class Parser {
  readonly #sql: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(sql: string) {
    this.#sql = sql;
    this.#tokens = significantTokens(sql);
  }

  parse(): Constant {
    if (this.#tokens.length === 0) throw new Problem('the expression is empty');
    const value = this.#or();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return value;
  }

  #text(ahead = 0): string {
    const token = this.#tokens[this.#at + ahead];
    return token === undefined ? '' : this.#sql.slice(token.start, token.end);
  }

  #is(text: string, ahead = 0): boolean {
    const kind = this.#tokens[this.#at + ahead]?.kind;
    return kind !== 'string' && kind !== 'quoted' && this.#text(ahead).toLowerCase() === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected(text.toUpperCase());
  }

  #unexpected(expected?: string): Problem {
    const found = this.#text() === '' ? 'the end' : `'${this.#text()}'`;
    const kind = this.#tokens[this.#at]?.kind;
    if (expected === undefined && (kind === 'word' || kind === 'quoted')) {
      return new Problem(`only constants can be evaluated before the query runs, found ${found}`);
    }
    return new Problem(
      expected === undefined ? `${found} is not expected there` : `expected ${expected}, found ${found}`,
    );
  }

  #or(): Constant {
    let value = this.#and();
    while (this.#take('or')) value = or(truth(value), truth(this.#and()));
    return value;
  }

  #and(): Constant {
    let value = this.#not();
    while (this.#take('and')) value = and(truth(value), truth(this.#not()));
    return value;
  }

  #not(): Constant {
    let negations = 0;
    while (this.#take('not')) negations++;
    const value = this.#comparison();
    if (negations === 0) return value;
    return negations % 2 === 1 ? not(truth(value)) : truth(value);
  }

  #comparison(): Constant {
    let value = this.#sum();
    for (;;) {
      const operator = this.#text();
      if (COMPARISONS.has(operator)) {
        this.#at++;
        value = compareBy(operator, value, this.#sum());
      } else if (this.#take('is')) value = this.#isTest(value);
      else if (this.#is('not') && (this.#is('in', 1) || this.#is('between', 1) || this.#is('like', 1))) {
        this.#at++;
        value = not(truth(this.#postfix(value) ?? null));
      } else {
        const result = this.#postfix(value);
        if (result === undefined) return value;
        value = result;
      }
    }
  }

  /** IN, BETWEEN, LIKE; undefined when none follows. */
  #postfix(value: Constant): Constant | undefined {
    if (this.#take('in')) {
      return this.#list().reduce<boolean | null>(
        (found, item) => or(found, compareBy('=', value, item)),
        false,
      );
    }
    if (this.#take('between')) {
      const low = compareBy('>=', value, this.#sum());
      this.#expect('and');
      return and(low, compareBy('<=', value, this.#sum()));
    }
    return this.#take('like') ? like(value, this.#sum()) : undefined;
  }

  #isTest(value: Constant): boolean {
    const negated = this.#take('not');
    if (this.#take('distinct')) {
      this.#expect('from');
      const other = this.#sum();
      const same = value === null || other === null ? value === other : compareBy('=', value, other) === true;
      return same === negated;
    }
    const wanted = this.#is('null') ? null : this.#is('true') ? true : this.#is('false') ? false : undefined;
    if (wanted === undefined) throw this.#unexpected('NULL, TRUE or FALSE');
    this.#at++;
    return (wanted === null ? value === null : truth(value) === wanted) !== negated;
  }

  #list(): readonly Constant[] {
    const close = this.#take('[') ? ']' : ')';
    if (close === ')') this.#expect('(');
    const items: Constant[] = [];
    while (!this.#take(close)) {
      if (items.length > 0) this.#expect(',');
      items.push(this.#or());
    }
    return items;
  }

  #sum(): Constant {
    let value = this.#product();
    for (;;) {
      if (this.#take('+')) value = arithmetic('+', value, this.#product());
      else if (this.#take('-')) value = arithmetic('-', value, this.#product());
      else if (this.#take('||')) value = concat(value, this.#product());
      else return value;
    }
  }

  #product(): Constant {
    let value = this.#unary();
    for (;;) {
      const operator = this.#text();
      if (operator !== '*' && operator !== '/' && operator !== '%' && operator !== '//') return value;
      this.#at++;
      value = arithmetic(operator, value, this.#unary());
    }
  }

  #unary(): Constant {
    let negative = false;
    let signed = false;
    while (this.#is('-') || this.#is('+')) {
      signed = true;
      if (this.#take('-')) negative = !negative;
      else this.#at++;
    }
    const value = this.#primary();
    return signed ? arithmetic(negative ? '-' : '+', ZERO, value) : value;
  }

  #primary(): Constant {
    if (++this.#depth > MOST_NESTED) throw new Problem('the expression is nested too deeply');
    const value = this.#operand();
    this.#depth--;
    return value;
  }

  #operand(): Constant {
    if (this.#take('(')) {
      const value = this.#or();
      this.#expect(')');
      return value;
    }
    const token = this.#tokens[this.#at];
    const text = this.#text();
    if (token?.kind === 'string' && token.closed && !/^[xb]/i.test(text)) {
      this.#at++;
      return stringValue(text);
    }
    if (token?.kind === 'number') {
      this.#at++;
      return parseDecimal(text);
    }
    if (this.#is('(', 1)) throw this.#unexpected();
    if (this.#take('true')) return true;
    if (this.#take('false')) return false;
    if (this.#take('null')) return null;
    throw this.#unexpected();
  }
}

function isDecimal(value: Constant): value is Decimal {
  return typeof value === 'object' && value !== null;
}

function describe(value: Constant): string {
  if (isDecimal(value)) return `the number ${decimalText(value)}`;
  return typeof value === 'string' ? `the text ${literal(value)}` : constantSql(value);
}

function truth(value: Constant): boolean | null {
  if (value === null || typeof value === 'boolean') return value;
  if (isDecimal(value)) return value.unscaled !== 0n;
  throw new Problem(`expected a condition, found ${describe(value)}`);
}

function and(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

function or(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true;
  return a === null || b === null ? null : false;
}

function not(a: boolean | null): boolean | null {
  return a === null ? null : !a;
}

function compareBy(operator: string, a: Constant, b: Constant): boolean | null {
  if (a === null || b === null) return null;
  const order = compare(a, b);
  switch (operator) {
    case '=':
    case '==':
      return order === 0;
    case '<>':
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

function compare(a: string | boolean | Decimal, b: string | boolean | Decimal): number {
  if (isDecimal(a) && isDecimal(b)) {
    const [left, right] = sameScale(a, b);
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a !== typeof b) throw new Problem(`cannot compare ${describe(a)} with ${describe(b)}`);
  return a < b ? -1 : a > b ? 1 : 0;
}

function like(value: Constant, pattern: Constant): boolean | null {
  if (value === null || pattern === null) return null;
  if (typeof value !== 'string' || typeof pattern !== 'string') throw new Problem('LIKE compares texts');
  const source = pattern
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}

function concat(a: Constant, b: Constant): Constant {
  if (a === null || b === null) return null;
  return textOf(a) + textOf(b);
}

function textOf(value: string | boolean | Decimal): string {
  if (isDecimal(value)) return decimalText(value);
  return typeof value === 'string' ? value : String(value);
}

function arithmetic(operator: string, a: Constant, b: Constant): Constant {
  if (a === null || b === null) return null;
  if (!isDecimal(a) || !isDecimal(b)) {
    throw new Problem(`cannot calculate with ${describe(isDecimal(a) ? b : a)}`);
  }
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = sameScale(a, b);
  if (right === 0n && '/%'.includes(operator.slice(0, 1))) throw new Problem('it divides by zero');
  switch (operator) {
    case '+':
      return { unscaled: left + right, scale };
    case '-':
      return { unscaled: left - right, scale };
    case '*':
      return { unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale };
    case '%':
      return { unscaled: left % right, scale };
    case '//':
      return { unscaled: left / right, scale: 0 };
    default:
      return fromNumber(Number(left) / Number(right));
  }
}

function sameScale(a: Decimal, b: Decimal): readonly [bigint, bigint] {
  const scale = Math.max(a.scale, b.scale);
  return [a.unscaled * 10n ** BigInt(scale - a.scale), b.unscaled * 10n ** BigInt(scale - b.scale)];
}

const MOST_DIGITS = 400;

function parseDecimal(text: string): Decimal {
  const [mantissa = '0', exponent = '0'] = text.replaceAll('_', '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > MOST_DIGITS) throw new Problem(`the number ${text} is too large or too small`);
  const digits = BigInt(`${whole}${fraction}` || '0');
  return scale < 0 ? { unscaled: digits * 10n ** BigInt(-scale), scale: 0 } : { unscaled: digits, scale };
}

function fromNumber(value: number): Decimal {
  if (!Number.isFinite(value)) throw new Problem('the result is not a number');
  const { unscaled, scale } = parseDecimal(String(Math.abs(value)));
  return { unscaled: value < 0 ? -unscaled : unscaled, scale };
}

function decimalText({ unscaled, scale }: Decimal): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${unscaled < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
