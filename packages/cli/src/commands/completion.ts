import { COMMANDS, GLOBAL_OPTIONS } from '../command-tree.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';

const SHELLS = new Map([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
]);

export async function completion(invocation: Invocation): Promise<number> {
  const [shell = ''] = invocation.args;
  const make = SHELLS.get(shell);
  if (make === undefined) throw invalidOption(`the shell must be bash, zsh or fish, not '${shell}'`);
  invocation.context.stdout.write(make(COMMANDS, GLOBAL_OPTIONS));
  return EXIT.good;
}
