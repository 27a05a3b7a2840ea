/**
 * DuckDB as the compiler's front end. One in-memory instance with one thread and several connections: binding is many
 * small jobs, and two connections on libuv's threads are faster than DuckDB's own parallelism.
 */
import type * as DuckDb from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Binder, BindError, BindResult, DeclareFailure, ParseResult } from '../../compile/binder.ts';
import type { Column } from '../../compile/compiled.ts';
import { byteToUtf16 } from '../../diagnostic/index.ts';
import { closePivots } from './close-pivots.ts';
import { defineMacros, dropMacros } from './define-macros.ts';
import { ident, literal, tableIdent } from '../../sql/quote.ts';

/** More plans at once cost memory (10,000 hold 1 GB), fewer cost round trips. */
const CHUNK = 64;

/** Wrapped in FROM, a query's root names all its columns. The line break ends a comment on the last line. */
const PREFIX = 'FROM (\n';
const SUFFIX = '\n)';

/** Connections at work at the same time, unless asked for otherwise. */
export const LANES = 2;

const PARSE = 'json_serialize_sql(given)';
// Never skip_empty (it drops `()` from grouping sets) and never the optimised plan (empty shadows fold filters away).
const PLAN = `json_serialize_plan('${PREFIX}' || given || '${SUFFIX}', skip_null := true, skip_default := true, optimize := false)`;

/** Nobody reads the plan: the answer is a few bytes unless something is wrong. */
const CHECK = `CASE WHEN starts_with(${PLAN}::VARCHAR, '{"error":false') THEN '' ELSE ${PLAN}::VARCHAR END`;

const PLANS_START = '{"error":false,"plans":[';
const PLANS_END = ']}';

