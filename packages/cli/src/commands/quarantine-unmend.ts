import { doUpkeep } from '../do-upkeep.ts';
import type { Invocation } from '../invocation.ts';
import { quarantineOptions } from '../quarantine-options.ts';

export async function quarantineUnmend(invocation: Invocation): Promise<number> {
  const [model = ''] = invocation.args;
  const from = invocation.text('from');
  return doUpkeep(invocation, 'Take these mends back?', (workspace, options) =>
    workspace.unmendQuarantine(model, {
      ...options,
      ...quarantineOptions(invocation),
      ...(from === undefined ? {} : { from: invocation.path(from) }),
    }),
  );
}
