import { hasErrors } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderSourceRefresh } from '../render/source-refresh.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function sourcesRefresh(invocation: Invocation): Promise<number> {
  const check = invocation.flag('check');
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.refreshSources(invocation.args, { check });
    print(invocation, answer, renderSourceRefresh);
    const differs = answer.document.sources.some((source) => source.status !== 'unchanged');
    return hasErrors(answer.diagnostics) || (check && differs) ? EXIT.bad : EXIT.good;
  });
}
