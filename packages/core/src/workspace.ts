import type { Diagnostic } from './diagnostic/index.ts';
import type { Tracer } from './engine/tracer.ts';
import type {
  ApplyDocument,
  AuditDocument,
  AuditHistoryDocument,
  CiDocument,
  CiFailure,
  DiffDocument,
  CompileDocument,
  CoverageDocument,
  EnvironmentDiffDocument,
  ErrorDocument,
  EnvironmentDocument,
  EnvironmentListDocument,
  FormatDocument,
  HistoryDocument,
  ImpactDocument,
  LineageDirection,
  LineageDocument,
  LintDocument,
  Observer,
  PlanDocument,
  QuarantineDocument,
  QuarantineExportDocument,
  QuarantineReplayDocument,
  QuarantineRowsDocument,
  QueryDocument,
  RenderDocument,
  RunDocument,
  SourceRefreshDocument,
  TestCreatedDocument,
  TestDocument,
  StateCheckDocument,
  StateExportDocument,
  StateImportDocument,
  UpkeepDocument,
  VersionDocument,
  WatchDocument,
} from './report/index.ts';

/** How to open a project. */
export interface WorkspaceOptions {
  /** The project folder, absolute. */
  readonly root: string;
  /** The clock, epoch ms UTC; default `Date.now`. */
  readonly now?: () => number;
  /** How long to wait for a warehouse that another process holds, milliseconds; default 30,000. */
  readonly lockTimeout?: number;
  /** Is told what happens while a method works. */
  readonly observer?: Observer;
  /** How many models are built at the same time; default: the number of processors, at most 4. */
  readonly jobs?: number;
  /** After a model failed no other is begun; those at work are finished. */
  readonly failFast?: boolean;
  /** A warehouse file in place of the project's own; absolute. */
  readonly warehouse?: string;
  /** Times what methods do, as spans; if left out, nothing is timed. */
  readonly tracer?: Tracer;
  /** A warehouse file that is only read, for a `warehouse` that `overlayWarehouse` made over it; absolute. */
  readonly base?: string;
  /**
   * Works on a sample: no more than `rows` of each source that is files, in a warehouse of its own in `folder` (absolute), so that
   * nothing of it is taken for the whole. Audits that need all rows warn.
   */
  readonly sample?: { readonly rows: number; readonly folder: string };
  /** Whether results are kept under `.sluice/cache`; default: yes, save when Sluice runs from its sources. */
  readonly cache?: boolean;
}

/** What a method answers: a document as `--json` prints it, and diagnostics that keep their source lines for rendering. */
export interface Answer<D> {
  readonly document: D;
  readonly diagnostics: readonly Diagnostic[];
  /** The document as JSON with two spaces, where it is there already. */
  readonly json?: string;
}

/** Which time range and models a plan is limited to. */
export interface PlanOptions {
  /** Epoch ms UTC; nothing before it is computed. It does not reach behind the start of a model's history. */
  readonly start?: number;
  /** Epoch ms UTC, exclusive. */
  readonly end?: number;
  /**
   * A selection of models and sources to compute again, though nothing moved: `staging.orders`, `staging.*`, `tag:daily`. Then
   * `start` and `end` limit what is computed again, and nothing else.
   */
  readonly restate?: string;
  /** A selection of models and sources: only these are planned, the others stay as the environment shows them. */
  readonly select?: string;
  /**
   * Computes no rows. `skip` makes tables that have yet to be made empty; `empty` asks the warehouse about their queries as well.
   * What is skipped is still missing: the next plan or run computes it.
   */
  readonly backfill?: 'skip' | 'empty';
  /** Changed incremental models keep the rows that stand, as with `forward_only` in their headers; the new definition counts for new ones. */
  readonly forwardOnly?: boolean;
  /** With `forwardOnly`: whole intervals from here on (epoch ms UTC) are computed by the new definition as well. */
  readonly effectiveFrom?: number;
  /** Also what could not be computed again may be lost; without it such a plan is refused. */
  readonly allowDestructive?: boolean;
}

