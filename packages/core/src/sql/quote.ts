/** A qualified name in the warehouse, unquoted. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** Quotes one identifier. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a qualified name. */
export function tableIdent(table: TableName): string {
  return `${ident(table.schema)}.${ident(table.name)}`;
}

/** Quotes a string literal. A NUL would end the whole statement. */
export function literal(text: string): string {
  if (text.includes('\0')) return `(${text.split('\0').map(literal).join(' || chr(0) || ')})`;
  return `'${text.replaceAll("'", "''")}'`;
}

/** What YAML holds. */
type YamlValue =
  | string
  | number
  | boolean
  | null
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue };

/** The literal of a value from YAML: a sequence is a list, a mapping a struct. */
export function variableSql(value: YamlValue): string {
  if (value === null) return 'NULL';
  switch (typeof value) {
    case 'string':
      return literal(value);
    case 'boolean':
      return value ? 'TRUE' : 'FALSE';
    case 'number':
      return String(value);
    default:
      return isSequence(value)
        ? `[${value.map(variableSql).join(', ')}]`
        : `{${Object.entries(value)
            .map(([key, v]) => `${literal(key)}: ${variableSql(v)}`)
            .join(', ')}}`;
  }
}

function isSequence(
  value: readonly YamlValue[] | { readonly [key: string]: YamlValue },
): value is readonly YamlValue[] {
  return Array.isArray(value);
}

/** SQL text that is safe to place into other SQL as it is. */
export class Sql {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Marks trusted SQL (a model's own query, a type name from DuckDB) for use in {@link sql}. */
export function raw(text: string): Sql {
  return new Sql(text);
}

/** What may stand in a `${}` of {@link sql}. A table is quoted as a name, all else as a literal. */
export type SqlValue = Sql | TableName | string | number | bigint | boolean | null | readonly SqlValue[];

/**
 * Builds SQL: strings and numbers become literals, tables quoted names, arrays comma-separated lists, and only what is
 * marked with {@link raw} or {@link id} goes in as it is.
 *
 * @example sql`DELETE FROM ${table} WHERE ${id(column)} >= ${start}`
 */
export function sql(parts: TemplateStringsArray, ...values: readonly SqlValue[]): string {
  let text = parts[0] ?? '';
  for (const [i, value] of values.entries()) text += toSql(value) + (parts[i + 1] ?? '');
  return text;
}

/** An identifier for use in {@link sql}. */
export function id(name: string): Sql {
  return new Sql(ident(name));
}

function toSql(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (value instanceof Sql) return value.text;
  switch (typeof value) {
    case 'string':
      return literal(value);
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`not a SQL number: ${value}`);
      return String(value);
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 'TRUE' : 'FALSE';
    default:
      return isList(value) ? value.map(toSql).join(', ') : tableIdent(value);
  }
}

function isList(value: TableName | readonly SqlValue[]): value is readonly SqlValue[] {
  return Array.isArray(value);
}
