import { createHash } from 'node:crypto';
import { promises, statSync } from 'node:fs';
import { join } from 'node:path';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { FileSource, SourceDefinition } from '../project/index.ts';
import type { LoadedFile, SourceLoad } from '../state/index.ts';
import { expandGlob } from './glob.ts';

/** Paths of a source's files relative to the project, sorted; a diagnostic when there are none. */
export function findSourceFiles(
  root: string,
  definition: SourceDefinition & { readonly origin: FileSource },
): { readonly paths: readonly string[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const paths = new Set<string>();
  for (const pattern of definition.origin.files) {
    const found = expandGlob(root, pattern);
    if (found.length === 0) {
      diagnostics.push(
        diagnostic('source-files-missing', `the source '${definition.name}' finds no file at ${pattern}`, {
          location: definition.location,
          hint: 'Paths are relative to the folder of project.yaml.',
        }),
      );
    }
    for (const path of found) paths.add(path);
  }
  return { paths: [...paths].toSorted(), diagnostics };
}

/**
 * Whether files are as they were loaded: by size and time, and by content where only the time moved. What was never loaded
 * can be left without a hash, for {@link withHashes} to fill in beside the load.
 */
export async function inspectFiles(
  root: string,
  paths: readonly string[],
  loaded: SourceLoad | undefined,
  hashNew: 'now' | 'later',
): Promise<{ readonly same: boolean; readonly files: readonly LoadedFile[] }> {
  const known = new Map(loaded?.files.map((f) => [f.path, f]));
  let same = loaded !== undefined && known.size === paths.length;
  const files: LoadedFile[] = [];
  for (const path of paths) {
    const { size, mtimeMs } = statSync(join(root, path));
    const before = known.get(path);
    if (before !== undefined && before.size === size && before.mtime === mtimeMs) {
      files.push(before);
      continue;
    }
    const hash = loaded === undefined && hashNew === 'later' ? '' : await hashFile(join(root, path));
    if (before?.hash !== hash) same = false;
    files.push({ path, size, mtime: mtimeMs, hash });
  }
  return { same, files };
}

/** The files with the hashes that {@link inspectFiles} left for later. */
export async function withHashes(root: string, files: readonly LoadedFile[]): Promise<readonly LoadedFile[]> {
  const done: LoadedFile[] = [];
  for (const file of files) {
    done.push(file.hash === '' ? { ...file, hash: await hashFile(join(root, file.path)) } : file);
  }
  return done;
}

/** Whether the files are still those that were inspected. */
export function filesMoved(root: string, files: readonly LoadedFile[]): string | undefined {
  return files.find((f) => {
    try {
      const { size, mtimeMs } = statSync(join(root, f.path));
      return size !== f.size || mtimeMs !== f.mtime;
    } catch {
      return true;
    }
  })?.path;
}

/** Reads through one buffer: a stream would make a new one for every piece. */
async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = await promises.open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
