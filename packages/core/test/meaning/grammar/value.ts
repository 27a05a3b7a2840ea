/** Expressions, typed so that nearly all of them bind. */
import type { Query, ScopeColumn, Type } from './query.ts';

export function value(query: Query, scope: readonly ScopeColumn[], type: Type, depth: number): string {
  return query.choices.part(`${type} value`, () => {
    const fitting = scope.filter((column) => column.type === type);
    const isDeep = depth > 0 && query.choices.number('computed', 3) === 1;
    if (!isDeep) {
      const isColumn = fitting.length > 0 && query.choices.number('column or literal', 5) > 0;
      if (!isColumn) return literal(query, type);
      return fitting[query.choices.number('column', fitting.length)]?.sql ?? 'NULL';
    }
    switch (type) {
      case 'integer':
        return integer(query, scope, depth - 1);
      case 'text':
        return text(query, scope, depth - 1);
      case 'date':
        return date(query, scope, depth - 1);
      case 'list':
        return list(query, scope, depth - 1);
      default:
        throw new Error(type satisfies never);
    }
  });
}

/**
 * Of a NULL that it sees DuckDB makes one of no type in `||` and in a few functions of lists; a column of that is an INTEGER to
 * those that read a CTE or a table, and no type to those that read a subquery: not the same query then.
 */
function typed(query: Query, sql: string, type: 'INTEGER' | 'INTEGER[]' | 'VARCHAR'): string {
  return query.options.models ? `(${sql})::${type}` : sql;
}

function literal(query: Query, type: Type): string {
  switch (type) {
    case 'integer':
      return query.of('integer', ['0', '1', '2', '3', '-1', '(NULL::INTEGER)']);
    case 'text':
      return query.of('text', [`'a'`, `'A'`, `'b'`, `'1'`, `''`, '(NULL::VARCHAR)']);
    case 'date':
      return query.of('date', [`DATE '2024-01-31'`, `DATE '2024-02-01'`, '(NULL::DATE)']);
    case 'list':
      return query.of('list', ['[1]', '[0, 1, 2]', '[2, NULL]', '([]::INTEGER[])', '(NULL::INTEGER[])']);
    default:
      throw new Error(type satisfies never);
  }
}

function integer(query: Query, scope: readonly ScopeColumn[], depth: number): string {
  const whole = (): string => query.rules.value(query, scope, 'integer', depth);
  const words = (): string => query.rules.value(query, scope, 'text', depth);
  const numbers = (): string => query.rules.value(query, scope, 'list', depth);
  const day = (): string => query.rules.value(query, scope, 'date', depth);
  const kind = query.of('integer call', [
    'arithmetic',
    'arithmetic',
    'arithmetic',
    'coalesce',
    'case',
    'cast',
    'function',
    'of text',
    'of list',
    'of date',
    'struct',
    'subquery',
    'boolean',
    'widths',
  ]);
  switch (kind) {
    case 'arithmetic':
      return commuted(query, whole(), query.of('operator', ['+', '-', '*', '//', '%', '&', '|']), whole());
    case 'coalesce':
      return query.of('nested', [
        (a: string, b: string, c: string) => `coalesce(${a}, ${b}, ${c})`,
        (a: string, b: string, c: string) => `ifnull(${a}, ${b} + ${c})`,
      ])(whole(), whole(), whole());
    case 'case':
      return `CASE WHEN ${query.rules.condition(query, scope, 0)} THEN ${whole()} ELSE ${whole()} END`;
    case 'cast':
      return `${query.of('cast', ['CAST', 'TRY_CAST'])}(${words()} AS ${query.of('type', ['INTEGER', 'TINYINT'])})`;
    case 'function':
      return `${query.of('function', ['greatest', 'least', 'nullif', 'xor'])}(${whole()}, ${whole()})`;
    case 'of text':
      return `${query.of('function', ['length', 'ascii', 'bit_length'])}(${words()})`;
    case 'of list': {
      const given = numbers();
      const call = query.of('function', [
        (l: string) => `len(${l})`,
        (l: string) => `${l}[1]`,
        (l: string) => `${l}[-1]`,
        (l: string) => `list_sum(${l})`,
        (l: string) => `list_max(${l})`,
        (l: string) => `list_reduce(list_prepend(0, ${l}), (x, y) -> x - y)`,
        (l: string) => `list_reduce(list_prepend(0, ${l}), (x, y) -> y - x)`,
      ])(given);
      return typed(query, call, 'INTEGER');
    }
    case 'of date':
      return query.chance('difference', 2)
        ? `date_diff(${query.of('part', [`'day'`, `'month'`])}, ${day()}, ${day()})`
        : `${query.of('function', ['day', 'month', 'year'])}(${day()})`;
    case 'struct':
      return `{'x': ${whole()}, 'y': ${whole()}}.${query.of('field', ['x', 'y'])}`;
    case 'subquery':
      return query.rules.scalarSubquery(query, scope);
    case 'boolean':
      return `(${query.rules.condition(query, scope, 0)})::INTEGER`;
    case 'widths':
      return `(${whole()})::${query.of('type', ['BIGINT', 'SMALLINT', 'DOUBLE', 'VARCHAR'])}::INTEGER`;
    default:
      throw new Error(kind);
  }
}

