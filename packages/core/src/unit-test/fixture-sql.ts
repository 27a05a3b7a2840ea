/** SQL for the rows of a test, every cell cast to the type of its column. */
import type { Column } from '../compile/compiled.ts';
import { id, ident, literal, raw, sql } from '../sql/quote.ts';
import { cellText, type CellText } from './cell-sql.ts';
import type { FixtureRow } from './unit-test.ts';

/** A column as rows give it: of which cells, by the position of its name in each row. */
interface Given {
  readonly column: Column;
  readonly cells: readonly (CellText | undefined)[];
}

/** A query for rows, in their order and with all the columns; what a row leaves out is NULL. */
export function rowsSql(rows: readonly FixtureRow[], columns: readonly Column[]): string {
  const given = columns.map((column): Given => ({ column, cells: rows.map((row) => cellOf(row, column)) }));
  if (rows.length === 0) return `SELECT ${given.map((g) => nullOf(g.column)).join(', ')} WHERE FALSE`;
  const used = given.filter((g) => g.cells.some((c) => c !== undefined));
  const parts = used.flatMap((g, i) =>
    partsOf(g).map((kind) => ({ name: `${kind[0] ?? ''}${i}`, kind, ...g })),
  );
  const names = new Map(used.map((g, i) => [g.column, i]));
  const list = given.map((g) => {
    const at = names.get(g.column);
    return at === undefined ? nullOf(g.column) : sql`${castOf(g, at)} AS ${id(g.column.name)}`;
  });
  const tuples = rows.map((_, row) => {
    const cells = parts.map(({ kind, cells }) => {
      const cell = cells[row];
      return cell?.kind === kind ? literal(cell.text) : 'CAST(NULL AS VARCHAR)';
    });
    // A row without any value is a row all the same.
    return `(${cells.length === 0 ? 'NULL' : cells.join(', ')})`;
  });
  const header = parts.length === 0 ? 'n' : parts.map((p) => p.name).join(', ');
  return `SELECT ${list.join(', ')} FROM (VALUES ${tuples.join(', ')}) AS given(${header})`;
}

/** A query over whatever gives rows, with all the columns; what it does not give is NULL. */
export function relationSql(relation: string, given: readonly string[], columns: readonly Column[]): string {
  const byKey = new Map(given.map((name) => [name.toLowerCase(), name]));
  const list = columns.map((column) => {
    const name = byKey.get(column.name.toLowerCase());
    if (name === undefined) return nullOf(column);
    return sql`CAST(${id(name)} AS ${raw(column.type)}) AS ${id(column.name)}`;
  });
  return `SELECT ${list.join(', ')} FROM ${relation}`;
}

/** A cell by itself. */
export function valueSql(cell: CellText, type: string): string {
  const text = cell.kind === 'json' ? `CAST(${literal(cell.text)} AS JSON)` : literal(cell.text);
  return `CAST(${text} AS ${type})`;
}

export function cellOf(row: FixtureRow, column: Column): CellText | undefined {
  const key = column.name.toLowerCase();
  const cell = row.cells.find((c) => c.name.toLowerCase() === key);
  return cell === undefined ? undefined : cellText(cell.value, column.type);
}

function partsOf({ cells }: Given): readonly CellText['kind'][] {
  return (['text', 'json'] as const).filter((kind) => cells.some((c) => c?.kind === kind));
}

/** A column may be written as text in one row and as lists or mappings in another. */
function castOf(given: Given, at: number): ReturnType<typeof raw> {
  const { type } = given.column;
  const casts = partsOf(given).map((kind) =>
    kind === 'text' ? `CAST(t${at} AS ${type})` : `CAST(CAST(j${at} AS JSON) AS ${type})`,
  );
  return raw(casts.length === 1 ? (casts[0] ?? '') : `coalesce(${casts.join(', ')})`);
}

function nullOf(column: Column): string {
  return `CAST(NULL AS ${column.type}) AS ${ident(column.name)}`;
}
