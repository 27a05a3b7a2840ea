/**
 * Compiles a project again and again, each time touching only what changed since: files are read, parsed, rendered and bound
 * again when their content or what they read is other than it was. The answer is the one of a compilation from nothing.
 */
import { sortDiagnostics } from '../diagnostic/index.ts';
import { compile, CompileMemory } from '../compile/index.ts';
import type { Compiled } from '../compile/index.ts';
import { lazyDuckDbBinder } from '../engine/duckdb/lazy-binder.ts';
import { ParseMemory, type Project } from '../project/index.ts';
import { binderSettings } from './binder-settings.ts';
import { DescribedFiles } from './described-files.ts';
import { discover } from './discover.ts';
import { loadFolder } from './load-folder.ts';
import { RememberedFiles } from './remembered-files.ts';

/** What a session found, and how many files it read for that. */
interface SessionResult {
  readonly project: Project;
  readonly looked: RememberedFiles['looked'];
  readonly compiled: Compiled;
}

export class CompileSession {
  readonly #root: string;
  readonly #files: RememberedFiles;
  readonly #parsed = new ParseMemory();
  readonly #described = new DescribedFiles();
  readonly #memory = new CompileMemory();
  /** Its own: whoever else compiled with it would change the shadow tables. */
  readonly #binder = lazyDuckDbBinder();
  #settings: Promise<string> | undefined;
  #running: Promise<unknown> = Promise.resolve();

  /** @param root the project folder, absolute */
  constructor(root: string) {
    this.#root = root;
    this.#files = new RememberedFiles(root);
  }

  /** The project as it is now. Throws when there is none, or its settings cannot be read; the session goes on. */
  compile(): Promise<SessionResult> {
    const result = this.#running.then(() => this.#compile());
    this.#running = result.catch(() => undefined);
    return result;
  }

  /** Ends it, once what is running is done. */
  async close(): Promise<void> {
    await this.#running;
    this.#binder.close();
  }

  async #compile(): Promise<SessionResult> {
    this.#files.begin();
    const { project, diagnostics: before } = await loadFolder(this.#root, this.#files, this.#parsed);
    const found = await discover(this.#root, project, (requests) => this.#described.describe(requests));
    const compiled = await compile({
      project,
      binder: this.#binder,
      discovered: found.columns,
      settings: () => (this.#settings ??= binderSettings()),
      memory: this.#memory,
    });
    const diagnostics = sortDiagnostics([...before, ...found.diagnostics, ...compiled.diagnostics]);
    return { project, looked: this.#files.looked, compiled: { ...compiled, diagnostics } };
  }
}
