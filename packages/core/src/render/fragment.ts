/** Texts under expansion and what can be read off their tokens: lists, lambdas, names, operands. */
import { ident } from '../sql/quote.ts';
import { identifierName, stringValue, tokenize, type Token } from '../sql/tokens.ts';
import { made, textOf, type Piece, type Site } from './pieces.ts';

/** A text to expand. With an `origin` it is a copy of the author's file from that offset on. */
export interface Fragment {
  readonly text: string;
  readonly origin: number | undefined;
  /** What to point at for text without an origin. */
  readonly site: Site;
}

/** `x -> body` or `(x, y) -> body`. */
export interface Lambda {
  readonly parameters: readonly string[];
  readonly body: Fragment;
}

/** A part of a fragment, without the spaces and comments around it. */
export function part(fragment: Fragment, start: number, end: number): Fragment {
  const tokens = tokenize(fragment.text, start, end).filter(isSignificant);
  const from = tokens[0]?.start ?? start;
  const to = tokens.at(-1)?.end ?? from;
  return {
    text: fragment.text.slice(from, to),
    origin: fragment.origin === undefined ? undefined : fragment.origin + from,
    site: fragment.site,
  };
}

/** Reads `x -> body`; undefined when the fragment is no lambda. */
export function parseLambda(fragment: Fragment): Lambda | undefined {
  const tokens = tokenize(fragment.text).filter(isSignificant);
  const textAt = (i: number): string => tokenText(fragment.text, tokens[i]);
  const parameters: string[] = [];
  let at = 1;
  if (tokens[0]?.kind === 'word') parameters.push(textAt(0).toLowerCase());
  else if (textAt(0) === '(') {
    while (tokens[at]?.kind === 'word') {
      parameters.push(textAt(at).toLowerCase());
      at += textAt(at + 1) === ',' ? 2 : 1;
    }
    if (textAt(at++) !== ')') return undefined;
  }
  const arrow = tokens[at];
  if (parameters.length === 0 || arrow === undefined || textAt(at) !== '->') return undefined;
  return { parameters, body: part(fragment, arrow.end, fragment.text.length) };
}

/** True when nothing but spaces is left. */
export function isBlank(pieces: readonly Piece[]): boolean {
  return pieces.every((piece) => piece.text.trim() === '');
}

/** Pieces that keep together wherever they are put: in parentheses unless they are one value, name, call or group. */
export function operand(pieces: readonly Piece[], site: Site): readonly Piece[] {
  const text = textOf(pieces);
  const tokens = tokenize(text).filter(isSignificant);
  let at = 0;
  while (at < tokens.length && isNamePart(tokens[at]) && tokenText(text, tokens[at + 1]) === '.') at += 2;
  const first = tokenText(text, tokens[at]);
  if (first !== '(' && first !== '[' && tokens[at]?.kind !== 'operator') at++;
  const next = tokenText(text, tokens[at]);
  if (next === '(' || next === '[' || next === '{') at = (closing(text, tokens, at) ?? tokens.length) + 1;
  return at >= tokens.length || hasAlias(text, tokens)
    ? pieces
    : [made('(', site), ...pieces, made(')', site)];
}

/** True for `a + 1 AS b`, which may only stand alone. */
function hasAlias(text: string, tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.some((token) => {
    const word = tokenText(text, token);
    if (token.kind === 'punctuation') depth += '([{'.includes(word) ? 1 : ')]}'.includes(word) ? -1 : 0;
    return depth === 0 && token.kind === 'word' && word.toLowerCase() === 'as';
  });
}

/** The ranges between commas that stand outside brackets; none when there is nothing but spaces. */
export function splitAtCommas(
  text: string,
  from: number,
  to: number,
): readonly { readonly start: number; readonly end: number }[] {
  const parts: { readonly start: number; readonly end: number }[] = [];
  let start = from;
  let depth = 0;
  let any = false;
  for (const token of tokenize(text, from, to)) {
    if (isSignificant(token)) any = true;
    if (token.kind !== 'punctuation') continue;
    const char = text[token.start];
    if (char === '(' || char === '[' || char === '{') depth++;
    else if (char === ')' || char === ']' || char === '}') depth--;
    else if (char === ',' && depth === 0) {
      parts.push({ start, end: token.start });
      start = token.end;
    }
  }
  if (any) parts.push({ start, end: to });
  return parts;
}

/** A name that needs no quotes. */
export const PLAIN_NAME = /^[\p{L}_][\p{L}\d_$]*$/u;

/** A value where a name is wanted: a text without its quotes, or in those of a name when it is no plain word. */
export function asName(pieces: readonly Piece[], site: Site): readonly Piece[] {
  const text = textOf(pieces);
  const name = nameText(text);
  if (name === text || text.trimStart().startsWith('"')) return pieces;
  return [made(PLAIN_NAME.test(name) || /^\d+$/.test(name) ? name : ident(name), site)];
}

/** What a value gives to a name: a text or a quoted name without quotes, all else as it is. */
export function nameText(sql: string): string {
  const tokens = tokenize(sql).filter(isSignificant);
  const [only] = tokens;
  if (tokens.length !== 1 || only === undefined) return sql.trim();
  const text = tokenText(sql, only);
  return only.kind === 'string' ? stringValue(text) : only.kind === 'quoted' ? identifierName(text) : text;
}

export function isNamePart(token: Token | undefined): boolean {
  const kind = token?.kind;
  return kind === 'word' || kind === 'quoted' || kind === 'macro' || kind === 'braced-macro';
}

/** Inside of `[...]` or `(...)`, when the whole text is one. */
export function bracketed(text: string): { readonly start: number; readonly end: number } | undefined {
  const tokens = tokenize(text).filter(isSignificant);
  const first = tokenText(text, tokens[0]);
  const [open, last] = [tokens[0], tokens.at(-1)];
  if (open === undefined || last === undefined || (first !== '[' && first !== '(')) return undefined;
  return closing(text, tokens, 0) === tokens.length - 1 ? { start: open.end, end: last.start } : undefined;
}

/** The position of the token that closes the bracket at `open`. */
export function closing(text: string, tokens: readonly Token[], open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i];
    if (token?.kind !== 'punctuation') continue;
    const char = text[token.start];
    if (char === '(' || char === '[' || char === '{') depth++;
    else if ((char === ')' || char === ']' || char === '}') && --depth === 0) return i;
  }
  return undefined;
}

export function nextSignificant(tokens: readonly Token[], from: number): number {
  let at = from;
  while (at < tokens.length && !isSignificant(tokens[at])) at++;
  return at;
}

export function isSignificant(token: Token | undefined): boolean {
  return token !== undefined && token.kind !== 'space' && token.kind !== 'comment';
}

export function tokenText(text: string, token: Token | undefined): string {
  return token === undefined ? '' : text.slice(token.start, token.end);
}

export function copyOf(fragment: Fragment, start: number, end: number): Piece {
  const text = fragment.text.slice(start, end);
  const { origin, site } = fragment;
  return origin === undefined
    ? made(text, site)
    : { text, kind: 'copied', from: origin + start, to: origin + end };
}

/** Where a part of a fragment stands in the author's file. */
export function siteAt(fragment: Fragment, range: { readonly start: number; readonly end: number }): Site {
  const { origin, site } = fragment;
  return origin === undefined ? site : { from: origin + range.start, to: origin + range.end };
}
