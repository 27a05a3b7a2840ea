/** Types by the names that authors use and by those that DuckDB gives. */
const TYPE_ALIASES: Readonly<Record<string, string>> = {
  INT: 'INTEGER',
  INT4: 'INTEGER',
  INT8: 'BIGINT',
  LONG: 'BIGINT',
  INT2: 'SMALLINT',
  SHORT: 'SMALLINT',
  INT1: 'TINYINT',
  TEXT: 'VARCHAR',
  STRING: 'VARCHAR',
  CHAR: 'VARCHAR',
  BOOL: 'BOOLEAN',
  FLOAT8: 'DOUBLE',
  FLOAT4: 'FLOAT',
  REAL: 'FLOAT',
  DATETIME: 'TIMESTAMP',
  TIMESTAMPTZ: 'TIMESTAMP WITH TIME ZONE',
  NUMERIC: 'DECIMAL(18,3)',
  DECIMAL: 'DECIMAL(18,3)',
  BYTEA: 'BLOB',
  BINARY: 'BLOB',
};

/** One spelling for a type. */
export function normalType(type: string): string {
  const upper = type
    .toUpperCase()
    .replace(/\s*([(),])\s*/g, '$1')
    .replace(/^NUMERIC\(/, 'DECIMAL(')
    .replace(/^(VARCHAR|TEXT|CHAR|STRING)\(\d+\)$/, 'VARCHAR')
    .trim();
  return TYPE_ALIASES[upper] ?? upper;
}
