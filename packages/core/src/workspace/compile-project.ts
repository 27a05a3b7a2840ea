import { ModelCache } from '../cache/index.ts';
import { compile, type Binder, type Compiled } from '../compile/index.ts';
import { hasErrors, sortDiagnostics, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { Project } from '../project/index.ts';
import { binderSettings } from './binder-settings.ts';
import { discover } from './discover.ts';
import type { OpenProject } from './open-project.ts';
import { withLenientAudits } from './sampled-project.ts';

/** A compiled project, with the front end that compiled it. */
export interface CompiledProject {
  readonly project: Project;
  readonly compiled: Compiled;
  readonly binder: Binder;
}

/** Compiles what was loaded. `before` are the diagnostics of loading, which come first. */
export function compileProject(
  w: OpenProject,
  project: Project,
  before: readonly Diagnostic[],
): Promise<CompiledProject & { readonly keepable: boolean }> {
  return w.compileInTurn(() => compileNow(w, project, before));
}

/** For what needs a project without errors; throws them. */
export async function compiledWithoutErrors(w: OpenProject): Promise<CompiledProject> {
  const { project, diagnostics } = await w.load();
  const compiled = await w.tracer.span('compile', { 'sluice.models': project.models.length }, () =>
    compileProject(w, project, diagnostics),
  );
  if (hasErrors(compiled.compiled.diagnostics)) throw new SluiceError(compiled.compiled.diagnostics);
  return compiled;
}

async function compileNow(
  w: OpenProject,
  project: Project,
  before: readonly Diagnostic[],
): Promise<CompiledProject & { readonly keepable: boolean }> {
  const binder = w.frontEnd();
  const found = await discover(w.root, project);
  const identity = w.cacheIdentity();
  const cache = identity === undefined ? undefined : new ModelCache(w.cacheFolder(), identity);
  const compiled = await compile({
    ...(cache === undefined ? {} : { cache }),
    project,
    binder,
    discovered: found.columns,
    settings: binderSettings,
  });
  cache?.close();
  const { nodes } = w.options.sample === undefined ? compiled : withLenientAudits(compiled);
  return {
    project,
    binder,
    // Columns that were read from data files depend on more than the project's own files.
    keepable: compiled.keepable && !found.described && w.options.sample === undefined,
    compiled: {
      ...compiled,
      nodes,
      diagnostics: sortDiagnostics([...before, ...found.diagnostics, ...compiled.diagnostics]),
    },
  };
}
