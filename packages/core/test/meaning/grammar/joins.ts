/** Joins of all types, and the ways of writing an inner or one-sided one. */
import { conditions, whereOf, withColumn } from './conditions.ts';
import { columnsOf, scopeOf, type Query, type Relation, type ScopeColumn } from './query.ts';

const TYPES = [
  'INNER',
  'INNER',
  'INNER',
  'LEFT',
  'LEFT',
  'RIGHT',
  'FULL',
  'SEMI',
  'ANTI',
  'CROSS',
  'USING',
  'ASOF',
  'ASOF LEFT',
  'POSITIONAL',
] as const;

export function join(query: Query, depth: number): Relation {
  const types = query.options.calm ? TYPES.slice(0, -1) : TYPES;
  const type = types[query.choices.number('join', types.length)] ?? 'INNER';
  // Which rows stand beside each other is decided by order there.
  const isOrdered = type === 'POSITIONAL';
  const sides = (): readonly [Relation, Relation] => [
    query.rules.relation(query, type === 'POSITIONAL' ? 0 : depth),
    query.rules.relation(query, type === 'POSITIONAL' ? 0 : query.choices.number('depth', depth + 1)),
  ];
  const [left, right] = isOrdered ? query.ordered(sides) : sides();
  const [one, other] = [query.name(), query.name()];
  const ctes: string[] = [];
  const sources = [query.source(left, one, ctes), query.source(right, other, ctes)] as const;
  const [lefts, rights] = [scopeOf(one, left.types), scopeOf(other, right.types)];
  const both = [...lefts, ...rights];
  const told = left.table === right.table ? query.toldApart(lefts) : [];
  const kept = told.length === 0 ? '' : ` WHERE ${told.join(' AND ')}`;
  const select = (columns: readonly ScopeColumn[], from: string): Relation => ({
    sql: `${query.with(ctes)}SELECT ${columnsOf(columns)} FROM ${from}`,
    types: columns.map((column) => column.type),
  });
  switch (type) {
    case 'CROSS':
      return select(
        both,
        query.wayOfOrder('cross', [
          `${sources[0]} CROSS JOIN ${sources[1]}${kept}`,
          `${sources[1]}, ${sources[0]}${kept}`,
        ]),
      );
    case 'POSITIONAL':
      return select(both, `${sources[0]} POSITIONAL JOIN ${sources[1]}`);
    case 'ASOF':
    case 'ASOF LEFT': {
      const drawn = query.chance('and equal', 2) ? [equality(query, lefts, rights)] : [];
      // Another condition is asked of the row that was taken, so that it matters which of those that tie it is.
      const equal = query.options.models ? drawn.map((sql) => sql.replace(/ (<>|<) /, ' = ')) : drawn;
      const [key, nearby] = [wholeColumn(query, lefts), wholeColumn(query, rights)];
      const nearest = `${key?.sql ?? 0} ${query.of('nearest', ['>=', '>', '<=', '<'])} ${nearby?.sql ?? 0}`;
      // Which of the rows that tie is taken is left to chance: only what they tie in is looked at.
      const seen = nearby === undefined ? [] : [nearby];
      if (key === undefined || nearby === undefined) return select(both, `${sources[0]}, ${sources[1]}`);
      return select(
        [...lefts, ...seen],
        `${sources[0]} ${type} JOIN ${sources[1]} ON ${[...equal, nearest].join(' AND ')}`,
      );
    }
    case 'USING': {
      // Both have a column c0; where the types differ, DuckDB casts.
      const from = query.wayOfOrder('using', [
        `${sources[0]} JOIN ${sources[1]} USING (c0)${kept}`,
        `${sources[0]} JOIN ${sources[1]} ON ${one}.c0 = ${other}.c0${kept}`,
        `${sources[1]} JOIN ${sources[0]} USING (c0)${kept}`,
      ]);
      return select(both, from);
    }
    default:
  }
  const all = query.many('on', 1, 2, () => {
    const isEquality = query.choices.number('equality', 3) > 0;
    const sql = isEquality
      ? withColumn(equality(query, lefts, rights), lefts)
      : query.rules.condition(query, both, 0);
    return { isEquality, sql };
  });
  const on = all.map(({ sql }) => sql);
  if (type === 'SEMI' || type === 'ANTI')
    return select(lefts, `${sources[0]} ${type} JOIN ${sources[1]} ON ${conditions(query, on)}`);
  if (type === 'INNER') {
    // Parts of a condition that name no column are worked out at once in ON alone: only equalities are written in either place.
    const isMovable = (isEquality: boolean): boolean => isEquality || !query.options.models;
    const moved = all.flatMap(({ isEquality, sql }) => (isMovable(isEquality) ? [sql] : []));
    const rest = all.flatMap(({ isEquality, sql }) => (isMovable(isEquality) ? [] : [sql]));
    const where = conditions(query, [...moved, ...told]);
    const above = whereOf(query, rest);
    const beside = rest.length === 0 ? '' : ` AND ${conditions(query, rest)}`;
    const from = query.wayOfOrder('inner', [
      `${sources[0]} JOIN ${sources[1]} ON ${where}${above}`,
      `${sources[1]} JOIN ${sources[0]} ON ${where}${above}`,
      `${sources[0]}, ${sources[1]} WHERE ${where}${beside}`,
      `${sources[1]} CROSS JOIN ${sources[0]} WHERE ${where}${beside}`,
    ]);
    return select(both, from);
  }
  const where = conditions(query, on);
  const isSwapped = query.wayOfOrder('sides', [false, true]);
  const swapped = type === 'LEFT' ? 'RIGHT' : type === 'RIGHT' ? 'LEFT' : type;
  // The two sides of a FULL join are kept apart.
  return isSwapped && type !== 'FULL'
    ? select(both, `${sources[1]} ${swapped} JOIN ${sources[0]} ON ${where}`)
    : select(both, `${sources[0]} ${type} JOIN ${sources[1]} ON ${where}`);
}

