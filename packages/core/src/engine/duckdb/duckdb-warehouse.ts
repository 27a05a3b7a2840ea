import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Column } from '../../compile/compiled.ts';
import { id, ident, literal, raw, sql, tableIdent, type TableName } from '../../sql/quote.ts';
import { ALL_TIME, normalize, type TimeRange } from '../../time/index.ts';
import type {
  Cell,
  Connection,
  ExportFormat,
  FileComparison,
  LoadRequest,
  LoadResult,
  Reject,
  Row,
  Warehouse,
  WarehouseStatistics,
} from '../warehouse.ts';
import { borrowAll, IS_BORROWED, ownTable } from './attached-base.ts';
import { defineMacros } from './define-macros.ts';
import { readResult } from './cells.ts';
import { compareSql, countReadableSql, readFilesSql, sampleSql } from './files.ts';
import { rejectedValues } from './rejected-values.ts';
import { shownBy } from './shown-by.ts';

/** The embedded warehouse: one DuckDB file, opened by this process. */
/** Where DuckDB puts what it could not read of a load. */
const REJECTS = { errors: 'sluice_reject_errors', scans: 'sluice_reject_scans' };

function loading({ target }: LoadRequest, query: string): string {
  return `CREATE OR REPLACE TABLE ${tableIdent(target)} AS ${query}`;
}

export class DuckDbWarehouse implements Warehouse {
  readonly #instance: DuckDBInstance;
  readonly #macros: readonly string[];
  readonly #onClose: () => void;
  readonly #hasBase: boolean;

  constructor(instance: DuckDBInstance, macros: readonly string[], hasBase: boolean, onClose: () => void) {
    this.#instance = instance;
    this.#hasBase = hasBase;
    this.#macros = macros;
    this.#onClose = onClose;
  }

