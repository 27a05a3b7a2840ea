/**
 * Correlated subqueries, each reading some tables, by themselves or through CTEs from outside, which DuckDB plans in quite other
 * ways: it takes such a CTE for correlated. The grammar of the other searches seldom comes there.
 */
import type { Random } from './random.ts';

export interface Template {
  /** `{u}` stands where a table is read. */
  readonly sql: string;
  /** Reading a table through a CTE keeps the version. */
  readonly isPromised: boolean;
}

/** What is read, with the columns `a` and `b`. */
const SOURCES: Readonly<Record<string, string>> = {
  u: 'SELECT c0 AS a, c2 AS b FROM s.u',
  w: 'SELECT c0 AS a, c2 AS b FROM s.w',
  // None at all.
  n: 'SELECT c0 AS a, c1 AS b FROM s.t WHERE c0 > 9',
};

/** A query with tables read as they are, or through CTEs. */
export function withTables(random: Random, { sql }: Template, percentOfCtes: number): string {
  const ctes = new Set<string>();
  const body = sql.replaceAll(/\{(\w)\}/g, (_, name: string) => {
    if (!random.chance(percentOfCtes)) return `(${SOURCES[name] ?? ''})`;
    ctes.add(name);
    return `cte_${name}`;
  });
  const all = [...ctes].map((name) => `cte_${name} AS (${SOURCES[name] ?? ''})`);
  return all.length === 0 ? body : `WITH ${all.join(', ')} ${body}`;
}

export function correlatedQuery(random: Random): Template {
  const chance = (percent: number): boolean => random.chance(percent);
  const source = (): string => random.of(['{u}', '{u}', '{w}', '{w}', '{n}']);
  const comparison = (): string => random.of(['=', '=', '<', '>=', 'IS NOT DISTINCT FROM']);
  const call = (of: string): string =>
    random.of([
      `max(${of})`,
      `min(${of})`,
      `sum(${of})`,
      `count(${of})`,
      'count(*)',
      `count(DISTINCT ${of})`,
      `coalesce(max(${of}), 7)`,
      `sum(${of}) FILTER (${of} > 1)`,
    ]);
  const where = (name: string): string =>
    chance(40) ? ` WHERE ${name}.b ${comparison()} ${random.below(4)}` : '';
  let isPromised = true;
  const unpromised = (sql: string): string => {
    isPromised = false;
    return sql;
  };
  /** The same whatever the subquery sees. */
  const same = (): string => {
    switch (random.below(7)) {
      case 0:
        return `z.a ${random.of(['IN', 'NOT IN', '> ANY', '<= ALL'])} (SELECT x.${random.of(['a', 'b'])} FROM ${source()} x${where('x')})`;
      case 1:
        return `z.b ${comparison()} (SELECT sum(y.m) FROM (SELECT x.b, ${call('x.a')} AS m FROM ${source()} x${where('x')} GROUP BY x.b) y)`;
      case 2:
        return unpromised(`${chance(50) ? 'NOT ' : ''}EXISTS (FROM ${source()} x${where('x')})`);
      case 3:
        return `coalesce(z.a, 1) ${comparison()} (SELECT x.a FROM ${source()} x WHERE x.a = 17)`;
      default:
        return `z.${random.of(['a', 'b'])} ${comparison()} (SELECT ${call('x.a')} FROM ${source()} x${where('x')})`;
    }
  };
  const relation = (): string => {
    switch (random.below(9)) {
      case 0:
        return unpromised(
          `(SELECT ${call('y.a')} AS a, ${call('y.b')} AS b FROM ${source()} y${where('y')}) z`,
        );
      case 1:
        return `(SELECT y.a, ${call('y.b')} AS b FROM ${source()} y${where('y')} GROUP BY y.a) z`;
      case 2:
        return unpromised(`(SELECT DISTINCT y.a, y.b FROM ${source()} y${where('y')}) z`);
      case 3:
        return `(SELECT y.a, x.b FROM ${source()} y LEFT JOIN ${source()} x ON y.a = x.a AND x.b > 0) z`;
      case 4:
        return `(SELECT y.a, x.b FROM ${source()} y JOIN ${source()} x ON y.${random.of(['a', 'b'])} = x.a) z`;
      case 5:
        return unpromised(`(FROM ${source()} UNION ${random.of(['ALL ', ''])}FROM ${source()}) z`);
      default:
        return `${source()} z`;
    }
  };
  // Lists cannot be grouped by, so that rows get numbers.
  const [outer, seen] = random.of([
    ['s.t', 'o.c0'],
    ['s.t', 'o.c0 + o.c1'],
    ['s.w', 'o.c0'],
    ['s.w', 'len(o.c1)'],
    ['(SELECT c0, nullif(c1, 3) AS c1 FROM s.t)', 'o.c1'],
  ] as const);
  const subquery = (): string => {
    const conditions = [`z.${random.of(['a', 'b'])} ${comparison()} ${seen}`];
    while (chance(55) && conditions.length < 3) conditions.push(same());
    return `SELECT ${call('z.a')} AS v FROM ${relation()} WHERE ${conditions.join(' AND ')}`;
  };
  const sql = random.of([
    () =>
      `SELECT o.c0, q.v FROM ${outer} o LEFT JOIN LATERAL (${subquery()}) q ON ${random.of(['TRUE', 'q.v > 0'])}`,
    () => `SELECT o.c0, q.v FROM ${outer} o, LATERAL (${subquery()}) q`,
    () => `SELECT o.c0, (${subquery()}) AS v FROM ${outer} o`,
    () => `SELECT o.c0 FROM ${outer} o WHERE o.c0 ${comparison()} (${subquery()})`,
    () =>
      unpromised(
        `SELECT o.c0, q.v FROM ${outer} o LEFT JOIN LATERAL (SELECT z.a + ${seen} AS v FROM ${relation()} WHERE ${same()}) q ON TRUE`,
      ),
  ])();
  return { sql, isPromised };
}

/** What may stand in place of each other, of which most mean something else. */
const ALIKE: readonly (readonly string[])[] = [
  ['max(', 'min(', 'sum(', 'count('],
  ['> ANY', '<= ALL', 'NOT IN', 'IN'],
  [' = ', ' < ', ' >= ', ' IS NOT DISTINCT FROM '],
  ['{u}', '{w}', '{n}'],
  ['z.a', 'z.b'],
  ['x.a', 'x.b'],
  ['y.a', 'y.b'],
  [' LEFT JOIN ', ' JOIN '],
  ['0', '1', '2', '3'],
  ['TRUE', 'q.v > 0'],
];

/** The same query but for one thing. */
export function neighbour(random: Random, { sql }: Template): Template {
  const alike = random.of(ALIKE.filter((words) => words.some((word) => sql.includes(word))));
  const places = [...sql].flatMap((_, index) =>
    alike.flatMap((word) => (sql.startsWith(word, index) ? [{ word, index }] : [])),
  );
  const { word, index } = random.of(places);
  const other = random.of(alike.filter((one) => one !== word));
  return { sql: sql.slice(0, index) + other + sql.slice(index + word.length), isPromised: false };
}
