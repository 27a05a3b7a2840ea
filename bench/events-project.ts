/**
 * Makes a project with one time-range model over a table of events that somebody else keeps in the warehouse: so many days, so
 * many rows a day. Such a table is read where it is, so that nothing but the model's own work is measured.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export interface Events {
  readonly days: number;
  readonly rowsPerDay: number;
  /** How many days are computed in one go; all if left out. */
  readonly batchSize?: number;
}

const FIRST_DAY = Date.UTC(2020, 0, 1);

/** When every command believes to be run: on the morning after the last of so many days. */
export function morningAfter(days: number): string {
  return new Date(FIRST_DAY + days * 86_400_000 + 6 * 3_600_000).toISOString();
}

/** Writes the project, and a warehouse that holds the events alone. */
export async function generateEvents(folder: string, events: Events): Promise<void> {
  rmSync(join(folder, '.sluice'), { recursive: true, force: true });
  mkdirSync(join(folder, 'models/marts'), { recursive: true });
  mkdirSync(join(folder, '.sluice'), { recursive: true });
  writeFileSync(join(folder, 'project.yaml'), PROJECT);
  writeFileSync(join(folder, 'models/marts/sales.sql'), modelOf(events));
  await run(folder, [
    'CREATE SCHEMA landing',
    `CREATE TABLE landing.events AS ${rows(0, events.days, events.rowsPerDay)}`,
  ]);
}

/** Somebody adds the day after so many. */
export async function addDay(folder: string, { days, rowsPerDay }: Events): Promise<void> {
  await run(folder, [`INSERT INTO landing.events ${rows(days, days + 1, rowsPerDay)}`]);
}

async function run(folder: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, '.sluice/warehouse.duckdb'));
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

function rows(from: number, to: number, rowsPerDay: number): string {
  return `SELECT i AS id, DATE '2020-01-01' + (i // ${rowsPerDay})::INTEGER AS day, (hash(i) % 100000)::BIGINT AS customer_id,
    ((hash(i, 'amount') % 1000000) / 100.0)::DECIMAL(12,2) AS amount
    FROM range(${from * rowsPerDay}, ${to * rowsPerDay}) AS t (i)`;
}

const PROJECT = `name: events
start: 2020-01-01
sources:
  landing:
    events:
      table: landing.events
      cron: '@daily'
      columns: { id: BIGINT, day: DATE, customer_id: BIGINT, amount: 'DECIMAL(12,2)' }
`;

function modelOf({ batchSize }: Events): string {
  const batches = batchSize === undefined ? '' : `, batch_size ${batchSize}`;
  return `MODEL (
  name marts.sales,
  kind INCREMENTAL_BY_TIME_RANGE (time_column day${batches}),
  cron '@daily',
  audits (not_null(columns := (id, amount)), non_negative(columns := (amount)))
);

SELECT
  id,
  day,
  customer_id,
  amount,
  (amount * 0.19)::DECIMAL(12, 2) AS tax
FROM landing.events
WHERE day BETWEEN @start_ds AND @end_ds
`;
}
