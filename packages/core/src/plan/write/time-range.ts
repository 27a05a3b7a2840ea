import type { CompiledModel } from '../../compile/compiled.ts';
import { id, sql, raw, type Sql } from '../../sql/quote.ts';
import type { TimeRange } from '../../time/index.ts';
import { preparing, writing, type Step } from './step.ts';
import { createTable, written, type Target } from './target.ts';
import { timeLiteral } from './time-literal.ts';

/** The rows of an interval are replaced; what the query gives outside of it is dropped. */
export function writeTimeRange(target: Target, range: TimeRange): readonly Step[] {
  const where = raw(timeCondition(target.node, range));
  const columns = raw(written(target).join(', '));
  return [
    target.fresh
      ? createTable(target.table, target.columns)
      : preparing(sql`DELETE FROM ${target.table} WHERE ${where}`),
    writing(
      sql`INSERT INTO ${target.table} (${columns})\nSELECT ${columns} FROM (\n${raw(target.query)}\n) AS ${id('rows')} WHERE ${where}`,
    ),
  ];
}

/** Which rows of a time-range model are inside a range. Rows without a time are in none. */
export function timeCondition(node: CompiledModel, range: TimeRange): string {
  const { kind } = node.definition;
  if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE') return 'TRUE';
  const column = node.columns.find((c) => c.name.toLowerCase() === kind.timeColumn.toLowerCase());
  const type = column?.type ?? 'TIMESTAMP';
  const bound = (at: number): Sql => timeLiteral(at, type, kind.timeFormat);
  const name = id(column?.name ?? kind.timeColumn);
  return sql`${name} >= ${bound(range.start)} AND ${name} < ${bound(range.end)}`;
}
