/**
 * Macros that are called in a header: `@IF(@gateway = 'local', tags (local))`, `@EACH(...)` in a list of audits. Who expands
 * them is handed in; here they are found, and what they give is put in their place before the header is read.
 */
import type { Diagnostic, Edit, Outcome, SourceText } from '../diagnostic/index.ts';
import type { Token } from '../sql/tokens.ts';
import type { Blueprint } from './blueprints.ts';
import type { SqlFragment } from './model-kind.ts';

/** What macros in a header know. */
export interface HeaderScope {
  /** Variables and values of the blueprint, SQL by name in lower case. */
  readonly values: Blueprint;
  /** `@gateway`. */
  readonly gateway: string;
}

/** Expands a call; the value is undefined when it is wrong, which is told then. */
export type HeaderMacros = (
  call: SqlFragment,
  source: SourceText,
  scope: HeaderScope,
) => Outcome<string | undefined>;

/** A call's place in the header, and what it gives. */
interface ExpandedCall {
  readonly edit: Edit;
  /** The position of its last token. */
  readonly last: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** The call of a macro that starts at a token; undefined when there is none. */
export function expandCall(
  source: SourceText,
  tokens: readonly Token[],
  at: number,
  expand: (call: SqlFragment) => Outcome<string | undefined>,
): ExpandedCall | undefined {
  const macro = tokens[at];
  const last = macro?.kind === 'macro' ? callEnd(source.text, tokens, at) : undefined;
  const close = last === undefined ? undefined : tokens[last];
  if (macro === undefined || last === undefined || close === undefined) return undefined;
  const text = source.text.slice(macro.start, close.end);
  const { value, diagnostics } = expand({ text, offset: macro.start });
  const made = value?.trim() ?? '';
  const whole = { start: macro.start, end: close.end, text: made };
  if (made !== '') return { edit: whole, last, diagnostics };
  const comma = commaOf(source.text, tokens, at, last);
  return comma === undefined
    ? { edit: whole, last, diagnostics }
    : {
        edit: { start: Math.min(macro.start, comma.start), end: Math.max(close.end, comma.end), text: '' },
        last: Math.max(last, tokens.indexOf(comma)),
        diagnostics,
      };
}

/** The position of the bracket that closes a call; undefined when the macro is not called. */
function callEnd(text: string, tokens: readonly Token[], at: number): number | undefined {
  let depth = 0;
  for (let i = at + 1; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined || isTrivia(token)) continue;
    const char = token.kind === 'punctuation' ? text[token.start] : '';
    if (char === '(' || char === '[' || char === '{') depth++;
    else if ((char === ')' || char === ']' || char === '}') && --depth === 0) return i;
    if (depth <= 0) return undefined;
  }
  return undefined;
}

/** What gives nothing takes the comma after it, or the one before it at the end of a list. */
function commaOf(text: string, tokens: readonly Token[], first: number, last: number): Token | undefined {
  const isComma = (token: Token | undefined): boolean => token !== undefined && text[token.start] === ',';
  const after = tokens.slice(last + 1).find((t) => !isTrivia(t));
  if (isComma(after)) return after;
  const before = tokens.slice(0, first).findLast((t) => !isTrivia(t));
  return isComma(before) ? before : undefined;
}

function isTrivia(token: Token): boolean {
  return token.kind === 'space' || token.kind === 'comment';
}
