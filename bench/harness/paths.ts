import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The bench folder. */
export const BENCH = join(import.meta.dirname, '..');

/** The repository's root, which is the shop's project too. */
export const ROOT = join(BENCH, '..');

/** A folder for what can be made again; git does not see it. */
export function scratch(...parts: readonly string[]): string {
  const folder = join(BENCH, 'out', ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Scripts that are processes of their own: plain JavaScript, so that Node has no types to strip before it begins. */
const PROCESSES = {
  'by-hand': import.meta.resolve('../processes/by-hand.mjs'),
  'compile-inside': import.meta.resolve('../processes/compile-inside.mjs'),
  'count-by-hand': import.meta.resolve('../processes/count-by-hand.mjs'),
  record: import.meta.resolve('../processes/record.mjs'),
  'select-one': import.meta.resolve('../processes/select-one.mjs'),
  usage: import.meta.resolve('../processes/usage.mjs'),
};

/** The path of a script of `processes/`. */
export function processScript(name: keyof typeof PROCESSES): string {
  return fileURLToPath(PROCESSES[name]);
}
