import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { applyPlan, type ApplyResult } from './apply/apply.ts';
import { runAudit, type AuditOutcome } from './apply/audits.ts';
import { cacheIdentity, ModelCache, readAnswer, RecordedFiles, writeAnswer } from './cache/index.ts';
import {
  compile,
  compileContext,
  DEFAULT_SCHEMA,
  nodeKey,
  type Binder,
  type Column,
  type Compiled,
} from './compile/index.ts';
import { findReferences, rewriteReferences } from './compile/references.ts';
import { diagnostic, didYouMean, hasErrors, SluiceError, type Diagnostic } from './diagnostic/index.ts';
import { describeFiles } from './engine/duckdb/describe-files.ts';
import { lazyDuckDbBinder } from './engine/duckdb/lazy-binder.ts';
import { duckDbVersion, openDuckDb } from './engine/duckdb/open.ts';
import type { Connection, Warehouse } from './engine/warehouse.ts';
import { findTarget, impactOf, lineageStep, traceGraph, type Target } from './lineage/index.ts';
import {
  buildPlan,
  checkStillTrue,
  explainVersion,
  isEmpty,
  readSavedPlan,
  SqlWriter,
  takenNames,
  toPlanDocument,
  type FileStatus,
  type Plan,
  type PlanInput,
  type PlannedNode,
} from './plan/index.ts';
import { physicalName } from './plan/physical.ts';
import {
  loadMacros,
  loadProject,
  nodeFiles,
  writeProjectFile,
  type FileSource,
  type Project,
  type ProjectFiles,
  type SourceDefinition,
} from './project/index.ts';
import { MACRO_NAMES, render, type ColumnLookup } from './render/index.ts';
import {
  SCHEMA_VERSION,
  toDiagnosticDocument,
  type ApplyDocument,
  type AuditDocument,
  type CompileDocument,
  type EnvironmentListDocument,
  type FormatDocument,
  type ImpactDocument,
  type LineageDirection,
  type LineageDocument,
  type LintDocument,
  type Observer,
  type PlanDocument,
  type QueryDocument,
  type RenderDocument,
  type VersionDocument,
} from './report/index.ts';
import { expandGlob, findSourceFiles, inspectFiles, seedFiles } from './source/index.ts';
import {
  endRun,
  ensureState,
  keepFailingRows,
  physicalKey,
  readState,
  recordAudits,
  startRun,
  type RunContext,
  type State,
} from './state/index.ts';
import { tableIdent } from './sql/quote.ts';
import { ALL_TIME, addUnits, cadence, DAILY, floorTo, isoInstant, type TimeRange } from './time/index.ts';
import { VERSION } from './version.ts';
import type { Answer, PlanOptions, Workspace, WorkspaceOptions } from './workspace.ts';

/** Opens a project folder. Nothing is read before the first method is called. */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  return new ProjectWorkspace(options);
}

/** Stands for whatever model a file holds, where only its layout counts. */
const NO_MODEL = { schema: 'main', table: 'this_model', blueprint: new Map<string, string>() };

function compileDocument(compiled: Compiled): CompileDocument {
  const models = [...compiled.nodes.values()].filter((n) => n.node === 'model');
  return {
    schema_version: SCHEMA_VERSION,
    models: models.map((m) => ({
      name: m.name,
      kind: m.definition.kind.kind,
      path: m.definition.path,
      depends_on: m.dependencies.toSorted(),
      columns: m.columns,
      version: m.version,
    })),
    diagnostics: compiled.diagnostics.map(toDiagnosticDocument),
  };
}

const ENVIRONMENT_NAME = /^[a-z][a-z0-9_]*$/;

/** A compiled project, with the front end that compiled it. */
interface CompiledProject {
  readonly project: Project;
  readonly compiled: Compiled;
  readonly binder: Binder;
}

/** A plan in every form a command needs. */
interface Prepared extends CompiledProject {
  readonly state: State;
  readonly plan: Plan;
  readonly writer: SqlWriter;
  readonly document: PlanDocument;
}

class ProjectWorkspace implements Workspace {
  readonly #root: string;
  readonly #options: WorkspaceOptions;
  readonly #observer: Observer;
  #binder: Binder | undefined;
  /** The connection at work outside of tasks: planning, auditing, a query. */
  #connection: Connection | undefined;
  #abort = new AbortController();
  #compiling: Promise<unknown> = Promise.resolve();

  constructor(options: WorkspaceOptions) {
    this.#root = resolve(options.root);
    this.#options = options;
    this.#observer = options.observer ?? ((): void => undefined);
  }

