import type { Invocation } from '../invocation.ts';
import { printApply } from '../print-apply.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function run(invocation: Invocation): Promise<number> {
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.run(invocation.args[0] ?? 'prod', {
      ignoreCron: invocation.flag('ignoreCron'),
    });
    reporter.stop();
    return printApply(invocation, answer);
  });
}
