import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderEnvironments } from '../render/environments.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function envList(invocation: Invocation): Promise<number> {
  return withWorkspace(invocation, async (workspace) => {
    print(invocation, await workspace.environments(), renderEnvironments);
    return EXIT.good;
  });
}
