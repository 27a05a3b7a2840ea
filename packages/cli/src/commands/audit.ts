import { hasErrors } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderAuditHistory } from '../render/audit-history.ts';
import { blocks, renderAudits } from '../render/audits.ts';
import { withWorkspace } from '../with-workspace.ts';

const NEWEST = 50;

export async function audit(invocation: Invocation): Promise<number> {
  const limit = invocation.number('limit', '--limit', 1, true);
  if (invocation.flag('history')) {
    if (invocation.args.length > 1)
      throw invalidOption('--history takes one model, or none for all', 'Ask for one model at a time.');
    return withWorkspace(invocation, async (workspace) => {
      print(
        invocation,
        await workspace.auditHistory(invocation.args[0], limit ?? NEWEST),
        renderAuditHistory,
      );
      return EXIT.good;
    });
  }
  if (limit !== undefined) throw invalidOption('--limit is for --history', 'Leave it out, or add --history.');
  return withWorkspace(invocation, async (workspace, reporter) => {
    const answer = await workspace.audit(invocation.text('env') ?? 'prod', invocation.args);
    reporter.stop();
    print(invocation, answer, renderAudits);
    return blocks(answer.document.audits) || hasErrors(answer.diagnostics) ? EXIT.bad : EXIT.good;
  });
}
