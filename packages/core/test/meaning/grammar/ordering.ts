/** ORDER BY lists. */
import { anyType } from './conditions.ts';
import type { Query, ScopeColumn } from './query.ts';

export function ordering(query: Query): string {
  return `${query.of('direction', ['ASC', 'DESC'])} ${query.of('nulls', ['NULLS FIRST', 'NULLS LAST'])}`;
}

export function orderKeys(query: Query, scope: readonly ScopeColumn[], least: number): readonly string[] {
  return query.many('order key', least, 2, () => {
    const type = anyType(query, scope);
    const collation = type === 'text' && query.chance('collation', 4) ? ' COLLATE nocase' : '';
    return `${notLiteral(query.rules.value(query, scope, type, 1))}${collation} ${ordering(query)}`;
  });
}

/** A number by itself in ORDER BY or GROUP BY is the place of a column, and other literals are refused. */
export function notLiteral(sql: string): string {
  return sql.includes('.c') ? sql : `coalesce(${sql}, NULL)`;
}

/** Keys, and then all columns: rows that still tie are alike. */
export function totalOrdering(query: Query, scope: readonly ScopeColumn[]): string {
  return [...orderKeys(query, scope, 0), ...scope.map((column) => column.sql)].join(', ');
}
