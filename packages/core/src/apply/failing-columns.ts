import type { BlameQuery } from '../audit/index.ts';
import type { Cell, Connection, Row } from '../engine/warehouse.ts';
import type { AuditResultDocument } from '../report/index.ts';

type FailingColumn = AuditResultDocument['columns'][number];

/** Most values of a column that are told. */
export const MOST = 5;

/** What a query of values answered. */
export interface Told {
  readonly of: BlameQuery;
  readonly rows: readonly Row[];
}

/** How many rows failed, as a query of values says it. */
export function totalOf(answer: readonly Row[]): number {
  return Number(answer[0]?.['total'] ?? 0);
}

/**
 * What failing rows failed for. The warehouse is not asked for what it has been asked (`known`), nor, where all rows are there
 * already, for what they say themselves.
 */
export async function failingColumns(
  connection: Connection,
  asked: readonly BlameQuery[],
  rows: readonly Row[],
  count: number,
  known?: Told,
): Promise<readonly FailingColumn[]> {
  const found: FailingColumn[] = [];
  for (const blame of asked) {
    const { column, plain, query } = blame;
    const own = plain === undefined || rows.length < count ? undefined : valuesOf(rows, plain);
    if (own !== undefined) {
      found.push({ column, failing_rows: count, values: own });
      continue;
    }
    const answer = known?.of === blame ? known.rows : await connection.rows(query);
    const total = totalOf(answer);
    if (total === 0) continue;
    const values = answer.map((r) => ({ value: r['value'] ?? null, rows: Number(r['n']) }));
    found.push({ column, failing_rows: total, values: told(values) });
  }
  return found;
}

/** Undefined when the rows have no such column. */
function valuesOf(rows: readonly Row[], column: string): FailingColumn['values'] | undefined {
  const name = Object.keys(rows[0] ?? {}).find((n) => n.toLowerCase() === column.toLowerCase());
  if (name === undefined) return undefined;
  const counts = new Map<string, { value: Cell; rows: number }>();
  for (const row of rows) {
    const value = row[name] ?? null;
    const key = JSON.stringify(value);
    const before = counts.get(key);
    if (before === undefined) counts.set(key, { value, rows: 1 });
    else before.rows++;
  }
  const values = [...counts.values()].toSorted(
    (a, b) => b.rows - a.rows || (String(a.value) < String(b.value) ? -1 : 1),
  );
  return told(values.slice(0, MOST));
}

/** That a value is missing, the audit says. */
function told(values: FailingColumn['values']): FailingColumn['values'] {
  return values.every((v) => v.value === null) ? [] : values;
}
