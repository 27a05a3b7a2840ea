/** Names of nodes are `schema.table` as declared; DuckDB compares them without case. */
export function nodeKey(name: string): string {
  return name.toLowerCase();
}

export function nodeSchemaAndTable(name: string): { readonly schema: string; readonly table: string } {
  const dot = name.indexOf('.');
  return { schema: name.slice(0, dot), table: name.slice(dot + 1) };
}

/** The schema of models whose name has none. */
export const DEFAULT_SCHEMA = 'main';
