/**
 * DuckDB turns a PIVOT without a list of values into several statements, for which it has no AST. With a list it has one;
 * so such a query is parsed with a list put in, and the places in the AST are those of the text without it.
 */
import { significantTokens, type Token } from '../../sql/tokens.ts';

/** A text with lists put in, and the way back. */
interface ClosedPivots {
  readonly text: string;
  /** The same AST with `query_location`s (in bytes) of the text that was given. */
  readonly restore: (statements: readonly unknown[]) => readonly unknown[];
  /** A UTF-16 offset of the text with lists, in the text without. */
  readonly offset: (at: number) => number;
}

const LIST = ' IN (0)';
const AFTER_ON = /^(?:using|group|order|limit|offset|union|except|intersect)$/i;

/** Undefined when there is no such PIVOT. */
export function closePivots(text: string): ClosedPivots | undefined {
  const tokens = significantTokens(text);
  const ends = tokens
    .flatMap((t, i) =>
      /^pivot(?:_wider)?$/i.test(text.slice(t.start, t.end)) ? openEnds(text, tokens, i + 1) : [],
    )
    .toSorted((a, b) => a - b);
  if (ends.length === 0) return undefined;
  let closed = '';
  let at = 0;
  for (const end of ends) {
    closed += text.slice(at, end) + LIST;
    at = end;
  }
  const inserted = ends.map((end) => Buffer.byteLength(text.slice(0, end)));
  return {
    text: closed + text.slice(at),
    restore: (statements) => statements.map((s) => moved(s, (place) => without(inserted, place))),
    offset: (place) => without(ends, place),
  };
}

/** A place in the text with lists, in the one without: so many lists stand before it. */
function without(ends: readonly number[], place: number): number {
  return place - ends.filter((end, i) => place >= end + i * LIST.length).length * LIST.length;
}

/** Where the entries after ON that have no list end. */
function openEnds(text: string, tokens: readonly Token[], from: number): readonly number[] {
  const word = (token: Token | undefined): string =>
    token === undefined ? '' : text.slice(token.start, token.end).toLowerCase();
  const ends: number[] = [];
  let depth = 0;
  let entry: { end: number; hasList: boolean } | undefined;
  const close = (): void => {
    if (entry !== undefined && entry.end > 0 && !entry.hasList) ends.push(entry.end);
  };
  for (let i = from; i < tokens.length; i++) {
    const token = tokens[i];
    const written = word(token);
    if (token === undefined) break;
    if (written === ')' && depth === 0) break;
    if (written === '(' || written === '[') depth++;
    if (written === ')' || written === ']') depth--;
    if (depth === 0 && entry !== undefined && (written === ';' || AFTER_ON.test(written))) break;
    if (depth === 0 && written === 'on') entry = { end: 0, hasList: false };
    else if (entry !== undefined && depth === 0 && written === ',') {
      close();
      entry = { end: 0, hasList: false };
    } else if (entry !== undefined) {
      if (depth === 0 && written === 'in') entry.hasList = true;
      entry.end = token.end;
    }
  }
  close();
  return ends;
}

/** A copy with other places. */
function moved(node: unknown, back: (place: number) => number): unknown {
  if (Array.isArray(node)) return node.map((child: unknown) => moved(child, back));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]: readonly [string, unknown]) => [
      key,
      key === 'query_location' && typeof value === 'number' ? back(value) : moved(value, back),
    ]),
  );
}