/** How {@link Workspace.run} decides what is due. */
export interface RunOptions {
  /** All intervals that have ended and all that has moved are due, whether or not the crons have ticked. */
  readonly ignoreCron?: boolean;
  /** A selection of models and sources: only these are run. */
  readonly select?: string;
}

/** How {@link Workspace.watchRuns} goes on. */
export interface WatchRunOptions extends RunOptions {
  /** How often files are looked at, milliseconds; 30,000 if left out. */
  readonly poll?: number;
}

/** What {@link Workspace.diff} compares. */
export interface DiffOptions {
  /** Only these models; all if left out. */
  readonly models?: readonly string[];
  /** What tells rows apart, in place of the models' own grain. */
  readonly grain?: readonly string[];
  /** How many samples of each sort; 5 if left out. */
  readonly samples?: number;
}

/** What {@link Workspace.ci} looks at, and what it fails for. */
export interface CiOptions {
  /** The environment that changes are told against; `prod` if left out. */
  readonly base?: string;
  /** What to build in; dropped at the end, unless it was there before or `keep` is given. */
  readonly environment: string;
  readonly keep?: boolean;
  /** `error` if left out. */
  readonly failOn?: CiFailure;
  /** How many samples of each sort of difference; 5 if left out. */
  readonly samples?: number;
}

/** How something is done that is shown first. */
export interface UpkeepOptions {
  /** Only say what would be done. */
  readonly dryRun?: boolean;
  /** Asked first when there is something to do. */
  readonly confirm?: (shown: UpkeepDocument) => Promise<boolean>;
}

/** Which rows of the quarantine are meant; what is left out is not asked for. */
export interface QuarantineOptions {
  readonly models?: readonly string[];
  readonly audit?: string;
  /** A run's name, or enough of its beginning. */
  readonly run?: string;
}

/** Which diverted rows are put back, and as what. */
export interface ReplayOptions extends Omit<QuarantineOptions, 'models'> {
  /** The environment whose table they go into; `prod` if left out. */
  readonly environment?: string;
  /** A file (absolute) with mended rows, made of an export; the rows as they are if left out. */
  readonly from?: string;
  /** Only say what would happen. */
  readonly dryRun?: boolean;
}

/** How to write a unit test from rows of the warehouse. */
export interface CreateTestOptions {
  /** The test's name; the model's, if left out. */
  readonly name?: string;
  /** How many rows of the result to begin with; 3 if left out. */
  readonly rows?: number;
  /** Which rows of the result: SQL over its columns. */
  readonly where?: string;
  /** The environment whose rows are taken; `prod` if left out. */
  readonly environment?: string;
  /** The interval of time macros, epoch ms, half-open; if left out, the last one that has rows. */
  readonly start?: number;
  readonly end?: number;
  /** Replaces a file that is there. */
  readonly force?: boolean;
}

/**
 * Compiles one project again and again, each time touching only what changed since. Answers what {@link Workspace.compile}
 * answers.
 *
 * @example
 * ```ts
 * const session = workspace.openSession();
 * await session.compile(); // as long as ever
 * await writeFile('models/staging/orders.sql', edited);
 * const { diagnostics } = await session.compile(); // one model and what depends on it
 * await session.close();
 * ```
 */
export interface Session {
  /** The project as it is on disk now. Throws {@link SluiceError} when its settings cannot be read; the session goes on. */
  compile(): Promise<Answer<CompileDocument>>;
  /** Frees its memory and its DuckDB, once what is running is done. */
  close(): Promise<void>;
}

/**
 * One project, opened. Every method reads the project anew and answers a document (what `--json` prints) with diagnostics;
 * where it cannot do its work at all it throws {@link SluiceError}, which carries diagnostics too. Nothing else is thrown but
 * for faults of Sluice. Methods of one workspace may be called at the same time; those that write to the warehouse wait for
 * each other, or fail with `warehouse-locked`.
 */
