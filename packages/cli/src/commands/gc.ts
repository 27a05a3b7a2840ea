import type { Invocation } from '../invocation.ts';
import { doUpkeep } from '../do-upkeep.ts';

export async function gc(invocation: Invocation): Promise<number> {
  return doUpkeep(invocation, 'Do this?', (workspace, options) =>
    workspace.gc({ ...options, allowDestructive: invocation.flag('allowDestructive') }),
  );
}
