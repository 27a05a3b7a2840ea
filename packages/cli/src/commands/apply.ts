import { readFileSync, statSync } from 'node:fs';
import { diagnostic, type PlanDocument, type PlanOptions, type Workspace } from '@sluice/core';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { EXIT } from '../exit-codes.ts';
import { PLAN_OPTIONS } from '../plan-options.ts';
import { printErrors } from '../output.ts';
import type { Reporter } from '../progress/reporter.ts';
import { printApply } from '../print-apply.ts';
import { renderPlan } from '../render/plan.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function apply(invocation: Invocation): Promise<number> {
  const target = invocation.args[0] ?? 'prod';
  const saved = readSaved(invocation, target);
  const options = invocation.planOptions();
  const format = invocation.format();
  const given = PLAN_OPTIONS.filter(
    ({ name }) => invocation.flag(name) || invocation.text(name) !== undefined,
  ).map(({ flag }) => flag);
  if (saved !== undefined && given.length > 0) {
    throw invalidOption(
      `${given.join(' and ')} cannot be given with a saved plan`,
      'The plan says already what is computed.',
    );
  }
  if (!invocation.flag('yes') && !invocation.context.canAsk) {
    throw invalidOption(
      'nothing was applied: there is no terminal to ask for a yes',
      'Look at `sluice plan` first, then give --yes.',
    );
  }
  return withWorkspace(invocation, async (workspace, reporter) => {
    let answered = 'yes' as 'yes' | 'no' | 'interrupted';
    const confirm = async (plan: PlanDocument): Promise<boolean> => {
      if (!invocation.flag('yes')) answered = await ask(invocation, reporter, plan);
      return answered === 'yes';
    };
    const applied = await start(workspace, target, saved, options, confirm).catch((error: unknown) => {
      // Without a yes the library refuses; what there is to say about that is said below.
      if (answered === 'yes') throw error;
    });
    reporter.stop();
    if (answered !== 'yes' || applied === undefined) {
      const refused = diagnostic('interrupted', 'the plan was not applied; nothing has changed');
      if (format !== 'text') printErrors(invocation.context, invocation.root(), [refused], format);
      else reporter.say('Not applied; nothing has changed.');
      return answered === 'no' ? EXIT.bad : EXIT.interrupted;
    }
    return printApply(invocation, applied, format);
  });
}

async function start(
  workspace: Workspace,
  target: string,
  saved: string | undefined,
  options: PlanOptions,
  confirm: (plan: PlanDocument) => Promise<boolean>,
): ReturnType<Workspace['apply']> {
  return saved === undefined
    ? workspace.apply(target, { ...options, confirm })
    : workspace.applyPlan(saved, { confirm });
}

/** The text of a saved plan, or undefined when the target is an environment. */
function readSaved(invocation: Invocation, target: string): string | undefined {
  const path = invocation.path(target);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  if (!isFile && !target.endsWith('.json')) return undefined;
  if (!isFile) {
    throw invalidOption(`there is no saved plan '${target}'`, `\`sluice plan -o ${target}\` saves one.`);
  }
  return readFileSync(path, 'utf8');
}

async function ask(
  invocation: Invocation,
  reporter: Reporter,
  plan: PlanDocument,
): Promise<'yes' | 'no' | 'interrupted'> {
  const { context } = invocation;
  reporter.stop();
  if (invocation.format() !== 'text') context.stderr.write(renderPlan(plan, invocation.err));
  else context.stdout.write(renderPlan(plan, invocation.out));
  const answer = await context.ask('\nApply this plan? [y/N] ');
  if (answer === undefined) {
    reporter.say('');
    return 'interrupted';
  }
  return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
}
