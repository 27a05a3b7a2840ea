/** From bound expressions of a plan to terms. */
import {
  integer,
  isObject,
  list,
  nodes,
  object,
  text,
  flag,
  type Json,
  type JsonObject,
} from '../plan-node.ts';
import { digest, remembering } from './digest.ts';
import { isExact } from './exact-types.ts';
import { CONTEXT, SORTS, VOLATILE } from './functions.ts';
import { countOrNone } from './scalar-subquery.ts';
import {
  atom,
  CallTerm,
  comparison,
  connective,
  constant,
  constantText,
  COUNT_UNLESS_EMPTY,
  IN_ORDER,
  negation,
  operandsOf,
  planComparison,
  TRUE,
  type Term,
} from './term.ts';

/** Thrown inside this folder when a plan holds something the rules do not cover; `meaningOf` returns it as a value. */
export class UnknownPlan extends Error {}

/** Says nothing about the value. */
const DROPPED = new Set([
  'alias',
  'query_location',
  'arguments',
  'original_arguments',
  'has_serialize',
  'expression_class',
  'catalog_name',
  'schema_name',
]);

/** Hashed as they are: they hold no references to columns. */
const OPAQUE = new Set(['function_data', 'return_type', 'value', 'type_info', 'bind_info']);

/** Types for which `a + b` is `b + a`, and `a * b` is `b * a`: numbers and times, of which one may be a date and the other days. */
const COMMUTATIVE =
  /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL|DATE|TIME(STAMP)?( WITH TIME ZONE)?|INTERVAL)$/;

export class ExpressionReader {
  readonly flags = new Set<string>();
  readonly #self: string;
  readonly #settings: Term;
  readonly #literalCast: (literal: string) => Term;
  /** Columns by table index, for the few expressions that do not refer by position. */
  readonly #tables = new Map<number, readonly Term[]>();
  /** Hashes of columns that tell physical places, such as rowid. */
  readonly #virtual = new Set<string>();
  #tokens = 0;

  /** `self` makes volatile values this model's own; `settings` is what functions depend on besides their arguments. */
  constructor(self: string, settings: string) {
    this.#self = self;
    this.#settings = settingsTerm(settings);
    this.#literalCast = literalCastUnder(settings);
  }

