/**
 * The line of history for one task: how long, how many rows, why not, and the SQL. Of a backfill in many tasks the text of
 * the first is kept, and of every task that failed; of the others the hash of theirs.
 */
import { hash } from 'node:crypto';
import type { Connection } from '../engine/warehouse.ts';
import { sql } from '../sql/quote.ts';
import type { TimeRange } from '../time/index.ts';
import { redactSql, redactText } from './redact.ts';
import { bound, type RunContext } from './write.ts';

export interface TaskRecord {
  readonly model: string;
  /** Counts from 1. */
  readonly task: number;
  readonly interval: TimeRange | undefined;
  readonly status: string;
  readonly rows: number;
  readonly seconds: number;
  readonly errorCode: string | null;
  readonly error: string | null;
  /** The statements that were sent, in order. */
  readonly statements: readonly string[];
}

/** A text that is longer is cut: what a person would read of it is there. */
const LONGEST = 65_536;

export async function recordTask(connection: Connection, run: RunContext, task: TaskRecord): Promise<void> {
  const text = cut(task.statements.map(redactSql).join(';\n\n'));
  const digest = text === '' ? '' : hash('sha256', text, 'hex').slice(0, 32);
  const error = task.error === null ? null : redactText(task.error);
  const row = sql`INSERT INTO _sluice.run_task VALUES (${[
    run.runId,
    task.model,
    task.task,
    bound(task.interval?.start),
    bound(task.interval?.end),
    task.status,
    task.rows,
    task.seconds,
    task.errorCode,
    error,
    digest,
  ]})`;
  const isKept = digest !== '' && (task.task === 1 || task.status !== 'done');
  // Two tasks at once may both write a text; readers take either.
  const kept = sql`INSERT INTO _sluice.statement SELECT ${digest}, ${text}
    WHERE NOT EXISTS (FROM _sluice.statement WHERE digest = ${digest})`;
  await connection.run(isKept ? `${kept};\n${row}` : row);
}

function cut(text: string): string {
  return text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST)}\n-- and ${text.length - LONGEST} more characters`;
}
