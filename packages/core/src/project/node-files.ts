/** The project's folder on disk. */
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { ProjectFiles } from './files.ts';

/**
 * Files below a folder. Dot files, dot folders and `node_modules` do not exist for it, nor does what is outside the
 * folder; links to files are followed, links to folders are not (they may go round in circles).
 */
export function nodeFiles(root: string): ProjectFiles {
  return {
    list(folder) {
      const found: string[] = [];
      if (isInside(folder)) collect(root, folder.replace(/\/+$/, ''), found);
      return found.sort();
    },
    read(path) {
      if (!isInside(path)) return undefined;
      try {
        return readFileSync(join(root, path), 'utf8');
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

function collect(root: string, folder: string, found: string[]): void {
  for (const entry of entriesOf(join(root, folder))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = folder === '' || folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) collect(root, path, found);
    else if (entry.isFile() || (entry.isSymbolicLink() && linksToFile(join(root, path)))) found.push(path);
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function linksToFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isInside(path: string): boolean {
  if (path.startsWith('/')) return false;
  // Asked of every file; taking a path apart takes longer than seeing that there is nothing to find in it.
  return !path.includes('..') || !path.split(/[/\\]/).includes('..');
}

/** Not there, or a folder where a file was asked for, or the other way round. */
function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
