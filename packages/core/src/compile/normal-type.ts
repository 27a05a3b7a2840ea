/**
 * One spelling for a type: authors write `INT` and `text[]`, DuckDB answers INTEGER and VARCHAR[]. Names of fields and labels
 * of enums stay what they are; DuckDB tells fields apart without case, labels with it.
 */
import { TokenCursor } from '../sql/token-cursor.ts';
import { identifierName } from '../sql/tokens.ts';

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
  readonly #tokens: TokenCursor;

  constructor(text: string) {
    this.#tokens = new TokenCursor(text);
  }

  get isDone(): boolean {
    return this.#tokens.isDone;
  }

  type(): string | undefined {
    const words: string[] = [];
    for (let word = this.#name(); word !== undefined; word = this.#name()) words.push(word);
    if (words.length === 0) return undefined;
    const written = words.join(' ').toUpperCase();
    const name = NAMES[written] ?? written;
    const inner = this.#tokens.takes('(') ? this.#inner(name) : '';
    if (inner === undefined) return undefined;
    let type = name === 'VARCHAR' ? name : name === 'DECIMAL' ? decimal(inner) : name + inner;
    while (this.#tokens.takes('[')) {
      if (this.#tokens.isDone) return undefined;
      const size = this.#tokens.takes(']') ? '' : this.#tokens.next();
      if (size !== '' && !this.#tokens.takes(']')) return undefined;
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
      const part = isType ? this.type() : this.#tokens.next();
      if (field === undefined || part === undefined) return undefined;
      parts.push(field === '' ? part : `${JSON.stringify(field)} ${part}`);
    } while (this.#tokens.takes(','));
    return this.#tokens.takes(')') ? `(${parts.join(',')})` : undefined;
  }

  #name(): string | undefined {
    const { kind } = this.#tokens;
    return kind === 'word' || kind === 'quoted' ? identifierName(this.#tokens.next()) : undefined;
  }
}

/** `DECIMAL` and `DECIMAL(10)` with the digits that they leave out. */
function decimal(inner: string): string {
  if (inner === '') return 'DECIMAL(18,3)';
  return inner.includes(',') ? `DECIMAL${inner}` : `DECIMAL${inner.replace(')', ',0)')}`;
}
