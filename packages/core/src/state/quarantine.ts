/**
 * What is kept of bad rows: copies of those that an audit found (JSON, since an audit may return anything), and lines of
 * files that could not be read. Read in groups, one for each audit of a run; taken away only here.
 */
import type { Column } from '../compile/compiled.ts';
import { countRows } from '../engine/count-rows.ts';
import type { Connection } from '../engine/warehouse.ts';
import { id, literal, raw, sql, type Sql, type TableName } from '../sql/quote.ts';
import type { TimeRange } from '../time/index.ts';
import { divertedTables } from './diverted-tables.ts';
import { intervalOf } from './interval-of.ts';
import { stateVersion } from './schema.ts';
import { timestamp } from './write.ts';

/** Which kept rows are meant; what is left out is not asked for. */
export interface KeptFilter {
  readonly models: readonly string[];
  readonly audit?: string;
  /** A run's name, or its beginning. */
  readonly run?: string;
  /** Epoch ms UTC: only what was kept before. */
  readonly before?: number;
}

/** Rows that one audit of one run, or one load, left behind. */
export interface KeptGroup {
  /** `held`: copies of rows that an audit found. `diverted`: rows taken out of a table. `rejected`: lines of a source's files. */
  readonly kind: 'held' | 'diverted' | 'rejected';
  readonly model: string;
  /** Undefined for rejected lines. */
  readonly audit: string | undefined;
  readonly severity: string | undefined;
  readonly runId: string;
  readonly rows: number;
  /** How many there were in all; undefined when that is not known any more. */
  readonly found: number | undefined;
  /** Of all its rows; undefined where none has one. */
  readonly interval: TimeRange | undefined;
  /** Epoch ms UTC, of the newest. */
  readonly keptAt: number;
}

/** The groups that a filter picks, newest first. */
export async function readKept(connection: Connection, filter: KeptFilter): Promise<readonly KeptGroup[]> {
  if ((await stateVersion(connection)) === 0) return [];
  const tables = await divertedTables(connection);
  const groups = [
    heldGroups(filter),
    rejectedGroups(filter),
    ...tables.map((table) => divertedGroups(filter, table)),
  ];
  const rows = await connection.rows(sql`
    SELECT *, epoch_ms(kept) AS k, epoch_ms(start_at) AS s, epoch_ms(end_at) AS e,
      isfinite(start_at) AS sf, isfinite(end_at) AS ef
    FROM (${raw(groups.join(' UNION ALL BY NAME '))})
    ORDER BY kept DESC, run_id DESC, model, audit`);
  return rows.map((r) => ({
    kind: kindOf(r['kind']),
    model: String(r['model']),
    audit: r['audit'] === null ? undefined : String(r['audit']),
    severity: r['severity'] === null ? undefined : String(r['severity']),
    runId: String(r['run_id']),
    rows: Number(r['n']),
    found: r['found'] === null ? undefined : Number(r['found']),
    interval: intervalOf(r),
    keptAt: Number(r['k']),
  }));
}

function kindOf(value: unknown): KeptGroup['kind'] {
  return value === 'held' || value === 'diverted' ? value : 'rejected';
}

function divertedGroups(filter: KeptFilter, table: TableName): string {
  return sql`SELECT 'diverted' AS kind, q.model, q.audit, 'quarantine' AS severity, q.run_id, count(*) AS n,
      count(*) AS found, min(q.start_at) AS start_at, max(q.end_at) AS end_at, max(q.kept_at) AS kept
    FROM ${table} AS q WHERE ${heldWhere(filter, 'q.')} GROUP BY q.model, q.audit, q.run_id`;
}

function heldGroups(filter: KeptFilter): string {
  return sql`SELECT 'held' AS kind, q.model, q.audit, q.severity, q.run_id, count(*) AS n, any_value(r.found) AS found,
      min(q.start_at) AS start_at, max(q.end_at) AS end_at, max(q.kept_at) AS kept
    FROM _sluice.quarantine AS q
    LEFT JOIN (SELECT run_id, model, audit, CAST(sum(failing_rows) AS BIGINT) AS found FROM _sluice.audit_result
      GROUP BY ALL) AS r ON r.run_id = q.run_id AND r.model = q.model AND r.audit = q.audit
    WHERE ${heldWhere(filter, 'q.')} GROUP BY q.model, q.audit, q.severity, q.run_id`;
}

