import { writeFileSync } from 'node:fs';
import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function stateExport(invocation: Invocation): Promise<number> {
  const [file = ''] = invocation.args;
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.exportState();
    try {
      writeFileSync(invocation.path(file), answer.text);
    } catch (error) {
      throw invalidOption(`the state could not be written to '${file}': ${(error as Error).message}`);
    }
    print(invocation, answer, (document) => `${document.summary}\n`);
    return EXIT.good;
  });
}
