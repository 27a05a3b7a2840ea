import { identifierName, significantTokens } from '../../sql/tokens.ts';
import type { TableName } from '../../sql/quote.ts';

/**
 * The relation that a view shows as it is, from the statement DuckDB keeps of it (`CREATE VIEW a.b AS SELECT * FROM c.d;`);
 * undefined when its query is any other.
 */
export function shownBy(statement: string, database: string): TableName | undefined {
  const words = significantTokens(statement).map((t) => statement.slice(t.start, t.end));
  const as = words.findIndex((w) => w.toUpperCase() === 'AS');
  const [select, star, from, ...rest] = words.slice(as + 1);
  // Columns of its own: `CREATE VIEW v (a, b) AS …`.
  if (words.slice(0, as).includes('(')) return undefined;
  if (as < 0 || select?.toUpperCase() !== 'SELECT' || star !== '*' || from?.toUpperCase() !== 'FROM')
    return undefined;
  const end = rest.at(-1) === ';' ? rest.length - 1 : rest.length;
  const name = rest.slice(0, end);
  const isName = name.length % 2 === 1 && name.every((w, i) => (i % 2 === 1 ? w === '.' : /^["\w]/.test(w)));
  const parts = name.filter((_, i) => i % 2 === 0).map(identifierName);
  const [catalog, schema, table] = parts.length === 2 ? [database, ...parts] : parts;
  if (!isName || catalog !== database || schema === undefined || table === undefined) return undefined;
  return parts.length > 3 ? undefined : { schema, name: table };
}
