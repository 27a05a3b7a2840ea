/** References that were guessed from tokens count only once the plan, or else the parser, has confirmed them. */
import type { ModelDefinition } from '../model/index.ts';
import type { Compilation } from './compilation.ts';
import type { LineageTrace } from './lineage.ts';
import { confirmReferences, type ParsedQuery } from './parse-models.ts';
import { hiddenRead } from './query-error.ts';

/** The query with the references it has: those its tokens told if the plan scans just them, else the parser's. */
export async function confirmedQuery(
  c: Compilation,
  definition: ModelDefinition,
  query: ParsedQuery,
  trace: LineageTrace,
): Promise<ParsedQuery | undefined> {
  const { guess, statement } = query;
  // Neither guessed nor parsed: from an earlier result of the same text.
  const isKnown = guess === undefined && statement === undefined;
  const isCertain =
    guess !== undefined &&
    !guess.doubtful &&
    !trace.functions &&
    trace.unknown.length === 0 &&
    trace.tables.length === guess.names.length &&
    guess.names.every((n) => trace.tables.includes(n));
  const confirmed = isCertain || isKnown ? query : await parsedQuery(c, definition, query);
  const isRead = (table: string): boolean =>
    confirmed?.dependencies.includes(table) !== false || (confirmed.readsItself && table === definition.name);
  if (trace.tables.every(isRead)) return confirmed;
  c.fail(definition, hiddenRead(definition));
  return undefined;
}

/** The query with its AST, and the references that are in it. */
export async function parsedQuery(
  c: Compilation,
  definition: ModelDefinition,
  query: ParsedQuery,
): Promise<ParsedQuery | undefined> {
  if (query.guess === undefined && query.statement !== undefined) return query;
  const parsed = await confirmReferences(query, c.input.binder, c.lookup);
  // Only a guess can be wrong, and those are looked at again.
  if (parsed === undefined) c.broken.add(definition.name);
  return parsed;
}
