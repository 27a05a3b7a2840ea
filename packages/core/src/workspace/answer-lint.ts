import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, writeProjectFile, type ProjectFiles } from '../project/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type LintDocument } from '../report/index.ts';
import type { Answer } from '../workspace.ts';
import { compileProject, type CompiledProject } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';

export async function answerLint(
  w: OpenProject,
  models: readonly string[],
  { fix = false }: { readonly fix?: boolean } = {},
): Promise<Answer<LintDocument>> {
  const { lintProject } = await import('../lint/index.ts');
  const files = nodeFiles(w.root);
  const compileFiles = async (own: ProjectFiles): Promise<CompiledProject> => {
    const { project, diagnostics } = await w.load(own);
    return compileProject(w, project, diagnostics);
  };
  const { loadSuites, testedModels } = await import('../unit-test/index.ts');
  let tested: ReadonlySet<string> | undefined;
  const readTests = (): ReadonlySet<string> =>
    (tested ??= testedModels(loadSuites(files, (path) => existsSync(join(w.root, path))).value));
  const { findings, errors, fixed, checked } = await lintProject(files, models, fix, compileFiles, readTests);
  for (const file of fixed) writeProjectFile(w.root, file.path, file.text);
  const diagnostics = [...errors, ...findings.map((f) => f.diagnostic)];
  return {
    diagnostics,
    document: {
      schema_version: SCHEMA_VERSION,
      models: checked,
      fixed: fixed.map(({ path, fixes }) => ({ path, fixes })),
      // What --fix left was tried, and would have changed what a table holds.
      fixable: fix ? 0 : findings.filter((f) => f.fix !== undefined).length,
      diagnostics: diagnostics.map(toDiagnosticDocument),
    },
  };
}
