/** Filters, projections and unnested lists. */
import { anyType, conditions } from './conditions.ts';
import { columnsOf, named, scopeOf, type Query, type Relation } from './query.ts';

export function filter(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const [alias, above, ctes] = [query.name(), query.name(), [] as string[]];
  const from = query.source(input, alias, ctes);
  const scope = scopeOf(alias, input.types);
  const [first = 'TRUE', ...others] = query.many('conjunct', 1, 3, () =>
    query.rules.condition(query, scope, 1),
  );
  const select = `SELECT ${columnsOf(scope)} FROM ${from}`;
  // All conditions in one place, or one of them above the others.
  const isSplit = query.way('filter', [false, true]);
  if (!isSplit)
    return {
      sql: `${query.with(ctes)}${select} WHERE ${conditions(query, [first, ...others])}`,
      types: input.types,
    };
  const moved = first.replaceAll(`${alias}.c`, `${above}.c`);
  const below = `${query.with(ctes)}${select} WHERE ${conditions(query, others)}`;
  return {
    sql: `SELECT ${columnsOf(scopeOf(above, input.types))} FROM (${below}) ${above} WHERE ${moved}`,
    types: input.types,
  };
}

export function projection(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const [alias, ctes] = [query.name(), [] as string[]];
  const from = query.source(input, alias, ctes);
  const scope = scopeOf(alias, input.types);
  const columns = query.many('column', 1, 4, () => {
    const type = anyType(query, scope);
    return { type, sql: query.rules.value(query, scope, type, 2) };
  });
  return {
    sql: `${query.with(ctes)}SELECT ${named(columns.map((column) => column.sql))} FROM ${from}`,
    types: columns.map((column) => column.type),
  };
}

/** A row for every element of a list. */
export function unnest(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const [alias, ctes] = [query.name(), [] as string[]];
  const from = query.source(input, alias, ctes);
  const scope = scopeOf(alias, input.types);
  const list = query.rules.value(query, scope, 'list', 1);
  const types = [...input.types, 'integer' as const];
  if (query.chance('in FROM', 2)) {
    const element = query.name();
    const elements = [...scope, { sql: `${element}.e`, type: 'integer' as const }];
    return {
      sql: `${query.with(ctes)}SELECT ${columnsOf(elements)} FROM ${from}, unnest(${list}) ${element}(e)`,
      types,
    };
  }
  const two = query.chance('two lists', 4) ? [`unnest(${query.rules.value(query, scope, 'list', 0)})`] : [];
  return {
    sql: `${query.with(ctes)}SELECT ${named([...scope.map((column) => column.sql), `unnest(${list})`, ...two])} FROM ${from}`,
    types: [...types, ...two.map(() => 'integer' as const)],
  };
}
