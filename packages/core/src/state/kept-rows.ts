/** The kept rows of one model, with the types that the warehouse knows for its columns. */
import type { Column } from '../compile/compiled.ts';
import { countRows } from '../engine/count-rows.ts';
import type { Connection } from '../engine/warehouse.ts';
import { isNestedType } from '../sql/nested-type.ts';
import { id, ident, raw, sql, type Sql } from '../sql/quote.ts';
import { divertedTables } from './diverted-tables.ts';
import { heldWhere, rejectedWhere, type KeptFilter } from './kept-filter.ts';
import { heldTable, rejectedTable } from './kept-tables.ts';
import { stateVersion } from './schema.ts';

/** The rows of one model as a query: what is known of each in columns of Sluice's own, then its columns with their types. */
export interface KeptRows {
  readonly query: string;
  readonly rows: number;
}

/** Own columns begin so, that they are not taken for the model's. */
const OWN = '_sluice_';

/** Copies and diverted rows together; where there are none of either, rejected lines. */
export async function keptRows(
  connection: Connection,
  filter: KeptFilter,
  columns: readonly Column[],
): Promise<KeptRows> {
  const version = await stateVersion(connection);
  const held = await heldRows(connection, version, filter, columns);
  const parts: string[] = [];
  let rows = held.rows;
  for (const table of await divertedTables(connection)) {
    const where = heldWhere(filter, '');
    const count = await countRows(connection, sql`SELECT count(*) AS n FROM ${table} WHERE ${where}`);
    if (count === 0) continue;
    rows += count;
    parts.push(
      sql`SELECT ${raw(version < 4 ? 'CAST(NULL AS VARCHAR)' : 'row_id')} AS ${id(`${OWN}id`)}, ${raw(ownColumns("'quarantine'"))}, unnest("row") FROM ${table} WHERE ${where}`,
    );
  }
  // Last, so that the ids of the others stand first.
  if (held.rows > 0) parts.push(held.query);
  if (rows === 0) return rejectedRows(connection, version, filter, columns);
  const all = (await alike(connection, parts)).map((part) => `(${part})`).join(' UNION ALL BY NAME ');
  // Two calls of an audit have one name.
  const order = ['kept_at', 'run', 'audit', 'severity', 'reason'].map((c) => ident(`${OWN}${c}`));
  return { query: sql`SELECT * FROM (${raw(all)}) ORDER BY ${raw(order.join(', '))}`, rows };
}

/**
 * The same parts, to be put one below the other. A table has the types of its own version, and a copy those that its JSON tells: where a
 * column is nested in one of them and of another type elsewhere, all of them have it as JSON.
 */
async function alike(connection: Connection, parts: readonly string[]): Promise<readonly string[]> {
  if (parts.length < 2) return parts;
  const types = await Promise.all(
    parts.map(async (part) => (await connection.query(`SELECT * FROM (${part}) LIMIT 0`)).columns),
  );
  const all = Map.groupBy(types.flat(), (c) => c.name.toLowerCase());
  const isMixed = (name: string): boolean => {
    const found = new Set(all.get(name.toLowerCase())?.map((c) => c.type));
    return found.size > 1 && [...found].some(isNestedType);
  };
  return parts.map((part, i) => {
    const mixed = types[i]?.filter((c) => isMixed(c.name)) ?? [];
    if (mixed.length === 0) return part;
    const changes = mixed.map((c) => sql`to_json(${id(c.name)}) AS ${id(c.name)}`).join(', ');
    return `SELECT * REPLACE (${changes}) FROM (${part})`;
  });
}

async function heldRows(
  connection: Connection,
  version: number,
  filter: KeptFilter,
  columns: readonly Column[],
): Promise<KeptRows> {
  const where = heldWhere(filter, '');
  const kept = { table: heldTable(version), where, own: raw(ownColumns()) };
  return typedRows(connection, kept, columns, []);
}

/** Records of a source's files: where they stand, why they are no rows, and all that can be read of them. */
async function rejectedRows(
  connection: Connection,
  version: number,
  filter: KeptFilter,
  columns: readonly Column[],
): Promise<KeptRows> {
  const own: readonly (readonly [string, string])[] = [
    ['run', 'run_id'],
    ['kept_at', 'kept_at'],
    ['file', 'file'],
    ['line', 'line'],
    ['column', 'column'],
    ['reason', 'error'],
    ['text', 'text'],
  ];
  const kept = {
    table: rejectedTable(version),
    where: rejectedWhere(filter, ''),
    own: raw(named(own)),
  };
  return typedRows(connection, kept, columns, ['kept_at', 'run_id', 'file', 'line']);
}

