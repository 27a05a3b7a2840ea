/**
 * What a condition on one row asks of the warehouse, told from DuckDB's AST and the types of the columns. Two things matter where
 * audits share a scan: that none of them can raise an error, which would be everybody's and end the transaction, and whether the
 * scan is worth sharing. Whatever is not known here counts as raising: then an audit asks for itself.
 */
import type { Column } from '../compile/compiled.ts';

/** A condition that cannot raise an error, whatever the rows hold: what has to be looked at to find that it is true of none. */
export interface RowTest {
  /**
   * `bounds`: columns of fixed width beside constants; `nulls`: whether columns have a value; `values`: anything that has to look at
   * values one by one.
   */
  readonly looks: 'bounds' | 'nulls' | 'values';
  /** Lower-case names of the columns it reads. */
  readonly columns: ReadonlySet<string>;
  /** Whether one of them holds texts or something nested. */
  readonly readsTexts: boolean;
}

/** Undefined where it may raise, or nobody knows. `parsed`: `SELECT * FROM t WHERE …` as DuckDB parses it. */
export function rowTest(parsed: unknown, columns: readonly Column[]): RowTest | undefined {
  const node = child(parsed, 'node');
  if (node === undefined || !Object.entries(node).every(([k, v]) => PLAIN_QUERY.has(k) || isNothing(v)))
    return undefined;
  return new TestReader(columns).predicate(node['where_clause']);
}

type Json = Readonly<Record<string, unknown>>;

/** Of a query that filters a table and does nothing else. */
const PLAIN_QUERY: ReadonlySet<string> = new Set([
  'type',
  'cte_map',
  'select_list',
  'from_table',
  'where_clause',
  'aggregate_handling',
]);

function isNothing(value: unknown): boolean {
  return (
    value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0)
  );
}

/** As far as comparing is concerned. */
type Value =
  | { readonly kind: 'text' }
  | { readonly kind: 'float' }
  /** Digits before the point and behind it. */
  | { readonly kind: 'number'; readonly whole: number; readonly scale: number }
  /** Comparable with its own type alone. */
  | { readonly kind: 'other'; readonly type: string };

interface Operand {
  readonly value: Value;
  readonly of: 'column' | 'constant' | 'expression';
  /** Columns it is computed from, with their types. */
  readonly reads: ReadonlyMap<string, string>;
}

class TestReader {
  readonly #types: ReadonlyMap<string, string>;

  constructor(columns: readonly Column[]) {
    this.#types = new Map(columns.map((c) => [c.name.toLowerCase(), c.type]));
  }

