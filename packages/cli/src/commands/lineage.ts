import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderLineage } from '../render/lineage.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function lineage(invocation: Invocation): Promise<number> {
  const [target = ''] = invocation.args;
  if (invocation.flag('upstream') && invocation.flag('downstream')) {
    throw invalidOption('--upstream and --downstream are given together', 'Ask for one of them at a time.');
  }
  const direction = invocation.flag('downstream') ? 'downstream' : 'upstream';
  return withWorkspace(invocation, async (workspace) => {
    print(invocation, await workspace.lineage(target, direction), renderLineage);
    return EXIT.good;
  });
}
