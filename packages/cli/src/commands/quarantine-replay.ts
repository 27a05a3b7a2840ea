import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { quarantineOptions } from '../quarantine-options.ts';
import { renderReplay } from '../render/quarantine.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function quarantineReplay(invocation: Invocation): Promise<number> {
  const [model = ''] = invocation.args;
  const from = invocation.text('from');
  const environment = invocation.text('env');
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.replayQuarantine(model, {
      ...quarantineOptions(invocation),
      ...(from === undefined ? {} : { from: invocation.path(from) }),
      ...(environment === undefined ? {} : { environment }),
      dryRun: invocation.flag('dryRun'),
    });
    reporter.stop();
    print(invocation, answer, renderReplay);
    return EXIT.good;
  });
}
