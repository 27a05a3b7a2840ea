import { readFileSync } from 'node:fs';
import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function stateImport(invocation: Invocation): Promise<number> {
  const [file = ''] = invocation.args;
  const text = read(invocation.path(file), file);
  return withWorkspace(invocation, async (workspace) => {
    print(invocation, await workspace.importState(text), (document) => `${document.summary}\n`);
    return EXIT.good;
  });
}

function read(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalidOption(
      `'${shown}' cannot be read: ${(error as Error).message}`,
      '`sluice state export FILE` writes one.',
    );
  }
}
