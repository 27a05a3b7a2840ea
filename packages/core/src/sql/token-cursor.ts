/** Goes over the tokens of a short text, such as a type, one after the other. */
import { significantTokens, type Token } from './tokens.ts';

export class TokenCursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = significantTokens(text);
  }

  get isDone(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** What the next token is; undefined at the end. */
  get kind(): Token['kind'] | undefined {
    return this.#tokens[this.#at]?.kind;
  }

  /** Goes past the next token if it reads so. */
  takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || this.#text.slice(token.start, token.end) !== text) return false;
    this.#at++;
    return true;
  }

  /** The next token as it is written; empty at the end. */
  next(): string {
    const token = this.#tokens[this.#at++];
    return token === undefined ? '' : this.#text.slice(token.start, token.end);
  }
}
