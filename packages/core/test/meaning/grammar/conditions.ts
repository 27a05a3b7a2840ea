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

/** ` WHERE`, if there is anything to ask for. */
export function whereOf(query: Query, all: readonly string[]): string {
  return all.length === 0 ? '' : ` WHERE ${conditions(query, all)}`;
}

/** A type that the scope has columns of. */
export function anyType(query: Query, scope: readonly ScopeColumn[]): Type {
  const types: readonly [Type, ...Type[]] = ['integer', ...scope.map((column) => column.type)];
  return query.of('type', types);
}
