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
  const { findings, errors, fixed, checked } = await lintProject(files, models, fix, compileFiles);
  for (const file of fixed) writeProjectFile(w.root, file.path, file.text);
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