  /** Undefined unless it can be told of any row, without an error. */
  predicate(node: unknown): RowTest | undefined {
    if (!isJson(node)) return undefined;
    switch (node['type']) {
      case 'CONJUNCTION_AND':
        return easiest(this.#predicates(node));
      case 'CONJUNCTION_OR':
        return both(this.#predicates(node));
      case 'OPERATOR_NOT': {
        const test = both(this.#predicates(node));
        // What statistics say of a condition, they do not say of its opposite.
        return test && { ...test, looks: 'values' };
      }
      case 'OPERATOR_IS_NULL':
      case 'OPERATOR_IS_NOT_NULL': {
        const operands = this.#operands(childrenOf(node));
        return operands && testOf(operands, operands[0]?.of === 'column' ? 'nulls' : 'values');
      }
      case 'COMPARE_IN':
      case 'COMPARE_NOT_IN':
        return compared(this.#operands(childrenOf(node)));
      case 'COMPARE_BETWEEN':
        return ordered(this.#operands([node['input'], node['lower'], node['upper']]));
      case 'COMPARE_LESSTHAN':
      case 'COMPARE_GREATERTHAN':
      case 'COMPARE_LESSTHANOREQUALTO':
      case 'COMPARE_GREATERTHANOREQUALTO':
        return ordered(this.#operands([node['left'], node['right']]));
      case 'COMPARE_EQUAL':
      case 'COMPARE_NOTEQUAL':
      case 'COMPARE_DISTINCT_FROM':
      case 'COMPARE_NOT_DISTINCT_FROM':
        return compared(this.#operands([node['left'], node['right']]));
      default: {
        const operand = this.#operand(node);
        const isBoolean = operand?.value.kind === 'other' && operand.value.type === 'BOOLEAN';
        return isBoolean ? testOf([operand], 'values') : undefined;
      }
    }
  }

  #predicates(node: Json): readonly RowTest[] | undefined {
    const children = childrenOf(node);
    const tests = children.flatMap((c) => this.predicate(c) ?? []);
    return tests.length === children.length ? tests : undefined;
  }

  #operands(nodes: readonly unknown[]): readonly Operand[] | undefined {
    const operands = nodes.flatMap((n) => this.#operand(n) ?? []);
    return operands.length === nodes.length ? operands : undefined;
  }

  #operand(node: unknown): Operand | undefined {
    if (!isJson(node)) return undefined;
    switch (node['class']) {
      case 'COLUMN_REF':
        return this.#column(node['column_names']);
      case 'CONSTANT':
        return constant(child(node, 'value'));
      case 'CAST':
        return this.#cast(node);
      case 'FUNCTION':
        return this.#call(node);
      case 'OPERATOR': {
        if (node['type'] !== 'OPERATOR_COALESCE') return undefined;
        const operands = this.#operands(childrenOf(node));
        const value = operands?.[0]?.value;
        return operands !== undefined && value !== undefined && operands.every((o) => isSame(o.value, value))
          ? expression(value, operands)
          : undefined;
      }
      default:
        return undefined;
    }
  }

  #column(names: unknown): Operand | undefined {
    const [name, ...more] = Array.isArray(names) ? names : [];
    if (typeof name !== 'string' || more.length > 0) return undefined;
    const type = this.#types.get(name.toLowerCase());
    return type === undefined
      ? undefined
      : { value: valueOf(type), of: 'column', reads: new Map([[name.toLowerCase(), type]]) };
  }

  #cast(node: Json): Operand | undefined {
    const of = child(node, 'child');
    // TRUE and FALSE are texts that are cast.
    if (of?.['class'] === 'CONSTANT') {
      const type = child(node, 'cast_type')?.['id'];
      const text = child(of, 'value')?.['value'];
      return type === 'BOOLEAN' && (text === 't' || text === 'f')
        ? { value: { kind: 'other', type }, of: 'constant', reads: new Map() }
        : undefined;
    }
    const operand = this.#operand(of);
    // Whatever it makes, it is there or it is not.
    return node['try_cast'] === true && operand?.of === 'column'
      ? expression({ kind: 'other', type: 'whatever TRY_CAST makes' }, [operand])
      : undefined;
  }

  #call(node: Json): Operand | undefined {
    const isBuiltIn = node['schema'] === '' || node['schema'] === 'main';
    if (!isBuiltIn || !isNothing(node['filter']) || !isNothing(node['distinct'])) return undefined;
    const name = String(node['function_name']);
    const operands = this.#operands(childrenOf(node));
    const [first, ...others] = operands ?? [];
    if (operands === undefined || first === undefined) return undefined;
    const { value } = first;
    if (LENGTHS.has(name) && others.length === 0) {
      const hasLength = value.kind === 'text' || (value.kind === 'other' && value.type.endsWith('[]'));
      return hasLength ? expression(valueOf('BIGINT'), operands) : undefined;
    }
    const areConstants = others.every((o) => o.of === 'constant' && o.value.kind === 'text');
    if (value.kind !== 'text' || !areConstants) return undefined;
    if (TEXTS.has(name)) return expression(value, operands);
    return MATCHES.has(name) && others.length === 1
      ? expression({ kind: 'other', type: 'BOOLEAN' }, operands)
      : undefined;
  }
}

function expression(value: Value, of: readonly Operand[]): Operand {
  return { value, of: 'expression', reads: new Map(of.flatMap((o) => [...o.reads])) };
}

function testOf(operands: readonly Operand[], looks: RowTest['looks']): RowTest {
  const reads = new Map(operands.flatMap((o) => [...o.reads]));
  const readsTexts = [...reads.values()].some((type) => !FIXED_WIDTH.test(type));
  return { looks, columns: new Set(reads.keys()), readsTexts };
}

function compared(operands: readonly Operand[] | undefined): RowTest | undefined {
  return operands !== undefined && areComparable(operands) ? testOf(operands, 'values') : undefined;
}

/** A bound on a plain column is told by the lowest and highest values that DuckDB keeps of it. */
function ordered(operands: readonly Operand[] | undefined): RowTest | undefined {
  const test = compared(operands);
  const plain = operands?.filter((o) => o.of === 'column').length;
  const constants = operands?.filter((o) => o.of === 'constant').length;
  const isBound = test?.readsTexts === false && plain === 1 && constants === (operands?.length ?? 0) - 1;
  return test && (isBound ? { ...test, looks: 'bounds' } : test);
}

const EFFORTS = ['bounds', 'nulls', 'values'] as const;

/** Of several conditions that may each be true: the most that any of them looks at. */
function both(tests: readonly RowTest[] | undefined): RowTest | undefined {
  const looks = EFFORTS.findLast((l) => tests?.some((t) => t.looks === l));
  return tests === undefined || looks === undefined
    ? undefined
    : {
        looks,
        columns: new Set(tests.flatMap((t) => [...t.columns])),
        readsTexts: tests.some((t) => t.readsTexts),
      };
}

/** Of several that must all be true: none is, where one is not. */
function easiest(tests: readonly RowTest[] | undefined): RowTest | undefined {
  return tests?.toSorted((a, b) => EFFORTS.indexOf(a.looks) - EFFORTS.indexOf(b.looks))[0];
}

const LENGTHS: ReadonlySet<string> = new Set(['length', 'len']);
const TEXTS: ReadonlySet<string> = new Set(['lower', 'upper', 'trim', 'ltrim', 'rtrim']);
/** Of a text and a pattern; what is wrong with a pattern is known when the audit is compiled. */
const MATCHES: ReadonlySet<string> = new Set([
  'regexp_full_match',
  'regexp_matches',
  '~~',
  '!~~',
  '~~*',
  '!~~*',
  'contains',
  'starts_with',
  'ends_with',
  'prefix',
  'suffix',
]);

const FIXED_WIDTH =
  /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|DECIMAL\b.*|DOUBLE|FLOAT|BOOLEAN|DATE|TIME\b.*|TIMESTAMP.*|UUID|INTERVAL)$/;

/** Digits of the largest. What is larger than a BIGINT is compared by other rules. */
const INTEGERS: Readonly<Record<string, number>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
  UTINYINT: 3,
  USMALLINT: 5,
  UINTEGER: 10,
  UBIGINT: 20,
};

