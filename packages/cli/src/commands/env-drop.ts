import type { Invocation } from '../invocation.ts';
import { doUpkeep } from '../do-upkeep.ts';

export async function envDrop(invocation: Invocation): Promise<number> {
  const [name = ''] = invocation.args;
  const allowDestructive = invocation.flag('allowDestructive');
  return doUpkeep(invocation, `Drop ${name}?`, (workspace, options) =>
    workspace.dropEnvironment(name, { ...options, allowDestructive }),
  );
}
