import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { quarantineOptions } from '../quarantine-options.ts';
import { renderQuarantineRows } from '../render/quarantine.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function quarantineShow(invocation: Invocation): Promise<number> {
  const [model = ''] = invocation.args;
  const limit = invocation.number('limit', '--limit', 1, true);
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.quarantineRows(model, {
      ...quarantineOptions(invocation),
      ...(limit === undefined ? {} : { limit }),
    });
    reporter.stop();
    print(invocation, answer, renderQuarantineRows);
    return EXIT.good;
  });
}
