/** DuckDB's types as its text names them, as far as tests must look inside: the fields of structs, the items of lists. */
import { identifierName, significantTokens, type Token } from '../sql/tokens.ts';

export type ColumnType =
  | {
      readonly kind: 'struct';
      readonly fields: readonly { readonly name: string; readonly type: ColumnType }[];
    }
  | { readonly kind: 'list'; readonly item: ColumnType }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly value: ColumnType }
  | { readonly kind: 'union' }
  /** `name` in upper case without parameters: `DECIMAL`, `TIMESTAMP WITH TIME ZONE`. */
  | { readonly kind: 'plain'; readonly name: string; readonly parameters: readonly string[] };

const known = new Map<string, ColumnType>();

/** Reads a type such as `STRUCT(a INTEGER, b VARCHAR[])[]`. What it does not know is a plain type of that name. */
export function columnType(text: string): ColumnType {
  const found = known.get(text) ?? new TypeReader(text).type();
  known.set(text, found);
  return found;
}

/** Whether a value of the type may hold a floating-point number. */
export function hasFloats(type: ColumnType): boolean {
  switch (type.kind) {
    case 'struct':
      return type.fields.some((f) => hasFloats(f.type));
    case 'list':
      return hasFloats(type.item);
    case 'map':
      return hasFloats(type.key) || hasFloats(type.value);
    case 'union':
      return true;
    case 'plain':
      return type.name === 'DOUBLE' || type.name === 'FLOAT' || type.name === 'REAL';
    default:
      return type satisfies never;
  }
}

class TypeReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = significantTokens(text);
  }

  type(): ColumnType {
    let type = this.#base();
    while (this.#take('[')) {
      while (this.#at < this.#tokens.length && !this.#take(']')) this.#at++;
      type = { kind: 'list', item: type };
    }
    return type;
  }

  #base(): ColumnType {
    const words = [this.#next().toUpperCase()];
    if (words[0] === 'STRUCT' && this.#take('(')) return { kind: 'struct', fields: this.#fields() };
    if (words[0] === 'MAP' && this.#take('(')) {
      const key = this.type();
      this.#take(',');
      const value = this.type();
      this.#take(')');
      return { kind: 'map', key, value };
    }
    if (words[0] === 'UNION' && this.#take('(')) {
      this.#fields();
      return { kind: 'union' };
    }
    while (this.#tokens[this.#at]?.kind === 'word') words.push(this.#next().toUpperCase());
    const parameters: string[] = [];
    if (this.#take('(')) {
      while (this.#at < this.#tokens.length && !this.#take(')')) {
        if (!this.#take(',')) parameters.push(this.#next());
      }
    }
    return { kind: 'plain', name: words.join(' '), parameters };
  }

  #fields(): readonly { readonly name: string; readonly type: ColumnType }[] {
    const fields: { name: string; type: ColumnType }[] = [];
    while (this.#at < this.#tokens.length && !this.#take(')')) {
      const name = identifierName(this.#next());
      fields.push({ name, type: this.type() });
      this.#take(',');
    }
    return fields;
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    return token === undefined ? '' : this.#text.slice(token.start, token.end);
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || this.#text.slice(token.start, token.end) !== text) return false;
    this.#at++;
    return true;
  }
}
