import type { Diagnostic } from './diagnostic/index.ts';
import type {
  ApplyDocument,
  AuditDocument,
  AuditHistoryDocument,
  CompileDocument,
  CoverageDocument,
  EnvironmentListDocument,
  FormatDocument,
  ImpactDocument,
  LineageDirection,
  LineageDocument,
  LintDocument,
  Observer,
  PlanDocument,
  QueryDocument,
  RenderDocument,
  SourceRefreshDocument,
  TestDocument,
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
  readonly observer?: Observer;
  /** How many models are built at the same time; default: the number of processors, at most 4. */
  readonly jobs?: number;
  /** Whether results are kept under `.sluice/cache`; default: yes, save when Sluice runs from its sources. */
  readonly cache?: boolean;
}

/** A command's answer, with diagnostics that keep their source lines for rendering. */
export interface Answer<D> {
  readonly document: D;
  readonly diagnostics: readonly Diagnostic[];
  /** The document as JSON with two spaces, where it is there already. */
  readonly json?: string;
}

/** Which time range and models a plan is limited to. */
export interface PlanOptions {
  /** Epoch ms UTC; overrides the start of history for this plan. */
  readonly start?: number;
  /** Epoch ms UTC, exclusive. */
  readonly end?: number;
}

/** One project, opened. Every method throws {@link SluiceError} with diagnostics when it cannot do its work. */
export interface Workspace {
  compile(): Promise<Answer<CompileDocument>>;
  /**
   * Compiles now, and again whenever files of the project have changed, in memory and touching only what changed. Resolves
   * after {@link interrupt}. What is wrong with the project, its settings included, is part of the answers.
   *
   * @param onCompiled is told each result, one after the other
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
  /** `target` is `schema.model` or `schema.model.column`. */
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
  plan(environment: string, options?: PlanOptions): Promise<Answer<PlanDocument>>;
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
  run(environment: string): Promise<Answer<ApplyDocument>>;
  audit(environment: string, models: readonly string[]): Promise<Answer<AuditDocument>>;
  /** What audits found in earlier runs, newest first; of one model or of all. */
  auditHistory(model: string | undefined, limit: number): Promise<Answer<AuditHistoryDocument>>;
  /**
   * Runs the unit tests of `tests/*.yaml` in memory, without a warehouse; `filters` are names or globs of tests, models or
   * files. A test that failed is an error among the diagnostics.
   */
  test(filters?: readonly string[]): Promise<Answer<TestDocument>>;
  /** Which models and columns no test and no audit looks at. */
  coverage(): Promise<Answer<CoverageDocument>>;
  query(sql: string, environment: string): Promise<Answer<QueryDocument>>;
  environments(): Promise<Answer<EnvironmentListDocument>>;
  /** Stops what is running: the current tasks are rolled back. A promise of the running method settles soon after. */
  interrupt(): void;
  close(): Promise<void>;
}
