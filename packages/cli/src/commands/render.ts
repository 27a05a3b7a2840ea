import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function render(invocation: Invocation): Promise<number> {
  const [model = ''] = invocation.args;
  const { start, end } = invocation.range();
  if ((start === undefined) !== (end === undefined)) {
    throw invalidOption(
      `${start === undefined ? '--end' : '--start'} is given without ${start === undefined ? '--start' : '--end'}`,
      'Give both, or none for a sample interval.',
    );
  }
  return withWorkspace(invocation, async (workspace) => {
    const interval = start === undefined || end === undefined ? undefined : { start, end };
    const answer = await workspace.render(model, interval);
    print(invocation, answer, (document) => `${document.sql.trimEnd()}\n`);
    return EXIT.good;
  });
}
