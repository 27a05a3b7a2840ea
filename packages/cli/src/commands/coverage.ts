import { hasErrors } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderCoverage } from '../render/coverage.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function coverage(invocation: Invocation): Promise<number> {
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.coverage();
    print(invocation, answer, renderCoverage);
    return hasErrors(answer.diagnostics) ? EXIT.bad : EXIT.good;
  });
}
