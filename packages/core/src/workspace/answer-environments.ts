import {
  SCHEMA_VERSION,
  type EnvironmentDiffDocument,
  type EnvironmentDocument,
  type EnvironmentListDocument,
} from '../report/index.ts';
import { readLastRuns, readState } from '../state/index.ts';
import { isoInstant } from '../time/index.ts';
import { describeEnvironment, diffEnvironments, expiresAt, usedAt } from '../upkeep/index.ts';
import type { Answer } from '../workspace.ts';
import { knownEnvironment } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { standingOf } from './settle.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerEnvironments(w: OpenProject): Promise<Answer<EnvironmentListDocument>> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const state = await readState(connection);
    const lastRuns = await readLastRuns(connection);
    return {
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        environments: [...state.environments.values()].map((e) => {
          const end = expiresAt(e, lastRuns, project.config);
          return {
            name: e.name,
            sequence: e.sequence,
            promoted_at: isoInstant(e.promotedAt),
            models: e.models.size,
            used_at: isoInstant(usedAt(e, lastRuns)),
            expires_at: end === undefined ? null : isoInstant(end),
          };
        }),
      },
    };
  });
}

export async function answerEnvironment(w: OpenProject, name: string): Promise<Answer<EnvironmentDocument>> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const state = await readState(connection);
    const environment = knownEnvironment(state, name);
    const standing = await standingOf(connection);
    const lastRuns = await readLastRuns(connection);
    return {
      diagnostics: [],
      document: describeEnvironment(state, standing, environment, lastRuns, project.config),
    };
  });
}

export async function answerEnvironmentDiff(
  w: OpenProject,
  before: string,
  after: string,
): Promise<Answer<EnvironmentDiffDocument>> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const state = await readState(connection);
    const [one, other] = [knownEnvironment(state, before), knownEnvironment(state, after)];
    return { diagnostics: [], document: diffEnvironments(state, one, other) };
  });
}
