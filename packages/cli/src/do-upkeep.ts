/** How every command works that shows what it would do, asks, and does it. */
import {
  diagnostic,
  type Answer,
  type UpkeepDocument,
  type UpkeepOptions,
  type Workspace,
} from '@sluice/core';
import { EXIT } from './exit-codes.ts';
import { invalidOption } from './invalid-option.ts';
import type { Invocation } from './invocation.ts';
import { print, printErrors } from './output.ts';
import type { Reporter } from './progress/reporter.ts';
import { renderUpkeep } from './render/upkeep.ts';
import { withWorkspace } from './with-workspace.ts';

/** Runs such a command and answers its exit code. */
export async function doUpkeep(
  invocation: Invocation,
  question: string,
  work: (workspace: Workspace, options: UpkeepOptions) => Promise<Answer<UpkeepDocument>>,
): Promise<number> {
  canSettle(invocation);
  return withWorkspace(invocation, async (workspace, reporter) => {
    const settled = await askFirst(invocation, reporter, question, (options) => work(workspace, options));
    if (settled.answer === undefined) return settled.exitCode;
    const brief = settled.wasShown;
    print(invocation, settled.answer, (document, style) => renderUpkeep(document, style, { brief }));
    return EXIT.good;
  });
}

/** @throws when somebody would have to be asked, and nobody is there. */
export function canSettle(invocation: Invocation): void {
  if (invocation.flag('yes') || invocation.flag('dryRun') || invocation.context.canAsk) return;
  throw invalidOption(
    'nothing was changed: there is no terminal to ask for a yes',
    'Look at it with --dry-run first, then give --yes.',
  );
}

type Settled<D> =
  | { readonly answer: Answer<D>; readonly wasShown: boolean }
  | { readonly answer: undefined; readonly exitCode: number };

/** Does the work once there is a yes; says that nothing was changed where there is none. */
export async function askFirst<D>(
  invocation: Invocation,
  reporter: Reporter,
  question: string,
  work: (options: UpkeepOptions) => Promise<Answer<D>>,
): Promise<Settled<D>> {
  const { context } = invocation;
  let said: 'yes' | 'no' | 'interrupted' | undefined;
  const confirm = async (shown: UpkeepDocument): Promise<boolean> => {
    reporter.stop();
    if (invocation.json) context.stderr.write(renderUpkeep(shown, invocation.err));
    else context.stdout.write(renderUpkeep(shown, invocation.out));
    const answer = await context.ask(`\n${question} [y/N] `);
    said = answer === undefined ? 'interrupted' : /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
    return said === 'yes';
  };
  try {
    const answer = await work({
      dryRun: invocation.flag('dryRun'),
      ...(invocation.flag('yes') ? {} : { confirm }),
    });
    reporter.stop();
    return { answer, wasShown: said === 'yes' };
  } catch (error) {
    // Without a yes the library refuses; what there is to say about that is said here.
    if (said === undefined || said === 'yes') throw error;
    if (invocation.json)
      printErrors(context, invocation.root(), [diagnostic('interrupted', 'nothing was changed')], 'json');
    else reporter.say('Nothing was changed.');
    return { answer: undefined, exitCode: said === 'no' ? EXIT.bad : EXIT.interrupted };
  }
}
