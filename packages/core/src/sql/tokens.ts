/**
 * A tokenizer for DuckDB's SQL with Sluice's macros. The header parser, the macro expander and the scan for references
 * work on tokens, long before DuckDB sees a text, so this one accepts everything: tokens always join up to the input,
 * and what DuckDB would reject (an open string, a stray character) is a token all the same.
 *
 * It follows DuckDB 1.5 where one might guess otherwise: block comments nest, `--` ends at `\n` or `\r`, Unicode spaces
 * are spaces, `E'..'` alone has backslash escapes, and `0x1F` is a number and a word.
 */
export type TokenKind =
  | 'space'
  | 'comment'
  | 'word'
  /** `"name"` */
  | 'quoted'
  /** `'..'`, `E'..'`, `x'..'`, `$$..$$`, `$tag$..$tag$` */
  | 'string'
  | 'number'
  /** A run of operator characters as DuckDB reads it, or `::`, `:=`. */
  | 'operator'
  /** One of `( ) [ ] { } , ; . :`, or a character SQL has no use for. */
  | 'punctuation'
  /** `@name` */
  | 'macro'
  /** `@{name}` */
  | 'braced-macro'
  /** `$1`, `$name` */
  | 'parameter';

/** A token: where it stands (UTF-16, half-open) and whether a string, quoted name or comment was closed. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  readonly closed: boolean;
}

/** All tokens of a text, or of a range of it, trivia included; their spans tile the range. */
export function tokenize(text: string, start = 0, end = text.length): readonly Token[] {
  const scanner = new Scanner(text, start, end);
  const tokens: Token[] = [];
  while (scanner.next()) {
    tokens.push({ kind: scanner.kind, start: scanner.start, end: scanner.end, closed: scanner.closed });
  }
  return tokens;
}

/** Tokens without spaces and comments. */
export function significantTokens(text: string, start = 0, end = text.length): readonly Token[] {
  const scanner = new Scanner(text, start, end);
  const tokens: Token[] = [];
  while (scanner.next()) {
    if (scanner.kind === 'space' || scanner.kind === 'comment') continue;
    tokens.push({ kind: scanner.kind, start: scanner.start, end: scanner.end, closed: scanner.closed });
  }
  return tokens;
}

/** A statement's range: from its first to its last significant token, without the `;`. */
export interface StatementRange {
  readonly start: number;
  readonly end: number;
  /** Offset of the `;` that ends it; undefined for a last statement without one. */
  readonly semicolon: number | undefined;
}

/**
 * Splits a text at every `;` that is a token of its own (in DuckDB none can stand inside parentheses, so an open one
 * does not swallow the rest of the file). Statements that are empty but for comments are left out.
 */
export function splitStatements(text: string, start = 0, end = text.length): readonly StatementRange[] {
  const scanner = new Scanner(text, start, end);
  const statements: StatementRange[] = [];
  let first = -1;
  let last = -1;
  while (scanner.next()) {
    if (scanner.kind === 'space' || scanner.kind === 'comment') continue;
    if (scanner.kind === 'punctuation' && text.charCodeAt(scanner.start) === SEMICOLON) {
      if (first >= 0) statements.push({ start: first, end: last, semicolon: scanner.start });
      first = -1;
      continue;
    }
    if (first < 0) first = scanner.start;
    last = scanner.end;
  }
  if (first >= 0) statements.push({ start: first, end: last, semicolon: undefined });
  return statements;
}

/** The name that an identifier token stands for: `"a""b"` is `a"b`, a word is itself. */
export function identifierName(tokenText: string): string {
  if (!tokenText.startsWith('"')) return tokenText;
  const closed = tokenText.length > 1 && tokenText.endsWith('"');
  return tokenText.slice(1, closed ? -1 : undefined).replaceAll('""', '"');
}

/** The text that a string token stands for. Of `E'..'` the usual escapes are resolved; `x'..'` stays as written. */
export function stringValue(tokenText: string): string {
  if (tokenText.startsWith('$')) {
    const tag = tokenText.slice(0, tokenText.indexOf('$', 1) + 1);
    return tokenText.slice(tag.length, tokenText.endsWith(tag) ? -tag.length : undefined);
  }
  const quote = tokenText.indexOf("'");
  const closed = tokenText.length > quote + 1 && tokenText.endsWith("'");
  const inner = tokenText.slice(quote + 1, closed ? -1 : undefined).replaceAll("''", "'");
  return /^e/i.test(tokenText) ? inner.replaceAll(ESCAPES, unescape) : inner;
}

