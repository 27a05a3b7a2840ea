import { basename } from 'node:path';
import { SluiceError, type Diagnostic, type Outcome } from '../diagnostic/index.ts';
import {
  loadMacros,
  loadProject,
  loadSignals,
  projectFile,
  unknownSignals,
  type ParseMemory,
  type Project,
  type ProjectFiles,
} from '../project/index.ts';
import { headerMacros, MACRO_NAMES } from '../render/index.ts';

/** A project as its files say it, and what is wrong with them so far. */
export interface LoadedProject {
  readonly project: Project;
  readonly diagnostics: readonly Diagnostic[];
}

const NONE: Outcome<Project['macros']> = { value: new Map(), diagnostics: [] };

/** Reads a project with its macros; throws when there is none, or its settings cannot be read. */
export async function loadFolder(
  root: string,
  files: ProjectFiles,
  memory?: ParseMemory,
): Promise<LoadedProject> {
  // No code runs that is not a project's.
  const isProject = projectFile(files) !== undefined;
  const macros = isProject ? await loadMacros(root, files, MACRO_NAMES) : NONE;
  const loaded = loadProject(files, basename(root), memory, headerMacros(macros.value));
  if (loaded.value === undefined) throw new SluiceError(loaded.diagnostics);
  const project = { ...loaded.value, macros: macros.value };
  const diagnostics = [...loaded.diagnostics, ...macros.diagnostics];
  if (project.models.every((m) => m.signals.length === 0)) return { project, diagnostics };
  const signals = await loadSignals(root, files);
  // What could not be loaded may be what is called.
  const unknown = signals.diagnostics.length > 0 ? [] : unknownSignals(project.models, signals.value);
  return {
    project: { ...project, signals: signals.value },
    diagnostics: [...diagnostics, ...signals.diagnostics, ...unknown],
  };
}
