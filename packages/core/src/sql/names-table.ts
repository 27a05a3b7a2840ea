import { identifierName, significantTokens } from './tokens.ts';

/**
 * Whether a text may name a table by `schema.table`, or by `table` alone where that is enough. It looks at tokens: what it
 * finds may yet be a column of that name, what it does not find is not there.
 */
export function namesTable(
  text: string,
  { schema, table, isDefaultSchema }: { schema: string; table: string; isDefaultSchema: boolean },
): boolean {
  const names = significantTokens(text).map((t) => identifierName(text.slice(t.start, t.end)).toLowerCase());
  return names.some((name, at) =>
    name !== table.toLowerCase()
      ? false
      : names[at - 1] === '.'
        ? names[at - 2] === schema.toLowerCase()
        : isDefaultSchema,
  );
}
