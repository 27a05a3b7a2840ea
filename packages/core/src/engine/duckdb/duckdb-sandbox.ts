/**
 * DuckDB as a place for tests. One in-memory instance with a single thread and several connections: tests are many small
 * queries, and this was faster than DuckDB's own threads and than an instance each (bench/units.ts). Every connection has
 * a database of its own, so that tables stand under the names that queries use.
 */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Column } from '../../compile/compiled.ts';
import { ident, literal, sql, raw, tableIdent } from '../../sql/quote.ts';
import type { Sandbox, SandboxLane, SandboxRelation } from '../sandbox.ts';
import type { Row } from '../warehouse.ts';
import { readResult } from './cells.ts';
import { defineMacros } from './define-macros.ts';

/** The moment of a test, as a variable: the macros below are made once and read it whenever they are bound. */
const MOMENT = 'sluice_test_moment';
const NOW = `CAST(getvariable('${MOMENT}') AS TIMESTAMP WITH TIME ZONE)`;

/**
 * Temporary macros go before DuckDB's functions of the same name, also where these are written without parentheses and
 * inside other macros. A test compares this list with the functions DuckDB has.
 */
const CLOCK: Readonly<Record<string, string>> = {
  now: NOW,
  transaction_timestamp: NOW,
  current_timestamp: NOW,
  get_current_timestamp: NOW,
  current_date: `CAST(${NOW} AS DATE)`,
  today: `CAST(${NOW} AS DATE)`,
  current_localtimestamp: `CAST(${NOW} AS TIMESTAMP)`,
  current_localtime: `CAST(CAST(${NOW} AS TIMESTAMP) AS TIME)`,
  current_time: `CAST(${NOW} AS TIME WITH TIME ZONE)`,
  get_current_time: `CAST(${NOW} AS TIME WITH TIME ZONE)`,
};

const CLOCK_MACROS = [
  ...Object.entries(CLOCK).map(([name, body]) => `CREATE OR REPLACE TEMP MACRO ${name}() AS ${body}`),
  `CREATE OR REPLACE TEMP MACRO age(a) AS system.main.age(CAST(${NOW} AS DATE), a), (a, b) AS system.main.age(a, b)`,
];

/** Opens an empty sandbox. `macros`: the SQL macros of the project. */
export async function openDuckDbSandbox(macros: readonly string[]): Promise<Sandbox> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  return new DuckDbSandbox(instance, macros);
}

class DuckDbSandbox implements Sandbox {
  readonly #instance: DuckDBInstance;
  readonly #macros: readonly string[];
  #lanes = 0;

  constructor(instance: DuckDBInstance, macros: readonly string[]) {
    this.#instance = instance;
    this.#macros = macros;
  }

  async lane(): Promise<SandboxLane> {
    const name = ident(`lane${this.#lanes++}`);
    const connection = await this.#instance.connect();
    await connection.run(`SET TimeZone = 'UTC'; ATTACH ':memory:' AS ${name}; USE ${name}`);
    await connection.run(CLOCK_MACROS.join(';\n'));
    await defineMacros(connection, this.#macros);
    return new DuckDbLane(connection);
  }

  close(): void {
    this.#instance.closeSync();
  }
}

class DuckDbLane implements SandboxLane {
  readonly #connection: DuckDBConnection;
  readonly #schemas = new Set(['main']);
  #moment: number | undefined;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async freeze(at: number): Promise<void> {
    if (at === this.#moment) return;
    await this.#connection.run(`SET VARIABLE ${MOMENT} = make_timestamptz(${Math.round(at * 1000)})`);
    this.#moment = at;
  }

  async create(relations: readonly SandboxRelation[]): Promise<void> {
    if (relations.length === 0) return;
    const schemas = new Set(relations.map((r) => r.name.schema));
    for (const schema of schemas) {
      if (this.#schemas.has(schema)) continue;
      await this.#connection.run(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`);
      this.#schemas.add(schema);
    }
    const made = relations.map((r) => sql`CREATE ${raw(r.kind)} ${r.name} AS\n${raw(r.sql)}`);
    await this.#connection.run('BEGIN');
    try {
      for (const statement of made) await this.#connection.run(statement);
      await this.#connection.run('COMMIT');
    } catch (error) {
      await this.#connection.run('ROLLBACK');
      throw error;
    }
  }

  async drop(relations: readonly SandboxRelation[]): Promise<void> {
    if (relations.length === 0) return;
    const statements = relations.map((r) => `DROP ${r.kind} IF EXISTS ${tableIdent(r.name)}`);
    await this.#connection.run(statements.join(';\n'));
  }

  async query(text: string): Promise<{ readonly columns: readonly Column[]; readonly rows: readonly Row[] }> {
    return readResult(await this.#connection.runAndReadAll(text));
  }

  fileRelation(format: 'parquet' | 'json', path: string): string {
    return `read_${format}(${literal(path)})`;
  }

  async columnsOf(relation: string): Promise<readonly string[]> {
    const { rows } = await this.query(`DESCRIBE FROM ${relation}`);
    return rows.map((r) => String(r['column_name']));
  }

  interrupt(): void {
    this.#connection.interrupt();
  }
}
