import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function stateExport(invocation: Invocation): Promise<number> {
  const [file = ''] = invocation.args;
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.exportState();
    const { writeOutput } = await import('../write-output.ts');
    writeOutput(invocation.path(file), file, 'the state', answer.text);
    print(invocation, answer, (document) => `${document.summary}\n`);
    return EXIT.good;
  });
}
