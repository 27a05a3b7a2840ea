import type { RunOptions } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { printApply } from '../print-apply.ts';
import { renderDiagnostics } from '../render/diagnostics.ts';
import { parseSeconds } from '../seconds.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function run(invocation: Invocation): Promise<number> {
  if (invocation.flag('watch')) return watch(invocation);
  if (invocation.text('poll') !== undefined)
    throw invalidOption('--poll goes with --watch', 'Without it, a run looks at files once.');
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.run(environmentOf(invocation), runOptions(invocation));
    reporter.stop();
    return printApply(invocation, answer);
  });
}

/** Goes on until it is stopped, which is the one way it ends well: 130, as for whatever a user stops. */
async function watch(invocation: Invocation): Promise<number> {
  if (invocation.text('now') !== undefined)
    throw invalidOption(
      '--now does not go with --watch',
      'A clock that stands still never makes anything due.',
    );
  const poll = parseSeconds(invocation.text('poll') ?? '30s', '--poll') * 1000;
  const { stdout, stderr } = invocation.context;
  return withWorkspace(invocation, async (workspace, reporter) => {
    await workspace.watchRuns(
      environmentOf(invocation),
      { poll, ...runOptions(invocation) },
      ({ document, diagnostics }) => {
        reporter.stop();
        if (invocation.json) stdout.write(`${JSON.stringify(document)}\n`);
        else if ('error' in document) stderr.write(renderDiagnostics(diagnostics, invocation.err));
        else printApply(invocation, { document, diagnostics });
      },
    );
    return EXIT.interrupted;
  });
}

function runOptions(invocation: Invocation): RunOptions {
  const select = invocation.text('select');
  return { ignoreCron: invocation.flag('ignoreCron'), ...(select === undefined ? {} : { select }) };
}

function environmentOf(invocation: Invocation): string {
  return invocation.args[0] ?? 'prod';
}