  async compile(): Promise<Answer<CompileDocument>> {
    const identity = this.#cacheIdentity();
    const files = nodeFiles(this.#root);
    const known =
      identity === undefined ? undefined : readAnswer(this.#root, this.#cacheFolder(), identity, files);
    if (known !== undefined) {
      let document: CompileDocument | undefined;
      return {
        ...known,
        // Tens of megabytes for a large project, and printed as they are.
        get document() {
          return (document ??= JSON.parse(known.json) as CompileDocument);
        },
      };
    }
    const recorded = new RecordedFiles(files);
    const { project, diagnostics: before } = await this.#load(recorded);
    const { compiled, keepable } = await this.#compileProject(project, before);
    const document = compileDocument(compiled);
    const { diagnostics } = compiled;
    // What code in macros/ does, or why it cannot be loaded, may depend on anything.
    const isKept = keepable && files.list('macros').length === 0;
    if (identity === undefined || !isKept) return { diagnostics, document };
    const json = JSON.stringify(document, null, 2);
    const globs = project.config.sources
      .filter(isFileSource)
      .flatMap((s) =>
        s.origin.files.map((pattern) => ({ pattern, found: expandGlob(this.#root, pattern).length > 0 })),
      );
    writeAnswer(this.#cacheFolder(), identity, { diagnostics, json, globs, record: recorded.record() });
    return { diagnostics, document, json };
  }

  async format(
    targets: readonly string[],
    { check = false }: { readonly check?: boolean } = {},
  ): Promise<Answer<FormatDocument>> {
    const { project } = await this.#load();
    const binder = (this.#binder ??= lazyDuckDbBinder());
    const { formatFiles, selectFiles } = await import('./format/index.ts');
    const formatted = await formatFiles({
      sources: selectFiles(project, targets),
      parse: (texts) => binder.parse(texts),
      context: compileContext(project, NO_MODEL, () => 'later'),
      files: nodeFiles(this.#root),
    });
    const changed = formatted.filter((file) => file.status === 'changed');
    if (!check) for (const file of changed) writeProjectFile(this.#root, file.path, file.text);
    const diagnostics = formatted.flatMap((file) => file.diagnostics);
    return {
      diagnostics,
      document: {
        schema_version: SCHEMA_VERSION,
        check,
        files: formatted.map(({ path, status }) => ({ path, status })),
        diagnostics: diagnostics.map(toDiagnosticDocument),
      },
    };
  }

  async lint(
    models: readonly string[],
    { fix = false }: { readonly fix?: boolean } = {},
  ): Promise<Answer<LintDocument>> {
    const { lintProject } = await import('./lint/index.ts');
    const files = nodeFiles(this.#root);
    const compileFiles = async (own: ProjectFiles): Promise<CompiledProject> => {
      const { project, diagnostics } = await this.#load(own);
      return this.#compileProject(project, diagnostics);
    };
    const { findings, errors, fixed, checked } = await lintProject(files, models, fix, compileFiles);
    for (const file of fixed) writeProjectFile(this.#root, file.path, file.text);
    const diagnostics = [...errors, ...findings.map((f) => f.diagnostic)];
    return {
      diagnostics,
      document: {
        schema_version: SCHEMA_VERSION,
        models: checked,
        fixed: fixed.map(({ path, fixes }) => ({ path, fixes })),
        fixable: findings.filter((f) => f.fix !== undefined).length,
        diagnostics: diagnostics.map(toDiagnosticDocument),
      },
    };
  }

  async render(model: string, interval?: TimeRange): Promise<Answer<RenderDocument>> {
    const { project } = await this.#load();
    const definition = project.models.find((m) => nodeKey(m.name) === nodeKey(model));
    if (definition?.query === undefined)
      throw unknownModel(
        model,
        project.models.filter((m) => m.query !== undefined).map((m) => m.name),
      );
    const expression = definition.cron ?? project.config.defaults.cron;
    const clock = expression === undefined ? DAILY : cadence(expression);
    const ready = floorTo(clock.lastTick(this.#now()), clock.unit);
    const range =
      interval ??
      (definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE'
        ? { start: addUnits(ready, clock.unit, -1), end: ready }
        : { start: definition.start ?? project.config.start, end: this.#now() });
    const { query } = definition;
    const renderWith = (columns: ColumnLookup): ReturnType<typeof render> => {
      const context = compileContext(project, definition, columns);
      return render(
        query,
        definition.source,
        { ...context, interval: range, executionTime: this.#now(), stage: 'evaluating' },
        definition.definitions,
      );
    };
    let outcome = renderWith(() => 'later');
    if (outcome.value.awaited.length > 0) {
      const { nodes } = (await this.#compiledWithoutErrors()).compiled;
      const columns = new Map([...nodes.values()].map((n) => [nodeKey(n.name), n.columns]));
      outcome = renderWith((r) =>
        columns.get(nodeKey(`${r.schema === '' ? DEFAULT_SCHEMA : r.schema}.${r.table}`)),
      );
    }
    if (hasErrors(outcome.diagnostics)) throw new SluiceError(outcome.diagnostics);
    return {
      diagnostics: outcome.diagnostics,
      document: {
        schema_version: SCHEMA_VERSION,
        model: definition.name,
        start: isoInstant(range.start),
        end: isoInstant(range.end),
        sql: outcome.value.sql,
      },
    };
  }

  async lineage(
    written: string,
    direction: LineageDirection,
    options: { readonly depth?: number } = {},
  ): Promise<Answer<LineageDocument>> {
    const { compiled } = await this.#compiledWithoutErrors();
    const target = lineageTarget(compiled, written);
    const depth = options.depth ?? 1;
    return {
      diagnostics: compiled.diagnostics,
      document: {
        schema_version: SCHEMA_VERSION,
        model: target.node.name,
        direction,
        ...lineageStep(compiled, target, direction),
        column: target.column ?? null,
        depth: Number.isFinite(depth) ? depth : null,
        graph: traceGraph(compiled, target, direction, depth),
      },
    };
  }

  async impact(written: string): Promise<Answer<ImpactDocument>> {
    const { compiled } = await this.#compiledWithoutErrors();
    const target = lineageTarget(compiled, written);
    return {
      diagnostics: compiled.diagnostics,
      document: {
        schema_version: SCHEMA_VERSION,
        model: target.node.name,
        column: target.column ?? null,
        ...impactOf(compiled, target),
      },
    };
  }

  async explainVersion(model: string, environment: string): Promise<Answer<VersionDocument>> {
    checkEnvironmentName(environment);
    const { project, compiled } = await this.#compiledWithoutErrors();
    const { node } = lineageTarget(compiled, model);
    return this.#withWarehouse(project, { readOnly: true }, async (connection) => {
      const state = await readState(connection);
      const promoted = state.environments.get(environment);
      if (promoted === undefined && state.environments.size > 0) {
        throw new SluiceError(
          diagnostic('unknown-environment', `there is no environment '${environment}'`, {
            hint: didYouMean(environment, state.environments.keys()),
          }),
        );
      }
      return {
        diagnostics: compiled.diagnostics,
        document: {
          schema_version: SCHEMA_VERSION,
          ...explainVersion(compiled, state, node, environment),
        },
      };
    });
  }

  async plan(environment: string, options: PlanOptions = {}): Promise<Answer<PlanDocument>> {
    const compiled = await this.#compiledWithoutErrors();
    return this.#withWarehouse(compiled.project, { readOnly: true }, async (connection) => {
      const prepared = await this.#prepare(compiled, connection, environment, 'plan', options);
      return { document: prepared.document, diagnostics: compiled.compiled.diagnostics };
    });
  }

  async apply(
    environment: string,
    options: PlanOptions & { readonly confirm?: (plan: PlanDocument) => Promise<boolean> } = {},
  ): Promise<Answer<ApplyDocument>> {
    this.#abort = new AbortController();
    const compiled = await this.#compiledWithoutErrors();
    return this.#withWarehouse(compiled.project, { readOnly: false }, async (connection, warehouse) => {
      const prepared = await this.#prepare(compiled, connection, environment, 'plan', {
        ...options,
        atOnce: true,
      });
      return this.#execute('apply', prepared, connection, warehouse, options.confirm);
    });
  }

  async applyPlan(
    text: string,
    options: { readonly confirm?: (plan: PlanDocument) => Promise<boolean> } = {},
  ): Promise<Answer<ApplyDocument>> {
    this.#abort = new AbortController();
    const loaded = await this.#load();
    const saved = readSavedPlan(text, loaded.project.config.name);
    const compiled = await this.#compiledWithoutErrors();
    return this.#withWarehouse(compiled.project, { readOnly: false }, async (connection, warehouse) => {
      const prepared = await this.#prepare(
        compiled,
        connection,
        saved.environment,
        'plan',
        {
          ...(saved.start === null ? {} : { start: Date.parse(saved.start) }),
          ...(saved.end === null ? {} : { end: Date.parse(saved.end) }),
        },
        Date.parse(saved.now),
      );
      checkStillTrue(saved, prepared.document);
      return this.#execute('apply', prepared, connection, warehouse, options.confirm);
    });
  }

  async run(environment: string): Promise<Answer<ApplyDocument>> {
    this.#abort = new AbortController();
    const compiled = await this.#compiledWithoutErrors();
    return this.#withWarehouse(compiled.project, { readOnly: false }, async (connection, warehouse) => {
      const prepared = await this.#prepare(compiled, connection, environment, 'run', { atOnce: true });
      this.#checkPromoted(prepared);
      return this.#execute('run', prepared, connection, warehouse, undefined);
    });
  }

  async audit(environment: string, models: readonly string[]): Promise<Answer<AuditDocument>> {
    const compiled = await this.#compiledWithoutErrors();
    return this.#withWarehouse(compiled.project, { readOnly: false }, async (connection) => {
      const prepared = await this.#prepare(compiled, connection, environment, 'plan', { atOnce: true });
      const promoted = this.#promotedNodes(prepared, models);
      const plan: Plan = { ...prepared.plan, nodes: new Map(promoted.all.map((n) => [n.node.name, n])) };
      const writer = new SqlWriter(plan, compiled.project, (texts) => compiled.binder.parse(texts));
      const run = this.#newRun();
      const outcomes: AuditOutcome[] = [];
      for (const planned of promoted.asked) {
        if (planned.node.node !== 'model') continue;
        for (const bound of planned.node.audits) {
          const outcome = await runAudit(
            connection,
            writer,
            planned,
            bound,
            ALL_TIME,
            compiled.project.config.quarantine.maxRows,
          );
          outcomes.push(outcome);
          this.#observer({ kind: 'audit-finished', result: outcome.document });
        }
      }
      await connection.transaction(async () => {
        await startRun(connection, run, 'audit', environment, VERSION);
        await recordAudits(
          connection,
          run,
          outcomes.map((o) => o.record),
        );
        for (const o of outcomes)
          if (o.failing !== undefined) await keepFailingRows(connection, run, o.failing);
        await endRun(connection, run, outcomes.some(isBad) ? 'failed' : 'done', this.#now());
      });
      return {
        diagnostics: outcomes.flatMap(auditDiagnostic),
        document: {
          schema_version: SCHEMA_VERSION,
          environment,
          audits: outcomes.map((o) => o.document),
          diagnostics: outcomes.flatMap(auditDiagnostic).map(toDiagnosticDocument),
          summary: auditSummary(outcomes.map((o) => o.document)),
        },
      };
    });
  }

  async query(text: string, environment: string): Promise<Answer<QueryDocument>> {
    const { project } = await this.#load();
    checkEnvironmentName(environment);
    return this.#withWarehouse(project, { readOnly: true, mustExist: true }, async (connection) => {
      let rewritten = text;
      if (environment !== 'prod')
        rewritten = await this.#inEnvironment(text, await readState(connection), environment);
      try {
        const { columns, rows } = await connection.query(rewritten);
        return { diagnostics: [], document: { schema_version: SCHEMA_VERSION, columns, rows } };
      } catch (error) {
        throw new SluiceError(queryDiagnostic(error));
      }
    });
  }

  async environments(): Promise<Answer<EnvironmentListDocument>> {
    const { project } = await this.#load();
    return this.#withWarehouse(project, { readOnly: true }, async (connection) => {
      const state = await readState(connection);
      return {
        diagnostics: [],
        document: {
          schema_version: SCHEMA_VERSION,
          environments: [...state.environments.values()].map((e) => ({
            name: e.name,
            sequence: e.sequence,
            promoted_at: isoInstant(e.promotedAt),
            models: e.models.size,
          })),
        },
      };
    });
  }

