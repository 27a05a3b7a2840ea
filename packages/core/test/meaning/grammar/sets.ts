/** UNION, EXCEPT and INTERSECT, by position or by name. */
import { columnsOf, scopeOf, type Query, type Relation, type Type } from './query.ts';

const OPERATORS = [
  'UNION ALL',
  'UNION ALL',
  'UNION',
  'UNION BY NAME',
  'UNION ALL BY NAME',
  'EXCEPT',
  'EXCEPT ALL',
  'INTERSECT',
  'INTERSECT ALL',
] as const;

export function setOperation(query: Query, depth: number): Relation {
  const operator = query.of('set operator', OPERATORS);
  const left = query.rules.relation(query, depth);
  const right = query.rules.relation(query, query.choices.number('depth', depth + 1));
  const width = Math.min(left.types.length, right.types.length);
  const types: Type[] = [];
  const ctes: string[] = [];
  // Columns that can stand above each other; others become text on both sides.
  const side = (one: Relation, other: Relation): string => {
    const alias = query.name();
    const from = query.source(one, alias, ctes);
    const columns = scopeOf(alias, one.types)
      .slice(0, width)
      .map((column, at) =>
        column.type === other.types[at] ? column : { type: 'text' as const, sql: `${column.sql}::VARCHAR` },
      );
    types.splice(0, types.length, ...columns.map((column) => column.type));
    const rotated = operator.includes('NAME') && query.choices.number('names', 2) === 1;
    const list = rotated
      ? columns
          .map((column, at) => `${column.sql} AS c${at}`)
          .toReversed()
          .join(', ')
      : columnsOf(columns);
    return `SELECT ${list} FROM ${from}`;
  };
  const [one, other] = [side(left, right), side(right, left)];
  // A union by name takes the names in the order of its first side, and puts them in order here.
  const canSwap = operator === 'UNION ALL' || operator === 'UNION';
  const isSwapped = query.wayOfOrder('sides', [false, true]);
  const sql = isSwapped && canSwap ? `${other} ${operator} ${one}` : `${one} ${operator} ${other}`;
  if (!operator.includes('NAME')) return { sql: `${query.with(ctes)}${sql}`, types };
  const names = types.map((_, at) => `c${at}`).join(', ');
  return { sql: `${query.with(ctes)}SELECT ${names} FROM (${sql})`, types };
}
