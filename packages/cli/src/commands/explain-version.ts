import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderVersion } from '../render/version.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function explainVersion(invocation: Invocation): Promise<number> {
  const [model = ''] = invocation.args;
  return withWorkspace(invocation, async (workspace) => {
    print(
      invocation,
      await workspace.explainVersion(model, invocation.text('against') ?? 'prod'),
      renderVersion,
    );
    return EXIT.good;
  });
}
