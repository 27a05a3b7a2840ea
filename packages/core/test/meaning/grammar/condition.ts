/** Conditions, and the ways of writing them that mean the same. */
import { anyType, withColumn } from './conditions.ts';
import type { Query, ScopeColumn } from './query.ts';

/** Those that are easily mistaken for each other stand beside each other. */
const OPERATORS = ['=', 'IS NOT DISTINCT FROM', '<>', 'IS DISTINCT FROM', '<', '<=', '>', '>='] as const;
const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const OPPOSITE: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  'IS DISTINCT FROM': 'IS NOT DISTINCT FROM',
  'IS NOT DISTINCT FROM': 'IS DISTINCT FROM',
};

/** `subqueries`: how deep conditions with subqueries may still go. */
export function condition(query: Query, scope: readonly ScopeColumn[], subqueries: number): string {
  return withColumn(
    query.choices.part('condition', () => conditionPart(query, scope, subqueries)),
    scope,
  );
}

function conditionPart(query: Query, scope: readonly ScopeColumn[], subqueries: number): string {
  const kind = query.of('condition', [
    'compare',
    'compare',
    'compare',
    'compare',
    'or',
    'and',
    'not',
    'null',
    'between',
    'in list',
    'text',
    'list',
    'boolean',
    'in query',
    'exists',
  ]);
  const again = (): string => query.rules.condition(query, scope, 0);
  switch (subqueries > 0 || (kind !== 'in query' && kind !== 'exists') ? kind : 'compare') {
    case 'compare':
      return comparison(query, scope);
    case 'or':
      return `(${query.shuffled('operands', [again(), again()]).join(' OR ')})`;
    case 'and':
      return `(${query.shuffled('operands', [again(), again()]).join(' AND ')})`;
    case 'not':
      return `NOT (${again()})`;
    case 'null': {
      const operand = query.rules.value(query, scope, anyType(query, scope), 1);
      const isNot = query.chance('not', 2);
      return query.way('form', [
        `${operand} IS ${isNot ? 'NOT ' : ''}NULL`,
        `NOT (${operand} IS ${isNot ? '' : 'NOT '}NULL)`,
      ]);
    }
    case 'between': {
      const [input, low, high] = [whole(query, scope, 1), whole(query, scope, 0), whole(query, scope, 0)];
      const isNot = query.chance('not', 4);
      const form = wayOf(query, input, [
        `${input} BETWEEN ${low} AND ${high}`,
        `(${input} >= ${low} AND ${high} >= ${input})`,
      ]);
      return isNot ? `NOT (${form})` : form;
    }
    case 'in list': {
      const input = whole(query, scope, 1);
      const values = query.many('of list', 1, 3, () => whole(query, scope, 0));
      const shuffled = query.shuffled('list', values);
      const isNot = query.chance('not', 3);
      return wayOf(query, input, [
        `${input} ${isNot ? 'NOT ' : ''}IN (${shuffled.join(', ')})`,
        `${isNot ? 'NOT ' : ''}(${shuffled.map((one) => `${input} = ${one}`).join(' OR ')})`,
      ]);
    }
    case 'text':
      return textCondition(query, scope);
    case 'list':
      return `${query.of('function', ['list_contains', 'list_has_any', 'list_has_all'])}(${query.rules.value(query, scope, 'list', 1)}, ${query.rules.value(query, scope, 'integer', 0)})`.replace(
        /^(list_has_\w+\(.*, )(.*)\)$/,
        '$1[$2])',
      );
    case 'boolean':
      return query.of('boolean', ['TRUE', 'FALSE', 'NULL::BOOLEAN']);
    case 'in query':
      return query.rules.membership(query, scope, query.rules.value(query, scope, 'integer', 0));
    case 'exists':
      return query.rules.exists(query, scope);
    default:
      throw new Error(kind);
  }
}

/** Forms that name their input more than once; a scalar subquery twice would be two joins. */
function wayOf(query: Query, input: string, ways: readonly [string, string]): string {
  const way = query.way('form', ways);
  return input.includes('SELECT') ? ways[0] : way;
}

/** Of one type, for forms that DuckDB casts in different ways. */
function whole(query: Query, scope: readonly ScopeColumn[], depth: number): string {
  return `(${query.rules.value(query, scope, 'integer', depth)})::INTEGER`;
}

function comparison(query: Query, scope: readonly ScopeColumn[]): string {
  const type = anyType(query, scope);
  const [left, right] = [query.rules.value(query, scope, type, 1), query.rules.value(query, scope, type, 1)];
  const operator = query.of('operator', OPERATORS);
  return query.way('form', [
    `${left} ${operator} ${right}`,
    `${right} ${MIRRORED[operator] ?? operator} ${left}`,
    `NOT (${left} ${OPPOSITE[operator] ?? operator} ${right})`,
    `(${left} ${operator} ${right})`,
  ]);
}

function textCondition(query: Query, scope: readonly ScopeColumn[]): string {
  const [left, right] = [
    query.rules.value(query, scope, 'text', 1),
    query.rules.value(query, scope, 'text', 0),
  ];
  return query.of('text test', [
    (a: string, b: string) => `${a} LIKE ${b} || '%'`,
    (a: string, b: string) => `${a} ILIKE ${b} || '%'`,
    (a: string, b: string) => `${a} COLLATE nocase = ${b}`,
    (a: string, b: string) => `${a} COLLATE nocase < ${b}`,
    (a: string, b: string) => `contains(${a}, ${b})`,
    (a: string, b: string) => `starts_with(${a}, ${b})`,
    (a: string, b: string) => `regexp_matches(${a}, '^' || ${b})`,
  ])(left, right);
}
