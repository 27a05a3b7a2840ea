/**
 * What people made of diverted rows, as a history knows it: by model, by the values of the row, and which of the rows with these
 * values it was. It is data, so that it stays when models, versions and tables come and go.
 */
import type { ModelSpec } from './project-spec.ts';

/** One row as it was diverted, and what stands in its place. */
export interface Mend {
  /** As the export has it: by this the same mends are put into a project made from nothing. */
  readonly id: string;
  /** The row as {@link valuesOf} writes it. */
  readonly values: string;
  /** Which of the rows with these values, from 1. */
  readonly nth: number;
  readonly x: string;
  readonly k: string | null;
}

/** By model, then by id. */
export type Mends = ReadonlyMap<string, ReadonlyMap<string, Mend>>;

/** An expression over a row's columns: its values as one text, in whatever order the columns stand. */
export function valuesOf(columns: readonly string[]): string {
  return `CAST(to_json({${columns
    .toSorted()
    .map((c) => `'${c}': ${c}`)
    .join(', ')}}) AS VARCHAR)`;
}

export function columnsOf(model: ModelSpec): readonly string[] {
  return ['t', 'k', 'x', ...model.extras.map((e) => e.name)];
}

/** Rows that an audit would divert, each with what was made of it: NULL in `_id` where that is nothing. */
export function withMends(rows: string, columns: readonly string[], mends: readonly Mend[]): string {
  const made = [
    '(NULL::VARCHAR, NULL::VARCHAR, NULL::BIGINT, NULL::BIGINT, NULL::VARCHAR)',
    ...mends.map((m) => `(${text(m.id)}, ${text(m.values)}, ${m.nth}, ${m.x}, ${text(m.k)})`),
  ];
  return `SELECT r.*, made.* FROM (SELECT *, ${valuesOf(columns)} AS _values, row_number() OVER (PARTITION BY ${columns.join(', ')}) AS _nth FROM (${rows})) AS r
    LEFT JOIN (VALUES ${made.join(', ')}) AS made(_id, _made_of, _made_nth, _x, _k) ON _made_of = _values AND _made_nth = _nth`;
}

function text(value: string | null): string {
  return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
}
