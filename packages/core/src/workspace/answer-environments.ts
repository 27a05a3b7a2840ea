import { SCHEMA_VERSION, type EnvironmentListDocument } from '../report/index.ts';
import { readState } from '../state/index.ts';
import { isoInstant } from '../time/index.ts';
import type { Answer } from '../workspace.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerEnvironments(w: OpenProject): Promise<Answer<EnvironmentListDocument>> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const state = await readState(connection);
    return {
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        environments: [...state.environments.values()].map((e) => ({
          name: e.name,
          sequence: e.sequence,
          promoted_at: isoInstant(e.promotedAt),
          models: e.models.size,
        })),
      },
    };
  });
}
