/**
 * Which paths of a project are worth watching: its settings, models, audits, macros, seeds, and the files of its sources.
 * Folders are watched as a whole, so that what is new in them is seen.
 */
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import type { Project } from '../project/index.ts';
import { expandGlob } from '../source/index.ts';
import { isFileSource } from './file-source.ts';

/** Where a project keeps its texts, by the ends of the files that count there; undefined: all. */
const FOLDERS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['models', ['.sql']],
  ['audits', ['.sql']],
  ['macros', undefined],
  ['signals', undefined],
  ['seeds', undefined],
  ['external_models', undefined],
]);

/** Files of settings stand in the project folder itself. */
const SETTINGS = new Set(['.yaml', '.yml']);

/** Sources of more files are not watched: their columns hardly change, and every file takes a handle. */
const MOST_FILES = 1_000;

export class WatchedPaths {
  readonly #root: string;
  readonly #folders: typeof FOLDERS;
  /** Folders of data files, absolute, and whether all below counts. */
  readonly #data = new Map<string, boolean>();

  /**
   * @param root the project folder, absolute
   * @param folders more folders of the project, of which all files count
   */
  constructor(root: string, folders: readonly string[] = []) {
    this.#root = root;
    this.#folders = new Map([...FOLDERS, ...folders.map((folder) => [folder, undefined] as const)]);
  }

  /** Where the project's data files are; answers the folders that were not known. */
  include(project: Project): readonly string[] {
    const found = new Map<string, boolean>();
    for (const source of project.config.sources.filter(isFileSource)) {
      for (const pattern of source.origin.files) {
        const { folder, isDeep } = baseOf(pattern);
        if (expandGlob(this.#root, pattern).length > MOST_FILES) continue;
        const path = resolve(this.#root, folder);
        found.set(path, isDeep || found.get(path) === true);
      }
    }
    for (const { kind } of project.models) {
      const path = kind.kind === 'SEED' ? resolve(this.#root, dirname(kind.file)) : undefined;
      if (path !== undefined && !found.has(path)) found.set(path, false);
    }
    const added = [...found].filter(([path, isDeep]) => this.#data.get(path) !== isDeep);
    this.#data.clear();
    for (const [path, isDeep] of found) this.#data.set(path, isDeep);
    return added.map(([path]) => path);
  }

  /** Whether to look at a path at all; `isFolder` is undefined while that is not known. */
  isWatched(path: string, isFolder: boolean | undefined): boolean {
    const parts = relative(this.#root, path).split(sep);
    const [first = '', ...more] = parts;
    if (first === '') return true;
    if (first !== '..') {
      if (parts.some((p) => p.startsWith('.') || p === 'node_modules' || p.endsWith('~'))) return false;
      const ends = this.#folders.get(first);
      if (this.#folders.has(first))
        return isFolder !== false || ends === undefined || ends.includes(extname(path).toLowerCase());
      if (more.length === 0 && isFolder === undefined) return true;
      if (more.length === 0 && isFolder === false && SETTINGS.has(extname(path))) return true;
    }
    return this.#isData(path);
  }

  #isData(path: string): boolean {
    for (const [folder, isDeep] of this.#data) {
      if (path === folder || dirname(path) === folder) return true;
      if (isDeep && path.startsWith(folder + sep)) return true;
      if (folder.startsWith(path + sep)) return true;
    }
    return false;
  }

  /** As people name it: relative to the project. */
  name(path: string): string {
    const inside = relative(this.#root, path).split(sep).join('/');
    return inside.startsWith('../') ? path : inside === '' ? basename(path) : inside;
  }
}

/** The part of a path or glob before anything magic, and whether files may be anywhere below it. */
function baseOf(pattern: string): { readonly folder: string; readonly isDeep: boolean } {
  const parts = pattern.split('/');
  const at = parts.findIndex((p) => /[*?[{]/.test(p));
  if (at < 0) return { folder: dirname(pattern), isDeep: false };
  return { folder: join('.', ...parts.slice(0, at)), isDeep: at < parts.length - 1 };
}
