/** DuckDB's types as its text names them, as far as tests must look inside: the fields of structs, the items of lists. */
import { TokenCursor } from '../sql/token-cursor.ts';
import { identifierName } from '../sql/tokens.ts';

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
  readonly #tokens: TokenCursor;

  constructor(text: string) {
    this.#tokens = new TokenCursor(text);
  }

  type(): ColumnType {
    let type = this.#base();
    while (this.#tokens.takes('[')) {
      while (!this.#tokens.isDone && !this.#tokens.takes(']')) this.#tokens.next();
      type = { kind: 'list', item: type };
    }
    return type;
  }

  #base(): ColumnType {
    const words = [this.#tokens.next().toUpperCase()];
    if (words[0] === 'STRUCT' && this.#tokens.takes('(')) return { kind: 'struct', fields: this.#fields() };
    if (words[0] === 'MAP' && this.#tokens.takes('(')) {
      const key = this.type();
      this.#tokens.takes(',');
      const value = this.type();
      this.#tokens.takes(')');
      return { kind: 'map', key, value };
    }
    if (words[0] === 'UNION' && this.#tokens.takes('(')) {
      this.#fields();
      return { kind: 'union' };
    }
    while (this.#tokens.kind === 'word') words.push(this.#tokens.next().toUpperCase());
    const parameters: string[] = [];
    if (this.#tokens.takes('(')) {
      while (!this.#tokens.isDone && !this.#tokens.takes(')')) {
        if (!this.#tokens.takes(',')) parameters.push(this.#tokens.next());
      }
    }
    return { kind: 'plain', name: words.join(' '), parameters };
  }

  #fields(): readonly { readonly name: string; readonly type: ColumnType }[] {
    const fields: { name: string; type: ColumnType }[] = [];
    while (!this.#tokens.isDone && !this.#tokens.takes(')')) {
      const name = identifierName(this.#tokens.next());
      fields.push({ name, type: this.type() });
      this.#tokens.takes(',');
    }
    return fields;
  }
}