  /** Something that is never the same twice, but the same in every compilation of this model. */
  token(): string {
    return digest('volatile call', this.#self, this.#tokens++);
  }

  nameTable(index: number, columns: readonly Term[]): void {
    this.#tables.set(index, columns);
  }

  markVirtual(hash: string): void {
    this.#virtual.add(hash);
  }

  read(expression: Json, columns: readonly Term[]): Term {
    if (Array.isArray(expression))
      return new CallTerm(
        'list',
        expression.map((part: Json) => this.read(part, columns)),
      );
    if (typeof expression === 'string') return constantText(expression);
    if (!isObject(expression)) return constant(JSON.stringify(expression));
    return this.#special(expression, columns) ?? this.#plain(expression, columns);
  }

  /** Forms that can be written in several ways; undefined for all others. */
  #special(expression: JsonObject, columns: readonly Term[]): Term | undefined {
    const type = text(expression, 'type');
    if (type === 'BOUND_REF') return this.#column(expression, columns);
    const read = (part: Json | undefined): Term => this.read(part ?? null, columns);
    const operands = (): readonly Term[] => list(expression, 'children').map(read);
    switch (type) {
      case 'BOUND_COLUMN_REF': {
        const binding = object(expression, 'binding');
        const term = this.#tables.get(integer(binding, 'table_index'))?.[integer(binding, 'column_index')];
        if (term === undefined) throw new UnknownPlan('reference to a table that is not there');
        return term;
      }
      case 'BOUND_SUBQUERY':
      case 'VALUE_PARAMETER':
        throw new UnknownPlan(type);
      case 'CONJUNCTION_AND':
        return connective('AND', operands());
      case 'CONJUNCTION_OR':
        return connective('OR', operands());
      case 'COMPARE_BETWEEN': {
        const input = read(expression['input']);
        return connective('AND', [
          comparison(flag(expression, 'lower_inclusive') ? 'GE' : 'GT', input, read(expression['lower'])),
          comparison(flag(expression, 'upper_inclusive') ? 'LE' : 'LT', input, read(expression['upper'])),
        ]);
      }
      case 'COMPARE_IN':
      case 'COMPARE_NOT_IN': {
        const [input, ...values] = operands();
        if (input === undefined) throw new UnknownPlan(type);
        const isIn = connective(
          'OR',
          values.map((value) => comparison('EQ', input, value)),
        );
        return type === 'COMPARE_IN' ? isIn : negation(isIn);
      }
      case 'OPERATOR_NOT':
        return negation(read(list(expression, 'children')[0]));
      case 'OPERATOR_IS_NULL':
        return new CallTerm('IS NULL', operands());
      case 'OPERATOR_IS_NOT_NULL':
        return new CallTerm('IS NOT NULL', operands());
      case 'OPERATOR_COALESCE': {
        const operator = `COALESCE ${JSON.stringify(expression['return_type'])}`;
        return new CallTerm(
          operator,
          operands().flatMap((operand) => operandsOf(operand, operator) ?? [operand]),
        );
      }
      case 'VALUE_CONSTANT': {
        if (isConstantTrue(expression)) return TRUE;
        const value = literalOf(expression);
        return value === undefined ? undefined : literalTerm(value);
      }
      case 'CASE_EXPR': {
        const count = countOrNone(expression);
        return count === undefined ? undefined : operandsOf(read(count), COUNT_UNLESS_EMPTY)?.[0];
      }
      case 'OPERATOR_CAST': {
        const cast = literalCastOf(expression);
        if (cast !== undefined) return this.#literalCast(cast);
        if (isCastTrue(expression)) return TRUE;
        return castsToItself(expression) ? read(expression['child']) : undefined;
      }
      default:
        return isObject(expression['left']) && isObject(expression['right'])
          ? planComparison(type, read(expression['left']), read(expression['right']))
          : undefined;
    }
  }

  #column(reference: JsonObject, columns: readonly Term[]): Term {
    const term = columns[integer(reference, 'index')];
    if (term === undefined) throw new UnknownPlan('reference to a column that is not there');
    if (this.#virtual.size > 0 && term.kind === 'column' && this.#virtual.has(term.hash))
      this.flags.add('order:rowid');
    return term;
  }

  /** Any other expression: all it holds, in order of keys, save what is known not to matter. */
  #plain(expression: JsonObject, columns: readonly Term[]): Term {
    const { keys, operator } = formOf(expression);
    const operands = keys.map((key) => {
      const part = expression[key] ?? null;
      if (OPAQUE.has(key)) return key === 'function_data' ? functionData(part) : opaque(part);
      const isUnordered = key === 'partitions' || (key === 'children' && isCommutative(expression));
      const term =
        key === 'children' && SORTS.has(text(expression, 'name'))
          ? this.#sorted(expression, columns)
          : this.read(part, columns);
      return isUnordered && term.kind === 'call' ? new CallTerm(term.operator, term.operands, true) : term;
    });
    const name = text(expression, 'name');
    if (name === 'alias') operands.push(constant(JSON.stringify(aliases(expression))));
    if (name !== '' || text(expression, 'type') === 'OPERATOR_CAST') operands.push(this.#settings);
    const calls = this.#calls(expression);
    operands.push(...calls.map((call) => call.term));
    return new CallTerm(
      operator,
      operands,
      false,
      calls.some((call) => call.volatile),
    );
  }

