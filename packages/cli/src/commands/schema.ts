import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { writeJson } from '../output.ts';

export async function schema(invocation: Invocation): Promise<number> {
  writeJson(invocation.context.stdout, await invocation.context.projectJsonSchema());
  return EXIT.good;
}
