/**
 * The clause operators: `@WHERE(condition) a = 1` keeps or drops a whole clause. On tokens a clause goes on to the next
 * clause of the same query, the bracket that closes the query, or its end.
 */
import type { Token } from '../sql/tokens.ts';
import { isSignificant, nextSignificant, tokenText } from './fragment.ts';

interface Clause {
  readonly keyword: string;
  /** Words in lower case that begin what comes after the clause. */
  readonly ends: ReadonlySet<string>;
}

const SET_OPERATORS = ['union', 'intersect', 'except'];
const AFTER_ORDER = ['limit', 'offset', ...SET_OPERATORS];
const AFTER_HAVING = ['window', 'qualify', 'order', ...AFTER_ORDER, 'select'];
const AFTER_WHERE = ['group', 'having', ...AFTER_HAVING];
const JOIN_WORDS = 'left right inner outer full cross natural semi anti asof positional'.split(' ');

function clause(keyword: string, ends: readonly string[]): Clause {
  return { keyword, ends: new Set(ends) };
}

/** By the macro's name in lower case. */
export const CLAUSES: Readonly<Record<string, Clause>> = {
  with: clause('WITH', [
    'select',
    'from',
    'values',
    'pivot',
    'unpivot',
    'table',
    'insert',
    'update',
    'delete',
  ]),
  join: clause('JOIN', ['where', 'join', ...JOIN_WORDS, ...AFTER_WHERE]),
  where: clause('WHERE', AFTER_WHERE),
  group_by: clause('GROUP BY', ['having', ...AFTER_HAVING]),
  having: clause('HAVING', AFTER_HAVING),
  order_by: clause('ORDER BY', AFTER_ORDER),
  limit: clause('LIMIT', ['offset', ...SET_OPERATORS]),
};

/** The position of the first token after a clause whose text starts at `from`. */
export function clauseEnd(text: string, tokens: readonly Token[], from: number, name: string): number {
  const ends = CLAUSES[name]?.ends;
  let depth = 0;
  let last = from;
  for (let i = from; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined || !isSignificant(token)) continue;
    const word = tokenText(text, token).toLowerCase();
    if (token.kind === 'punctuation') {
      if (word === '(' || word === '[' || word === '{') depth++;
      else if (word === ')' || word === ']' || word === '}') depth--;
      if (depth < 0 || (depth === 0 && (word === ';' || (word === ',' && name === 'join')))) return last;
    } else if (depth === 0 && token.kind === 'macro' && Object.hasOwn(CLAUSES, word.slice(1))) return last;
    else if (depth === 0 && token.kind === 'word' && ends?.has(word) === true) {
      const isField = tokenText(text, tokens[i - 1]) === '.';
      // `left('abc', 1)` is a call, not a join.
      const isCall =
        JOIN_WORDS.includes(word) && tokenText(text, tokens[nextSignificant(tokens, i + 1)]) === '(';
      if (!isField && !isCall) return last;
    }
    last = i + 1;
  }
  return last;
}

/** The offset where the words of `LEFT OUTER @JOIN(...)` start; undefined when there are none. */
export function joinWordsStart(text: string, tokens: readonly Token[], at: number): number | undefined {
  let start: number | undefined;
  for (let i = at - 1; i >= 0; i--) {
    const token = tokens[i];
    if (token === undefined) break;
    if (!isSignificant(token)) continue;
    if (token.kind !== 'word' || !JOIN_WORDS.includes(tokenText(text, token).toLowerCase())) break;
    start = token.start;
  }
  return start;
}
