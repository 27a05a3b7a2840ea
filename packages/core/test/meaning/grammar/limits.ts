/** ORDER BY, LIMIT and SAMPLE. */
import { totalOrdering } from './ordering.ts';
import { columnsOf, scopeOf, type Query, type Relation } from './query.ts';

/** Sorting means nothing by itself. */
export function order(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const [alias, ctes] = [query.name(), [] as string[]];
  const from = query.source(input, alias, ctes);
  const columns = columnsOf(scopeOf(alias, input.types));
  const by = query.wayOfOrder('order', [' ORDER BY 1', '', ' ORDER BY 1 DESC', ' ORDER BY ALL']);
  return { sql: `${query.with(ctes)}SELECT ${columns} FROM ${from}${by}`, types: input.types };
}

export function limit(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const [alias, ctes] = [query.name(), [] as string[]];
  const from = query.source(input, alias, ctes);
  const scope = scopeOf(alias, input.types);
  const most = query.of('limit', [
    'LIMIT 1',
    'LIMIT 2',
    'LIMIT 3',
    'LIMIT 40%',
    'LIMIT 60 PERCENT',
    'LIMIT (SELECT 2)',
    '',
  ]);
  const from_ = query.of('offset', ['', '', ' OFFSET 1', ' OFFSET 2']);
  return {
    sql: `${query.with(ctes)}SELECT ${columnsOf(scope)} FROM ${from} ORDER BY ${totalOrdering(query, scope)} ${most}${from_}`,
    types: input.types,
  };
}

/** A drawing that is the same every time. */
export function sample(query: Query, _depth: number): Relation {
  const input = query.ordered(() => query.rules.relation(query, 0));
  const alias = query.name();
  const ctes: string[] = [];
  const from = query.ordered(() => query.source(input, alias, ctes));
  const size = query.of('size', ['2 ROWS', '3 ROWS', '50%']);
  const method = size.includes('%') ? query.of('method', ['bernoulli', 'system']) : 'reservoir';
  return {
    sql: `${query.with(ctes)}SELECT ${columnsOf(scopeOf(alias, input.types))} FROM ${from} USING SAMPLE ${method}(${size}) REPEATABLE (${query.of('seed', ['1', '2'])})`,
    types: input.types,
  };
}