const ESCAPES = /\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|x([0-9a-f]{1,2})|([0-7]{1,3})|(.))/gis;
const NAMED_ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescape(
  all: string,
  u4?: string,
  u8?: string,
  hex?: string,
  octal?: string,
  other?: string,
): string {
  if (other !== undefined) return NAMED_ESCAPES[other] ?? other;
  const code = octal === undefined ? Number.parseInt(u4 ?? u8 ?? hex ?? '0', 16) : Number.parseInt(octal, 8);
  return code <= 0x10ffff ? String.fromCodePoint(code) : all;
}

const SEMICOLON = 0x3b;
const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const DOLLAR = 0x24;
const AT = 0x40;
const MINUS = 0x2d;
const PLUS = 0x2b;
const STAR = 0x2a;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const COLON = 0x3a;
const EQUALS = 0x3d;
const UNDERSCORE = 0x5f;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const SPACE = 1;
const WORD_START = 2;
const DIGIT = 4;
const OPERATOR = 8;
/** Within a word, but not at its start. */
const WORD_REST = 16;

/** Classes of ASCII characters, by code. */
const CLASSES = new Uint8Array(128);
for (const char of ' \t\n\r\f\v') CLASSES[char.charCodeAt(0)] = SPACE;
for (const char of '~!@#^&|`?+-*/%<>=') CLASSES[char.charCodeAt(0)] = OPERATOR;
for (let code = 0x30; code <= 0x39; code++) CLASSES[code] = DIGIT;
for (let code = 0x41; code <= 0x5a; code++) CLASSES[code] = CLASSES[code + 32] = WORD_START;
CLASSES[UNDERSCORE] = WORD_START;
CLASSES[DOLLAR] = WORD_REST;

