/** Statements of the project around all work: `before_all`, and `after_all` in the transaction of the promotion. */
import type { Location } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import { Interrupted, taskDiagnostic } from './failure.ts';
import type { TaskContext } from './task-context.ts';

/** `before_all`, all of it or nothing. Answers whether the work may begin. */
export async function begin(at: TaskContext, connection: Connection): Promise<boolean> {
  if (at.config.beforeAll.length === 0) return true;
  try {
    await connection.transaction(() => runAround(at, connection, 'beforeAll'));
    return true;
  } catch (error) {
    sayAround(at, error, 'before_all');
    return false;
  }
}

/** A statement of the project's own that failed, and where it is written. */
class AroundFailed extends Error {
  readonly location: Location | undefined;

  constructor(error: unknown, location: Location | undefined) {
    super(error instanceof Error ? error.message : String(error), { cause: error });
    this.location = location;
  }
}

/** Statements of the project around all work, inside the caller's transaction. */
export async function runAround(
  { config, writer }: TaskContext,
  connection: Connection,
  which: 'beforeAll' | 'afterAll',
): Promise<void> {
  for (const [i, statement] of writer.around(which).value.entries()) {
    if (statement.trim() === '') continue;
    try {
      await connection.run(statement);
    } catch (error) {
      throw new AroundFailed(error, config[which][i]?.location);
    }
  }
}

export function sayAround(at: TaskContext, error: unknown, what: string): void {
  const isOwn = error instanceof AroundFailed;
  const reason = at.signal.aborted ? new Interrupted() : error;
  const name = isOwn && what !== 'before_all' ? 'after_all' : what;
  at.say(taskDiagnostic(reason, name, isOwn ? error.location : undefined));
}
