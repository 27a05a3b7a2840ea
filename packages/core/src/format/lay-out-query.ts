/**
 * The layout of a query: sql-formatter breaks it into lines, `tidy-lines.ts` joins what reads better on one. Macros are
 * hidden from sql-formatter behind names of their length.
 */
import { tokenize, type Token } from '../sql/tokens.ts';
import { tidyLines } from './tidy-lines.ts';

/** How words that SQL reserves are written: in capitals, or as the author has them. */
export type KeywordCase = 'upper' | 'preserve';

/** Lays out one query; its tokens stay the same and in order. Undefined when sql-formatter cannot read it. */
export type QueryLayout = (sql: string, keywords: KeywordCase) => string | undefined;

/** Loads sql-formatter, which takes a moment: only for those who format. */
export async function loadQueryLayout(): Promise<QueryLayout> {
  const { formatDialect, duckdb } = await import('sql-formatter');
  return (sql, keywords) => {
    const hidden = hideMacros(sql);
    if (hidden === undefined) return undefined;
    try {
      const formatted = formatDialect(hidden.text, {
        dialect: duckdb,
        keywordCase: keywords,
        expressionWidth: 80,
        tabWidth: 2,
      });
      return showMacros(tidyLines(hidden.text, formatted, keywords), hidden.macros);
    } catch {
      // It throws for what it cannot read; there is nothing to tell but that.
      return undefined;
    }
  };
}

/** A letter that no query needs; a run of it stands for a macro. */
const STAND_IN = 'ʘ';

/** Names in place of macros, `a_@{b}_c` as one; undefined when the stand-in is in the text already. */
export function hideMacros(
  sql: string,
): { readonly text: string; readonly macros: readonly string[] } | undefined {
  if (sql.includes(STAND_IN)) return undefined;
  if (!sql.includes('@')) return { text: sql, macros: [] };
  const macros: string[] = [];
  const tokens = tokenize(sql);
  let text = '';
  for (let i = 0; i < tokens.length;) {
    const length = macroLength(tokens, i);
    const [first, last] = [tokens[i], tokens[i + Math.max(1, length) - 1]];
    if (first === undefined || last === undefined) break;
    const own = sql.slice(first.start, last.end);
    if (length > 0) macros.push(own);
    text += length > 0 ? STAND_IN.repeat(own.length) : own;
    i += Math.max(1, length);
  }
  return { text, macros };
}

/** How many tokens from `at` on make a name with a macro in it; 0 when there is none. */
function macroLength(tokens: readonly Token[], at: number): number {
  let length = 0;
  let hasMacro = false;
  for (let token = tokens[at]; token !== undefined; token = tokens[at + length]) {
    const isMacro = token.kind === 'macro' || token.kind === 'braced-macro';
    if (!isMacro && token.kind !== 'word' && !(length > 0 && token.kind === 'number')) break;
    hasMacro ||= isMacro;
    length++;
  }
  return hasMacro ? length : 0;
}

function showMacros(text: string, macros: readonly string[]): string {
  let at = 0;
  return text.replaceAll(RUN, (run) => macros[at++] ?? run);
}

const RUN = new RegExp(`${STAND_IN}+`, 'gu');

/** The same names everywhere, for a parser: what matters is where macros stand. */
export function replaceMacros(sql: string): string | undefined {
  return hideMacros(sql)?.text.replaceAll(RUN, (run) => `macro_${run.length}`);
}