/** A table of kept rows, which of them, and what is told of each beside its values. */
interface Kept {
  readonly table: Sql;
  readonly where: Sql;
  readonly own: Sql;
}

/**
 * Where the warehouse knows the model's types, rows get them back; a value that does not fit its type any more, and a column
 * that is not the model's, has the type that its JSON has.
 */
async function typedRows(
  connection: Connection,
  { table, where, own }: Kept,
  columns: readonly Column[],
  order: readonly string[],
): Promise<KeptRows> {
  const found = await connection.rows(
    sql`SELECT count(*) AS n, CAST(json_group_structure("row") AS VARCHAR) AS structure FROM ${table} WHERE ${where}`,
  );
  const rows = Number(found[0]?.['n'] ?? 0);
  const structure = structureOf(found[0]?.['structure']);
  const known = new Map(columns.map((c) => [c.name, c.type]));
  const names = [
    ...columns.map((c) => c.name).filter((name) => structure.has(name)),
    ...[...structure.keys()].filter((name) => !known.has(name)),
  ];
  const typed = names.filter((name) => known.has(name));
  const misfits = await misfitting(connection, table, where, typed, known);
  const items = names.map((name) => {
    const type = known.get(name);
    const value =
      type === undefined || misfits.has(name)
        ? sql`json_transform(json_extract("row", ${pointer(name)}), ${JSON.stringify(structure.get(name) ?? 'JSON')})`
        : typedValue(name, type);
    return sql`${raw(value)} AS ${id(name)}`;
  });
  const list = raw([own.text, ...items].join(', '));
  const sorted = raw(order.length === 0 ? '' : sql` ORDER BY ${raw(order.map((c) => ident(c)).join(', '))}`);
  return { query: sql`SELECT ${list} FROM ${table} WHERE ${where}${sorted}`, rows };
}

function ownColumns(severity = 'severity'): string {
  const own: readonly (readonly [string, string])[] = [
    ['audit', 'audit'],
    ['run', 'run_id'],
    ['kept_at', 'kept_at'],
    ['start', 'start_at'],
    ['end', 'end_at'],
    ['key', 'key'],
    ['reason', 'reason'],
  ];
  return `${sql`${raw(severity)} AS ${id(`${OWN}severity`)}`}, ${named(own)}`;
}

/** Columns under names of Sluice's own. */
function named(own: readonly (readonly [string, string])[]): string {
  return own.map(([name, column]) => sql`${id(column)} AS ${id(`${OWN}${name}`)}`).join(', ');
}

/** What JSON says of each column's type: a name, or names within lists and objects. */
function structureOf(text: unknown): ReadonlyMap<string, unknown> {
  const value: unknown = JSON.parse(typeof text === 'string' ? text : '{}');
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

/** The columns in which some row's value is not of the model's type. */
async function misfitting(
  connection: Connection,
  held: Sql,
  where: Sql,
  names: readonly string[],
  types: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  // In JSON a map is a list of its entries, which DuckDB reads as no map; within a list or a struct it says nothing of that.
  const maps = names.filter((name) => /\bMAP\(/i.test(types.get(name) ?? ''));
  const items = names.map((name, i) => {
    const isThere = sql`json_type(json_extract("row", ${pointer(name)})) <> 'NULL'`;
    const value = typedValue(name, types.get(name) ?? 'JSON');
    return sql`count(*) FILTER (${raw(isThere)} AND ${raw(value)} IS NULL) AS ${id(String(i))}`;
  });
  const [row] = await connection.rows(sql`SELECT ${raw(items.join(', '))} FROM ${held} WHERE ${where}`);
  return new Set([...maps, ...names.filter((_, i) => Number(row?.[String(i)] ?? 0) > 0)]);
}

/** A scalar is read from its text, without the quotes of JSON; lists, structs and maps from their JSON. */
function typedValue(name: string, type: string): string {
  const extract = isNestedType(type) ? 'json_extract' : 'json_extract_string';
  return sql`TRY_CAST(${raw(extract)}("row", ${pointer(name)}) AS ${raw(type)})`;
}

/** RFC 6901: any name can be a key. */
export function pointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
