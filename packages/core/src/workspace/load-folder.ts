import { basename } from 'node:path';
import { SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import {
  loadMacros,
  loadProject,
  type ParseMemory,
  type Project,
  type ProjectFiles,
} from '../project/index.ts';
import { MACRO_NAMES } from '../render/index.ts';

/** A project as its files say it, and what is wrong with them so far. */
export interface LoadedProject {
  readonly project: Project;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a project with its macros; throws when there is none, or its settings cannot be read. */
export async function loadFolder(
  root: string,
  files: ProjectFiles,
  memory?: ParseMemory,
): Promise<LoadedProject> {
  const loaded = loadProject(files, basename(root), memory);
  if (loaded.value === undefined) throw new SluiceError(loaded.diagnostics);
  const macros = await loadMacros(root, files, MACRO_NAMES);
  return {
    project: { ...loaded.value, macros: macros.value },
    diagnostics: [...loaded.diagnostics, ...macros.diagnostics],
  };
}
