import type { PlanDocument } from '../report/index.ts';
import type { Explain } from '../plan/index.ts';
import type { Answer, PlanOptions } from '../workspace.ts';
import type { OpenProject } from './open-project.ts';
import { prepare } from './prepare.ts';
import { withCompiled } from './with-warehouse.ts';

export async function answerPlan(
  w: OpenProject,
  environment: string,
  options: PlanOptions & { readonly explain?: Explain } = {},
): Promise<Answer<PlanDocument>> {
  return withCompiled(w, { readOnly: true }, async (compiled, connection) => {
    const prepared = await prepare(w, compiled, connection, environment, 'plan', {
      ...options,
      lean: true,
    });
    return { document: prepared.document, diagnostics: prepared.compiled.diagnostics };
  });
}
