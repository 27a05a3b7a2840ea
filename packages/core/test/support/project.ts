/**
 * A project in a temporary folder, for tests that go through the front door: real files, a real warehouse, a clock that
 * stands where the test puts it.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  openWorkspace,
  SluiceError,
  type ApplyDocument,
  type Diagnostic,
  type Observer,
  type PlanDocument,
  type PlanOptions,
  type RunOptions,
  type Workspace,
  type WorkspaceOptions,
} from '../../src/index.ts';
import { reading } from './reading.ts';

/** Texts by path. */
export type Files = Readonly<Record<string, string>>;

/** A table as it can be compared: its columns with types, and its rows as texts in one order. */
export interface Contents {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

export interface ProjectOptions {
  /** The clock, anything `Date.parse` reads. */
  readonly now?: string;
  readonly observer?: Observer;
  readonly tracer?: WorkspaceOptions['tracer'];
  readonly jobs?: number;
  readonly lockTimeout?: number;
  readonly failFast?: boolean;
}

const WAREHOUSE = '.sluice/warehouse.duckdb';

/** Moves on with every write, so that no edit hides behind the file system's clock. */
let fileClock = Date.UTC(2024, 0, 1);

export class TestProject implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  now: number;
  readonly #options: ProjectOptions;
  #workspace: Workspace | undefined;

