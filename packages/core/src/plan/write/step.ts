import type { Diagnostic } from '../../diagnostic/index.ts';

/** One statement of a task. */
export interface Step {
  readonly sql: string;
  /** Whether the rows it writes are the task's rows. */
  readonly counts: boolean;
  /** For a query: what its single row says is wrong. Then nothing of the task stays. */
  readonly problem: ((row: Readonly<Record<string, unknown>>) => Diagnostic | undefined) | undefined;
}

/** A statement that writes rows of the model. */
export function writing(sql: string): Step {
  return { sql, counts: true, problem: undefined };
}

/** A statement that only prepares or tidies. */
export function preparing(sql: string): Step {
  return { sql, counts: false, problem: undefined };
}
