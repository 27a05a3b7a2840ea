import { ident, tableIdent, type TableName } from '../../sql/quote.ts';
import type { Carry } from '../carry.ts';
import { preparing, type Step } from './step.ts';
import { createTable } from './target.ts';

/** A table with the rows of the one before: columns by name, new ones empty. */
export function writeCarry(table: TableName, carry: Carry): readonly Step[] {
  const filled = carry.columns.flatMap(({ column, from }) => (from === undefined ? [] : [{ column, from }]));
  const columns = carry.columns.map((c) => c.column);
  const names = filled.map((f) => ident(f.column.name)).join(', ');
  const values = filled.map(({ column, from }) =>
    column.type === from.type ? ident(from.name) : `CAST(${ident(from.name)} AS ${column.type})`,
  );
  return [
    createTable(table, columns),
    ...(filled.length === 0
      ? []
      : [
          preparing(
            `INSERT INTO ${tableIdent(table)} (${names})\nSELECT ${values.join(', ')} FROM ${tableIdent(carry.from)}`,
          ),
        ]),
  ];
}
