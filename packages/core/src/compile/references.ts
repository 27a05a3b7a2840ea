import { byteToUtf16 } from '../diagnostic/index.ts';
import { ident } from '../sql/quote.ts';

/**
 * Which tables a query refers to, from DuckDB's own AST, and the same query with other names in their place. Names of CTEs
 * are not tables; the text outside the names is never touched.
 */
export interface TableReference {
  /** As written; empty when absent. */
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
  /** The alias, or empty. */
  readonly alias: string;
  /** UTF-16 offsets of the (qualified) name in the text. */
  readonly start: number;
  readonly end: number;
}

/** A column reference that names its schema too: `staging.orders.id`. */
interface QualifiedColumn {
  readonly names: readonly string[];
  readonly start: number;
}

/** All references of one parsed query. */
export interface References {
  readonly tables: readonly TableReference[];
  readonly qualifiedColumns: readonly QualifiedColumn[];
}

type Json = Readonly<Record<string, unknown>>;

/** Walks a statement of DuckDB's serialised AST. `text` is what was parsed. */
export function findReferences(statement: unknown, text: string): References {
  const ascii = isAscii(text);
  const offset = (location: unknown): number | undefined =>
    typeof location !== 'number' || location > text.length * 4
      ? undefined
      : ascii
        ? location
        : byteToUtf16(text, location);
  const tables: TableReference[] = [];
  const qualifiedColumns: QualifiedColumn[] = [];

  function walk(node: unknown, ctes: ReadonlySet<string>): void {
    if (Array.isArray(node)) {
      for (const child of node) walk(child, ctes);
      return;
    }
    if (!isJson(node)) return;
    let scope = ctes;
    const entries = cteEntries(node);
    if (entries.length > 0) {
      // A CTE sees those before it; only a recursive one sees itself.
      let visible = new Set(ctes);
      for (const { key, value } of entries) {
        const own = new Set(visible).add(key.toLowerCase());
        walk(value, isRecursive(value) ? own : visible);
        visible = own;
      }
      scope = visible;
    }
    if (node['type'] === 'BASE_TABLE') addTable(node, scope);
    else if (node['class'] === 'COLUMN_REF') addColumn(node);
    for (const [key, child] of Object.entries(node)) if (key !== 'cte_map') walk(child, scope);
  }

  function addTable(node: Json, ctes: ReadonlySet<string>): void {
    const [catalog, schema, table] = [
      asText(node['catalog_name']),
      asText(node['schema_name']),
      asText(node['table_name']),
    ];
    if (schema === '' && catalog === '' && ctes.has(table.toLowerCase())) return;
    const start = offset(node['query_location']);
    if (start === undefined) return;
    const parts = [catalog, schema, table].filter((p) => p !== '').length;
    tables.push({
      catalog,
      schema,
      table,
      alias: asText(node['alias']),
      start,
      end: nameEnd(text, start, parts),
    });
  }

  function addColumn(node: Json): void {
    const names = node['column_names'];
    const start = offset(node['query_location']);
    if (Array.isArray(names) && names.length >= 3 && start !== undefined) {
      qualifiedColumns.push({ names: names.map(String), start });
    }
  }

  walk(statement, new Set());
  return {
    tables: tables.toSorted((a, b) => a.start - b.start),
    qualifiedColumns: qualifiedColumns.toSorted((a, b) => a.start - b.start),
  };
}

/**
 * The text with table names replaced. `replace` gives SQL for a reference (a quoted name or a parenthesised query), or
 * undefined to leave it. Where columns are qualified by the old name, that name is kept as an alias.
 */
export function rewriteReferences(
  text: string,
  references: References,
  replace: (reference: TableReference) => string | undefined,
): string {
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  const replaced = new Set<string>();
  for (const reference of references.tables) {
    const replacement = replace(reference);
    if (replacement === undefined) continue;
    replaced.add(`${reference.schema}.${reference.table}`.toLowerCase());
    const mentioned = reference.alias === '' && isMentionedElsewhere(text, reference, references.tables);
    const needsAlias = mentioned || (reference.alias === '' && replacement.startsWith('('));
    edits.push({
      start: reference.start,
      end: reference.end,
      text: needsAlias ? `${replacement} AS ${ident(reference.table)}` : replacement,
    });
  }
  for (const column of references.qualifiedColumns) {
    const [schema, table] = column.names;
    if (!replaced.has(`${schema}.${table}`.toLowerCase())) continue;
    // `staging.orders.id` → `orders.id`: the alias stands for the table now.
    const end = nameEnd(text, column.start, 1);
    const dot = text.indexOf('.', end);
    edits.push({ start: column.start, end: dot + 1, text: '' });
  }
  edits.sort((a, b) => a.start - b.start);
  let out = '';
  let at = 0;
  for (const edit of edits) {
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

const NAME = /(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}_][\p{L}\p{N}_$]*)/uy;
const DOT = /(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*\.(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/uy;

/** Where a name of so many dotted parts ends. */
function nameEnd(text: string, start: number, parts: number): number {
  let end = start;
  for (let i = 0; i < parts; i++) {
    if (i > 0) {
      DOT.lastIndex = end;
      const dot = DOT.exec(text);
      if (dot === null) return end;
      end += dot[0].length;
    }
    NAME.lastIndex = end;
    const name = NAME.exec(text);
    if (name === null) return end;
    end += name[0].length;
  }
  return end;
}

function isMentionedElsewhere(
  text: string,
  reference: TableReference,
  all: readonly TableReference[],
): boolean {
  const wanted = reference.table.toLowerCase();
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    if (!all.some((r) => at >= r.start && at < r.end)) return true;
  }
  return false;
}

function cteEntries(node: Json): readonly { readonly key: string; readonly value: unknown }[] {
  const map = isJson(node['cte_map']) ? node['cte_map']['map'] : undefined;
  if (!Array.isArray(map)) return [];
  return map.flatMap((entry: unknown) =>
    isJson(entry) && typeof entry['key'] === 'string' ? [{ key: entry['key'], value: entry['value'] }] : [],
  );
}

function isRecursive(cte: unknown): boolean {
  const query = isJson(cte) ? cte['query'] : undefined;
  const node = isJson(query) ? query['node'] : undefined;
  return isJson(node) && node['type'] === 'RECURSIVE_CTE_NODE';
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the whole ASCII range is meant
  return /^[\x00-\x7f]*$/.test(text);
}
