/** Creates SQL macros on a connection, in whatever order they need each other. */
import type { DuckDBConnection } from '@duckdb/node-api';

/** The error of each statement, undefined for those that went well. */
export async function defineMacros(
  connection: Pick<DuckDBConnection, 'run'>,
  statements: readonly string[],
): Promise<readonly unknown[]> {
  const errors: unknown[] = statements.map(() => undefined);
  let open = statements.map((_, i) => i);
  for (;;) {
    const failed: number[] = [];
    for (const i of open) {
      try {
        await connection.run(statements[i] ?? '');
        errors[i] = undefined;
      } catch (error) {
        errors[i] = error;
        failed.push(i);
      }
    }
    if (failed.length === 0 || failed.length === open.length) return errors;
    open = failed;
  }
}