  async connect(): Promise<Connection> {
    const connection = await this.#instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    // What is wrong with one has been said by the compiler, and its readers are not run.
    await defineMacros(connection, this.#macros);
    return new DuckDbConnection(connection, this.#hasBase);
  }

  close(): void {
    this.#instance.closeSync();
    this.#onClose();
  }
}

class DuckDbConnection implements Connection {
  readonly #connection: DuckDBConnection;
  readonly #hasBase: boolean;

  constructor(connection: DuckDBConnection, hasBase: boolean) {
    this.#connection = connection;
    this.#hasBase = hasBase;
  }

  async borrow(exceptSchemas: readonly string[]): Promise<void> {
    await borrowAll(this.#connection, exceptSchemas);
  }

  async own(table: TableName, keepRows: boolean): Promise<void> {
    if (this.#hasBase) await ownTable(this.#connection, table, keepRows);
  }

  async run(text: string): Promise<number> {
    const reader = await this.#connection.runAndReadAll(text);
    if (reader.rowsChanged > 0) return reader.rowsChanged;
    // CREATE TABLE AS tells its rows as a result instead.
    const count = reader.columnNames()[0] === 'Count' ? reader.getRowsJson()[0]?.[0] : undefined;
    return count === undefined ? 0 : Number(count);
  }

  async exportRows(query: string, path: string, format: ExportFormat): Promise<number> {
    const more = format === 'csv' ? ', HEADER' : '';
    const rows = format === 'parquet' ? await this.#exactly(query) : query;
    return this.run(`COPY (\n${rows}\n) TO ${literal(path)} (FORMAT ${format}${more})`);
  }

  /**
   * Parquet knows no whole numbers of 128 bits: DuckDB would write them as DOUBLE. They are decimals there, and a column with one that no
   * decimal can hold is text.
   */
  async #exactly(query: string): Promise<string> {
    const { columns } = await this.query(`SELECT * FROM (\n${query}\n) LIMIT 0`);
    const wide = columns.filter((c) => c.type === 'HUGEINT' || c.type === 'UHUGEINT');
    if (wide.length === 0) return query;
    const fits = wide.map(
      (c, i) =>
        sql`bool_and(${id(c.name)} IS NULL OR TRY_CAST(${id(c.name)} AS DECIMAL(38,0)) IS NOT NULL) AS ${id(String(i))}`,
    );
    const [found] = await this.rows(`SELECT ${fits.join(', ')} FROM (\n${query}\n)`);
    const casts = wide
      .map((c, i) => {
        const type = raw(found?.[String(i)] === false ? 'VARCHAR' : 'DECIMAL(38,0)');
        return sql`CAST(${id(c.name)} AS ${type}) AS ${id(c.name)}`;
      })
      .join(', ');
    return `SELECT * REPLACE (${casts}) FROM (\n${query}\n)`;
  }

  async importRows(
    path: string,
    format: ExportFormat,
    columns: readonly Column[],
    table: string,
  ): Promise<readonly string[]> {
    await this.run(
      `CREATE OR REPLACE TEMP TABLE ${ident(table)} AS FROM ${await this.#given(path, format, columns)}`,
    );
    const rows = await this.rows(sql`DESCRIBE ${{ schema: 'temp', name: table }}`);
    return rows.map((r) => String(r['column_name']));
  }

  /** Texts in CSV stay texts; an empty field is a NULL and a quoted one an empty text, as they are written. */
  async #given(path: string, format: ExportFormat, columns: readonly Column[]): Promise<string> {
    switch (format) {
      case 'csv':
        return sql`read_csv(${path}, header = true, all_varchar = true, allow_quoted_nulls = false)`;
      case 'parquet':
        return sql`read_parquet(${path})`;
      case 'json': {
        const known = new Map(columns.map((c) => [c.name, c.type]));
        const there = await this.rows(sql`DESCRIBE FROM read_json(${path})`);
        const types = there.map(
          (r) => sql`${String(r['column_name'])}: ${known.get(String(r['column_name'])) ?? 'VARCHAR'}`,
        );
        return sql`read_json(${path}, columns = {${raw(types.join(', '))}})`;
      }
      default:
        return format satisfies never;
    }
  }

  async rows(text: string): Promise<readonly Row[]> {
    return (await this.#read(text)).rows;
  }

  async query(text: string): Promise<{ readonly columns: readonly Column[]; readonly rows: readonly Row[] }> {
    const statements = await this.#connection.extractStatements(text);
    if (statements.count !== 1)
      throw new Error(`one statement at a time, please; these are ${statements.count}`);
    return this.#read(text);
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run('BEGIN TRANSACTION');
    let result: T;
    try {
      result = await work();
    } catch (error) {
      // A failed statement may have ended the transaction already; the first error is the one to tell.
      await this.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    await this.run('COMMIT');
    return result;
  }

  async relations(): Promise<ReadonlyMap<string, 'table' | 'view'>> {
    const rows = await this.rows(
      "SELECT lower(schema_name || '.' || table_name) AS n, 'table' AS k FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal" +
        ` UNION ALL SELECT lower(schema_name || '.' || view_name), CASE WHEN ${IS_BORROWED} THEN 'table' ELSE 'view' END FROM duckdb_views() WHERE database_name = current_database() AND NOT internal`,
    );
    return new Map(rows.map((r) => [String(r['n']), r['k'] === 'view' ? 'view' : 'table']));
  }

  async statistics(): Promise<WarehouseStatistics> {
    const tables = await this.rows(
      "SELECT lower(schema_name || '.' || table_name) AS n, estimated_size AS r, column_count AS c FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal",
    );
    const [size] = await this.rows(
      'SELECT block_size * used_blocks AS b FROM pragma_database_size() WHERE database_name = current_database()',
    );
    return {
      tables: new Map(tables.map((t) => [String(t['n']), { rows: Number(t['r']), columns: Number(t['c']) }])),
      bytes: Number(size?.['b'] ?? 0),
    };
  }

  async columnsOf(relation: TableName): Promise<readonly Column[]> {
    const rows = await this.rows(sql`DESCRIBE ${relation}`);
    return rows.map((r) => ({ name: String(r['column_name']), type: String(r['column_type']) }));
  }

  async views(): Promise<ReadonlyMap<string, TableName | 'another query'>> {
    const rows = await this.rows(
      "SELECT lower(schema_name || '.' || view_name) AS n, sql, database_name AS d FROM duckdb_views() WHERE database_name = current_database() AND NOT internal" +
        ` AND NOT ${IS_BORROWED}`,
    );
    return new Map(
      rows.map((r) => [String(r['n']), shownBy(String(r['sql']), String(r['d'])) ?? 'another query']),
    );
  }

  async comments({ schema, name }: TableName): Promise<ReadonlyMap<string | null, string>> {
    const here = raw(
      sql`database_name = current_database() AND schema_name = ${schema} AND comment IS NOT NULL`,
    );
    const rows = await this.rows(
      sql`SELECT NULL AS c, comment FROM duckdb_tables() WHERE ${here} AND table_name = ${name}
        UNION ALL SELECT NULL, comment FROM duckdb_views() WHERE ${here} AND view_name = ${name}
        UNION ALL SELECT column_name, comment FROM duckdb_columns() WHERE ${here} AND table_name = ${name}`,
    );
    return new Map(rows.map((r) => [r['c'] === null ? null : String(r['c']), String(r['comment'])]));
  }

  async loadFiles(request: LoadRequest, maxRejects: number): Promise<LoadResult> {
    const rejects = REJECTS;
    const isCsv = request.source.format === 'csv';
    const sample = await this.#sampleOf(request);
    if (isCsv) await this.#dropRejects(rejects);
    const { text: all, names } = await this.#readSql(request, isCsv ? rejects : undefined);
    // What is small enough is loaded as ever.
    const query = sample === undefined || sample.from <= sample.rows ? all : sampleSql(all, sample.rows);
    const rows = await this.run(loading(request, query));
    const sampledFrom = sample?.from ?? null;
    if (!isCsv) return { rows, sampledFrom, rejected: 0, rejects: [] };
    const found = await this.#readRejects(rejects, maxRejects, request, names);
    await this.#dropRejects(rejects);
    return { rows, sampledFrom, ...found };
  }

  loadText(request: LoadRequest): string {
    const { source, paths, columns } = request;
    const names = columns.map((c) => c.name);
    const rejects = source.format === 'csv' ? REJECTS : undefined;
    return loading(request, readFilesSql(source, paths, columns, names, rejects));
  }

  async compareFiles(request: LoadRequest): Promise<FileComparison> {
    const rows = await this.#look(request, (files) => this.rows(compareSql(request, files)));
    const changed: TimeRange[] = [];
    for (const row of rows) {
      const day = row['d'];
      if (typeof day !== 'string') return { changed: [ALL_TIME] };
      const start = Date.parse(`${day}T00:00:00Z`);
      // Years beyond what JavaScript reads (or infinity): take no chance.
      if (Number.isNaN(start)) return { changed: [ALL_TIME] };
      changed.push({ start, end: start + 86_400_000 });
    }
    return { changed: normalize(changed) };
  }

  interrupt(): void {
    this.#connection.interrupt();
  }

  close(): void {
    this.#connection.closeSync();
  }

  async #read(text: string): Promise<ReturnType<typeof readResult>> {
    return readResult(await this.#connection.runAndReadAll(text));
  }

  /** How much of the files is to be loaded, and of how many rows; undefined when no sample is asked for. */
  async #sampleOf(
    request: LoadRequest,
  ): Promise<{ readonly rows: number; readonly from: number } | undefined> {
    const { sample } = request.source;
    if (sample === undefined) return undefined;
    const from = await this.#look(request, (files) => this.#count(countReadableSql(files)));
    return { rows: sample, from };
  }

  /** Asks something of the files as they would be loaded; what cannot be parsed is left out. */
  async #look<T>(request: LoadRequest, ask: (files: string) => Promise<T>): Promise<T> {
    const isCsv = request.source.format === 'csv';
    const rejects = { errors: 'sluice_compare_errors', scans: 'sluice_compare_scans' };
    const { text } = await this.#readSql(request, isCsv ? rejects : undefined);
    const answer = await ask(text);
    if (isCsv) await this.#dropRejects(rejects);
    return answer;
  }

  async #count(query: string): Promise<number> {
    const [row] = await this.rows(query);
    return Number(row?.['n'] ?? 0);
  }

  /** The query over the files, and the columns that each of them has. */
  async #readSql(
    request: LoadRequest,
    rejects: { readonly errors: string; readonly scans: string } | undefined,
  ): Promise<{ readonly text: string; readonly names: ReadonlyMap<string, readonly string[]> }> {
    const { source, paths, columns } = request;
    if (source.format !== 'csv' || source.csv.header === false) {
      const declared = columns.map((c) => c.name);
      return {
        text: readFilesSql(source, paths, columns, [], rejects),
        names: new Map(paths.map((path) => [path, declared])),
      };
    }
    // Files with the same header are one scan; DuckDB cannot both unite by name and keep rejected rows.
    const groups = new Map<string, { readonly names: readonly string[]; readonly paths: string[] }>();
    for (const path of paths) {
      const described = await this.rows(`DESCRIBE ${readFilesSql(source, [path], undefined, [])}`);
      const names = described.map((r) => String(r['column_name']));
      const group = groups.get(JSON.stringify(names));
      if (group === undefined) groups.set(JSON.stringify(names), { names, paths: [path] });
      else group.paths.push(path);
    }
    const known = [...new Set([...groups.values()].flatMap((g) => g.names))];
    const missing = columns.filter((c) => !known.some((n) => n.toLowerCase() === c.name.toLowerCase()));
    if (missing.length > 0) {
      throw new Error(
        `${source.files.join(', ')} has no column ${missing.map((m) => ident(m.name)).join(', ')}; it has ${known.map(ident).join(', ')}`,
      );
    }
    const all = [...groups.values()];
    return {
      text: all.map((g) => readFilesSql(source, g.paths, columns, g.names, rejects)).join('\nUNION ALL\n'),
      names: new Map(all.flatMap((g) => g.paths.map((path) => [path, g.names] as const))),
    };
  }

