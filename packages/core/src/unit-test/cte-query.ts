/** The CTEs of a query by themselves: the query's own text up to the end of its WITH clause, and another SELECT behind it. */
import { ident } from '../sql/quote.ts';
import { identifierName, significantTokens, type Token } from '../sql/tokens.ts';

/** The CTEs that a query begins with, by name in the order they are written; the value gives the rows of that CTE. */
export function cteQueries(text: string): ReadonlyMap<string, string> {
  const tokens = significantTokens(text);
  const word = (token: Token | undefined): string =>
    token?.kind === 'word' ? text.slice(token.start, token.end).toLowerCase() : '';
  const mark = (token: Token | undefined): string =>
    token?.kind === 'punctuation' ? text.slice(token.start, token.end) : '';
  const found: string[] = [];
  if (word(tokens[0]) !== 'with') return new Map();
  let at = word(tokens[1]) === 'recursive' ? 2 : 1;
  let end = 0;
  for (;;) {
    const name = tokens[at];
    if (name === undefined || (name.kind !== 'word' && name.kind !== 'quoted')) break;
    // The body is what stands in the first parentheses behind AS; before it may be names of columns, and USING KEY (…).
    let isBehindAs = false;
    let depth = 0;
    let closed: Token | undefined;
    for (at++; at < tokens.length && closed === undefined; at++) {
      const token = tokens[at];
      if (mark(token) === '(') depth++;
      else if (mark(token) === ')' && --depth === 0 && isBehindAs) closed = token;
      else if (depth === 0 && word(token) === 'as') isBehindAs = true;
    }
    if (closed === undefined) break;
    found.push(identifierName(text.slice(name.start, name.end)));
    end = closed.end;
    if (mark(tokens[at]) !== ',') break;
    at++;
  }
  const clause = text.slice(0, end);
  return new Map(found.map((name) => [name, `${clause}\nSELECT * FROM ${ident(name)}`]));
}
