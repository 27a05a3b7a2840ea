import type { DuckDBResultReader, Json } from '@duckdb/node-api';
import type { Column } from '../../compile/compiled.ts';
import type { Cell, Row } from '../warehouse.ts';

/** A result as columns and rows fit for JSON. Names that appear twice get a number, so that no value is lost. */
export function readResult(reader: DuckDBResultReader): {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
} {
  const types = reader.columnTypes().map((type) => type.alias ?? String(type));
  const names = distinctNames(reader.columnNames());
  const numeric = types.map((t) => /^(U?BIGINT|U?HUGEINT|DECIMAL)/.test(t) && !t.endsWith(']'));
  const rows = reader.getRowsJson().map((values) => {
    const row: Record<string, Cell> = {};
    for (const [i, name] of names.entries())
      row[name] =
        types[i] === 'JSON' ? fromJson(values[i] ?? null) : toCell(values[i] ?? null, numeric[i] ?? false);
    return row;
  });
  return { columns: names.map((name, i) => ({ name, type: types[i] ?? '' })), rows };
}

/** A JSON column's text as what it says; text that is not JSON stays text. */
function fromJson(value: Json): Cell {
  if (typeof value !== 'string') return value as Cell;
  try {
    return JSON.parse(value) as Cell;
  } catch {
    return value;
  }
}

function toCell(value: Json, numeric: boolean): Cell {
  if (!numeric || typeof value !== 'string') return value as Cell;
  const number = Number(value);
  // Only when no digit is lost: 15 significant digits always survive a double.
  return value.replace(/[-.]/g, '').replace(/^0+/, '').length <= 15 ? number : value;
}

function distinctNames(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}
