/**
 * Where a column was looked up that is not there: the tables of the SELECT that names it, at their places in FROM or in WITH, and
 * the models and sources they are, at the places where those are declared. Two columns that are not the same are mostly two tables
 * that are not the same, and DuckDB names one place alone.
 */
import { byteToUtf16, type Location, type Note } from '../diagnostic/index.ts';
import { significantTokens } from '../sql/tokens.ts';
import type { BindError } from './binder.ts';
import type { Compilation } from './compilation.ts';
import type { ParsedQuery } from './parse-models.ts';

type Json = Readonly<Record<string, unknown>>;

/** More tables than this say nothing about one column. */
const MOST_TABLES = 3;
const MOST_COLUMNS = 8;

/** An item of FROM. */
interface Item {
  readonly kind: 'table' | 'subquery';
  readonly schema: string;
  readonly table: string;
  readonly alias: string;
  /** UTF-16; undefined where DuckDB does not say it. */
  readonly start: number | undefined;
}

/** A column as it is written, and the FROM and WITH that it sees, the nearest first. */
interface Mention {
  readonly names: readonly string[];
  readonly scopes: readonly { readonly items: readonly Item[]; readonly ctes: ReadonlySet<string> }[];
}

export function lookedUpIn(c: Compilation, query: ParsedQuery, error: BindError): readonly Note[] {
  const { sql, map } = query.rendered;
  if (error.position === undefined || query.statement === undefined) return [];
  const mention = mentionAt(query.statement, sql, error.position);
  if (mention === undefined) return [];
  const ctes = new Set(mention.scopes.flatMap((scope) => [...scope.ctes]));
  const place = (start: number, end: number): Location | undefined => map.locate(start, end);
  return itemsFor(mention).flatMap((item): readonly Note[] => {
    const name = item.alias === '' ? item.table : item.alias;
    if (item.kind === 'subquery') {
      const at = wordAt(sql, name, (before) => before.at(-1) === ')' || before.join(' ').endsWith(') as'));
      return noteAt(`it was looked up in the subquery '${name}'`, at, place);
    }
    if (item.schema === '' && ctes.has(item.table.toLowerCase())) {
      const at = wordAt(sql, item.table, (before, after) => isDeclared(before, after), item.start);
      return noteAt(`it was looked up in the CTE '${item.table}'`, at, place);
    }
    const known = c.knownTable(item.schema, item.table);
    const start = item.start;
    const end = start === undefined ? undefined : endOfName(sql, start);
    const full = known?.node.name ?? (item.schema === '' ? item.table : `${item.schema}.${item.table}`);
    const read = `it was looked up in ${item.alias === '' ? full : `'${item.alias}', which is ${full}`}`;
    return [
      ...noteAt(read, start === undefined || end === undefined ? undefined : [start, end], place),
      ...(known === undefined ? [] : [declared(known.node)]),
    ];
  });
}

function declared(node: NonNullable<ReturnType<Compilation['knownTable']>>['node']): Note {
  const names = node.columns.map((column) => column.name);
  const more = names.length > MOST_COLUMNS ? ', …' : '';
  const location = node.node === 'model' ? node.definition.nameLocation : node.definition.location;
  return {
    message: `${node.name} is declared here; its columns are ${names.slice(0, MOST_COLUMNS).join(', ')}${more}`,
    location,
  };
}

function noteAt(
  message: string,
  range: readonly [number, number] | undefined,
  place: (start: number, end: number) => Location | undefined,
): readonly Note[] {
  const location = range === undefined ? undefined : place(...range);
  return location === undefined ? [] : [{ message, location }];
}

/** The one that a qualified name names; else all that the SELECT reads, when they are few. */
function itemsFor({ names, scopes }: Mention): readonly Item[] {
  const table = names.at(-2)?.toLowerCase();
  if (table === undefined) {
    const items = scopes[0]?.items ?? [];
    return items.length > MOST_TABLES ? [] : items;
  }
  const isNamed = (item: Item): boolean =>
    (item.alias === '' ? item.table : item.alias).toLowerCase() === table;
  const found = scopes.flatMap(({ items }) => items).find(isNamed);
  return found === undefined ? [] : [found];
}

