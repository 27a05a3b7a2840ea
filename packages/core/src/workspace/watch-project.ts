/** Compiles whenever files change: one compilation at a time, and after it whatever has changed meanwhile. */
import { SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { Project } from '../project/index.ts';
import {
  SCHEMA_VERSION,
  toDiagnosticDocument,
  type CompileDocument,
  type Observer,
  type WatchDocument,
} from '../report/index.ts';
import type { Answer } from '../workspace.ts';
import { CompileSession } from './compile-session.ts';
import { compileDocument } from './compile-document.ts';
import { FolderWatch, type Change } from './folder-watch.ts';
import type { OpenProject } from './open-project.ts';
import { WatchedPaths } from './watched-paths.ts';

/** A result that newer changes have overtaken is not worth telling, unless nothing was told for so long; milliseconds. */
const PATIENCE = 1_000;

export async function watchProject(
  w: OpenProject,
  onCompiled: (answer: Answer<WatchDocument>) => void,
): Promise<void> {
  w.abort = new AbortController();
  const { signal } = w.abort;
  const paths = new WatchedPaths(w.root);
  const session = new CompileSession(w.root);
  const folder = await FolderWatch.open(w.root, paths);
  try {
    let models: ReadonlyMap<string, string> = new Map();
    let change: Change | undefined = { paths: [], since: performance.now() };
    let told = performance.now();
    while (change !== undefined && !signal.aborted) {
      const found = await compiled(session, w.observer);
      if (found.project !== undefined) folder.add(paths.include(found.project));
      if (signal.aborted) break;
      const now = performance.now();
      if (folder.hasChanged && now - told < PATIENCE) {
        const next: Change | undefined = await folder.next(signal);
        change = next && { paths: [...new Set([...change.paths, ...next.paths])], since: change.since };
        continue;
      }
      told = now;
      const { document, texts } = watchDocument(found, models, {
        paths: change.paths.map((path) => paths.name(path)),
        milliseconds: now - change.since,
      });
      models = texts;
      onCompiled({ diagnostics: found.diagnostics, document });
      change = await folder.next(signal);
    }
  } finally {
    await folder.close();
    await session.close();
  }
}

interface Found {
  /** Undefined when its settings cannot be read. */
  readonly project: Project | undefined;
  readonly models: CompileDocument['models'];
  readonly diagnostics: readonly Diagnostic[];
}

/** What is wrong with the settings is a result like any other: the next save may mend it. */
async function compiled(session: CompileSession, observer: Observer): Promise<Found> {
  try {
    const result = await session.compile();
    observer({ kind: 'files-looked-at', ...result.looked });
    const { models } = compileDocument(result.compiled);
    return { project: result.project, models, diagnostics: result.compiled.diagnostics };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { project: undefined, models: [], diagnostics: error.diagnostics };
  }
}

function watchDocument(
  { project, models, diagnostics }: Found,
  before: ReadonlyMap<string, string>,
  change: { readonly paths: readonly string[]; readonly milliseconds: number },
): { readonly document: WatchDocument; readonly texts: ReadonlyMap<string, string> } {
  const isReadable = project !== undefined;
  const texts = isReadable ? new Map(models.map((m) => [m.name, JSON.stringify(m)])) : before;
  return {
    texts,
    document: {
      schema_version: SCHEMA_VERSION,
      changed_files: change.paths.toSorted(),
      milliseconds: Math.round(change.milliseconds),
      models: isReadable ? models.length : null,
      changed_models: models.filter((m) => texts.get(m.name) !== before.get(m.name)),
      removed_models: [...before.keys()].filter((name) => !texts.has(name)).toSorted(),
      diagnostics: diagnostics.map(toDiagnosticDocument),
    },
  };
}
