import type { PlanDocument } from '../report/index.ts';
import type { Answer, PlanOptions } from '../workspace.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';
import { prepare } from './prepare.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerPlan(
  w: OpenProject,
  environment: string,
  options: PlanOptions & { readonly everyBatch?: boolean } = {},
): Promise<Answer<PlanDocument>> {
  const compiled = await compiledWithoutErrors(w);
  return withWarehouse(w, compiled.project, { readOnly: true }, async (connection) => {
    const prepared = await prepare(w, compiled, connection, environment, 'plan', {
      ...options,
      lean: true,
    });
    return { document: prepared.document, diagnostics: prepared.compiled.diagnostics };
  });
}
