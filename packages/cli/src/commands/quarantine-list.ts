import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { quarantineOptions } from '../quarantine-options.ts';
import { renderQuarantine } from '../render/quarantine.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function quarantineList(invocation: Invocation): Promise<number> {
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.quarantine({ models: invocation.args, ...quarantineOptions(invocation) });
    reporter.stop();
    print(invocation, answer, renderQuarantine);
    return EXIT.good;
  });
}
