/** Aggregates, grouping sets, DISTINCT and DISTINCT ON. */
import { anyType, conditions } from './conditions.ts';
import {
  columnsOf,
  named,
  scopeOf,
  type Query,
  type Relation,
  type ScopeColumn,
  type Type,
} from './query.ts';
import { notLiteral, ordering, totalOrdering } from './ordering.ts';

export function group(query: Query, depth: number): Relation {
  const names = query.many('aggregate kind', 0, 2, () => aggregateName(query));
  const input = query.rules.relation(query, depth);
  const [alias, ctes] = [query.name(), [] as string[]];
  const from = query.source(input, alias, ctes);
  const scope = scopeOf(alias, input.types);
  const keys = query.many('key', 0, 3, () => {
    const type = anyType(query, scope);
    return { type, sql: notLiteral(query.rules.value(query, scope, type, 1)) };
  });
  const values = names.map((name) => aggregate(query, scope, name));
  const counted = query.of('counted', [
    'count(*)',
    `count(DISTINCT ${scope[0]?.sql})`,
    `count(${scope[0]?.sql})`,
  ]);
  const having = query.chance('having', 4)
    ? ` HAVING ${counted} ${query.of('operator', ['>', '=', '<='])} ${query.of('integer', ['1', '2'])}`
    : '';
  const sets = query.of('sets', [
    'plain',
    'plain',
    'plain',
    'rollup',
    'cube',
    'sets',
    'sets with none',
    'two sets',
  ]);
  const unique = [...new Set(keys.map((key) => key.sql))];
  const isWithin = sets !== 'plain' && unique.length > 0;
  const grouping = isWithin && query.chance('grouping', 3) ? [`grouping(${unique.join(', ')})`] : [];
  const outputs = [...keys.map((key) => key.sql), ...values.map((one) => one.sql), ...grouping];
  const columns = outputs.length === 0 ? ['count(*)'] : outputs;
  const types: readonly Type[] =
    outputs.length === 0
      ? ['integer']
      : [
          ...keys.map((key) => key.type),
          ...values.map((one) => one.type),
          ...grouping.map(() => 'integer' as const),
        ];
  return {
    sql: `${query.with(ctes)}SELECT ${named(columns)} FROM ${from}${groupBy(query, sets, unique, keys.length)}${having}`,
    types,
  };
}

function groupBy(query: Query, sets: string, keys: readonly string[], width: number): string {
  // Two keys of one value in sets of their own are told apart by their places: they stay there in a query to be rewritten.
  const isKept = sets !== 'plain' && query.options.models;
  const shuffled = isKept ? keys : query.shuffled('keys', keys);
  if (keys.length === 0) return '';
  const single = shuffled.map((key) => `(${key})`);
  switch (sets) {
    case 'rollup':
      return ` GROUP BY ROLLUP (${keys.join(', ')})`;
    case 'cube':
      return ` GROUP BY CUBE (${shuffled.join(', ')})`;
    case 'sets':
      return ` GROUP BY GROUPING SETS (${single.join(', ')})`;
    case 'sets with none':
      return ` GROUP BY GROUPING SETS (${[...single, '()'].join(', ')})`;
    case 'two sets':
      return ` GROUP BY GROUPING SETS ((${keys.join(', ')}), (${keys[0]}))`;
    default:
      return query.way('group by', [
        ` GROUP BY ${shuffled.join(', ')}`,
        ` GROUP BY ${Array.from({ length: width }, (_, at) => String(at + 1)).join(', ')}`,
        // It leaves out what names no column; one of a subquery's own is none.
        keys.every((key) => key.includes('.c') && !key.includes('SELECT'))
          ? ' GROUP BY ALL'
          : ` GROUP BY ${keys.join(', ')}`,
      ]);
  }
}

const UNORDERED = [
  'sum',
  'count',
  'min',
  'max',
  'avg',
  'count(*)',
  'bit_xor',
  'bool_or',
  'median',
  'stddev_pop',
  'min of text',
  'quantile_disc',
  'arg_max of itself',
  'count_if',
  'histogram',
] as const;
const ORDERED = ['list', 'first', 'last', 'string_agg', 'list', 'arg_min'] as const;

