/** What rules do with conditions and types in scope. */
import type { Query, ScopeColumn, Type } from './query.ts';

/** Conjuncts in some order, one of them twice perhaps. (A scalar subquery twice is two joins.) */
export function conditions(query: Query, all: readonly string[]): string {
  const shuffled = query.shuffled('conjuncts', all);
  const [first] = shuffled;
  const extra = query.way('more', [
    [],
    [],
    ['TRUE'],
    first === undefined || first.includes('SELECT') ? [] : [first],
  ]);
  const list = [...shuffled, ...extra].map((one) => `(${one})`);
  return list.length === 0 ? 'TRUE' : list.join(' AND ');
}

/** What names no column is worked out at once in ON, and not in WHERE: then one is not written as the other. */
export function withColumn(sql: string, scope: readonly ScopeColumn[]): string {
  return sql === 'TRUE' || sql.includes('.c') ? sql : `(${sql} OR ${scope[0]?.sql ?? 'c0'} IS NULL)`;
}

/** What is computed from a NULL is worked out at once in ON as well: in a query to be rewritten it is made from a column. */
export function withoutNull(query: Query, sql: string, scope: readonly ScopeColumn[]): string {
  if (!query.options.models) return sql;
  const none = `(CASE WHEN ${scope[0]?.sql ?? 'c0'} IS NULL THEN NULL END)`;
  return sql.replaceAll(/\(NULL::(\w+(?:\[\])?)\)/g, (_, type: string) => `${none}::${type}`);
}

/** A type that the scope has columns of. */
export function anyType(query: Query, scope: readonly ScopeColumn[]): Type {
  const types: readonly [Type, ...Type[]] = ['integer', ...scope.map((column) => column.type)];
  return query.of('type', types);
}
