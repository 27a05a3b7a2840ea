import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';
import type { ApplyDocument } from '../report/index.ts';
import type { Answer, RunOptions } from '../workspace.ts';
import { askSignals } from './ask-signals.ts';
import { execute } from './execute.ts';
import type { OpenProject } from './open-project.ts';
import { prepare, prepareAgain, type Prepared } from './prepare.ts';
import { withCompiled } from './with-warehouse.ts';

export async function answerRun(
  w: OpenProject,
  environment: string,
  options: RunOptions = {},
): Promise<Answer<ApplyDocument>> {
  w.abort = new AbortController();
  return runOnce(w, environment, options);
}

/** One run that ends when the work that is already under way is stopped. */
export async function runOnce(
  w: OpenProject,
  environment: string,
  options: RunOptions,
): Promise<Answer<ApplyDocument>> {
  return withCompiled(w, { readOnly: false }, async (compiled, connection, warehouse) => {
    let prepared = await prepare(w, compiled, connection, environment, 'run', {
      ...options,
      atOnce: true,
      lean: true,
    });
    checkPromoted(prepared);
    const answers = await askSignals(w, prepared, connection);
    // Where all is ready, the plan is the one that took it to be so.
    if ([...answers.values()].some((a) => a.refused.length > 0))
      prepared = await prepareAgain(w, prepared, connection, answers);
    return execute(w, 'run', prepared, connection, warehouse, undefined);
  });
}

/** `run` computes what is promoted; it never brings a changed definition into an environment. */
function checkPromoted({ plan, state }: Prepared): void {
  const environment = state.environments.get(plan.environment);
  if (environment === undefined) {
    throw new SluiceError(
      diagnostic('unknown-environment', `there is no environment '${plan.environment}' yet`, {
        hint: `${didYouMean(plan.environment, state.environments.keys()) ?? `Build it with: sluice apply ${plan.environment}`}`,
      }),
    );
  }
  const changed = [...plan.nodes.values()].filter(
    (n) =>
      n.action !== undefined &&
      n.action.kind !== 'backfill' &&
      n.action.kind !== 'reaudit' &&
      !(n.action.kind === 'rebind' && n.work === undefined),
  );
  const names = [...changed.map((n) => n.node.name), ...plan.removed.map((r) => r.model)];
  if (names.length === 0) return;
  throw new SluiceError(
    diagnostic(
      'environment-differs',
      `the project is not what ${plan.environment} shows: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''} changed`,
      {
        hint: `run only brings in new data. Look at the change with sluice plan${plan.environment === 'prod' ? '' : ` ${plan.environment}`}, then apply it.`,
      },
    ),
  );
}