  interrupt(): void {
    this.#abort.abort();
    this.#connection?.interrupt();
  }

  async close(): Promise<void> {
    this.#binder?.close();
    this.#binder = undefined;
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  #newRun(): RunContext {
    const now = this.#now();
    const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+Z$/g, '');
    return { runId: `${stamp}-${randomBytes(3).toString('hex')}`, now };
  }

  async #load(
    files: ProjectFiles = nodeFiles(this.#root),
  ): Promise<{ readonly project: Project; readonly diagnostics: readonly Diagnostic[] }> {
    const loaded = loadProject(files, basename(this.#root));
    if (loaded.value === undefined) throw new SluiceError(loaded.diagnostics);
    const macros = await loadMacros(this.#root, files, MACRO_NAMES);
    return {
      project: { ...loaded.value, macros: macros.value },
      diagnostics: [...loaded.diagnostics, ...macros.diagnostics],
    };
  }

  async #compiledWithoutErrors(): Promise<CompiledProject> {
    const { project, diagnostics } = await this.#load();
    const compiled = await this.#compileProject(project, diagnostics);
    if (hasErrors(compiled.compiled.diagnostics)) throw new SluiceError(compiled.compiled.diagnostics);
    return compiled;
  }

  #cacheFolder(): string {
    return join(this.#root, '.sluice', 'cache');
  }

  /** Undefined when nothing is to be kept. */
  #cacheIdentity(): string | undefined {
    return this.#options.cache === false
      ? undefined
      : cacheIdentity(this.#options.cache === true, basename(this.#root));
  }

  /** One at a time: compilations share the binder's shadow tables. */
  #compileProject(
    project: Project,
    before: readonly Diagnostic[],
  ): Promise<CompiledProject & { readonly keepable: boolean }> {
    const compiled = this.#compiling.then(() => this.#compileNow(project, before));
    this.#compiling = compiled.catch(() => undefined);
    return compiled;
  }

  async #compileNow(
    project: Project,
    before: readonly Diagnostic[],
  ): Promise<CompiledProject & { readonly keepable: boolean }> {
    const binder = (this.#binder ??= lazyDuckDbBinder());
    const found = await this.#discover(project);
    const identity = this.#cacheIdentity();
    const cache = identity === undefined ? undefined : new ModelCache(this.#cacheFolder(), identity);
    const compiled = await compile({
      ...(cache === undefined ? {} : { cache }),
      project,
      binder,
      discovered: found.columns,
      settings: async () => `duckdb ${await duckDbVersion()}; TimeZone=UTC`,
    });
    cache?.close();
    return {
      project,
      binder,
      // Columns that were read from data files depend on more than the project's own files.
      keepable: compiled.keepable && !found.described,
      compiled: { ...compiled, diagnostics: [...before, ...found.diagnostics, ...compiled.diagnostics] },
    };
  }

  /** Columns that nobody declared, from the files themselves; and files that are not there. */
  async #discover(project: Project): Promise<{
    readonly columns: ReadonlyMap<string, readonly Column[]>;
    readonly diagnostics: readonly Diagnostic[];
    /** Whether files of data were looked into. */
    readonly described: boolean;
  }> {
    const diagnostics: Diagnostic[] = [];
    const wanted: {
      name: string;
      source: FileSource;
      paths: readonly string[];
      location: Diagnostic['location'];
    }[] = [];
    for (const s of project.config.sources) {
      if (!isFileSource(s)) continue;
      const { paths, diagnostics: missing } = findSourceFiles(this.#root, s);
      diagnostics.push(...missing);
      if (s.columns === undefined && paths.length > 0) {
        wanted.push({
          name: s.name,
          source: s.origin,
          paths: paths.map((p) => join(this.#root, p)),
          location: s.location,
        });
      }
    }
    for (const m of project.models) {
      if (m.kind.kind !== 'SEED' || m.columns !== undefined) continue;
      wanted.push({
        name: m.name,
        source: seedFiles(m.kind),
        paths: [join(this.#root, m.kind.file)],
        location: m.kindLocation,
      });
    }
    const columns = new Map<string, readonly Column[]>();
    const answers = await describeFiles(wanted);
    for (const [i, w] of wanted.entries()) {
      const answer = answers[i];
      if (typeof answer === 'string') {
        diagnostics.push(
          diagnostic('source-unreadable', `the files of '${w.name}' cannot be read: ${answer}`, {
            location: w.location,
            hint: 'Declare its columns, or say how the file is written under csv:.',
          }),
        );
      } else if (answer !== undefined) columns.set(w.name, answer);
    }
    return { columns, diagnostics, described: wanted.length > 0 };
  }

  /** Opens the warehouse, works, closes it. Read-only work on a warehouse that does not exist sees an empty one. */
  async #withWarehouse<T>(
    project: Project,
    how: { readonly readOnly: boolean; readonly mustExist?: boolean },
    work: (connection: Connection, warehouse: Warehouse) => Promise<T>,
  ): Promise<T> {
    const { warehouse: settings } = project.config;
    const path = resolve(this.#root, settings.path);
    const isThere = existsSync(path);
    const open = async (target: string, readOnly: boolean): Promise<Warehouse> =>
      openDuckDb({
        path: target,
        label: settings.path,
        readOnly,
        threads: settings.threads,
        memoryLimit: settings.memoryLimit,
        macros: project.sqlMacros.map((m) => m.sql),
        lockTimeout: this.#options.lockTimeout ?? 30_000,
        onWait: (holder, secondsLeft) => this.#observer({ kind: 'waiting-for-lock', holder, secondsLeft }),
      });
    const warehouse =
      how.readOnly && !isThere && how.mustExist !== true
        ? await open(':memory:', false)
        : await open(path, how.readOnly);
    const connection = await warehouse.connect();
    this.#connection = connection;
    try {
      return await work(connection, warehouse);
    } finally {
      this.#connection = undefined;
      connection.close();
      warehouse.close();
    }
  }

  async #prepare(
    compiled: CompiledProject,
    connection: Connection,
    environment: string,
    mode: 'plan' | 'run',
    options: PlanOptions & { readonly atOnce?: boolean },
    now: number = this.#now(),
  ): Promise<Prepared> {
    checkEnvironmentName(environment);
    const state = await readState(connection);
    const relations = await connection.relations();
    const input: PlanInput = {
      compiled: compiled.compiled,
      config: compiled.project.config,
      state,
      relations,
      files: await this.#fileStatuses(
        compiled.compiled,
        connection,
        state,
        relations,
        // A plan that is shown or saved names the content of files; one that is done at once can learn it on the way.
        options.atOnce === true ? 'later' : 'now',
      ),
      environment,
      now,
      mode,
      start: options.start,
      end: options.end,
    };
    const plan = buildPlan(input);
    const taken = takenNames(plan, input);
    if (taken.length > 0) {
      throw new SluiceError(
        taken.map((t) =>
          diagnostic(
            'name-taken',
            t.owner === undefined
              ? `a ${t.relation} named ${t.view} exists already, and Sluice did not make it`
              : `the view ${t.view} belongs to the environment ${t.owner}`,
            {
              hint: `Rename it or the model ${t.model}; Sluice never replaces what is not this environment's own.`,
            },
          ),
        ),
      );
    }
    const writer = new SqlWriter(plan, compiled.project, (texts) => compiled.binder.parse(texts));
    const document = await toPlanDocument(plan, compiled.project.config.name, writer);
    return { ...compiled, state, plan, writer, document };
  }

  async #fileStatuses(
    compiled: Compiled,
    connection: Connection,
    state: State,
    relations: ReadonlyMap<string, 'table' | 'view'>,
    hashNew: 'now' | 'later',
  ): Promise<ReadonlyMap<string, FileStatus>> {
    const statuses = new Map<string, FileStatus>();
    for (const node of compiled.nodes.values()) {
      if (node.node !== 'source' || !isFileSource(node.definition)) continue;
      const target = physicalName(node, []);
      const key = physicalKey(target);
      const loaded = relations.has(key.toLowerCase()) ? state.loads.get(key) : undefined;
      const { paths, diagnostics } = findSourceFiles(this.#root, node.definition);
      if (diagnostics.length > 0) throw new SluiceError(diagnostics);
      const { same, files } = await inspectFiles(this.#root, paths, loaded, hashNew);
      if (loaded === undefined) statuses.set(node.name, { status: 'new', files });
      else if (same) statuses.set(node.name, { status: 'unchanged', files });
      else {
        const absolute = paths.map((p) => join(this.#root, p));
        const request = { source: node.definition.origin, paths: absolute, columns: node.columns, target };
        const { changed } = await connection.compareFiles(request).catch((error: unknown) => {
          throw new SluiceError(
            diagnostic(
              'source-unreadable',
              `the files of '${node.name}' cannot be read: ${error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)}`,
              {
                location: node.definition.location,
                hint: 'Mend the file, or change the declaration of its columns.',
              },
            ),
          );
        });
        statuses.set(node.name, { status: 'changed', files, changed });
      }
    }
    return statuses;
  }

  async #execute(
    command: 'apply' | 'run',
    prepared: Prepared,
    connection: Connection,
    warehouse: Warehouse,
    confirm: ((plan: PlanDocument) => Promise<boolean>) | undefined,
  ): Promise<Answer<ApplyDocument>> {
    const started = performance.now();
    const { plan, document } = prepared;
    const base = { schema_version: SCHEMA_VERSION, kind: command, environment: plan.environment } as const;
    const warnings = prepared.compiled.diagnostics;
    if (isEmpty(document)) {
      return {
        diagnostics: warnings,
        document: {
          ...base,
          run: null,
          sequence: plan.sequence,
          status: 'nothing-to-do',
          promoted: false,
          results: [],
          audits: [],
          diagnostics: warnings.map(toDiagnosticDocument),
          seconds: seconds(started),
          summary: document.summary,
        },
      };
    }
    if (confirm !== undefined && !(await confirm(document))) {
      throw new SluiceError(diagnostic('interrupted', 'the plan was not applied, nothing was changed'));
    }
    if (this.#abort.signal.aborted) {
      throw new SluiceError(diagnostic('interrupted', 'stopped before anything was done'));
    }
    await ensureState(connection);
    const run = this.#newRun();
    await startRun(connection, run, command, plan.environment, VERSION);
    const result = await applyPlan({
      plan,
      state: prepared.state,
      config: prepared.project.config,
      warehouse,
      writer: prepared.writer,
      root: this.#root,
      run,
      jobs: this.#options.jobs ?? Math.min(4, availableParallelism()),
      observer: this.#observer,
      signal: this.#abort.signal,
      clock: () => this.#now(),
    });
    await endRun(connection, run, result.status, this.#now());
    const diagnostics = [...warnings, ...result.diagnostics];
    return {
      diagnostics,
      document: {
        ...base,
        run: run.runId,
        sequence: result.sequence,
        status: result.status,
        promoted: result.promoted,
        results: result.results,
        audits: result.results.flatMap((r) => r.audits),
        diagnostics: diagnostics.map(toDiagnosticDocument),
        seconds: seconds(started),
        summary: applySummary(plan.environment, result),
      },
    };
  }

  /** `run` computes what is promoted; it never brings a changed definition into an environment. */
  #checkPromoted({ plan, state }: Prepared): void {
    const environment = state.environments.get(plan.environment);
    if (environment === undefined) {
      throw new SluiceError(
        diagnostic('unknown-environment', `there is no environment '${plan.environment}' yet`, {
          hint: `${didYouMean(plan.environment, state.environments.keys()) ?? `Build it with: sluice apply ${plan.environment}`}`,
        }),
      );
    }
    const changed = [...plan.nodes.values()].filter(
      (n) =>
        n.action !== undefined &&
        n.action.kind !== 'backfill' &&
        n.action.kind !== 'reaudit' &&
        !(n.action.kind === 'rebind' && n.work === undefined),
    );
    const names = [...changed.map((n) => n.node.name), ...plan.removed.map((r) => r.model)];
    if (names.length === 0) return;
    throw new SluiceError(
      diagnostic(
        'environment-differs',
        `the project is not what ${plan.environment} shows: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''} changed`,
        {
          hint: `run only brings in new data. Look at the change with sluice plan${plan.environment === 'prod' ? '' : ` ${plan.environment}`}, then apply it.`,
        },
      ),
    );
  }

  #promotedNodes(
    prepared: Prepared,
    models: readonly string[],
  ): { readonly all: readonly PlannedNode[]; readonly asked: readonly PlannedNode[] } {
    const environment = prepared.state.environments.get(prepared.plan.environment);
    if (environment === undefined) {
      throw new SluiceError(
        diagnostic('unknown-environment', `there is no environment '${prepared.plan.environment}' yet`, {
          hint: `Build it with: sluice apply ${prepared.plan.environment}`,
        }),
      );
    }
    const all = [...prepared.plan.nodes.values()].map((n) => {
      const shown = prepared.state.snapshots.get(environment.models.get(n.node.name)?.physical ?? '');
      return shown === undefined ? n : { ...n, physical: shown.physical };
    });
    const names = all.filter((n) => environment.models.has(n.node.name)).map((n) => n.node.name);
    const unknown = models.filter((m) => !names.some((n) => nodeKey(n) === nodeKey(m)));
    if (unknown.length > 0) throw new SluiceError(unknown.flatMap((m) => unknownModel(m, names).diagnostics));
    const wanted = new Set(models.map(nodeKey));
    return {
      all,
      asked: all.filter(
        (n) => names.includes(n.node.name) && (wanted.size === 0 || wanted.has(nodeKey(n.node.name))),
      ),
    };
  }

  /** The same query over the views of another environment. */
  async #inEnvironment(text: string, state: State, environment: string): Promise<string> {
    const known = state.environments.get(environment);
    if (known === undefined) {
      throw new SluiceError(
        diagnostic('unknown-environment', `there is no environment '${environment}'`, {
          hint: didYouMean(environment, state.environments.keys()),
        }),
      );
    }
    const binder = (this.#binder ??= lazyDuckDbBinder());
    const [parsed] = await binder.parse([text]);
    if (parsed === undefined || !parsed.ok) return text;
    const views = new Map([...known.models.values()].map((m) => [nodeKey(m.model), m.view]));
    return rewriteReferences(text, findReferences(parsed.statements[0], text), (r) => {
      const view = r.catalog === '' ? views.get(nodeKey(`${r.schema}.${r.table}`)) : undefined;
      return view === undefined ? undefined : tableIdent(view);
    });
  }
}

function lineageTarget(compiled: Compiled, written: string): Target {
  const { value, diagnostics } = findTarget(compiled, written);
  if (value === undefined) throw new SluiceError(diagnostics);
  return value;
}

function isFileSource(s: SourceDefinition): s is SourceDefinition & { readonly origin: FileSource } {
  return s.origin.kind === 'file';
}

function checkEnvironmentName(name: string): void {
  if (ENVIRONMENT_NAME.test(name)) return;
  throw new SluiceError(
    diagnostic('invalid-environment-name', `'${name}' cannot be the name of an environment`, {
      hint: 'Use small letters, digits and underscores, beginning with a letter.',
    }),
  );
}

function unknownModel(name: string, known: readonly string[]): SluiceError {
  return new SluiceError(
    diagnostic('unknown-model', `there is no model '${name}'`, {
      hint: didYouMean(name, known) ?? 'sluice compile --json lists the models there are.',
    }),
  );
}

function isBad(o: AuditOutcome): boolean {
  return o.document.status === 'error' || (o.document.status === 'failed' && o.document.severity === 'block');
}

function auditDiagnostic(o: AuditOutcome): readonly Diagnostic[] {
  const { status, severity, audit, model, failing_rows: count, message } = o.document;
  const location = o.bound.audit.call.location;
  if (status === 'passed') return [];
  if (status === 'error')
    return [
      diagnostic('query-failed', `audit ${audit} of ${model} could not run: ${message ?? ''}`, { location }),
    ];
  const rows = count === 1 ? '1 row' : `${count} rows`;
  return [
    diagnostic(
      severity === 'block' ? 'audit-failed' : 'audit-warning',
      `audit ${audit} of ${model} found ${rows}`,
      { location },
    ),
  ];
}

/** DuckDB's complaint about a query of the user's own, without its drawing of the line. */
function queryDiagnostic(error: unknown): Diagnostic {
  const text = error instanceof Error ? error.message : String(error);
  if (/^INTERRUPT/i.test(text)) return diagnostic('interrupted', 'the query was stopped');
  if (/read-only/i.test(text)) {
    return diagnostic('query-failed', 'query only reads', {
      hint: 'Tables are written by sluice apply and sluice run.',
    });
  }
  const [first = '', ...more] = text.split('\n').map((line) => line.trim());
  const hints = more.filter((line) => line !== '' && !/^(LINE \d+:|\^)/.test(line));
  return diagnostic('query-failed', first.replace(/^(\w+ )?Error: /, ''), {
    hint: hints.length === 0 ? undefined : hints.join(' ').replaceAll('"', "'"),
  });
}

function auditSummary(audits: readonly AuditDocument['audits'][number][]): string {
  const failed = audits.filter(
    (a) => a.status === 'error' || (a.status === 'failed' && a.severity === 'block'),
  ).length;
  const warned = audits.filter((a) => a.status === 'failed' && a.severity === 'warn').length;
  const passed = audits.length - failed - warned;
  if (audits.length === 0) return 'There is nothing to audit.';
  const parts = [
    `${passed} passed`,
    ...(warned > 0 ? [`${warned} warned`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `${audits.length} ${audits.length === 1 ? 'audit' : 'audits'}: ${parts.join(', ')}.`;
}

function applySummary(environment: string, result: ApplyResult): string {
  const done = result.results.filter((r) => r.status === 'done').length;
  const failed = result.results.filter((r) => r.status === 'failed').length;
  const skipped = result.results.filter((r) => r.status === 'skipped').length;
  if (result.status === 'interrupted')
    return `Interrupted: ${countModels(done)} done, the rest was not touched. Apply again to go on.`;
  if (result.status === 'failed') {
    const below = skipped > 0 ? `, ${skipped} not run because of that` : '';
    return `${countModels(failed)} failed${below}, ${done} done. ${environment} shows what it showed before where a model failed; apply again to go on.`;
  }
  return `${environment} is up to date: ${countModels(done)} done${result.promoted ? ', views promoted' : ''}.`;
}

function countModels(n: number): string {
  return n === 1 ? '1 model' : `${n} models`;
}

function seconds(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}