  /** What is sorted comes in any order; equal elements of most types are the same. */
  #sorted(expression: JsonObject, columns: readonly Term[]): Term {
    const operands = list(expression, 'children').map((part) => this.read(part, columns));
    const isExactList = isExact(object(expression, 'return_type'));
    return new CallTerm(
      'list',
      operands.map((operand) => (isExactList ? (operandsOf(operand, IN_ORDER)?.[0] ?? operand) : operand)),
    );
  }

  /** Volatile and context functions called by this expression itself, those inside its lambda included. */
  #calls(expression: JsonObject): readonly { readonly term: Term; readonly volatile: boolean }[] {
    if (text(expression, 'name') === '' && expression['function_data'] === undefined) return NO_CALLS;
    const found: { readonly term: Term; readonly volatile: boolean }[] = [];
    const visit = (call: JsonObject): void => {
      const name = text(call, 'name');
      if (name === '') return;
      const catalog = text(call, 'catalog_name');
      if (VOLATILE.has(name) || (catalog !== '' && catalog !== 'system')) {
        // The body of a function from elsewhere cannot be seen, so nothing can be said about it.
        this.flags.add(`volatile:${name}`);
        found.push({ term: atom(this.token()), volatile: true });
      } else if (CONTEXT.has(name) || (name === 'age' && list(call, 'children').length === 1)) {
        this.flags.add(`context:${name}`);
        found.push({ term: atom(digest('context', this.#self, name)), volatile: false });
      }
    };
    visit(expression);
    const lambda = object(object(expression, 'function_data'), 'lambda_expr');
    if (lambda !== undefined) everyObject(lambda, visit);
    return found;
  }
}

const NO_CALLS: readonly never[] = [];

/** What a property of an expression became, of a call that stands for the expression as it is in the plan. */
export function propertyOf(term: Term, key: string): Term | undefined {
  return term.kind === 'call' ? term.operands[term.operator.split(',').indexOf(key)] : undefined;
}

/** What is hashed as it is. */
function opaque(json: Json): Term {
  const name = typeName(json);
  return name === undefined ? constant(JSON.stringify(json)) : plainType(name);
}

/** Most types are but a name. */
function typeName(json: Json): string | undefined {
  if (!isObject(json)) return undefined;
  for (const key in json) if (key !== 'id') return undefined;
  return typeof json['id'] === 'string' ? json['id'] : undefined;
}

const plainType = remembering((id) => constant(JSON.stringify({ id })));

function functionData(json: Json): Term {
  const written = JSON.stringify(json);
  // Names are left out of expressions alone, and few functions hold any.
  const holdsExpressions = written.includes('"expression_class"');
  return constant(holdsExpressions ? JSON.stringify(withoutNames(json)) : written);
}

/**
 * Which properties count, in order, and their names as an operator. There are few forms, and many expressions of each: they
 * are found from property to property, without a text of them all.
 */
function formOf(expression: JsonObject): Form {
  let at = FORMS;
  for (const key in expression) {
    let next = at.next.get(key);
    if (next === undefined) {
      next = { next: new Map(), form: undefined };
      // Names come from DuckDB's code, so there are some dozens of forms; but nobody promised that.
      if (formParts < MOST_FORM_PARTS) {
        at.next.set(key, next);
        formParts++;
      }
    }
    at = next;
  }
  return (at.form ??= newForm(expression));
}

function newForm(expression: JsonObject): Form {
  const keys = Object.keys(expression)
    .filter((key) => !DROPPED.has(key))
    .sort();
  return { keys, operator: keys.join() };
}

interface Form {
  readonly keys: readonly string[];
  readonly operator: string;
}

/** The properties so far, and the form if there are no more. */
interface FormPart {
  readonly next: Map<string, FormPart>;
  form: Form | undefined;
}

const FORMS: FormPart = { next: new Map(), form: undefined };
const MOST_FORM_PARTS = 10_000;
let formParts = 0;

function everyObject(json: Json, visit: (node: JsonObject) => void): void {
  if (Array.isArray(json)) for (const part of json as readonly Json[]) everyObject(part, visit);
  else if (isObject(json)) {
    visit(json);
    for (const part of Object.values(json)) if (part !== undefined) everyObject(part, visit);
  }
}

/** What DuckDB writes where a condition was taken apart and nothing is left of it. */
function isConstantTrue(constant: JsonObject): boolean {
  const value = object(constant, 'value');
  return text(object(value, 'type'), 'id') === 'BOOLEAN' && flag(value, 'value') && !flag(value, 'is_null');
}

/** TRUE is a cast of 't' in plans. */
function isCastTrue(cast: JsonObject): boolean {
  const child = object(cast, 'child');
  return (
    text(object(cast, 'return_type'), 'id') === 'BOOLEAN' &&
    text(child, 'type') === 'VALUE_CONSTANT' &&
    text(object(child, 'value'), 'value') === 't'
  );
}

/** The value of a literal that is nothing else besides, as JSON. */
function literalOf(expression: JsonObject | undefined): string | undefined {
  const value = object(expression, 'value');
  return value === undefined || expression === undefined || formOf(expression).operator !== LITERAL
    ? undefined
    : JSON.stringify(value);
}

/** A literal and the type to which it is cast, as JSON, a line each, if the cast is nothing else besides. */
function literalCastOf(cast: JsonObject): string | undefined {
  const child = object(cast, 'child');
  const type = object(cast, 'return_type');
  if (type === undefined || text(child, 'type') !== 'VALUE_CONSTANT' || formOf(cast).operator !== CAST)
    return undefined;
  const value = literalOf(child);
  return value === undefined ? undefined : `${value}\n${JSON.stringify(type)}`;
}

const LITERAL = 'type,value';
const CAST = 'child,return_type,type';

const settingsTerm = remembering((settings) => atom(digest('settings', settings)));

/** There are few literals, and the same ones everywhere: each is read once, and hashed once. */
const literalTerm = remembering((value): Term => {
  const literal: JsonObject = { type: 'VALUE_CONSTANT', value: JSON.parse(value) };
  return isConstantTrue(literal)
    ? TRUE
    : new CallTerm(LITERAL, [constantText('VALUE_CONSTANT'), constant(value)]);
});

/** Casts of literals, by {@link literalCastOf}. */
const literalCastUnder = remembering((settings) =>
  remembering((literal): Term => {
    const [value = '', type = ''] = literal.split('\n');
    const child: JsonObject = { type: 'VALUE_CONSTANT', value: JSON.parse(value) };
    const cast: JsonObject = { type: 'OPERATOR_CAST', child, return_type: JSON.parse(type) };
    if (isCastTrue(cast)) return TRUE;
    return castsToItself(cast)
      ? literalTerm(value)
      : new CallTerm(CAST, [
          literalTerm(value),
          constant(type),
          constantText('OPERATOR_CAST'),
          settingsTerm(settings),
        ]);
  }),
);

/** A literal's cast to the type it has already, which is there or not for no reason an author could see. */
function castsToItself(cast: JsonObject): boolean {
  const child = object(cast, 'child');
  const value = object(child, 'value');
  return (
    text(child, 'type') === 'VALUE_CONSTANT' &&
    !flag(cast, 'try_cast') &&
    !flag(value, 'is_null') &&
    JSON.stringify(value?.['type']) === JSON.stringify(cast['return_type'])
  );
}

function isCommutative(expression: JsonObject): boolean {
  const name = text(expression, 'name');
  return (
    text(expression, 'type') === 'BOUND_FUNCTION' &&
    (name === '+' || name === '*') &&
    COMMUTATIVE.test(text(object(expression, 'return_type'), 'id')) &&
    list(expression, 'children').length === 2
  );
}

/** `alias(x)` returns names. */
function aliases(expression: JsonObject): readonly string[] {
  return [text(expression, 'alias'), ...nodes(expression, 'children').map((child) => text(child, 'alias'))];
}

/** Opaque data may hold whole expressions (the bodies of lambdas): their names and positions do not matter. */
export function withoutNames(json: Json): Json {
  if (Array.isArray(json)) return json.map((part: Json) => withoutNames(part));
  if (!isObject(json)) return json;
  const isExpression = json['expression_class'] !== undefined;
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key]) => !(isExpression && (key === 'alias' || key === 'query_location')))
      .map(([key, value]) => [key, withoutNames(value ?? null)]),
  );
}
