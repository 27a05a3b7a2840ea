/**
 * The line of history for one task: how long, how many rows, why not, and the SQL. Of a backfill in many tasks the text of
 * the first is kept, and of every task that failed; of the others the hash of theirs.
 */
import { hash } from 'node:crypto';
import type { Connection } from '../engine/warehouse.ts';
import { sql } from '../sql/quote.ts';
import type { TimeRange } from '../time/index.ts';
import { redactSql, redactText } from './redact.ts';
import type { StateWriter } from './state-writer.ts';
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

/** Digests of the texts that are kept, so that none is looked for again. */
export async function keptTexts(connection: Connection): Promise<ReadonlySet<string>> {
  const rows = await connection.rows('SELECT digest FROM _sluice.statement');
  return new Set(rows.map((r) => String(r['digest'])));
}

/**
 * Writes the line, and its text if that is not kept yet. Two tasks at once may both write a text; readers take either.
 *
 * @param kept what {@link keptTexts} answered before
 */
export async function recordTask(
  writer: StateWriter,
  run: RunContext,
  task: TaskRecord,
  kept: ReadonlySet<string>,
): Promise<void> {
  const text = cut(task.statements.map(redactSql).join(';\n\n'));
  const digest = text === '' ? '' : hash('sha256', text, 'hex').slice(0, 32);
  const error = task.error === null ? null : redactText(task.error);
  const isKept = digest !== '' && (task.task === 1 || task.status !== 'done');
  if (isKept && !kept.has(digest))
    await writer.run(sql`INSERT INTO _sluice.statement VALUES (${[digest, text]})`);
  await writer.run(
    sql`INSERT INTO _sluice.run_task VALUES (${[
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
    ]})`,
  );
}

function cut(text: string): string {
  return text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST)}\n-- and ${text.length - LONGEST} more characters`;
}