export interface Workspace {
  /**
   * Checks the whole project without its warehouse. Errors of models are diagnostics of the answer, not thrown.
   *
   * @example
   * ```ts
   * const { document, diagnostics } = await workspace.compile();
   * if (!hasErrors(diagnostics)) console.log(document.models.map((m) => `${m.name} ${m.version}`));
   * ```
   */
  compile(): Promise<Answer<CompileDocument>>;
  /** For editors and servers, which compile after every change. */
  openSession(): Session;
  /**
   * Compiles now, and again whenever files of the project have changed, in memory and touching only what changed. Resolves
   * after {@link interrupt}. What is wrong with the project, its settings included, is part of the answers.
   *
   * @param onCompiled is told each result, one after the other
   * @example
   * ```ts
   * const done = workspace.watch(({ document }) => console.log(document.diagnostics.length));
   * process.once('SIGINT', () => workspace.interrupt());
   * await done;
   * ```
   */
  watch(onCompiled: (answer: Answer<WatchDocument>) => void): Promise<void>;
  /**
   * Lays out models and audits, and writes those that change. `targets` are files and folders of the project, models and
   * audits; none means all.
   */
  format(targets: readonly string[], options?: { readonly check?: boolean }): Promise<Answer<FormatDocument>>;
  /** What the lint rules say of models (all when none is named); with `fix`, mends what can be mended safely. */
  lint(models: readonly string[], options?: { readonly fix?: boolean }): Promise<Answer<LintDocument>>;
  /** SQL of a model with macros expanded, for an interval (epoch ms, half-open). */
  render(
    model: string,
    interval?: { readonly start: number; readonly end: number },
  ): Promise<Answer<RenderDocument>>;
  /**
   * Where columns come from (`upstream`), or who reads them (`downstream`). `target` is `schema.model` or
   * `schema.model.column`.
   *
   * @example
   * ```ts
   * const { document } = await workspace.lineage('marts.revenue.total', 'upstream', { depth: Infinity });
   * for (const edge of document.graph.edges) console.log(edge.from, edge.to, edge.kind);
   * ```
   */
  lineage(
    target: string,
    direction: LineageDirection,
    /** How many models far; `Infinity` for all the way, 1 if left out. */
    options?: { readonly depth?: number },
  ): Promise<Answer<LineageDocument>>;
  /** Who is touched when a column (or a whole relation) goes or changes. */
  impact(target: string): Promise<Answer<ImpactDocument>>;
  /** What differs between a model of the project and what an environment shows. */
  explainVersion(model: string, environment: string): Promise<Answer<VersionDocument>>;
  /**
   * Takes the columns of tables that others keep from the warehouse into `sources.yaml`; with `check`, only compares. `names`
   * are sources, EXTERNAL models or tables of the warehouse; none means all that the project speaks of.
   */
  refreshSources(
    names: readonly string[],
    options?: { readonly check?: boolean },
  ): Promise<Answer<SourceRefreshDocument>>;
  /**
   * What {@link apply} would do to an environment, and why; nothing is written to the warehouse.
   *
   * @example
   * ```ts
   * const { document } = await workspace.plan('dev', { start: Date.parse('2025-01-01T00:00:00Z') });
   * for (const { model, action, reasons } of document.actions) console.log(model, action, reasons);
   * ```
   */
  plan(
    environment: string,
    options?: PlanOptions & {
      /**
       * `short`: also the SQL of audits and of views that change; the statements of the first batch or interval stand for all. `full`: every
       * batch and interval, in `repeated_sql`, and all views that are made.
       */
      readonly explain?: 'short' | 'full';
    },
  ): Promise<Answer<PlanDocument>>;
  /** Applies what {@link plan} said a moment ago; `confirm` is asked first when there is something to do. */
  apply(
    environment: string,
    options?: PlanOptions & { readonly confirm?: (plan: PlanDocument) => Promise<boolean> },
  ): Promise<Answer<ApplyDocument>>;
  /** Does a saved plan, or refuses. `text` is the file's content. */
  applyPlan(
    text: string,
    options?: { readonly confirm?: (plan: PlanDocument) => Promise<boolean> },
  ): Promise<Answer<ApplyDocument>>;
  /** Computes what is due by the models' crons and new data, of what the environment shows. Deploys nothing. */
  run(environment: string, options?: RunOptions): Promise<Answer<ApplyDocument>>;
  /**
   * Runs now, and again whenever a cron has ticked or files have changed, one run after the other. A run that fails is told
   * like any other, and tried again after a while. Resolves after {@link interrupt}, when the task at hand is rolled back.
   *
   * @param onRun is told the first run, and each that had something to do or could not do it
   */
  watchRuns(
    environment: string,
    options: WatchRunOptions,
    onRun: (answer: Answer<ApplyDocument | ErrorDocument>) => void,
  ): Promise<void>;
  /** Runs audits on the tables as they are; of all models when none is named. */
  audit(environment: string, models: readonly string[]): Promise<Answer<AuditDocument>>;
  /** What audits found in earlier runs, newest first; of one model or of all. */
  auditHistory(model: string | undefined, limit: number): Promise<Answer<AuditHistoryDocument>>;
  /**
   * Runs the unit tests of `tests/*.yaml` in memory, without a warehouse; `filters` are names or globs of tests, models or
   * files. A test that failed is an error among the diagnostics.
   */
  test(filters?: readonly string[]): Promise<Answer<TestDocument>>;
  /**
   * Runs them now, and again whenever files of the project or its tests have changed. Resolves after {@link interrupt}.
   *
   * @param onTested is told each result, one after the other
   */
  watchTests(filters: readonly string[], onTested: (answer: Answer<TestDocument>) => void): Promise<void>;
  /** Writes a unit test with real rows, and what the model's query makes of them. */
  createTest(model: string, options?: CreateTestOptions): Promise<Answer<TestCreatedDocument>>;
  /** Which models and columns no test and no audit looks at. */
  coverage(): Promise<Answer<CoverageDocument>>;
  /** How the data of two environments, or of two tables (`schema.table`), differ. */
  diff(before: string, after: string, options?: DiffOptions): Promise<Answer<DiffDocument>>;
  /**
   * What a pull request means: compiles, lints, tests, plans against the base, builds what changed and what reads it in an
   * environment of its own, audits it, compares it with the base, and drops it again. What is wrong with the project is part of
   * the answer.
   *
   * @example
   * ```ts
   * const { document } = await workspace.ci({ environment: 'pr_12', failOn: 'breaking' });
   * console.log(document.status, document.summary);
   * ```
   */
  ci(options: CiOptions): Promise<Answer<CiDocument>>;
  /** Rows of one query that only reads; models go by their own names in every environment. */
  query(sql: string, environment: string): Promise<Answer<QueryDocument>>;
  /** Which environments there are, and when each was last promoted. */
  environments(): Promise<Answer<EnvironmentListDocument>>;
  /** What an environment shows, and from which tables. */
  environment(name: string): Promise<Answer<EnvironmentDocument>>;
  /** What the second environment has otherwise than the first. */
  diffEnvironments(before: string, after: string): Promise<Answer<EnvironmentDiffDocument>>;
  /** Removes an environment's views; tables are left to {@link gc}. `prod` only with `allowDestructive`. */
  dropEnvironment(
    name: string,
    options?: UpkeepOptions & { readonly allowDestructive?: boolean },
  ): Promise<Answer<UpkeepDocument>>;
  /** Lets an environment (`prod` unless named) show the tables of another. Builds nothing, or refuses. */
  promote(from: string, options?: UpkeepOptions & { readonly to?: string }): Promise<Answer<UpkeepDocument>>;
  /** Lets an environment show what an earlier promotion showed; the one before if none is named. */
  rollback(
    environment: string,
    options?: UpkeepOptions & { readonly to?: number },
  ): Promise<Answer<UpkeepDocument>>;
  /**
   * Removes what no environment and no kept history uses; tables whose rows could not be computed again (SCD type 2,
   * unmanaged) only with `allowDestructive`.
   */
  gc(options?: UpkeepOptions & { readonly allowDestructive?: boolean }): Promise<Answer<UpkeepDocument>>;
  /** Runs and promotions, newest first; 20 unless said. */
  history(options?: {
    readonly environment?: string;
    readonly limit?: number;
  }): Promise<Answer<HistoryDocument>>;
  /** What one run did; a beginning of its name that no other shares is enough. */
  runHistory(run: string): Promise<Answer<RunDocument>>;
  /** All of the state as `text`. */
  exportState(): Promise<Answer<StateExportDocument> & { readonly text: string }>;
  /** Takes over an exported state into a warehouse that has the tables and no state. */
  importState(text: string): Promise<Answer<StateImportDocument>>;
  /** Compares state, views and tables; with `repair`, mends what can be mended without losing anything. */
  checkState(options?: UpkeepOptions & { readonly repair?: boolean }): Promise<Answer<StateCheckDocument>>;
  /** What is kept of bad rows: those that audits found, and lines of files that could not be read. */
  quarantine(options?: QuarantineOptions): Promise<Answer<QuarantineDocument>>;
  /** Kept rows of one model or source themselves; 50 unless said. */
  quarantineRows(
    model: string,
    options?: Omit<QuarantineOptions, 'models'> & { readonly limit?: number },
  ): Promise<Answer<QuarantineRowsDocument>>;
  /**
   * Writes kept rows of one model or source to `file` (absolute): Parquet, CSV or JSON by the end of its name.
   *
   * @example
   * ```ts
   * await workspace.exportQuarantine('staging.orders', '/tmp/bad.parquet', { audit: 'not_null' });
   * ```
   */
  exportQuarantine(
    model: string,
    file: string,
    options?: Omit<QuarantineOptions, 'models'>,
  ): Promise<Answer<QuarantineExportDocument>>;
  /**
   * Puts diverted rows back that pass today's audits, as they are or as `from` has them, once and only once. What was made of a row
   * is remembered: it stands in its place whenever the model's query gives that row again.
   *
   * @example
   * ```ts
   * await workspace.exportQuarantine('staging.orders', '/tmp/bad.csv');
   * // … somebody mends /tmp/bad.csv …
   * const { document } = await workspace.replayQuarantine('staging.orders', { from: '/tmp/bad.csv' });
   * console.log(document.merged);
   * ```
   */
  replayQuarantine(model: string, options?: ReplayOptions): Promise<Answer<QuarantineReplayDocument>>;
  /**
   * Takes back what was made of diverted rows of a model: of all, of some (`audit`, `run`: that of the replay), or of those in a file
   * that was replayed (`from`). The next apply computes their intervals again and diverts the rows, as if they had never been mended.
   */
  unmendQuarantine(
    model: string,
    options?: UpkeepOptions & Omit<QuarantineOptions, 'models'> & { readonly from?: string },
  ): Promise<Answer<UpkeepDocument>>;
  /** Forgets kept rows; the tables of models are not touched. */
  dropQuarantine(
    options?: UpkeepOptions & QuarantineOptions & { readonly olderThan?: string },
  ): Promise<Answer<UpkeepDocument>>;
  /** Stops what is running: the current tasks are rolled back. A promise of the running method settles soon after. */
  interrupt(): void;
  /** Frees what the workspace holds. Sessions are closed by those who opened them. */
  close(): Promise<void>;
}
