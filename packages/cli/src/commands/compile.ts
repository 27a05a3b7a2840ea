import { hasErrors } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderCompile } from '../render/compile.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function compile(invocation: Invocation): Promise<number> {
  const format = invocation.format();
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.compile();
    print(invocation, answer, renderCompile, format);
    return hasErrors(answer.diagnostics) ? EXIT.bad : EXIT.good;
  });
}
