import { checkStillTrue, readSavedPlan } from '../plan/index.ts';
import type { ApplyDocument, PlanDocument } from '../report/index.ts';
import type { Answer, PlanOptions } from '../workspace.ts';
import { execute } from './execute.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';
import { prepare } from './prepare.ts';
import { withCompiled, withWarehouse } from './with-warehouse.ts';

export async function answerApply(
  w: OpenProject,
  environment: string,
  options: PlanOptions & { readonly confirm?: (plan: PlanDocument) => Promise<boolean> } = {},
): Promise<Answer<ApplyDocument>> {
  w.abort = new AbortController();
  return withCompiled(w, { readOnly: false }, async (compiled, connection, warehouse) => {
    const prepared = await prepare(w, compiled, connection, environment, 'plan', {
      ...options,
      atOnce: true,
      lean: true,
    });
    return execute(w, 'apply', prepared, connection, warehouse, options.confirm);
  });
}

export async function answerApplyPlan(
  w: OpenProject,
  text: string,
  options: { readonly confirm?: (plan: PlanDocument) => Promise<boolean> } = {},
): Promise<Answer<ApplyDocument>> {
  w.abort = new AbortController();
  const loaded = await w.load();
  const saved = readSavedPlan(text, loaded.project.config.name);
  const compiled = await compiledWithoutErrors(w);
  return withWarehouse(w, compiled.project, { readOnly: false }, async (connection, warehouse) => {
    const prepared = await prepare(
      w,
      compiled,
      connection,
      saved.environment,
      'plan',
      {
        ...range(saved),
        ...optionsOf(saved),
        ...(saved.selection === null ? {} : { select: saved.selection.selection }),
        ...(saved.restatement === null
          ? {}
          : { ...range(saved.restatement), restate: saved.restatement.selection }),
      },
      Date.parse(saved.now),
    );
    checkStillTrue(saved, prepared.document);
    return execute(w, 'apply', prepared, connection, warehouse, options.confirm);
  });
}

function optionsOf({ options }: PlanDocument): PlanOptions {
  return {
    allowDestructive: options.allow_destructive,
    ...(options.backfill === 'full' ? {} : { backfill: options.backfill }),
    forwardOnly: options.forward_only,
    ...(options.effective_from === null ? {} : { effectiveFrom: Date.parse(options.effective_from) }),
  };
}

function range({ start, end }: Pick<PlanDocument, 'start' | 'end'>): Pick<PlanOptions, 'start' | 'end'> {
  return {
    ...(start === null ? {} : { start: Date.parse(start) }),
    ...(end === null ? {} : { end: Date.parse(end) }),
  };
}
