import { compileContext } from '../compile/index.ts';
import { nodeFiles, writeProjectFile } from '../project/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type FormatDocument } from '../report/index.ts';
import type { Answer } from '../workspace.ts';
import type { OpenProject } from './open-project.ts';

/** Stands for whatever model a file holds, where only its layout counts. */
const NO_MODEL = { schema: 'main', table: 'this_model', blueprint: new Map<string, string>() };

export async function answerFormat(
  w: OpenProject,
  targets: readonly string[],
  { check = false }: { readonly check?: boolean } = {},
): Promise<Answer<FormatDocument>> {
  const { project } = await w.load();
  const binder = w.frontEnd();
  const { formatFiles, selectFiles } = await import('../format/index.ts');
  const formatted = await formatFiles({
    sources: selectFiles(project, targets),
    parse: (texts) => binder.parse(texts),
    context: compileContext(project, NO_MODEL, () => 'later'),
    files: nodeFiles(w.root),
  });
  const changed = formatted.filter((file) => file.status === 'changed');
  if (!check) for (const file of changed) writeProjectFile(w.root, file.path, file.text);
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