function rejectedGroups(filter: KeptFilter): string {
  return sql`SELECT 'rejected' AS kind, q.source AS model, NULL AS audit, NULL AS severity, q.run_id, count(*) AS n,
      any_value(l.rejected_count) AS found, NULL AS start_at, NULL AS end_at, max(q.kept_at) AS kept
    FROM _sluice.rejected_row AS q LEFT JOIN _sluice.source_load AS l ON l.run_id = q.run_id AND l.source = q.source
    WHERE ${rejectedWhere(filter, 'q.')} GROUP BY q.source, q.run_id`;
}

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
  const held = await heldRows(connection, filter, columns);
  const parts = held.rows === 0 ? [] : [held.query];
  let rows = held.rows;
  for (const table of await divertedTables(connection)) {
    const where = heldWhere(filter, '');
    const count = await countRows(connection, sql`SELECT count(*) AS n FROM ${table} WHERE ${where}`);
    if (count === 0) continue;
    rows += count;
    parts.push(
      sql`SELECT row_id AS ${id(`${OWN}id`)}, ${raw(ownColumns("'quarantine'"))}, reason AS ${id(`${OWN}reason`)}, unnest("row") FROM ${table} WHERE ${where}`,
    );
  }
  if (rows === 0) return rejectedRows(connection, filter);
  const all = parts.map((part) => `(${part})`).join(' UNION ALL BY NAME ');
  return {
    query: sql`SELECT * FROM (${raw(all)}) ORDER BY ${id(`${OWN}kept_at`)}, ${id(`${OWN}run`)}, ${id(`${OWN}audit`)}`,
    rows,
  };
}

/**
 * Where the warehouse knows the model's types, rows get them back; a value that does not fit its type any more, and a column
 * that is not the model's, has the type that its JSON has.
 */
async function heldRows(
  connection: Connection,
  filter: KeptFilter,
  columns: readonly Column[],
): Promise<KeptRows> {
  const where = heldWhere(filter, '');
  const found = await connection.rows(
    sql`SELECT count(*) AS n, CAST(json_group_structure("row") AS VARCHAR) AS structure FROM _sluice.quarantine WHERE ${where}`,
  );
  const rows = Number(found[0]?.['n'] ?? 0);
  if (rows === 0) return { query: '', rows: 0 };
  const structure = structureOf(found[0]?.['structure']);
  const known = new Map(columns.map((c) => [c.name, c.type]));
  const names = [
    ...columns.map((c) => c.name).filter((name) => structure.has(name)),
    ...[...structure.keys()].filter((name) => !known.has(name)),
  ];
  const typed = names.filter((name) => known.has(name));
  const misfits = await misfitting(connection, where, typed, known);
  const items = names.map((name) => {
    const type = known.get(name);
    const value =
      type === undefined || misfits.has(name)
        ? sql`json_transform(json_extract("row", ${pointer(name)}), ${JSON.stringify(structure.get(name) ?? 'JSON')})`
        : typedValue(name, type);
    return sql`${raw(value)} AS ${id(name)}`;
  });
  const query = sql`SELECT ${raw(ownColumns())}, ${raw(items.join(', '))} FROM _sluice.quarantine
    WHERE ${where}`;
  return { query, rows };
}

async function rejectedRows(connection: Connection, filter: KeptFilter): Promise<KeptRows> {
  const where = rejectedWhere(filter, '');
  const rows = await countRows(
    connection,
    sql`SELECT count(*) AS n FROM _sluice.rejected_row WHERE ${where}`,
  );
  const query = sql`SELECT run_id AS ${id(`${OWN}run`)}, kept_at AS ${id(`${OWN}kept_at`)}, file, line, "column", error, text
    FROM _sluice.rejected_row WHERE ${where} ORDER BY kept_at, run_id, file, line`;
  return { query, rows };
}

function ownColumns(severity = 'severity'): string {
  const own: readonly (readonly [string, string])[] = [
    ['audit', 'audit'],
    ['run', 'run_id'],
    ['kept_at', 'kept_at'],
    ['start', 'start_at'],
    ['end', 'end_at'],
  ];
  return [
    sql`${raw(severity)} AS ${id(`${OWN}severity`)}`,
    ...own.map(([name, column]) => sql`${id(column)} AS ${id(`${OWN}${name}`)}`),
  ].join(', ');
}

