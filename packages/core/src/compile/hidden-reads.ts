/**
 * Reads by a text: `query_table('staging.orders')`, also inside of SQL macros. A text cannot be pointed at the physical table,
 * so the model would read whatever the name shows when it runs. Names of CTEs may be handed over like that.
 */
import type { SqlMacro } from '../project/index.ts';
import { significantTokens, stringValue } from '../sql/tokens.ts';
import type { NameLookup } from './parse-models.ts';

/** Functions that read a table by a text. Whether it is there already is chance, so it never counts. */
export const HIDDEN_READ = /\bquery(?:_table)?\s*\(/i;

/** Whether a query hands the name of a model or a source to a function that reads it by its name. */
export function readsByText(sql: string, macros: readonly SqlMacro[], find: NameLookup): boolean {
  if (!HIDDEN_READ.test(sql) && !calls(sql, hiddenMacros(macros))) return false;
  return significantTokens(sql).some((token) => {
    if (token.kind !== 'string') return false;
    const parts = stringValue(sql.slice(token.start, token.end)).replaceAll('"', '').split('.');
    const [table = '', schema = '', ...more] = parts.toReversed();
    return more.length === 0 && find(schema, table) !== undefined;
  });
}

/** Names of the macros that read by a text, themselves or through others. */
function hiddenMacros(macros: readonly SqlMacro[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const m of macros) if (HIDDEN_READ.test(m.sql) || calls(m.sql, found)) found.add(m.name);
  }
  return found;
}

function calls(sql: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  return significantTokens(sql).some(
    (token) => token.kind === 'word' && names.has(sql.slice(token.start, token.end).toLowerCase()),
  );
}
