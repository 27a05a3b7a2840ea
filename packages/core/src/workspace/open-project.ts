/**
 * A project folder that is open: its files, its front end, and whatever is running. What commands do with it stands in a
 * file each.
 */
import { randomBytes } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { cacheIdentity } from '../cache/index.ts';
import { lazyDuckDbBinder, type LazyBinder } from '../engine/duckdb/lazy-binder.ts';
import { NO_TRACER, type Tracer } from '../engine/tracer.ts';
import type { Connection } from '../engine/warehouse.ts';
import {
  loadSettings,
  nodeFiles,
  ParseMemory,
  type ProjectConfig,
  type ProjectFiles,
} from '../project/index.ts';
import type { Observer } from '../report/index.ts';
import type { RunContext } from '../state/index.ts';
import type { WorkspaceOptions } from '../workspace.ts';
import { loadFolder, type LoadedProject } from './load-folder.ts';
import { sampledProject, withWarehouseAt } from './sampled-project.ts';

export class OpenProject {
  readonly root: string;
  readonly options: WorkspaceOptions;
  readonly observer: Observer;
  readonly tracer: Tracer;
  #binder: LazyBinder | undefined;
  /** The connection at work outside of tasks: planning, auditing, a query. */
  connection: Connection | undefined;
  abort = new AbortController();
  #compiling: Promise<unknown> = Promise.resolve();
  /** What {@link settings} parsed, for the next load. */
  #settings: ParseMemory | undefined;

  constructor(options: WorkspaceOptions) {
    this.root = resolve(options.root);
    this.options = options;
    this.tracer = options.tracer ?? NO_TRACER;
    this.observer = options.observer ?? ((): void => undefined);
  }

  /** What parses and binds: opened when it is first asked something. */
  frontEnd(): LazyBinder {
    return (this.#binder ??= lazyDuckDbBinder());
  }

  now(): number {
    return this.options.now?.() ?? Date.now();
  }

  newRun(): RunContext {
    const now = this.now();
    const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+Z$/g, '');
    return { runId: `${stamp}-${randomBytes(3).toString('hex')}`, now };
  }

  /** Reads the project; throws when there is none, or its settings cannot be read. */
  async load(files: ProjectFiles = nodeFiles(this.root)): Promise<LoadedProject> {
    const memory = this.#settings;
    this.#settings = undefined;
    const { project, diagnostics } = await loadFolder(this.root, files, memory);
    const { sample, warehouse: path } = this.options;
    if (sample !== undefined) return { project: sampledProject(project, sample), diagnostics };
    return { project: path === undefined ? project : withWarehouseAt(project, path), diagnostics };
  }

  /**
   * The settings alone, before the rest is read; the next load does not parse them again. Undefined where only the whole project
   * tells, or they cannot be read.
   */
  settings(): ProjectConfig | undefined {
    const { sample, warehouse } = this.options;
    if (sample !== undefined || warehouse !== undefined) return undefined;
    return loadSettings(nodeFiles(this.root), (this.#settings = new ParseMemory()));
  }

  cacheFolder(): string {
    return join(this.root, '.sluice', 'cache');
  }

  /** Undefined when nothing is to be kept. */
  cacheIdentity(): string | undefined {
    return this.options.cache === false
      ? undefined
      : cacheIdentity(this.options.cache === true, basename(this.root));
  }

  /** One at a time: compilations share the binder's shadow tables. */
  compileInTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#compiling.then(work);
    this.#compiling = done.catch(() => undefined);
    return done;
  }

  /** Stops what is running. */
  interrupt(): void {
    this.abort.abort();
    this.connection?.interrupt();
  }

  close(): void {
    this.#binder?.close();
    this.#binder = undefined;
  }
}
