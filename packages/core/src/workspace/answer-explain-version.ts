import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';
import { explainVersion } from '../plan/index.ts';
import { SCHEMA_VERSION, type VersionDocument } from '../report/index.ts';
import { readState } from '../state/index.ts';
import type { Answer } from '../workspace.ts';
import { checkEnvironmentName } from './errors.ts';
import { lineageTarget } from './lineage-target.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerExplainVersion(
  w: OpenProject,
  model: string,
  environment: string,
): Promise<Answer<VersionDocument>> {
  checkEnvironmentName(environment);
  const { project, compiled } = await compiledWithoutErrors(w);
  const { node } = lineageTarget(compiled, model);
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const state = await readState(connection);
    const promoted = state.environments.get(environment);
    if (promoted === undefined && state.environments.size > 0) {
      throw new SluiceError(
        diagnostic('unknown-environment', `there is no environment '${environment}'`, {
          hint: didYouMean(environment, state.environments.keys()),
        }),
      );
    }
    return {
      diagnostics: compiled.diagnostics,
      document: {
        schema_version: SCHEMA_VERSION,
        ...explainVersion(compiled, state, node, environment),
      },
    };
  });
}