function valueOf(type: string): Value {
  if (type === 'VARCHAR') return { kind: 'text' };
  if (type === 'DOUBLE' || type === 'FLOAT') return { kind: 'float' };
  const digits = INTEGERS[type];
  if (digits !== undefined) return { kind: 'number', whole: digits, scale: 0 };
  const [, width, scale] = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(type) ?? [];
  if (width === undefined || scale === undefined) return { kind: 'other', type };
  return { kind: 'number', whole: Number(width) - Number(scale), scale: Number(scale) };
}

function constant(value: Json | undefined): Operand | undefined {
  const type = child(value, 'type');
  if (value === undefined || type === undefined || value['is_null'] !== false) return undefined;
  const id = String(type['id']);
  if (id === 'VARCHAR' || id === 'DOUBLE' || id === 'INTEGER' || id === 'BIGINT')
    return { value: valueOf(id), of: 'constant', reads: new Map() };
  const info = child(type, 'type_info');
  if (id !== 'DECIMAL' || info === undefined) return undefined;
  const scale = Number(info['scale'] ?? 0);
  return {
    value: { kind: 'number', whole: Number(info['width']) - scale, scale },
    of: 'constant',
    reads: new Map(),
  };
}

/**
 * Whether the warehouse can compare all of them, whatever they hold. Decimals are cast to one that holds the digits of all, which
 * overflows beyond 38.
 */
function areComparable(operands: readonly Operand[]): boolean {
  const [first, ...others] = operands.map((o) => o.value);
  if (first === undefined || others.length === 0) return false;
  if (first.kind === 'text' || first.kind === 'other') return others.every((v) => isSame(v, first));
  const all = [first, ...others];
  const numbers = all.flatMap((v) => (v.kind === 'number' ? [v] : []));
  const digits = Math.max(0, ...numbers.map((n) => n.whole)) + Math.max(0, ...numbers.map((n) => n.scale));
  return all.every((v) => v.kind === 'number' || v.kind === 'float') && digits <= 38;
}

function isSame(a: Value, b: Value): boolean {
  switch (a.kind) {
    case 'text':
    case 'float':
      return a.kind === b.kind;
    case 'other':
      return b.kind === 'other' && a.type === b.type;
    case 'number':
      return b.kind === 'number' && a.whole === b.whole && a.scale === b.scale;
    default:
      return a satisfies never;
  }
}

function childrenOf(node: Json): readonly unknown[] {
  const children = node['children'];
  return Array.isArray(children) ? children : [];
}

function child(node: unknown, key: string): Json | undefined {
  const value = isJson(node) ? node[key] : undefined;
  return isJson(value) ? value : undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
