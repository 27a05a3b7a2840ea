import type { Connection } from '../engine/warehouse.ts';
import { stateVersion } from './schema.ts';

/** How long tasks of a model took lately: what plans and progress both go by. */
export interface TaskTiming {
  /** Seconds of a task, in the middle of the last ones. */
  readonly task: number;
  /** Seconds for each row that was written; undefined where none were. */
  readonly perRow: number | undefined;
  /** Seconds for each millisecond of the interval that was computed; undefined where tasks have no interval. */
  readonly perMillisecond: number | undefined;
}

/** How many tasks of a model are looked at, in how many runs: a long history costs no more than a short one. */
const LATELY = 20;
const RUNS = 100;

/** By model; those that were never done are missing, and all of them where nothing is known of tasks yet. */
export async function readTimings(connection: Connection): Promise<ReadonlyMap<string, TaskTiming>> {
  if ((await stateVersion(connection)) < 2) return new Map();
  const rows = await connection.rows(
    `SELECT model, median(seconds) AS task,
       median(seconds / row_count) FILTER (row_count > 0) AS per_row,
       median(seconds / (epoch_ms(end_at) - epoch_ms(start_at))) FILTER (end_at > start_at) AS per_ms
     FROM (SELECT model, seconds, row_count, start_at, end_at,
       row_number() OVER (PARTITION BY model ORDER BY run_id DESC, task DESC) AS n
       FROM _sluice.run_task WHERE status = 'done' AND run_id >= (
         SELECT min(run_id) FROM (SELECT run_id FROM _sluice.run ORDER BY started_at DESC LIMIT ${RUNS})))
     WHERE n <= ${LATELY} GROUP BY model`,
  );
  return new Map(
    rows.map((r) => [
      String(r['model']),
      {
        task: Number(r['task']),
        perRow: r['per_row'] === null ? undefined : Number(r['per_row']),
        perMillisecond: r['per_ms'] === null ? undefined : Number(r['per_ms']),
      },
    ]),
  );
}
