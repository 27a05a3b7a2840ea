import type { Column, CompiledModel } from '../../compile/compiled.ts';
import { ident, sql, raw, type TableName } from '../../sql/quote.ts';
import { preparing, type Step } from './step.ts';

/** Where and what a task of a model writes. */
export interface Target {
  readonly node: CompiledModel;
  readonly table: TableName;
  /** The columns of the physical table. */
  readonly columns: readonly Column[];
  /** The model's query over physical tables. */
  readonly query: string;
  /** Whether the table has yet to be made. */
  readonly fresh: boolean;
  /** When the run began, epoch ms UTC. */
  readonly now: number;
}

/** An empty table in the place of whatever is there. */
export function createTable(table: TableName, columns: readonly Column[]): Step {
  const list = columns.map((c) => `${ident(c.name)} ${c.type}`).join(', ');
  return preparing(sql`CREATE OR REPLACE TABLE ${table} (${raw(list)})`);
}

/** Columns of the model that its table has, quoted. A policy may have left some out. */
export function written(target: Target): readonly string[] {
  const there = new Set(target.columns.map((c) => c.name.toLowerCase()));
  return target.node.columns.filter((c) => there.has(c.name.toLowerCase())).map((c) => ident(c.name));
}

/** The rows of one task before they reach the table: temporary, so gone with the connection or a rollback. */
export const BATCH = 'temp.sluice_batch';

/** Computes the task's rows beside the table. */
export function stageBatch(target: Target): Step {
  return preparing(`CREATE OR REPLACE TEMPORARY TABLE sluice_batch AS\n${target.query}`);
}

export const DROP_BATCH: Step = preparing(`DROP TABLE ${BATCH}`);
