import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { applyExitCode, renderApply } from '../render/apply.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function run(invocation: Invocation): Promise<number> {
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.run(invocation.args[0] ?? 'prod');
    reporter.stop();
    print(invocation, answer, renderApply);
    return applyExitCode(answer.document);
  });
}