/** Opens the in-memory DuckDB that parses and binds. Close it when done. */
export async function createDuckDbBinder(options: { readonly connections?: number } = {}): Promise<Binder> {
  const duckdb = await import('@duckdb/node-api');
  const instance = await duckdb.DuckDBInstance.create(':memory:', {
    threads: '1',
    // Compiling never goes to the network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connections: DuckDBConnection[] = [];
  for (let i = 0; i < Math.max(1, options.connections ?? LANES); i++) {
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    connections.push(connection);
  }
  return new DuckDbBinder(duckdb, instance, connections);
}

class DuckDbBinder implements Binder {
  /** The module, loaded only when there is something to bind. */
  readonly #duckdb: typeof DuckDb;
  readonly #instance: DuckDBInstance;
  readonly #connections: readonly DuckDBConnection[];
  readonly #idle: DuckDBConnection[];
  #macros: readonly string[] = [];
  #macroErrors: readonly (BindError | undefined)[] = [];
  readonly #schemas = new Set<string>();
  /** Names of tables that may be there. */
  readonly #tables = new Set<string>();
  #creating: Promise<void> = Promise.resolve();
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = [];

  constructor(duckdb: typeof DuckDb, instance: DuckDBInstance, connections: readonly DuckDBConnection[]) {
    this.#duckdb = duckdb;
    this.#instance = instance;
    this.#connections = connections;
    this.#idle = [...connections];
  }

  async parse(texts: readonly string[]): Promise<readonly ParseResult[]> {
    const answers = await this.#serialize(PARSE, texts);
    const results = answers.map((answer, i) => parseResult(answer, texts[i] ?? ''));
    return Promise.all(results.map((r, i) => (isRefused(r) ? this.#parseOpen(r, texts[i] ?? '') : r)));
  }

  /** DuckDB has no AST for a PIVOT without a list of values, but it has one for the same query with some list. */
  async #parseOpen(refused: ParseResult, text: string): Promise<ParseResult> {
    const closed = closePivots(text);
    if (closed === undefined) return refused;
    const [answer] = await this.#serialize(PARSE, [closed.text]);
    const parsed = parseResult(answer ?? '', closed.text);
    return parsed.ok ? { ...parsed, statements: closed.restore(parsed.statements), isOpen: true } : refused;
  }

  async bind(texts: readonly string[]): Promise<readonly BindResult[]> {
    const answers = await this.#serialize(PLAN, texts);
    return Promise.all(answers.map((answer, i) => this.#bindResult(answer, texts[i] ?? '')));
  }

  async check(texts: readonly string[]): Promise<readonly (BindError | undefined)[]> {
    const answers = await this.#serialize(CHECK, texts);
    return Promise.all(
      answers.map(async (answer, i) => {
        const text = texts[i] ?? '';
        if (answer === '') return closesTooEarly(text) ? this.#parseError(text) : undefined;
        const bound = await this.#bindResult(answer, text);
        return bound.ok ? undefined : bound.error;
      }),
    );
  }

  get lanes(): number {
    return this.#connections.length;
  }

  async declare(tables: Parameters<Binder['declare']>[0]): Promise<readonly DeclareFailure[]> {
    const statement = (table: (typeof tables)[number]): string => {
      const columns = table.columns.map((column) => `${ident(column.name)} ${column.type}`);
      const name = tableIdent(table);
      // Looking for what is to be replaced costs a third of making a table.
      const create = this.#tables.has(name.toLowerCase()) ? 'CREATE OR REPLACE' : 'CREATE';
      this.#tables.add(name.toLowerCase());
      return `${create} TABLE ${name} (${columns.join(', ')})`;
    };
    if (tables.length === 0) return [];
    await this.#createSchemas(tables.map((table) => table.schema));
    try {
      await this.#runAll(tables.map(statement));
      return [];
    } catch {
      // One that cannot be must not take the others with it.
      const failures: DeclareFailure[] = [];
      for (const table of tables) {
        try {
          await this.#runAll([statement(table)]);
        } catch (error) {
          const { schema, name } = table;
          failures.push({ schema, name, message: firstLine(error), columns: await this.#refused(table) });
        }
      }
      return failures;
    }
  }

  /** The columns with which alone there can be no table. */
  async #refused({ columns }: Parameters<Binder['declare']>[0][number]): Promise<DeclareFailure['columns']> {
    const refused: { name: string; message: string }[] = [];
    for (const { name, type } of columns) {
      try {
        await this.#runAll([
          `CREATE TEMP TABLE one_column (${ident(name)} ${type})`,
          'DROP TABLE one_column',
        ]);
      } catch (error) {
        refused.push({ name, message: firstLine(error) });
      }
    }
    return refused;
  }

  async drop(tables: Parameters<Binder['drop']>[0]): Promise<void> {
    await this.#runAll(tables.map((table) => `DROP TABLE IF EXISTS ${tableIdent(table)}`));
  }

  async #runAll(statements: readonly string[]): Promise<void> {
    await this.#use(async (connection) => {
      try {
        // One call: between two, a lane waits for JavaScript to have time.
        await connection.run(['BEGIN', ...statements, 'COMMIT'].join(';\n'));
      } catch (error) {
        // A text that does not parse has not begun.
        await connection.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  async define(statements: readonly string[]): Promise<readonly (BindError | undefined)[]> {
    if (statements.length === this.#macros.length && statements.every((s, i) => s === this.#macros[i]))
      return this.#macroErrors;
    await Promise.all(this.#connections.map((connection) => dropMacros(connection, this.#macros)));
    if (statements.length > 0) {
      const empty = await this.#duckdb.DuckDBInstance.create(':memory:', { threads: '1' });
      const scratch = await empty.connect();
      const errors = await defineMacros(scratch, statements);
      scratch.closeSync();
      empty.closeSync();
      this.#macroErrors = errors.map((error, i) =>
        error === undefined ? undefined : bindError(thrownAnswer(error), statements[i] ?? '', 0),
      );
      const good = statements.filter((_, i) => errors[i] === undefined);
      await Promise.all(this.#connections.map((connection) => defineMacros(connection, good)));
    } else this.#macroErrors = [];
    this.#macros = statements;
    return this.#macroErrors;
  }

  /** One after the other: two connections that create the same schema are in each other's way. */
  async #createSchemas(names: readonly string[]): Promise<void> {
    const missing = new Set(names.filter((name) => !this.#schemas.has(name.toLowerCase())));
    if (missing.size > 0) {
      for (const name of missing) this.#schemas.add(name.toLowerCase());
      this.#creating = this.#creating.then(async () => {
        for (const name of missing) {
          try {
            await this.#use((connection) => connection.run(`CREATE SCHEMA IF NOT EXISTS ${ident(name)}`));
          } catch {
            // Told by the tables that want to be in it.
          }
        }
      });
    }
    await this.#creating;
  }

  async describe(text: string): Promise<readonly Column[] | BindError> {
    const closed = closePivots(text);
    if (closed !== undefined) {
      // Over empty tables there are no values, and DuckDB does not even look at what is computed for them.
      const [bound] = await this.bind([closed.text]);
      if (bound?.ok === false) {
        const { position, ...error } = bound.error;
        return { ...error, position: position === undefined ? undefined : closed.offset(position) };
      }
    }
    try {
      return await this.#use(async (connection) => {
        const reader = await connection.runAndReadAll(`DESCRIBE ${PREFIX}${text}${SUFFIX}`);
        return reader.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
      });
    } catch (error) {
      // Serialising says more about what is wrong; but some valid queries have no plan, so it is not asked first.
      const [bound] = await this.bind([text]);
      return bound?.ok === false ? bound.error : bindError(thrownAnswer(error), text, PREFIX.length);
    }
  }

  async names(text: string): Promise<readonly string[]> {
    return this.#use(async (connection) => {
      try {
        const prepared = await connection.prepare(text);
        const names = Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnName(i));
        prepared.destroySync();
        return names;
      } catch {
        return [];
      }
    });
  }

  close(): void {
    for (const connection of this.#connections) connection.closeSync();
    this.#instance.closeSync();
  }

  /** Runs a JSON serialisation over a column of texts, in chunks, on all connections. */
  async #serialize(expression: string, texts: readonly string[]): Promise<readonly string[]> {
    const perConnection = Math.ceil(texts.length / this.#connections.length);
    const size = Math.max(1, Math.min(CHUNK, texts.length > CHUNK ? perConnection : CHUNK));
    const chunks: (readonly string[])[] = [];
    for (let from = 0; from < texts.length; from += size) chunks.push(texts.slice(from, from + size));
    const answers = await Promise.all(chunks.map((chunk) => this.#serializeChunk(expression, chunk)));
    return answers.flat();
  }

  async #serializeChunk(expression: string, texts: readonly string[]): Promise<readonly string[]> {
    try {
      return await this.#use((connection) => this.#ask(connection, expression, texts));
    } catch (error) {
      // DuckDB reports nearly all errors as JSON; a text that throws instead must not take the others with it.
      const [only] = texts;
      if (texts.length > 1)
        return (await Promise.all(texts.map((text) => this.#serializeChunk(expression, [text])))).flat();
      return only === undefined ? [] : [thrownAnswer(error)];
    }
  }

  /**
   * In one call of DuckDB and without parameters: preparing, running and fetching would be five, and each of them waits for
   * JavaScript to have time.
   */
  async #ask(
    connection: DuckDBConnection,
    expression: string,
    texts: readonly string[],
  ): Promise<readonly string[]> {
    // A text of a C program ends at its first zero.
    if (texts.some((text) => text.includes('\0'))) {
      const reader = await connection.runAndReadAll(
        `SELECT ${expression} FROM (SELECT unnest($1) AS given)`,
        [this.#duckdb.listValue(texts)],
        [this.#duckdb.LIST(this.#duckdb.VARCHAR)],
      );
      return (reader.getColumns()[0] ?? []).map(String);
    }
    const given = texts.map((text) => `(${literal(text)})`).join(', ');
    const result = await connection.run(`SELECT ${expression} FROM (VALUES ${given}) AS texts (given)`);
    return Array.from({ length: result.chunkCount }, (_, at) =>
      result.getChunk(at).getColumnValues(0).map(String),
    ).flat();
  }

  async #bindResult(answer: string, text: string): Promise<BindResult> {
    if (answer.startsWith(PLANS_START)) {
      if (closesTooEarly(text)) {
        const stray = await this.#parseError(text);
        if (stray !== undefined) return { ok: false, error: stray };
      }
      return { ok: true, plan: answer.slice(PLANS_START.length, -PLANS_END.length) };
    }
    const error = bindError(answer, text, PREFIX.length);
    // Without its wrapper the text gets a complaint in its own words: "at end of input" instead of `near ")"`.
    return { ok: false, error: error.type === 'parser' ? ((await this.#parseError(text)) ?? error) : error };
  }

  /** Why the text is not one query, undefined when it is. */
  async #parseError(text: string): Promise<BindError | undefined> {
    const [parsed] = await this.parse([text]);
    if (parsed === undefined || (parsed.ok && parsed.statements.length === 1)) return undefined;
    if (!parsed.ok) return parsed.error;
    const count = parsed.statements.length;
    const message =
      count === 0 ? 'expected a query, found nothing' : `expected one query, found ${count} statements`;
    return {
      type: 'parser',
      subtype: undefined,
      message,
      position: undefined,
      candidates: [],
      name: undefined,
    };
  }

  /** Lends a connection: each runs one query at a time. */
  async #use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection =
      this.#idle.pop() ?? (await new Promise<DuckDBConnection>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(connection);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(connection);
      else next(connection);
    }
  }
}

/** A statement that DuckDB understands and does not serialise: no SELECT, or several statements in one. */
function isRefused(result: ParseResult): boolean {
  return !result.ok && result.error.type === 'not implemented';
}

function parseResult(answer: string, text: string): ParseResult {
  const parsed: unknown = JSON.parse(finiteNumbers(answer));
  if (isRecord(parsed) && Array.isArray(parsed['statements']))
    return { ok: true, statements: parsed['statements'], isOpen: false };
  return { ok: false, error: bindError(answer, text, 0) };
}

/** DuckDB writes `1e1000` as bare Infinity; an AST is looked at, not computed with, so text will do. */
function finiteNumbers(json: string): string {
  if (!/[:,[]-?(?:inf|nan)/i.test(json)) return json;
  return json.replace(/"(?:[^"\\]|\\.)*"|-?(?:infinity|inf|nan)\b/gi, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

/** DuckDB's error JSON as data. `prefix` ASCII characters stood before the given text. */
function bindError(answer: string, given: string, prefix: number): BindError {
  const parsed: unknown = JSON.parse(answer);
  const error = isRecord(parsed) ? parsed : {};
  const read = (key: string): string | undefined => (typeof error[key] === 'string' ? error[key] : undefined);
  const offset = Number(read('position')) - prefix;
  // The parser counts code points, everything after it counts bytes.
  const toUtf16 = read('error_subtype') === 'SYNTAX_ERROR' ? codePointToUtf16 : byteToUtf16;
  return {
    type: read('error_type') ?? 'unknown',
    subtype: read('error_subtype'),
    message: read('error_message') ?? answer,
    position: Number.isNaN(offset) ? undefined : toUtf16(given, Math.max(0, offset)),
    candidates: (read('candidates') ?? '').split(SEPARATOR).filter((name) => name !== ''),
    name: read('name'),
  };
}

/** Commas between candidates, not those inside `+(DATE, INTEGER) -> DATE`. */
const SEPARATOR = /,(?![^(]*\))/;

function codePointToUtf16(text: string, offset: number): number {
  let i = 0;
  for (let passed = 0; passed < offset && i < text.length; passed++)
    i += (text.codePointAt(i) ?? 0) < 0x10000 ? 1 : 2;
  return i;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

function thrownAnswer(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, type, rest] = /^([A-Za-z ]+) Error: ([\s\S]*)$/.exec(message) ?? [];
  return JSON.stringify({
    error: true,
    error_type: (type ?? 'unknown').toLowerCase(),
    error_message: rest ?? message,
  });
}

/** True when a `)` may close the wrapper itself, as in `SELECT 1) t, (SELECT 2`, which binds but is no query. */
function closesTooEarly(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(BRACKETS)) {
    if (token === '(') depth++;
    else if (token === ')' && --depth < 0) return true;
  }
  return false;
}

/** Brackets, and what may hold brackets that do not count. */
const BRACKETS = /[()]|--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$/g;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
