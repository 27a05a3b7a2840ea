/**
 * One spelling for a type: authors write `INT` and `text[]`, DuckDB answers INTEGER and VARCHAR[]. Names of fields and labels
 * of enums stay what they are; DuckDB tells fields apart without case, labels with it.
 */
import { identifierName, significantTokens, type Token } from '../sql/tokens.ts';

/** Types by other names that DuckDB knows. */
const NAMES: Readonly<Record<string, string>> = {
  INT: 'INTEGER',
  INT4: 'INTEGER',
  INT32: 'INTEGER',
  INTEGRAL: 'INTEGER',
  SIGNED: 'INTEGER',
  INT8: 'BIGINT',
  INT64: 'BIGINT',
  LONG: 'BIGINT',
  OID: 'BIGINT',
  INT2: 'SMALLINT',
  INT16: 'SMALLINT',
  SHORT: 'SMALLINT',
  INT1: 'TINYINT',
  INT128: 'HUGEINT',
  UINT8: 'UTINYINT',
  UINT16: 'USMALLINT',
  UINT32: 'UINTEGER',
  UINT64: 'UBIGINT',
  UINT128: 'UHUGEINT',
  TEXT: 'VARCHAR',
  STRING: 'VARCHAR',
  CHAR: 'VARCHAR',
  BPCHAR: 'VARCHAR',
  NVARCHAR: 'VARCHAR',
  BOOL: 'BOOLEAN',
  LOGICAL: 'BOOLEAN',
  FLOAT8: 'DOUBLE',
  'DOUBLE PRECISION': 'DOUBLE',
  FLOAT4: 'FLOAT',
  REAL: 'FLOAT',
  DATETIME: 'TIMESTAMP',
  TIMESTAMP_US: 'TIMESTAMP',
  'TIMESTAMP WITHOUT TIME ZONE': 'TIMESTAMP',
  TIMESTAMPTZ: 'TIMESTAMP WITH TIME ZONE',
  TIMETZ: 'TIME WITH TIME ZONE',
  'TIME WITHOUT TIME ZONE': 'TIME',
  NUMERIC: 'DECIMAL',
  DEC: 'DECIMAL',
  BYTEA: 'BLOB',
  BINARY: 'BLOB',
  VARBINARY: 'BLOB',
  BITSTRING: 'BIT',
  GUID: 'UUID',
  ROW: 'STRUCT',
};

/** A type in DuckDB's spelling; one that is written in no way a type is stays as it is, in capitals. */
export function normalType(type: string): string {
  const reader = new TypeReader(type);
  const normal = reader.type();
  return normal !== undefined && reader.isDone ? normal : type.toUpperCase().trim();
}

class TypeReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = significantTokens(text);
  }

  get isDone(): boolean {
    return this.#at === this.#tokens.length;
  }

  type(): string | undefined {
    const words: string[] = [];
    for (let word = this.#name(); word !== undefined; word = this.#name()) words.push(word);
    if (words.length === 0) return undefined;
    const written = words.join(' ').toUpperCase();
    const name = NAMES[written] ?? written;
    const inner = this.#takes('(') ? this.#inner(name) : '';
    if (inner === undefined) return undefined;
    let type = name === 'VARCHAR' ? name : name === 'DECIMAL' ? decimal(inner) : name + inner;
    while (this.#takes('[')) {
      const size = this.#takes(']') ? '' : this.#next();
      if (size !== '' && !this.#takes(']')) return undefined;
      type += `[${size}]`;
    }
    return type;
  }

  /** What stands in the parentheses of a type: fields, types, numbers or labels. */
  #inner(name: string): string | undefined {
    const parts: string[] = [];
    do {
      const field = name === 'STRUCT' || name === 'UNION' ? this.#name()?.toLowerCase() : '';
      const isType = field !== '' || name === 'MAP';
      const part = isType ? this.type() : this.#next();
      if (field === undefined || part === undefined) return undefined;
      parts.push(field === '' ? part : `${JSON.stringify(field)} ${part}`);
    } while (this.#takes(','));
    return this.#takes(')') ? `(${parts.join(',')})` : undefined;
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || this.#textOf(token) !== text) return false;
    this.#at++;
    return true;
  }

  #name(): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word' && token?.kind !== 'quoted') return undefined;
    this.#at++;
    return identifierName(this.#textOf(token));
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    return token === undefined ? '' : this.#textOf(token);
  }

  #textOf(token: Token): string {
    return this.#text.slice(token.start, token.end);
  }
}

/** `DECIMAL` and `DECIMAL(10)` with the digits that they leave out. */
function decimal(inner: string): string {
  if (inner === '') return 'DECIMAL(18,3)';
  return inner.includes(',') ? `DECIMAL${inner}` : `DECIMAL${inner.replace(')', ',0)')}`;
}
