/** One sentence for what an apply or a run has done, and what it left alone and why. */
import type { ApplyResult } from '../apply/apply.ts';
import { skippedWords, type Plan } from '../plan/index.ts';
import type { PlanDocument } from '../report/index.ts';

export function applySummary(command: 'apply' | 'run', plan: Plan, result: ApplyResult): string {
  const { environment } = plan;
  const having = (status: string): number => result.results.filter((r) => r.status === status).length;
  const done = having('done');
  if (result.status === 'interrupted')
    return `Interrupted: ${countModels(done)} done, the rest was not touched. Apply again to go on.`;
  if (result.status === 'failed') {
    // Not a model, but a statement around them or the promotion.
    if (having('failed') === 0)
      return `Not finished: ${countModels(done)} done. ${environment} shows what it showed before; apply again to go on.`;
    const skipped = having('skipped');
    const below = skipped > 0 ? `, ${skipped} not run because of that` : '';
    return `${countModels(having('failed'))} failed${below}, ${done} done. ${environment} shows what it showed before where a model failed; apply again to go on.`;
  }
  const still = idleModels(plan);
  const skipped = skippedWords(plan);
  if (skipped !== '')
    return `${environment} shows its tables: ${countModels(done)} done${result.promoted ? ', views promoted' : ''}.${skipped}`;
  const idle = command === 'run' && still > 0 ? `; ${countModels(still)} skipped: no input moved` : '';
  return `${environment} is up to date: ${countModels(done)} done${result.promoted ? ', views promoted' : ''}${idle}.${waits(plan)}`;
}

/** Models with new inputs are not up to date, though nothing is due yet. */
export function nothingToDo({ summary }: PlanDocument, plan: Plan): string {
  if (plan.waiting.length === 0 && plan.held.size === 0) return summary;
  const still = idleModels(plan);
  const current =
    still === 0
      ? ''
      : `: ${countModels(still)} ${still === 1 ? 'is' : 'are'} up to date in ${plan.environment}`;
  return `Nothing is due${current}.${waits(plan)}`;
}

/** Models that have nothing to do and wait for nothing. */
export function idleModels(plan: Plan): number {
  const held = [...plan.held.keys()].filter((name) => plan.nodes.get(name)?.action === undefined);
  return plan.unchanged - plan.waiting.length - held.filter((name) => !plan.waiting.includes(name)).length;
}

function waits({ waiting, held }: Plan): string {
  const cron = waiting.length === 0 ? '' : ` New inputs wait for the next tick of a cron: ${fewOf(waiting)}.`;
  const signals = [...new Set([...held.values()].flatMap((h) => h.signals))].toSorted();
  if (held.size === 0) return cron;
  return `${cron} Waiting for ${signals.length === 1 ? 'the signal' : 'the signals'} ${signals.join(', ')}: ${fewOf([...held.keys()])}.`;
}

function fewOf(names: readonly string[]): string {
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}

function countModels(n: number): string {
  return n === 1 ? '1 model' : `${n} models`;
}