function aggregateName(query: Query): string {
  const known = [...UNORDERED, ...(query.options.calm ? [] : ORDERED)];
  return known[query.choices.number('aggregate', known.length)] ?? 'sum';
}

function aggregate(
  query: Query,
  scope: readonly ScopeColumn[],
  name: string,
): { readonly sql: string; readonly type: Type } {
  return query.choices.part('aggregate', () => {
    const distinct = query.chance('distinct', 3) ? 'DISTINCT ' : '';
    const filter = query.chance('filter', 4)
      ? ` FILTER (WHERE ${conditions(query, [query.rules.condition(query, scope, 0)])})`
      : '';
    const whole = query.rules.value(query, scope, 'integer', 1);
    const integer = (sql: string): { readonly sql: string; readonly type: Type } => ({
      sql: `${sql}${filter}`,
      type: 'integer',
    });
    const by = totalOrdering(query, scope);
    switch (name) {
      case 'count(*)':
        return integer(query.way('count', ['count(*)', 'count()', 'count(1)']));
      case 'bool_or': {
        const test = `${query.of('function', ['bool_or', 'bool_and'])}(${whole} > 0)`;
        return { sql: `(${test}${filter})::INTEGER`, type: 'integer' };
      }
      case 'quantile_disc':
        return integer(`quantile_disc(${distinct}${whole}, ${query.of('quantile', ['0.25', '0.5', '0.9'])})`);
      case 'avg':
      case 'median':
      case 'stddev_pop':
        return { sql: `floor(100 * ${name}(${distinct}${whole})${filter})::INTEGER`, type: 'integer' };
      case 'min of text': {
        const words = query.rules.value(query, scope, 'text', 1);
        return { sql: `${query.of('function', ['min', 'max'])}(${words})${filter}`, type: 'text' };
      }
      case 'arg_max of itself':
        return integer(`${query.of('function', ['max', 'min'])}(${distinct}${whole})`);
      case 'count_if':
        return integer(`count_if(${query.rules.condition(query, scope, 0)})`);
      case 'histogram':
        return { sql: `len(map_keys(histogram(${whole})${filter}))`, type: 'integer' };
      case 'list':
        // DISTINCT sorts by nothing that the order could name.
        return {
          sql: `list(${distinct}${whole} ORDER BY ${distinct === '' ? by : `${whole} ${ordering(query)}`})${filter}`,
          type: 'list',
        };
      case 'string_agg': {
        const words = query.rules.value(query, scope, 'text', 1);
        return {
          sql: `string_agg(${words}, ${query.of('separator', [`','`, `';'`])} ORDER BY ${by})${filter}`,
          type: 'text',
        };
      }
      case 'arg_min':
        return integer(
          `${query.of('function', ['arg_min', 'arg_max'])}(${whole}, {'k': ${query.rules.value(query, scope, 'integer', 0)}, 'v': ${whole}} ORDER BY ${by})`,
        );
      case 'first':
      case 'last':
        return integer(`${name}(${whole} ORDER BY ${by})`);
      default:
        return integer(`${name}(${distinct}${whole})`);
    }
  });
}

export function distinct(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const [alias, ctes] = [query.name(), [] as string[]];
  const from = query.source(input, alias, ctes);
  const scope = scopeOf(alias, input.types);
  const columns = columnsOf(scope);
  const select = query.way('distinct', [
    `SELECT DISTINCT ${columns} FROM ${from}`,
    `SELECT ${columns} FROM ${from} GROUP BY ALL`,
    `SELECT ${columns} FROM ${from} GROUP BY ${query
      .shuffled(
        'keys',
        scope.map((column) => column.sql),
      )
      .join(', ')}`,
  ]);
  return { sql: `${query.with(ctes)}${select}`, types: input.types };
}

/** The first row of every key. */
export function distinctOn(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const [alias, ctes] = [query.name(), [] as string[]];
  const from = query.source(input, alias, ctes);
  const scope = scopeOf(alias, input.types);
  const keys = query.many('key', 1, 2, () =>
    notLiteral(query.rules.value(query, scope, anyType(query, scope), 0)),
  );
  return {
    sql: `${query.with(ctes)}SELECT DISTINCT ON (${keys.join(', ')}) ${columnsOf(scope)} FROM ${from} ORDER BY ${totalOrdering(query, scope)}`,
    types: input.types,
  };
}
