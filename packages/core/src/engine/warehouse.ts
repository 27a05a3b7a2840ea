import type { Column } from '../compile/compiled.ts';
import type { FileSource } from '../project/project.ts';
import type { TableName } from '../sql/quote.ts';
import type { TimeRange } from '../time/index.ts';

/**
 * The warehouse as the rest of Sluice sees it. Nothing outside engine/ may ask which one it is: what differs between
 * warehouses is a method here.
 */
export interface Warehouse {
  /** A connection of its own; several may work at the same time. */
  connect(): Promise<Connection>;
  /** Releases the lock. Connections must be closed or idle. */
  close(): void;
}

/** What the warehouse says of its tables, as far as it knows without looking. */
export interface WarehouseStatistics {
  /** By lower-case `schema.name`. */
  readonly tables: ReadonlyMap<string, { readonly rows: number; readonly columns: number }>;
  /** What all of them take together, bytes. */
  readonly bytes: number;
}

/** The catalog under which a base stands that is attached to be read. */
export const BASE_CATALOG = 'sluice_base';

/** A value as it comes from the warehouse, fit for JSON: big integers and decimals are strings when they would lose digits. */
export type Cell = string | number | boolean | null | readonly Cell[] | { readonly [key: string]: Cell };

export type Row = Readonly<Record<string, Cell>>;

export interface Connection {
  /** Runs statements; answers how many rows the last one wrote (0 for statements that write none). */
  run(sql: string): Promise<number>;
  /** Runs one query and answers its rows. */
  rows(sql: string): Promise<readonly Row[]>;
  /** The same, with column names and types. @throws when the text holds more than one statement. */
  query(sql: string): Promise<{ readonly columns: readonly Column[]; readonly rows: readonly Row[] }>;
  /** Runs the work in one transaction; rolls back when it throws. Not nested. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** The tables and views that exist: lower-case `schema.name` → what they are. */
  relations(): Promise<ReadonlyMap<string, 'table' | 'view'>>;
  /** What the warehouse keeps about its tables by itself; no data is read for it. */
  statistics(): Promise<WarehouseStatistics>;
  /** The columns of a table or a view that exists, with types as the compiler writes them. */
  columnsOf(relation: TableName): Promise<readonly Column[]>;
  /** What each view shows: lower-case `schema.name` → the relation all of whose rows and columns it shows. */
  views(): Promise<ReadonlyMap<string, TableName | 'another query'>>;
  /** What is said of a relation in the warehouse: of itself (null), and of its columns by name. */
  comments(relation: TableName): Promise<ReadonlyMap<string | null, string>>;
  /**
   * Loads files into a table, replacing what it held; must run inside a transaction. `maxRejects`: how many rows that cannot be parsed
   * are answered with their text.
   */
  loadFiles(request: LoadRequest, maxRejects: number): Promise<LoadResult>;
  /** The statement of {@link loadFiles}, without a look at the files: as it is where they have the declared columns and no others. */
  loadText(request: LoadRequest): string;
  /** Compares a loaded table with what its files hold now. */
  compareFiles(request: LoadRequest): Promise<FileComparison>;
  /** Writes the rows of one query to a file, with their types; answers how many. @throws when the file cannot be written. */
  exportRows(query: string, path: string, format: ExportFormat): Promise<number>;
  /**
   * Reads rows that {@link exportRows} wrote, or that look so, into a temporary table; answers its columns. `columns`: the types of
   * those that are known. @throws when the file cannot be read.
   */
  importRows(
    path: string,
    format: ExportFormat,
    columns: readonly Column[],
    table: string,
  ): Promise<readonly string[]>;
  /** Lets the tables and views of an attached base be found under their names, but for those of some schemas. */
  borrow(exceptSchemas: readonly string[]): Promise<void>;
  /**
   * Makes sure that a table can be written: one that is read from an attached base becomes the warehouse's own, with its rows, or is
   * not there any more. Does nothing without a base.
   */
  own(table: TableName, keepRows: boolean): Promise<void>;
  /** Stops what is running. */
  interrupt(): void;
  close(): void;
}

/** What rows can be written as; `json` is an object a line. */
export type ExportFormat = 'parquet' | 'csv' | 'json';

/** Which files to load, and where. */
export interface LoadRequest {
  readonly source: FileSource;
  /** Absolute paths, sorted. */
  readonly paths: readonly string[];
  readonly columns: readonly Column[];
  readonly target: TableName;
}

/** What a load did. */
export interface LoadResult {
  readonly rows: number;
  /** How many rows there were to choose from, where a sample was asked for; else null. */
  readonly sampledFrom: number | null;
  /** Rows that could not be parsed: counted exactly, the first ones kept. */
  readonly rejected: number;
  readonly rejects: readonly Reject[];
}

/** A row of a file that could not be parsed. */
export interface Reject {
  readonly file: string;
  /** From 1, as the warehouse counts records: a line break within quotes begins none. */
  readonly line: number;
  /** The first that is wrong; empty when it is none of the file's. */
  readonly column: string;
  /** All that is wrong with it. */
  readonly message: string;
  readonly text: string;
  /** A JSON object of the source's columns: texts, or JSON where a type is nested, null where it does not fit. Null when nothing can be told. */
  readonly row: string | null;
}

/** What moved between a loaded table and its files. */
export interface FileComparison {
  /** UTC days whose rows differ, as ranges; all time when the source has no time column or rows without a time differ. */
  readonly changed: readonly TimeRange[];
}
