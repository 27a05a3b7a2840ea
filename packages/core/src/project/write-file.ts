import { randomBytes } from 'node:crypto';
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a file of the project that need not be there yet. */
export function createProjectFile(root: string, path: string, text: string): void {
  try {
    writeFileSync(join(root, path), '', { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  writeProjectFile(root, path, text);
}

/** Replaces a file of the project as a whole: a reader sees the old text or the new one. Links stay links. */
export function writeProjectFile(root: string, path: string, text: string): void {
  const target = realpathSync(join(root, path));
  // A dot file, so that nobody who lists models meets it.
  const temporary = join(dirname(target), `.sluice-${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(temporary, text, { mode: statSync(target).mode });
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
