/** Creates SQL macros on a connection, in whatever order they need each other. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { ident } from '../../sql/quote.ts';
import { identifierName, significantTokens } from '../../sql/tokens.ts';

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

/** Forgets macros that `statements` may have created; their names are in them, and asking DuckDB for all takes long. */
export async function dropMacros(
  connection: Pick<DuckDBConnection, 'run'>,
  statements: readonly string[],
): Promise<void> {
  for (const name of new Set(statements.flatMap(macroName))) {
    for (const what of ['MACRO', 'MACRO TABLE'])
      await connection.run(`DROP ${what} IF EXISTS temp.main.${ident(name)}`);
  }
}

/** The name after `CREATE OR REPLACE TEMP MACRO`. */
function macroName(statement: string): readonly string[] {
  const tokens = significantTokens(statement);
  const at = tokens.findIndex((t) => /^(?:macro|function)$/i.test(statement.slice(t.start, t.end)));
  const name = at < 0 ? undefined : tokens[at + 1];
  return name === undefined ? [] : [identifierName(statement.slice(name.start, name.end))];
}
