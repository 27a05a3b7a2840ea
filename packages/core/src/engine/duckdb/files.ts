import type { Column } from '../../compile/compiled.ts';
import type { FileSource } from '../../project/project.ts';
import { id, ident, literal, raw, sql, tableIdent, type SqlValue } from '../../sql/quote.ts';
import type { LoadRequest } from '../warehouse.ts';

/** SQL for reading files with DuckDB: one place that knows `read_csv` and its sisters. */

/** A query over the files with the declared columns, or all of them when `columns` is undefined. */
export function readFilesSql(
  source: FileSource,
  paths: readonly string[],
  columns: readonly Column[] | undefined,
  names: readonly string[],
  rejects?: { readonly errors: string; readonly scans: string },
): string {
  switch (source.format) {
    case 'csv': {
      const list = raw(columns === undefined ? '*' : columns.map((c) => csvColumn(c, names)).join(', '));
      return sql`SELECT ${list} FROM read_csv(${raw(csvArguments(source, paths, columns, names, rejects))})`;
    }
    case 'parquet':
      return sql`SELECT ${cast(columns)} FROM read_parquet([${[...paths]}], union_by_name := ${paths.length > 1})`;
    case 'json':
      return sql`SELECT ${cast(columns)} FROM read_json([${[...paths]}], union_by_name := ${paths.length > 1})`;
    default:
      return source.format satisfies never;
  }
}

/** A column of a CSV file; one that only other files of the source have is NULL here. */
function csvColumn(column: Column, names: readonly string[]): string {
  const isThere = names.length === 0 || names.some((n) => n.toLowerCase() === column.name.toLowerCase());
  return isThere ? ident(column.name) : `CAST(NULL AS ${column.type}) AS ${ident(column.name)}`;
}

function cast(columns: readonly Column[] | undefined): SqlValue {
  if (columns === undefined) return raw('*');
  return raw(columns.map((c) => `CAST(${ident(c.name)} AS ${c.type}) AS ${ident(c.name)}`).join(', '));
}

function csvArguments(
  source: FileSource,
  paths: readonly string[],
  columns: readonly Column[] | undefined,
  names: readonly string[],
  rejects: { readonly errors: string; readonly scans: string } | undefined,
): string {
  const { csv } = source;
  const named: [string, string][] = [];
  if (csv.delimiter !== undefined) named.push(['delim', literal(csv.delimiter)]);
  if (csv.quote !== undefined) named.push(['quote', literal(csv.quote)]);
  named.push(['header', csv.header === false ? 'false' : 'true']);
  if (csv.nullValues !== undefined) named.push(['nullstr', `[${csv.nullValues.map(literal).join(', ')}]`]);
  if (csv.dateFormat !== undefined) named.push(['dateformat', literal(csv.dateFormat)]);
  if (csv.timestampFormat !== undefined) named.push(['timestampformat', literal(csv.timestampFormat)]);
  if (csv.encoding !== undefined) named.push(['encoding', literal(csv.encoding)]);
  if (columns !== undefined) {
    // By name and for every column of the file, so that neither the order in the file nor a guess matters.
    const declared = new Map(columns.map((c) => [c.name.toLowerCase(), c.type]));
    const types = names.map((n) => `${literal(n)}: ${literal(declared.get(n.toLowerCase()) ?? 'VARCHAR')}`);
    if (csv.header === false) {
      named.push(['columns', `{${columns.map((c) => `${literal(c.name)}: ${literal(c.type)}`).join(', ')}}`]);
    } else {
      named.push(['types', `{${types.join(', ')}}`]);
    }
  }
  if (paths.length > 1 && columns === undefined) named.push(['union_by_name', 'true']);
  // A record with more or fewer fields than the others must not change what DuckDB takes for the header.
  if (rejects === undefined) named.push(['ignore_errors', 'true']);
  if (rejects !== undefined) {
    named.push(
      ['store_rejects', 'true'],
      ['rejects_table', literal(rejects.errors)],
      ['rejects_scan', literal(rejects.scans)],
      ['rejects_limit', '0'],
    );
  }
  return `[${paths.map(literal).join(', ')}]${named.map(([k, v]) => `, ${k} := ${v}`).join('')}`;
}

/** How many rows of a query over files can be read: `hash` has each of them parsed as a whole. */
export function countReadableSql(files: string): string {
  return `SELECT count(hash(r)) AS n FROM (${files}) AS r`;
}

/** So many of its rows: the same ones of the same rows, wherever they stand, as good as by lot. */
export function sampleSql(files: string, rows: number): string {
  return `SELECT * FROM (${files}) AS r ORDER BY hash(r) LIMIT ${rows}`;
}

/** Rows per UTC day with a hash that does not depend on their order; one group when there is no time column. */
function fingerprintSql(relation: string, request: LoadRequest): string {
  const all = request.columns.map((c) => ident(c.name)).join(', ');
  const day = request.source.timeColumn === undefined ? raw('NULL') : sqlDay(request.source.timeColumn);
  return sql`SELECT ${day} AS d, count(*) AS n, sum(hash(${raw(all)})::HUGEINT) AS h FROM ${raw(relation)} GROUP BY 1`;
}

function sqlDay(column: string): SqlValue {
  return raw(sql`CAST(date_trunc('day', ${id(column)}) AS DATE)`);
}

/** Days whose rows differ between the loaded table and the files; `d` is NULL for rows without a time. */
export function compareSql(request: LoadRequest, files: string): string {
  const before = fingerprintSql(tableIdent(request.target), request);
  const after = fingerprintSql(`(${files})`, request);
  return (
    `SELECT CAST(coalesce(b.d, a.d) AS VARCHAR) AS d FROM (${before}) AS b FULL JOIN (${after}) AS a` +
    ' ON b.d IS NOT DISTINCT FROM a.d WHERE b.n IS DISTINCT FROM a.n OR b.h IS DISTINCT FROM a.h ORDER BY 1'
  );
}