  async #readRejects(
    tables: { readonly errors: string; readonly scans: string },
    most: number,
    { source, columns }: LoadRequest,
    names: ReadonlyMap<string, readonly string[]>,
  ): Promise<Omit<LoadResult, 'rows' | 'sampledFrom'>> {
    const [count] = await this.rows(
      sql`SELECT count(*) AS n FROM (SELECT DISTINCT scan_id, file_id, line FROM ${{ schema: 'temp', name: tables.errors }})`,
    );
    const rejected = Number(count?.['n'] ?? 0);
    if (rejected === 0) return { rejected: 0, rejects: [] };
    const rows = await this.rows(
      `SELECT s.file_path AS file, e.line, any_value(e.column_name ORDER BY e.byte_position) AS col,
        string_agg(e.error_message, '; ' ORDER BY e.byte_position, e.column_idx) AS message, any_value(e.csv_line) AS text,
        bool_and(CAST(e.error_type AS VARCHAR) = 'CAST') AS is_whole, list(e.column_idx)::INTEGER[] AS misfits,
        s.delimiter, s.quote, s.escape, s.date_format, s.timestamp_format
       FROM temp.${ident(tables.errors)} e JOIN temp.${ident(tables.scans)} s USING (scan_id, file_id)
       GROUP BY ALL ORDER BY 1, 2 LIMIT ${most}`,
    );
    const records = rows.map((r) => ({
      text: recordOf(r['text']),
      isWhole: r['is_whole'] === true,
      misfits: new Set(Array.isArray(r['misfits']) ? r['misfits'].map(Number) : []),
      dialect: { delimiter: textOf(r['delimiter']), quote: textOf(r['quote']), escape: textOf(r['escape']) },
      dateFormat: textOf(r['date_format']),
      timestampFormat: textOf(r['timestamp_format']),
      names: names.get(textOf(r['file'])) ?? [],
    }));
    const nulls = new Set(source.csv.nullValues ?? ['']);
    const values = await rejectedValues((query) => this.rows(query), records, columns, nulls);
    const rejects: Reject[] = rows.map((r, i) => ({
      file: textOf(r['file']),
      line: Number(r['line']),
      column: textOf(r['col']),
      message: textOf(r['message']),
      text: recordOf(r['text']),
      row: values[i] ?? null,
    }));
    return { rejected, rejects };
  }

  async #dropRejects(tables: { readonly errors: string; readonly scans: string }): Promise<void> {
    for (const name of [tables.errors, tables.scans]) {
      // DuckDB keeps them as temporary tables, where nothing else of that name can be.
      await this.run(`DROP TABLE IF EXISTS temp.${ident(name)}`);
    }
  }
}

/** DuckDB takes line breaks before a record for part of it: the second character of one, and empty lines. */
function recordOf(value: Cell | undefined): string {
  return textOf(value).replace(/^[\r\n]+/, '');
}

/** A NULL is no text. */
function textOf(value: Cell | undefined): string {
  return typeof value === 'string' ? value : '';
}