/** `a + b` and `b + a` are the same; `a - b` is not, and stays. */
function commuted(query: Query, left: string, operator: string, right: string): string {
  const isSwapped = query.choices.style('operands', 2) === 1 && (operator === '+' || operator === '*');
  return isSwapped ? `(${right} ${operator} ${left})` : `(${left} ${operator} ${right})`;
}

function text(query: Query, scope: readonly ScopeColumn[], depth: number): string {
  const words = (): string => query.rules.value(query, scope, 'text', depth);
  const kind = query.of('text call', ['join', 'coalesce', 'case', 'cast', 'function', 'part', 'trim']);
  switch (kind) {
    case 'join':
      return typed(query, `(${words()} || ${words()})`, 'VARCHAR');
    case 'coalesce':
      return `coalesce(${words()}, ${words()})`;
    case 'case':
      return `CASE WHEN ${query.rules.condition(query, scope, 0)} THEN ${words()} ELSE ${words()} END`;
    case 'cast':
      return `(${query.rules.value(query, scope, query.of('from', ['integer', 'date'] as const), depth)})::VARCHAR`;
    case 'function':
      return `${query.of('function', ['upper', 'lower', 'reverse', 'trim'])}(${words()})`;
    case 'part':
      return `${query.of('function', ['left', 'right'])}(${words()}, ${query.of('length', ['1', '2'])})`;
    case 'trim':
      return `${query.of('function', ['replace', 'translate'])}(${words()}, ${words()}, ${words()})`;
    default:
      throw new Error(kind);
  }
}

function date(query: Query, scope: readonly ScopeColumn[], depth: number): string {
  const day = (): string => query.rules.value(query, scope, 'date', depth);
  const kind = query.of('date call', ['plus', 'trunc', 'coalesce', 'interval']);
  switch (kind) {
    case 'plus':
      return `(${day()} ${query.of('operator', ['+', '-'])} ${query.of('days', ['1', '30'])})`;
    case 'trunc':
      return `date_trunc(${query.of('part', [`'month'`, `'year'`, `'week'`])}, ${day()})::DATE`;
    case 'coalesce':
      return `coalesce(${day()}, ${day()})`;
    case 'interval':
      return `(${day()} + INTERVAL ${query.of('interval', [`'1 month'`, `'30 days'`, `'1 day'`])})::DATE`;
    default:
      throw new Error(kind);
  }
}

function list(query: Query, scope: readonly ScopeColumn[], depth: number): string {
  const numbers = (): string => query.rules.value(query, scope, 'list', depth);
  const whole = (): string => query.rules.value(query, scope, 'integer', depth);
  // The body of a lambda is compared as it is written: in queries to be rewritten there is nothing in it to write otherwise.
  const inLambda = (): string => query.rules.value(query, scope, 'integer', query.options.models ? 0 : depth);
  const kind = query.of('list call', ['made', 'filter', 'transform', 'sort', 'join', 'slice']);
  const name = `l${query.name().replaceAll(/\W/g, '')}`;
  switch (kind) {
    case 'made':
      return `[${whole()}, ${whole()}]`;
    case 'filter':
      return `list_filter(${numbers()}, ${name} -> ${name} ${query.of('operator', ['>', '>=', '=', '<>'])} ${inLambda()})`;
    case 'transform':
      return `list_transform(${numbers()}, ${name} -> ${name} ${query.of('operator', ['+', '-', '*'])} ${inLambda()})`;
    case 'sort':
      return typed(
        query,
        `list_sort(${numbers()}, ${query.of('direction', [`'ASC'`, `'DESC'`])}, ${query.of('nulls', [`'NULLS FIRST'`, `'NULLS LAST'`])})`,
        'INTEGER[]',
      );
    case 'join':
      return typed(query, `(${numbers()} || ${numbers()})`, 'INTEGER[]');
    case 'slice':
      return `(${numbers()})[${query.of('from', ['1', '2'])}:${query.of('to', ['1', '2'])}]`;
    default:
      throw new Error(kind);
  }
}