/** The column reference at a place of the text. */
function mentionAt(statement: unknown, text: string, position: number): Mention | undefined {
  const offset = (location: unknown): number | undefined =>
    typeof location === 'number' && location <= text.length * 4 ? byteToUtf16(text, location) : undefined;
  let found: Mention | undefined;
  const walk = (node: unknown, scopes: Mention['scopes']): void => {
    if (found !== undefined) return;
    if (Array.isArray(node)) {
      for (const child of node) walk(child, scopes);
      return;
    }
    if (!isJson(node)) return;
    let seen = scopes;
    if (node['type'] === 'SELECT_NODE') {
      const items = itemsOf(node['from_table'], offset);
      seen = [{ items, ctes: new Set(cteNames(node)) }, ...scopes];
    } else if (cteNames(node).length > 0) seen = [{ items: [], ctes: new Set(cteNames(node)) }, ...scopes];
    if (node['class'] === 'COLUMN_REF' && offset(node['query_location']) === position) {
      const names = Array.isArray(node['column_names']) ? node['column_names'].map(String) : [];
      found = { names, scopes: seen };
      return;
    }
    for (const child of Object.values(node)) walk(child, seen);
  };
  walk(statement, []);
  return found;
}

function itemsOf(from: unknown, offset: (location: unknown) => number | undefined): readonly Item[] {
  if (!isJson(from)) return [];
  if (from['type'] === 'JOIN') return [...itemsOf(from['left'], offset), ...itemsOf(from['right'], offset)];
  if (from['type'] !== 'BASE_TABLE' && from['type'] !== 'SUBQUERY') return [];
  const alias = asText(from['alias']);
  if (from['type'] === 'SUBQUERY' && alias === '') return [];
  return [
    {
      kind: from['type'] === 'SUBQUERY' ? 'subquery' : 'table',
      schema: asText(from['schema_name']),
      table: asText(from['table_name']),
      alias,
      start: offset(from['query_location']),
    },
  ];
}

function cteNames(node: Json): readonly string[] {
  const map = isJson(node['cte_map']) ? node['cte_map']['map'] : undefined;
  return Array.isArray(map)
    ? map.flatMap((entry: unknown) => (isJson(entry) ? [asText(entry['key']).toLowerCase()] : []))
    : [];
}

/** `WITH c AS`, `, c (a, b) AS`, with RECURSIVE perhaps. */
function isDeclared(before: readonly string[], after: readonly string[]): boolean {
  return /^(with|recursive|,)$/.test(before.at(-1) ?? '') && /^(as|\()$/.test(after[0] ?? '');
}

/** Where a name stands between certain tokens: the last such place before `end`, or in all. */
function wordAt(
  text: string,
  name: string,
  isWanted: (before: readonly string[], after: readonly string[]) => boolean,
  end = text.length,
): readonly [number, number] | undefined {
  const tokens = significantTokens(text);
  const words = tokens.map((token) => text.slice(token.start, token.end).toLowerCase());
  const wanted = name.toLowerCase();
  const at = tokens.findLastIndex((token, i) => {
    const word = words[i] ?? '';
    const isName = word === wanted || word === `"${wanted.replaceAll('"', '""')}"`;
    return (
      isName && token.end <= end && isWanted(words.slice(Math.max(0, i - 2), i), words.slice(i + 1, i + 2))
    );
  });
  const token = tokens[at];
  return token === undefined ? undefined : [token.start, token.end];
}

/** The end of a name with its schema. */
function endOfName(text: string, start: number): number | undefined {
  const tokens = significantTokens(text).filter((token) => token.start >= start);
  let end = tokens[0]?.end;
  for (let i = 1; text.slice(tokens[i]?.start, tokens[i]?.end) === '.'; i += 2)
    end = tokens[i + 1]?.end ?? end;
  return end;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
