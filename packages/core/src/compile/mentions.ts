/**
 * Which names of the project a text may refer to, from its tokens alone. Always a superset of the references that DuckDB's
 * parser finds, and two orders of magnitude cheaper. Where the bound plan scans just the tables that are mentioned, the
 * references are known exactly and the parser need not be asked.
 */
import { identifierName, significantTokens, stringValue, type Token } from '../sql/tokens.ts';
import type { NameLookup } from './parse-models.ts';

/** What a text may refer to. */
export interface Mentions {
  /** Names of nodes, in the order of the text. */
  readonly names: readonly string[];
  /** Something in the text may be a reference that these names and the plan do not tell: the parser has to be asked. */
  readonly doubtful: boolean;
}

/** DuckDB's own views bind without being of the project, and their plans do not say their names. */
const OWN_VIEWS = /^(?:duckdb_|pg_|sqlite_|pragma_|information_schema$)/i;
/** The same anywhere in a text. */
const MAY_NAME_OWN_VIEWS = new RegExp(OWN_VIEWS.source.replaceAll(/[$^]/g, ''), 'i');

/** What a query starts with. Anything else (a bare table, SHOW) may bind inside FROM (…) and still be no query. */
const STARTS = /^(?:select|with|from)$/i;

/** Where a string may be the name of a table or file. */
const BEFORE_TABLE = /^(?:from|join|,)$/i;

export function mentionsOf(text: string, find: NameLookup): Mentions {
  const tokens = significantTokens(text);
  const names = new Set<string>();
  const first = tokens[0];
  let doubtful = first === undefined || !STARTS.test(text.slice(first.start, first.end));
  const mayNameOwnViews = MAY_NAME_OWN_VIEWS.test(text);
  const add = (schema: string, table: string): void => {
    const name = find(schema, table);
    if (name !== undefined) names.add(name);
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.kind === 'string') {
      const value = stringValue(text.slice(token.start, token.end));
      add('', value);
      const before = tokens[at - 1];
      if (
        value.includes('.') &&
        before !== undefined &&
        BEFORE_TABLE.test(text.slice(before.start, before.end))
      )
        doubtful = true;
      continue;
    }
    if (!isName(token)) continue;
    const isAlone = !isDot(text, tokens[at + 1]);
    // By far the most are columns and words of the language.
    if (isAlone && token.kind === 'word' && !mayNameOwnViews) {
      add('', text.slice(token.start, token.end));
      continue;
    }
    const parts = [partOf(text, token)];
    while (isDot(text, tokens[at + 1])) {
      const next = tokens[at + 2];
      if (next === undefined || !(isName(next) || next.kind === 'string')) break;
      parts.push(partOf(text, next));
      at += 2;
    }
    const [one = ''] = parts;
    if (parts.length > 2 || (mayNameOwnViews && parts.slice(0, 2).some((part) => OWN_VIEWS.test(part))))
      doubtful = true;
    // `"orders.csv"` may be a file.
    if (parts.some((part) => part.includes('.') || part.includes('/'))) doubtful = true;
    add('', one);
    for (let i = 0; i + 1 < parts.length; i++) add(parts[i] ?? '', parts[i + 1] ?? '');
  }
  return { names: [...names], doubtful };
}

/** Where a text first mentions a node by name, UTF-16 offsets; undefined where only a macro would make it do so. */
export function placeOfMention(
  text: string,
  find: NameLookup,
  name: string,
): { readonly start: number; readonly end: number } | undefined {
  const tokens = significantTokens(text);
  for (const [at, token] of tokens.entries()) {
    if (!isName(token) || isDot(text, tokens[at - 1])) continue;
    const second = isDot(text, tokens[at + 1]) ? tokens[at + 2] : undefined;
    const one = partOf(text, token);
    if (second !== undefined && isName(second)) {
      if (find(one, partOf(text, second)) === name) return { start: token.start, end: second.end };
    } else if (find('', one) === name) return { start: token.start, end: token.end };
  }
  return undefined;
}

function isName(token: Token): boolean {
  return token.kind === 'word' || token.kind === 'quoted';
}

function isDot(text: string, token: Token | undefined): boolean {
  return token?.kind === 'punctuation' && text.charCodeAt(token.start) === 0x2e;
}

function partOf(text: string, token: Token): string {
  const written = text.slice(token.start, token.end);
  return token.kind === 'string' ? stringValue(written) : identifierName(written);
}
