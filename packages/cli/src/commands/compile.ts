import { hasErrors } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderCompile } from '../render/compile.ts';
import { renderDiagnostics } from '../render/diagnostics.ts';
import { renderWatch } from '../render/watch.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function compile(invocation: Invocation): Promise<number> {
  const format = invocation.format();
  if (invocation.flag('watch')) return watch(invocation, format);
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.compile();
    print(invocation, answer, renderCompile, format);
    return hasErrors(answer.diagnostics) ? EXIT.bad : EXIT.good;
  });
}

/** Goes on until Ctrl-C, which is the one way it ends well: 130, as for whatever a user stops. */
async function watch(invocation: Invocation, format: string): Promise<number> {
  if (format !== 'text' && format !== 'json') {
    throw invalidOption(
      `--watch does not go with --format ${format}`,
      'It says things as text, or with --json.',
    );
  }
  const { stdout, stderr } = invocation.context;
  return withWorkspace(invocation, async (workspace) => {
    await workspace.watch(({ document, diagnostics }) => {
      if (format === 'json') {
        stdout.write(`${JSON.stringify(document)}\n`);
        return;
      }
      stderr.write(renderDiagnostics(diagnostics, invocation.err));
      stdout.write(renderWatch(document, new Date(), invocation.out));
    });
    return EXIT.interrupted;
  });
}
