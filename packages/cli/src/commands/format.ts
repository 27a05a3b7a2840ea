import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderFormat } from '../render/format.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function format(invocation: Invocation): Promise<number> {
  const check = invocation.flag('check');
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.format(targets(invocation), { check });
    print(invocation, answer, renderFormat);
    return check && answer.document.files.some((file) => file.status === 'changed') ? EXIT.bad : EXIT.good;
  });
}

/** What is a path from here becomes one from the project; the rest are names. */
function targets(invocation: Invocation): readonly string[] {
  return invocation.args.map((argument) => {
    const path = invocation.path(argument);
    return existsSync(path) ? relative(invocation.root(), path) || '.' : argument;
  });
}
