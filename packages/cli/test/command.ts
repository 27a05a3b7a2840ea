import { inject } from 'vitest';

/** The command as it is published, made of the sources before the first test: `node`, and the file that it is to run. */
export const COMMAND: readonly [string, string] = [process.execPath, inject('command')];

declare module 'vitest' {
  interface ProvidedContext {
    readonly command: string;
  }
}
