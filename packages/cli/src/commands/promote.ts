import type { Invocation } from '../invocation.ts';
import { doUpkeep } from '../do-upkeep.ts';

export async function promote(invocation: Invocation): Promise<number> {
  const [from = ''] = invocation.args;
  const to = invocation.text('to') ?? 'prod';
  return doUpkeep(invocation, `Promote ${from} to ${to}?`, (workspace, options) =>
    workspace.promote(from, { ...options, to }),
  );
}
