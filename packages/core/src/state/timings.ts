import type { Connection } from '../engine/warehouse.ts';

/** How long tasks of a model took lately. */
export interface TaskTiming {
  /** Seconds of a task, in the middle of the last ones. */
  readonly task: number;
  /** Seconds for each millisecond of the interval that was computed; undefined where tasks have no interval. */
  readonly perMillisecond: number | undefined;
}

/** How many tasks of a model are looked at, in how many runs: a long history costs no more than a short one. */
const LATELY = 20;
const RUNS = 100;

/** By model; those that were never done are missing. The state must be there. */
export async function readTimings(connection: Connection): Promise<ReadonlyMap<string, TaskTiming>> {
  const rows = await connection.rows(
    `SELECT model, median(seconds) AS task,
       median(seconds / (epoch_ms(end_at) - epoch_ms(start_at))) FILTER (end_at > start_at) AS per_ms
     FROM (SELECT model, seconds, start_at, end_at,
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
        perMillisecond: r['per_ms'] === null ? undefined : Number(r['per_ms']),
      },
    ]),
  );
}
