/**
 * A stretch of a header's tokens with the file they are of: what the parsers of names, lists and kinds hand to each
 * other. Nothing here reports; callers know what they expected.
 */
import type { Location, SourceText } from '../diagnostic/index.ts';
import { identifierName, type Token } from '../sql/tokens.ts';

/** Significant tokens in order. Token positions (`at`) count from 0 and may lie outside, where nothing matches. */
export class TokenRun {
  readonly source: SourceText;
  readonly tokens: readonly Token[];
  /** Where the run stands, also when it is empty. */
  readonly start: number;
  readonly end: number;

  constructor(source: SourceText, tokens: readonly Token[], emptyAt = 0) {
    this.source = source;
    this.tokens = tokens;
    this.start = tokens[0]?.start ?? emptyAt;
    this.end = tokens.at(-1)?.end ?? emptyAt;
  }

  get length(): number {
    return this.tokens.length;
  }

  /** The author's text from the first to the last token, comments between them included. */
  get text(): string {
    return this.source.text.slice(this.start, this.end);
  }

  get location(): Location {
    return this.source.locate(this.start, this.end);
  }

  textAt(at: number): string {
    const token = this.tokens[at];
    return token === undefined ? '' : this.source.text.slice(token.start, token.end);
  }

  kindAt(at: number): Token['kind'] | undefined {
    return this.tokens[at]?.kind;
  }

  locationAt(at: number): Location {
    const token = this.tokens[at];
    return token === undefined ? this.source.locate(this.end) : this.source.locate(token.start, token.end);
  }

  /** True when the token is this word, operator or bracket (in any case). */
  is(at: number, text: string): boolean {
    const token = this.tokens[at];
    if (token === undefined || token.kind === 'string' || token.kind === 'quoted') return false;
    // Most are asked about many words, and their length tells that they are none of them.
    return token.end - token.start === text.length && this.textAt(at).toLowerCase() === text;
  }

  isName(at: number): boolean {
    const kind = this.kindAt(at);
    return kind === 'word' || kind === 'quoted';
  }

  slice(from: number, to = this.length): TokenRun {
    const emptyAt = this.tokens[to]?.start ?? this.tokens[from - 1]?.end ?? this.start;
    return new TokenRun(this.source, this.tokens.slice(from, to), emptyAt);
  }

  /** How many tokens make the dotted name that starts at `at`; 0 when none does. */
  nameLength(at = 0): number {
    if (!this.isName(at)) return 0;
    let length = 1;
    while (this.is(at + length, '.') && this.isName(at + length + 1)) length += 2;
    return length;
  }

  /** The parts of a dotted name of `length` tokens, without quotes. */
  nameParts(at: number, length: number): readonly string[] {
    const parts: string[] = [];
    for (let i = at; i < at + length; i += 2) parts.push(identifierName(this.textAt(i)));
    return parts;
  }

  /** The position after the bracket that closes the one at `at`; undefined when it is not closed. */
  groupEnd(at: number): number | undefined {
    let depth = 0;
    for (let i = at; i < this.length; i++) {
      const token = this.tokens[i];
      if (token?.kind !== 'punctuation') continue;
      const char = this.source.text[token.start];
      if (char === '(' || char === '[' || char === '{') depth++;
      else if ((char === ')' || char === ']' || char === '}') && --depth === 0) return i + 1;
    }
    return undefined;
  }

  /** What stands between the brackets, when the whole run is one `(...)`, `[...]` or `ARRAY[...]`. */
  inner(): TokenRun | undefined {
    const open = this.is(0, 'array') ? 1 : 0;
    if (!this.is(open, '(') && !this.is(open, '[')) return undefined;
    return this.groupEnd(open) === this.length ? this.slice(open + 1, this.length - 1) : undefined;
  }

  /** Splits at commas outside brackets. A trailing comma is fine; an empty run in between stays, for the caller to see. */
  items(): readonly TokenRun[] {
    const items: TokenRun[] = [];
    let from = 0;
    let depth = 0;
    for (let i = 0; i < this.length; i++) {
      const token = this.tokens[i];
      if (token?.kind !== 'punctuation') continue;
      const char = this.source.text[token.start];
      if (char === '(' || char === '[' || char === '{') depth++;
      else if (char === ')' || char === ']' || char === '}') depth--;
      else if (char === ',' && depth === 0) {
        items.push(this.slice(from, i));
        from = i + 1;
      }
    }
    if (from < this.length) items.push(this.slice(from));
    return items;
  }
}
