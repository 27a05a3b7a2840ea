import type { StateCheckDocument } from '@sluice/core';
import { askFirst, canSettle } from '../do-upkeep.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderStateCheck } from '../render/state-check.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function stateCheck(invocation: Invocation): Promise<number> {
  const repair = invocation.flag('repair');
  if (repair) canSettle(invocation);
  return withWorkspace(invocation, async (workspace, reporter) => {
    const settled = await askFirst(invocation, reporter, 'Repair this?', (options) =>
      workspace.checkState({ ...options, repair }),
    );
    if (settled.answer === undefined) return settled.exitCode;
    print<StateCheckDocument>(invocation, settled.answer, renderStateCheck);
    return settled.answer.document.findings.length > 0 ? EXIT.bad : EXIT.good;
  });
}
