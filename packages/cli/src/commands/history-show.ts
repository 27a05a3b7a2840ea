import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderRun } from '../render/history.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function historyShow(invocation: Invocation): Promise<number> {
  const [run = ''] = invocation.args;
  const sql = invocation.flag('sql');
  return withWorkspace(invocation, async (workspace) => {
    print(invocation, await workspace.runHistory(run), (document, style) =>
      renderRun(document, style, { sql }),
    );
    return EXIT.good;
  });
}
