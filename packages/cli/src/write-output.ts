import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { SluiceError, storageProblem } from '@sluice/core';
import { invalidOption } from './invalid-option.ts';

/**
 * Writes a file that a user named. Whoever reads it sees the old text or the whole new one, also when the disk is full; what is
 * no plain file (`/dev/stdout`) is written to as it is.
 *
 * @param what the sentence's subject: `the plan`
 * @throws {SluiceError} that says why it could not be written
 */
export function writeOutput(path: string, shown: string, what: string, text: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  const isPlain = found === undefined || found.isFile();
  const unfinished = isPlain ? `${path}.${randomBytes(4).toString('hex')}` : path;
  try {
    writeFileSync(unfinished, text, found === undefined ? {} : { mode: found.mode });
    if (isPlain) renameSync(unfinished, path);
  } catch (error) {
    if (isPlain) rmSync(unfinished, { force: true });
    const problem = storageProblem(error, `${what} was not written to '${shown}'`);
    if (problem !== undefined) throw new SluiceError(problem);
    throw invalidOption(`${what} could not be written to '${shown}': ${(error as Error).message}`);
  }
}