  constructor(files: Files, options: ProjectOptions = {}) {
    this.now = Date.parse(options.now ?? '2024-02-01T06:00:00Z');
    this.#options = options;
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  get warehouse(): string {
    return join(this.root, WAREHOUSE);
  }

  hasWarehouse(): boolean {
    return existsSync(this.warehouse);
  }

  path(path: string): string {
    return join(this.root, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
    this.touch(path);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  append(path: string, text: string): void {
    appendFileSync(this.path(path), text);
    this.touch(path);
  }

  /** Replaces a piece of a file; the piece must be there. */
  edit(path: string, from: string, to: string): void {
    const text = this.read(path);
    if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
    this.write(
      path,
      text.replace(from, () => to),
    );
  }

  remove(path: string): void {
    rmSync(this.path(path), { recursive: true });
  }

  /** Another time of change, the same content. */
  touch(path: string): void {
    fileClock += 1000;
    utimesSync(this.path(path), fileClock / 1000, fileClock / 1000);
  }

  /** The same files in another folder, without the warehouse. */
  copy(options: ProjectOptions = {}): TestProject {
    const twin = new TestProject({}, { ...this.#options, ...options });
    twin.now = this.now;
    cpSync(this.root, twin.root, {
      recursive: true,
      preserveTimestamps: true,
      filter: (from) => from !== join(this.root, '.sluice'),
    });
    return twin;
  }

  async workspace(): Promise<Workspace> {
    const { observer, tracer, jobs, lockTimeout, failFast } = this.#options;
    return (this.#workspace ??= await openWorkspace({
      root: this.root,
      now: () => this.now,
      lockTimeout: lockTimeout ?? 2000,
      ...(observer === undefined ? {} : { observer }),
      ...(tracer === undefined ? {} : { tracer }),
      ...(jobs === undefined ? {} : { jobs }),
      ...(failFast === undefined ? {} : { failFast }),
    }));
  }

  async plan(environment = 'prod', options: PlanOptions = {}): Promise<PlanDocument> {
    return (await (await this.workspace()).plan(environment, options)).document;
  }

  async apply(
    environment = 'prod',
    options: PlanOptions & { readonly confirm?: (plan: PlanDocument) => Promise<boolean> } = {},
  ): Promise<ApplyDocument> {
    return (await (await this.workspace()).apply(environment, options)).document;
  }

  /** Applies and insists that it goes well. */
  async build(environment = 'prod'): Promise<ApplyDocument> {
    const applied = await this.apply(environment);
    if (applied.status === 'failed')
      throw new Error(applied.diagnostics.map((d) => `${d.code}: ${d.message} ${d.hint ?? ''}`).join('\n'));
    return applied;
  }

  async run(environment = 'prod', options: RunOptions = {}): Promise<ApplyDocument> {
    return (await (await this.workspace()).run(environment, options)).document;
  }

  async applyPlan(text: string): Promise<ApplyDocument> {
    return (await (await this.workspace()).applyPlan(text)).document;
  }

  /** Rows as somebody sees them who opens the warehouse with DuckDB itself. */
  async rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return this.#direct(async (run) => (await run(sql)).getRowObjectsJson());
  }

  /** The single value of a query. */
  async value(sql: string): Promise<unknown> {
    return this.#direct(async (run) => (await run(sql)).getRowsJson()[0]?.[0]);
  }

  /** What somebody else does to the warehouse. */
  async execute(sql: string): Promise<void> {
    await this.#direct((run) => run(sql));
  }

  /** All that an environment shows, by model. */
  async shown(environment = 'prod'): Promise<ReadonlyMap<string, Contents>> {
    return reading(this.warehouse, async (run) => {
      const found = new Map<string, Contents>();
      const views = await run(
        `SELECT model, view_schema, view_name FROM _sluice.promoted_model SEMI JOIN (SELECT environment, max(sequence) AS sequence
         FROM _sluice.promotion WHERE environment = '${environment}' GROUP BY ALL) USING (environment, sequence) ORDER BY ALL`,
      );
      for (const [model, schema, name] of views.getRowsJson()) {
        const view = `"${String(schema)}"."${String(name)}"`;
        const reader = await run(`SELECT * FROM ${view} ORDER BY ALL`);
        const types = reader.columnTypes().map(String);
        found.set(String(model), {
          columns: reader.columnNames().map((n, i) => `${n} ${types[i] ?? ''}`),
          rows: reader.getRowsJson().map((r) => JSON.stringify(r)),
        });
      }
      return found;
    });
  }

  /** Names of physical tables and views. */
  async physical(): Promise<readonly string[]> {
    const sql = `SELECT schema_name || '.' || table_name AS name FROM duckdb_tables() WHERE schema_name LIKE 'sluice\\_\\_%' ESCAPE '\\'
       UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE schema_name LIKE 'sluice\\_\\_%' ESCAPE '\\' ORDER BY 1`;
    const rows = await reading(this.warehouse, async (run) => (await run(sql)).getRowsJson());
    return rows.map((r) => String(r[0]));
  }

  async #direct<T>(
    work: (run: (sql: string) => Promise<Awaited<ReturnType<Connection['runAndReadAll']>>>) => Promise<T>,
  ): Promise<T> {
    const instance = await DuckDBInstance.create(this.warehouse);
    const connection = await instance.connect();
    try {
      await connection.run("SET TimeZone = 'UTC'");
      return await work((sql) => connection.runAndReadAll(sql));
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workspace?.close();
    if (existsSync(this.root)) rmSync(this.root, { recursive: true, force: true });
  }
}

type Connection = Awaited<ReturnType<DuckDBInstance['connect']>>;

/** The diagnostics of a command that must be refused. */
export async function refusal(work: Promise<unknown>): Promise<readonly Diagnostic[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SluiceError) return error.diagnostics;
    throw error;
  }
  throw new Error('it was not refused');
}

/** `model action`, in the order of the plan. */
export function actionsOf(plan: PlanDocument): readonly string[] {
  return plan.actions.map((a) => `${a.model} ${a.action}`);
}

/** `model status`, with the intervals that were computed. */
export function resultsOf(applied: ApplyDocument): readonly string[] {
  return applied.results.map((r) => `${r.model} ${r.status}`);
}

/** Days as ISO ranges, for comparing with intervals of documents. */
export function days(start: string, end: string): { readonly start: string; readonly end: string } {
  return { start: `${start}T00:00:00.000Z`, end: `${end}T00:00:00.000Z` };
}
