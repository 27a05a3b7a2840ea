import type { Invocation } from '../invocation.ts';
import { doUpkeep } from '../do-upkeep.ts';

export async function rollback(invocation: Invocation): Promise<number> {
  const [environment = 'prod'] = invocation.args;
  const to = invocation.number('to', '--to', 1, true);
  return doUpkeep(invocation, `Roll ${environment} back?`, (workspace, options) =>
    workspace.rollback(environment, { ...options, ...(to === undefined ? {} : { to }) }),
  );
}
