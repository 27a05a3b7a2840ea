import type { Project } from '../project/index.ts';
import type { Binder } from './binder.ts';
import type { CompileCache } from './compile-cache.ts';
import type { CompileMemory } from './compile-memory.ts';
import type { Column } from './compiled.ts';

/** What the compiler needs besides the project's text. */
export interface CompileInput {
  readonly project: Project;
  /** Not asked for anything when everything is in the cache. */
  readonly binder: Binder;
  /** Columns of sources and seeds that do not declare them, read from their files. */
  readonly discovered: ReadonlyMap<string, readonly Column[]>;
  /** What results depend on and no plan shows: DuckDB's version and settings. */
  readonly settings: () => Promise<string>;
  /** Results of earlier runs. */
  readonly cache?: CompileCache;
  /** Results of earlier compilations of the same session, whose binder this is and nobody else's. */
  readonly memory?: CompileMemory;
}
