/** The columns that a query's outermost SELECT lists, from its tokens alone: where to point when one of them is wrong. */
import { identifierName, significantTokens, type Token } from './tokens.ts';

/** One entry of a SELECT list. UTF-16 offsets, half-open. */
export interface SelectItem {
  readonly start: number;
  readonly end: number;
  /** Its name as far as the text tells: the alias or the column, where that is the last thing written. */
  readonly name: string | undefined;
  /** Where the name stands, else all of the item. */
  readonly nameStart: number;
  /** It stands for several columns: `*`, `t.*`, `COLUMNS(…)`. */
  readonly isStar: boolean;
}

/** What ends a SELECT list. */
const AFTER =
  /^(?:from|where|group|having|window|qualify|order|limit|offset|using|sample|union|except|intersect)$/i;

/** The entries in order; empty when there is no SELECT outside of brackets (`FROM t`, `VALUES (1)`). */
export function selectItems(text: string): readonly SelectItem[] {
  const tokens = significantTokens(text);
  const word = (at: number): string => {
    const token = tokens[at];
    return token === undefined ? '' : text.slice(token.start, token.end).toLowerCase();
  };
  const depths = depthsOf(text, tokens);
  let at = tokens.findIndex((t, i) => depths[i] === 0 && t.kind === 'word' && word(i) === 'select') + 1;
  if (at === 0) return [];
  if (word(at) === 'distinct' || word(at) === 'all') at++;
  if (word(at) === 'on' && word(at + 1) === '(') {
    at = tokens.findIndex((_, i) => i > at + 1 && depths[i] === 0 && word(i) === ')') + 1;
  }
  const items: SelectItem[] = [];
  let own: Token[] = [];
  const end = (): void => {
    if (own.length > 0) items.push(itemOf(text, own));
    own = [];
  };
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (depths[at] === 0) {
      if (text[token.start] === ';') break;
      // `EXCEPT` begins another query; `* EXCLUDE (…)` is DuckDB's way to leave columns out.
      if (token.kind === 'word' && AFTER.test(word(at)) && word(at - 1) !== '.' && word(at - 1) !== 'as')
        break;
      if (text[token.start] === ',' && token.kind === 'punctuation') {
        end();
        continue;
      }
    }
    own.push(token);
  }
  end();
  return items;
}

/** How many brackets each token stands in; brackets themselves stand outside. */
function depthsOf(text: string, tokens: readonly Token[]): readonly number[] {
  let depth = 0;
  return tokens.map((token) => {
    const written = token.kind === 'punctuation' ? text[token.start] : undefined;
    if (written === ')' || written === ']' || written === '}') depth--;
    const own = depth;
    if (written === '(' || written === '[' || written === '{') depth++;
    return own;
  });
}

function itemOf(text: string, tokens: readonly Token[]): SelectItem {
  const [first, last] = [tokens[0], tokens.at(-1)];
  const [start, end] = [first?.start ?? 0, last?.end ?? 0];
  const before = tokens.at(-2);
  const written = (token: Token | undefined): string =>
    token === undefined ? '' : text.slice(token.start, token.end);
  const isStar = tokens.some(
    (t, i) =>
      (written(t) === '*' && (i === 0 || written(tokens[i - 1]) === '.')) || /^columns$/i.test(written(t)),
  );
  const isName =
    !isStar &&
    (last?.kind === 'word' || last?.kind === 'quoted') &&
    (before === undefined ||
      written(before) === '.' ||
      /^as$/i.test(written(before)) ||
      before.kind !== 'operator');
  const isEnd = /^end$/i.test(written(last)) && !/^as$/i.test(written(before));
  const isNamed = isName && !isEnd && last !== undefined;
  return {
    start,
    end,
    name: isNamed ? identifierName(written(last)) : undefined,
    nameStart: isNamed ? last.start : start,
    isStar,
  };
}
