import { createProjectFile, nodeFiles, RECORDED_FILE } from '../project/index.ts';
import type { SourceRefreshDocument } from '../report/index.ts';
import type { Answer } from '../workspace.ts';
import type { OpenProject } from './open-project.ts';
import { refreshSources } from './refresh-sources.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerRefreshSources(
  w: OpenProject,
  names: readonly string[],
  { check = false }: { readonly check?: boolean } = {},
): Promise<Answer<SourceRefreshDocument>> {
  const { project } = await w.load();
  const [files, binder] = [nodeFiles(w.root), w.frontEnd()];
  return withWarehouse(w, project, { readOnly: true, mustExist: true }, async (connection) => {
    const { text, ...answer } = await refreshSources({ project, files, binder, connection, names, check });
    if (text !== undefined) createProjectFile(w.root, RECORDED_FILE, text);
    return answer;
  });
}
