import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderEnvironmentDiff } from '../render/environment.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function envDiff(invocation: Invocation): Promise<number> {
  const [before = 'prod', after = ''] = invocation.args;
  return withWorkspace(invocation, async (workspace) => {
    print(invocation, await workspace.diffEnvironments(before, after), renderEnvironmentDiff);
    return EXIT.good;
  });
}
