import { hasErrors } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { blocks, renderAudits } from '../render/audits.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function audit(invocation: Invocation): Promise<number> {
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.audit(invocation.text('env') ?? 'prod', invocation.args);
    reporter.stop();
    print(invocation, answer, renderAudits);
    return blocks(answer.document.audits) || hasErrors(answer.diagnostics) ? EXIT.bad : EXIT.good;
  });
}
