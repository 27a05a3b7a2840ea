import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderEnvironment } from '../render/environment.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function envShow(invocation: Invocation): Promise<number> {
  const [name = 'prod'] = invocation.args;
  return withWorkspace(invocation, async (workspace) => {
    print(invocation, await workspace.environment(name), renderEnvironment);
    return EXIT.good;
  });
}