function equality(query: Query, left: readonly ScopeColumn[], right: readonly ScopeColumn[]): string {
  const type = query.of('type', ['integer', 'integer', 'text'] as const);
  const [one, other] = [query.rules.value(query, left, type, 0), query.rules.value(query, right, type, 0)];
  const operator = query.of('equality', ['=', '=', '=', 'IS NOT DISTINCT FROM', '<', '<>']);
  return query.way('equality', [true, false]) || operator === '<'
    ? `${one} ${operator} ${other}`
    : `${other} ${operator} ${one}`;
}

function wholeColumn(query: Query, scope: readonly ScopeColumn[]): ScopeColumn | undefined {
  const whole = scope.filter((column) => column.type === 'integer');
  return whole[query.choices.number('column', Math.max(1, whole.length))];
}

/** A subquery in FROM that sees the relation before it. */
export function lateral(query: Query, depth: number): Relation {
  const [left, right] = [query.rules.relation(query, depth), query.rules.relation(query, 0)];
  const [one, other, made] = [query.name(), query.name(), query.name()];
  const ctes: string[] = [];
  const sources = [query.source(left, one, ctes), query.source(right, other, ctes)] as const;
  const [lefts, rights] = [scopeOf(one, left.types), scopeOf(other, right.types)];
  const kept = query.rules.condition(query, [...lefts, ...rights], 0);
  const aggregate = query.of('aggregate', ['', 'sum', 'max', 'count']);
  const inner = query.rules.value(query, aggregate === '' ? [...lefts, ...rights] : rights, 'integer', 1);
  const select = `SELECT ${aggregate}(${inner}) AS v FROM ${sources[1]} WHERE ${kept}`;
  const type = query.of('lateral', ['CROSS', 'LEFT', 'INNER']);
  const on = type === 'CROSS' ? '' : ` ON ${query.of('on', ['TRUE', `${made}.v > 0`])}`;
  const columns = [...lefts, { sql: `${made}.v`, type: 'integer' as const }];
  return {
    sql: `${query.with(ctes)}SELECT ${columnsOf(columns)} FROM ${sources[0]} ${type} JOIN LATERAL (${select}) ${made}${on}`,
    types: [...left.types, 'integer'],
  };
}
