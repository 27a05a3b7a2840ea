import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderHistory } from '../render/history.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function history(invocation: Invocation): Promise<number> {
  const environment = invocation.text('env');
  const limit = invocation.number('limit', '--limit', 1, true);
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.history({
      ...(environment === undefined ? {} : { environment }),
      ...(limit === undefined ? {} : { limit }),
    });
    print(invocation, answer, renderHistory);
    return EXIT.good;
  });
}
