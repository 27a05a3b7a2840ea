/** Window functions with their frames, and QUALIFY. */
import { anyType } from './conditions.ts';
import { notLiteral, orderKeys, ordering } from './ordering.ts';
import { columnsOf, scopeOf, type Query, type Relation, type ScopeColumn } from './query.ts';

const PEERS = ['rank', 'dense_rank', 'percent_rank', 'cume_dist'] as const;
const AGGREGATES = ['sum', 'count', 'min', 'max', 'count(*)', 'avg'] as const;
/** Give rows that tie different values. */
const PLACES = [
  'row_number',
  'ntile',
  'lag',
  'lead',
  'first_value',
  'last_value',
  'nth_value',
  'list',
] as const;

export function window(query: Query, depth: number): Relation {
  const functions = [...AGGREGATES, ...PEERS, ...(query.options.calm ? [] : PLACES)];
  const name = functions[query.choices.number('window function', functions.length)] ?? 'sum';
  const isPlace = PLACES.some((one) => one === name);
  const isRanked = isPlace || PEERS.some((one) => one === name);
  const frame = isRanked && !/value|list/.test(name) ? undefined : frameOf(query, isPlace);
  const input = query.rules.relation(query, depth);
  const [alias, ctes] = [query.name(), [] as string[]];
  const from = query.source(input, alias, ctes);
  const scope = scopeOf(alias, input.types);
  const partitions = query.many('partition', 0, 2, () =>
    query.rules.value(query, scope, anyType(query, scope), 0),
  );
  const needsOne = frame?.unit === 'RANGE' && frame.offset;
  const keys = needsOne
    ? [`${notLiteral(query.rules.value(query, scope, 'integer', 0))} ${ordering(query)}`]
    : orderKeys(query, scope, 1);
  const all = scope.map((column) => column.sql);
  // Rows that tie are told apart where they would get different values, and elsewhere now and then.
  const isTotal = query.chance('total order', 2) && needsOne !== true;
  const orders = isPlace || frame?.unit === 'ROWS' || isTotal ? [...keys, ...all] : keys;
  const by =
    partitions.length === 0 ? '' : `PARTITION BY ${query.shuffled('partitions', partitions).join(', ')} `;
  const over = `OVER (${by}ORDER BY ${orders.join(', ')}${frame?.sql ?? ''})`;
  const call = callOf(query, scope, name, over);
  const types = [...input.types, name === 'list' ? ('list' as const) : ('integer' as const)];
  if (!query.chance('qualify', 3)) {
    const columns = [...scope, { sql: call, type: 'integer' as const }];
    return { sql: `${query.with(ctes)}SELECT ${columnsOf(columns)} FROM ${from}`, types };
  }
  const test = `${query.of('operator', ['=', '<=', '>', 'IS DISTINCT FROM'])} ${name === 'list' ? '[1]' : query.of('integer', ['1', '2'])}`;
  const above = query.name();
  const sql = query.way('qualify', [
    `${query.with(ctes)}SELECT ${columnsOf(scope)} FROM ${from} QUALIFY ${call} ${test}`,
    `SELECT ${columnsOf(scopeOf(above, input.types))} FROM (${query.with(ctes)}SELECT ${columnsOf(scope)}, ${call} AS v FROM ${from}) ${above} WHERE ${above}.v ${test}`,
  ]);
  return { sql, types: input.types };
}

function callOf(query: Query, scope: readonly ScopeColumn[], name: string, over: string): string {
  const whole = query.rules.value(query, scope, 'integer', 1);
  const filter = query.chance('filter', 4) ? ` FILTER (WHERE ${query.rules.condition(query, scope, 0)})` : '';
  const distinct = query.chance('distinct', 4) ? 'DISTINCT ' : '';
  const nulls = query.of('ignore nulls', ['', '', ' IGNORE NULLS']);
  const offset = query.of('offset', ['1', '2']);
  switch (name) {
    case 'count(*)':
      return `count(*)${filter} ${over}`;
    case 'avg':
      return `floor(100 * avg(${distinct}${whole})${filter} ${over})::INTEGER`;
    case 'ntile':
      return `ntile(${offset}) ${over}`;
    case 'lag':
    case 'lead':
      return `${name}(${whole}, ${offset}${query.of('default', ['', ', 0'])}${nulls}) ${over}`;
    case 'nth_value':
      return `nth_value(${whole}, ${offset}${nulls}) ${over}`;
    case 'first_value':
    case 'last_value':
      return `${name}(${whole}${nulls}) ${over}`;
    case 'percent_rank':
    case 'cume_dist':
      // A whole number, so that rows that tie in it are the same.
      return `floor(100 * ${name}() ${over})::INTEGER`;
    case 'row_number':
    case 'rank':
    case 'dense_rank':
      return `${name}() ${over}`;
    default:
      return `${name}(${distinct}${whole})${filter} ${over}`;
  }
}

interface Frame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
  readonly sql: string;
  /** A bound counts: RANGE then needs a single number to sort by. */
  readonly offset: boolean;
}

function frameOf(query: Query, isPlace: boolean): Frame | undefined {
  return query.choices.part('frame', () => {
    if (!query.chance('framed', 2)) return undefined;
    const units = query.options.calm
      ? (['RANGE', 'GROUPS'] as const)
      : (['ROWS', 'RANGE', 'GROUPS'] as const);
    const unit = units[query.choices.number('unit', units.length)] ?? 'RANGE';
    const counts = unit === 'RANGE' && isPlace ? [] : ['1', '2'];
    const start = query.of('start', [
      'UNBOUNDED PRECEDING',
      'CURRENT ROW',
      ...counts.map((n) => `${n} PRECEDING`),
    ]);
    const end = query.of('end', [
      'CURRENT ROW',
      'UNBOUNDED FOLLOWING',
      ...counts.map((n) => `${n} FOLLOWING`),
    ]);
    const exclude = query.of('exclude', ['', '', ' EXCLUDE GROUP', ' EXCLUDE TIES', ' EXCLUDE CURRENT ROW']);
    return {
      unit,
      sql: ` ${unit} BETWEEN ${start} AND ${end}${exclude}`,
      offset: /\d/.test(start + end),
    };
  });
}
