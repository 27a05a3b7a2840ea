import { sql, raw, tableIdent } from '../../sql/quote.ts';
import type { TimeRange } from '../../time/index.ts';
import { writePartition } from './partition.ts';
import { writeScd } from './scd.ts';
import { preparing, writing, type Step } from './step.ts';
import { createTable, written, type Target } from './target.ts';
import { writeTimeRange } from './time-range.ts';
import { writeUniqueKey } from './unique-key.ts';

/** The statements that bring a task's rows into a model's table, by kind. */
export function writeSteps(target: Target, range: TimeRange): readonly Step[] {
  const { kind } = target.node.definition;
  switch (kind.kind) {
    case 'VIEW':
      return [preparing(sql`CREATE OR REPLACE VIEW ${target.table} AS\n${raw(target.query)}`)];
    case 'FULL':
      // Columns that only the data tell have to be those that were declared: a missing one is NULL, another one an error.
      if (target.node.lineage === undefined && target.node.definition.columns !== undefined) {
        return [
          createTable(target.table, target.columns),
          writing(sql`INSERT INTO ${target.table} BY NAME\n${raw(target.query)}`),
        ];
      }
      return [writing(sql`CREATE OR REPLACE TABLE ${target.table} AS\n${raw(target.query)}`)];
    case 'INCREMENTAL_BY_TIME_RANGE':
      return writeTimeRange(target, range);
    case 'INCREMENTAL_BY_UNIQUE_KEY':
      return writeUniqueKey(target, kind);
    case 'INCREMENTAL_BY_PARTITION':
      return writePartition(target, kind);
    case 'INCREMENTAL_UNMANAGED':
      return append(target, kind.insertOverwrite);
    case 'SCD_TYPE_2_BY_TIME':
    case 'SCD_TYPE_2_BY_COLUMN':
      return writeScd(target, kind);
    case 'SEED':
    case 'EMBEDDED':
    case 'EXTERNAL':
      return [];
    default:
      return kind satisfies never;
  }
}

function append(target: Target, overwrite: boolean): readonly Step[] {
  const columns = written(target).join(', ');
  const clear = overwrite ? [preparing(sql`DELETE FROM ${target.table}`)] : [];
  return [
    ...(target.fresh ? [createTable(target.table, target.columns)] : clear),
    writing(
      `INSERT INTO ${tableIdent(target.table)} (${columns})\nSELECT ${columns} FROM (\n${target.query}\n) AS "rows"`,
    ),
  ];
}
