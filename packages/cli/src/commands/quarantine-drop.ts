import { doUpkeep } from '../do-upkeep.ts';
import type { Invocation } from '../invocation.ts';
import { quarantineOptions } from '../quarantine-options.ts';

export async function quarantineDrop(invocation: Invocation): Promise<number> {
  const olderThan = invocation.text('olderThan');
  return doUpkeep(invocation, 'Drop these rows?', (workspace, options) =>
    workspace.dropQuarantine({
      ...options,
      models: invocation.args,
      ...quarantineOptions(invocation),
      ...(olderThan === undefined ? {} : { olderThan }),
    }),
  );
}