/** Characters that let an operator end in `+` or `-` (Postgres' rule, which makes `a=-1` two operators). */
const KEEPS_SIGN = /[~!@#^&|`?%]/;

function classOf(code: number): number {
  if (code < 128) return CLASSES[code] ?? 0;
  return isUnicodeSpace(code) ? SPACE : WORD_START;
}

function isUnicodeSpace(code: number): boolean {
  return (
    code === 0xa0 ||
    (code >= 0x2000 && code <= 0x200f) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x2060 ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

/** Walks a text token by token without making objects; `kind`, `start`, `end` describe the token just read. */
class Scanner {
  kind: TokenKind = 'space';
  start: number;
  end: number;
  closed = true;
  readonly #text: string;
  readonly #limit: number;

  constructor(text: string, start = 0, limit = text.length) {
    this.#text = text;
    this.#limit = Math.min(limit, text.length);
    this.start = start;
    this.end = start;
  }

  /** Reads the next token; false at the end of the text. */
  next(): boolean {
    const start = this.end;
    if (start >= this.#limit) return false;
    this.start = start;
    this.closed = true;
    const code = this.#text.charCodeAt(start);
    const next = this.#code(start + 1);
    switch (classOf(code)) {
      case SPACE:
        return this.#run('space', SPACE);
      case WORD_START:
        return next === QUOTE && isStringPrefix(code)
          ? this.#quoted('string', start + 2, QUOTE, (code | 32) === 0x65)
          : this.#run('word', WORD_START | DIGIT | WORD_REST);
      case DIGIT:
        return this.#number();
      case OPERATOR:
        if (code === MINUS && next === MINUS) return this.#lineComment();
        if (code === SLASH && next === STAR) return this.#blockComment();
        if (code === AT && this.#macro()) return true;
        return this.#operator();
      default:
        return this.#other(code, next);
    }
  }

  #code(at: number): number {
    return at < this.#limit ? this.#text.charCodeAt(at) : 0;
  }

  #done(kind: TokenKind, end: number): true {
    this.kind = kind;
    this.end = Math.min(end, this.#limit);
    return true;
  }

  /** Characters of some classes: three of four tokens, so that nothing is asked twice. */
  #run(kind: TokenKind, classes: number): true {
    const text = this.#text;
    const limit = this.#limit;
    let at = this.start + 1;
    while (at < limit && (classOf(text.charCodeAt(at)) & classes) !== 0) at++;
    this.kind = kind;
    this.end = at;
    return true;
  }

  #quoted(kind: 'string' | 'quoted', from: number, quote: number, backslash: boolean): true {
    let at = from;
    for (; at < this.#limit; at++) {
      const code = this.#text.charCodeAt(at);
      if (backslash && code === BACKSLASH) at++;
      else if (code === quote) {
        if (this.#code(at + 1) !== quote) return this.#done(kind, at + 1);
        at++;
      }
    }
    this.closed = false;
    return this.#done(kind, this.#limit);
  }

  #number(): true {
    let at = this.#digits(this.start);
    if (this.#code(at) === DOT && this.#code(at + 1) !== DOT) at = this.#digits(at + 1);
    if ((this.#code(at) | 32) === 0x65) {
      const sign = this.#code(at + 1);
      const from = at + (sign === PLUS || sign === MINUS ? 2 : 1);
      if (classOf(this.#code(from)) === DIGIT) at = this.#digits(from);
    }
    return this.#done('number', at);
  }

  /** Digits with single underscores between them. */
  #digits(from: number): number {
    let at = from;
    while (
      classOf(this.#code(at)) === DIGIT ||
      (at > from && this.#code(at) === UNDERSCORE && classOf(this.#code(at + 1)) === DIGIT)
    ) {
      at++;
    }
    return at;
  }

  #lineComment(): true {
    let at = this.start + 2;
    while (at < this.#limit) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x0a || code === 0x0d) break;
      at++;
    }
    return this.#done('comment', at);
  }

  #blockComment(): true {
    let depth = 1;
    let at = this.start + 2;
    while (at < this.#limit) {
      const code = this.#text.charCodeAt(at);
      if (code === STAR && this.#code(at + 1) === SLASH) {
        at += 2;
        if (--depth === 0) return this.#done('comment', at);
      } else if (code === SLASH && this.#code(at + 1) === STAR) {
        at += 2;
        depth++;
      } else at++;
    }
    this.closed = false;
    return this.#done('comment', this.#limit);
  }

  /** `@name` or `@{name}`; a further `@` before it makes it DuckDB's operator. */
  #macro(): boolean {
    const next = this.#code(this.start + 1);
    if (classOf(next) === WORD_START) {
      let at = this.start + 2;
      while ((classOf(this.#code(at)) & (WORD_START | DIGIT)) !== 0) at++;
      return this.#done('macro', at);
    }
    if (next !== OPEN_BRACE) return false;
    let at = this.start + 2;
    while ((classOf(this.#code(at)) & (WORD_START | DIGIT | SPACE)) !== 0) at++;
    if (this.#code(at) === CLOSE_BRACE) return this.#done('braced-macro', at + 1);
    this.closed = false;
    return this.#done('braced-macro', at);
  }

  #operator(): true {
    let at = this.start + 1;
    for (; classOf(this.#code(at)) === OPERATOR; at++) {
      const code = this.#code(at);
      const next = this.#code(at + 1);
      if ((code === MINUS && next === MINUS) || (code === SLASH && next === STAR)) break;
      const startsMacro = code === AT && this.#code(at - 1) !== AT;
      if (startsMacro && (next === OPEN_BRACE || classOf(next) === WORD_START)) break;
    }
    if (at > this.start + 1 && !KEEPS_SIGN.test(this.#text.slice(this.start, at))) {
      while (at > this.start + 1 && (this.#code(at - 1) === PLUS || this.#code(at - 1) === MINUS)) at--;
    }
    return this.#done('operator', at);
  }

  #other(code: number, next: number): true {
    if (code === QUOTE) return this.#quoted('string', this.start + 1, QUOTE, false);
    if (code === DOUBLE_QUOTE) return this.#quoted('quoted', this.start + 1, DOUBLE_QUOTE, false);
    if (code === DOLLAR) return this.#dollar();
    if (code === DOT && classOf(next) === DIGIT) return this.#number();
    if (code === COLON && (next === COLON || next === EQUALS)) return this.#done('operator', this.start + 2);
    return this.#done('punctuation', this.start + 1);
  }

  /** `$tag$ .. $tag$`, or a parameter of a prepared statement. */
  #dollar(): true {
    let at = this.start + 1;
    if (classOf(this.#code(at)) === WORD_START) {
      while ((classOf(this.#code(at)) & (WORD_START | DIGIT)) !== 0) at++;
    }
    if (this.#code(at) === DOLLAR) {
      const tag = this.#text.slice(this.start, at + 1);
      const end = this.#text.indexOf(tag, at + 1);
      this.closed = end >= 0 && end + tag.length <= this.#limit;
      return this.#done('string', this.closed ? end + tag.length : this.#limit);
    }
    while (classOf(this.#code(at)) === DIGIT) at++;
    return this.#done(at > this.start + 1 ? 'parameter' : 'punctuation', at);
  }
}

/** E, X, B and N make a string of the quote that follows them. */
function isStringPrefix(code: number): boolean {
  const lower = code | 32;
  return lower === 0x65 || lower === 0x78 || lower === 0x62 || lower === 0x6e;
}
