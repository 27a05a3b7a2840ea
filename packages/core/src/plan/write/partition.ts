import type { PartitionKind } from '../../model/index.ts';
import { tableIdent } from '../../sql/quote.ts';
import { keyOf } from './keys.ts';
import { preparing, writing, type Step } from './step.ts';
import { BATCH, createTable, DROP_BATCH, stageBatch, written, type Target } from './target.ts';

/** The partitions that came are replaced as a whole, the others stay as they are. */
export function writePartition(target: Target, kind: PartitionKind): readonly Step[] {
  const columns = written(target).join(', ');
  const table = tableIdent(target.table);
  const insert = (from: string): Step =>
    writing(`INSERT INTO ${table} (${columns})\nSELECT ${columns} FROM ${from}`);
  if (target.fresh)
    return [createTable(target.table, target.columns), insert(`(\n${target.query}\n) AS "rows"`)];
  const standing = keyOf(target, kind.partitionedBy, 'target');
  const coming = keyOf(target, kind.partitionedBy, 'source').map((k, i) => `${k} AS key${i}`);
  return [
    stageBatch(target),
    preparing(
      `DELETE FROM ${table} AS target USING (SELECT DISTINCT ${coming.join(', ')} FROM ${BATCH} AS source) AS came\n` +
        `WHERE ${standing.map((k, i) => `${k} IS NOT DISTINCT FROM came.key${i}`).join(' AND ')}`,
    ),
    insert(BATCH),
    DROP_BATCH,
  ];
}
