import { hasErrors } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderLint } from '../render/lint.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function lint(invocation: Invocation): Promise<number> {
  const format = invocation.format();
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.lint(invocation.args, { fix: invocation.flag('fix') });
    print(invocation, answer, renderLint, format);
    return hasErrors(answer.diagnostics) ? EXIT.bad : EXIT.good;
  });
}