/** What JSON says of each column's type: a name, or names within lists and objects. */
function structureOf(text: unknown): ReadonlyMap<string, unknown> {
  const value: unknown = JSON.parse(typeof text === 'string' ? text : '{}');
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

/** The columns in which some row's value is not of the model's type. */
async function misfitting(
  connection: Connection,
  where: Sql,
  names: readonly string[],
  types: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const items = names.map((name, i) => {
    const isThere = sql`json_type(json_extract("row", ${pointer(name)})) <> 'NULL'`;
    const value = typedValue(name, types.get(name) ?? 'JSON');
    return sql`count(*) FILTER (${raw(isThere)} AND ${raw(value)} IS NULL) AS ${id(String(i))}`;
  });
  const [row] = await connection.rows(
    sql`SELECT ${raw(items.join(', '))} FROM _sluice.quarantine WHERE ${where}`,
  );
  return new Set(names.filter((_, i) => Number(row?.[String(i)] ?? 0) > 0));
}

/** A scalar is read from its text, without the quotes of JSON; lists, structs and maps from their JSON. */
function typedValue(name: string, type: string): string {
  const extract = /^(STRUCT|MAP|UNION|VARIANT|JSON)|\]$/i.test(type) ? 'json_extract' : 'json_extract_string';
  return sql`TRY_CAST(${raw(extract)}("row", ${pointer(name)}) AS ${raw(type)})`;
}

/** RFC 6901: any name can be a key. */
export function pointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Forgets what a filter picks. Runs inside the caller's transaction. Answers how many rows there were. */
export async function forgetKept(connection: Connection, filter: KeptFilter): Promise<number> {
  const held = await connection.run(sql`DELETE FROM _sluice.quarantine WHERE ${heldWhere(filter, '')}`);
  const rejected = await connection.run(
    sql`DELETE FROM _sluice.rejected_row WHERE ${rejectedWhere(filter, '')}`,
  );
  let diverted = 0;
  for (const table of await divertedTables(connection))
    diverted += await connection.run(sql`DELETE FROM ${table} WHERE ${heldWhere(filter, '')}`);
  return held + rejected + diverted;
}

/**
 * Forgets what is older: copies, rejected lines, and diverted rows whose table is there no more. Those of a table that stands
 * are nowhere else, and stay. Answers how many rows.
 */
export async function expireKept(connection: Connection, before: number): Promise<number> {
  const filter = { models: [], before };
  const gone = await goneTables(connection);
  if (!(await isKeptBefore(connection, filter, gone))) return 0;
  return connection.transaction(async () => {
    let rows = await connection.run(sql`DELETE FROM _sluice.quarantine WHERE ${heldWhere(filter, '')}`);
    rows += await connection.run(sql`DELETE FROM _sluice.rejected_row WHERE ${rejectedWhere(filter, '')}`);
    for (const table of gone)
      rows += await connection.run(sql`DELETE FROM ${table} WHERE ${heldWhere(filter, '')}`);
    return rows;
  });
}

/** Quarantines of physical tables that are no more. */
async function goneTables(connection: Connection): Promise<readonly TableName[]> {
  const rows = await connection.rows('SELECT physical FROM _sluice.snapshot');
  const standing = new Set(rows.map((r) => String(r['physical'])));
  return (await divertedTables(connection)).filter((table) => !standing.has(table.name));
}

/** Asked before a transaction is opened. */
async function isKeptBefore(
  connection: Connection,
  filter: KeptFilter,
  gone: readonly TableName[],
): Promise<boolean> {
  const counts = [
    sql`(SELECT count(*) FROM _sluice.quarantine WHERE ${heldWhere(filter, '')})`,
    sql`(SELECT count(*) FROM _sluice.rejected_row WHERE ${rejectedWhere(filter, '')})`,
    ...gone.map((table) => sql`(SELECT count(*) FROM ${table} WHERE ${heldWhere(filter, '')})`),
  ];
  return (await countRows(connection, `SELECT ${counts.join(' + ')} AS n`)) > 0;
}

/** Of rows in the quarantine of a table. */
export function divertedWhere(filter: KeptFilter, of: string): Sql {
  return heldWhere(filter, of);
}

function heldWhere(filter: KeptFilter, of: string): Sql {
  const audit =
    filter.audit === undefined ? [] : [sql`lower(${raw(of)}audit) = ${filter.audit.toLowerCase()}`];
  return allOf([...common(filter, `${of}model`, of), ...audit]);
}

/** No audit found a rejected line. */
function rejectedWhere(filter: KeptFilter, of: string): Sql {
  return allOf([...common(filter, `${of}source`, of), ...(filter.audit === undefined ? [] : ['false'])]);
}

function common({ models, run, before }: KeptFilter, model: string, of: string): readonly string[] {
  return [
    ...(models.length === 0
      ? []
      : [`lower(${model}) IN (${models.map((m) => literal(m.toLowerCase())).join(', ')})`]),
    ...(run === undefined ? [] : [sql`starts_with(${raw(of)}run_id, ${run})`]),
    ...(before === undefined ? [] : [sql`${raw(of)}kept_at < ${timestamp(before)}`]),
  ];
}

function allOf(conditions: readonly string[]): Sql {
  return raw(conditions.length === 0 ? 'true' : conditions.map((c) => `(${c})`).join(' AND '));
}
