/**
 * The project's folder, of which a file is read again only when it may have changed: when its size, times or inode are
 * others, or when it was so young as it was read that a clock could have missed a change. Which files there are is asked anew
 * every time, so that no event has to be believed.
 */
import { join } from 'node:path';
import { nodeFiles, type ProjectFiles } from '../project/index.ts';
import { fileStamp } from './file-stamp.ts';

interface Read {
  /** Undefined: not to be trusted the next time. */
  readonly stamp: string | undefined;
  readonly text: string;
}

export class RememberedFiles implements ProjectFiles {
  readonly #root: string;
  readonly #files: ProjectFiles;
  readonly #now: () => number;
  #last = new Map<string, Read>();
  #current = new Map<string, Read>();
  #readFromDisk = new Set<string>();

  /** @param now epoch ms, the clock of the file system */
  constructor(root: string, now: () => number = Date.now) {
    this.#root = root;
    this.#files = nodeFiles(root);
    this.#now = now;
  }

  /** Begins a load: what it does not read is forgotten with the next one. */
  begin(): void {
    this.#last = this.#current;
    this.#current = new Map();
    this.#readFromDisk = new Set();
  }

  /** Of the files of this load, how many were read, and how many were believed to be what they were. */
  get looked(): { readonly read: number; readonly recognised: number } {
    const read = this.#readFromDisk.size;
    return { read, recognised: this.#current.size - read };
  }

  list(folder: string): readonly string[] {
    return this.#files.list(folder);
  }

  read(path: string): string | undefined {
    const stamp = fileStamp(join(this.#root, path), this.#now());
    const known = this.#current.get(path) ?? this.#last.get(path);
    if (known !== undefined && stamp !== undefined && known.stamp === stamp) {
      this.#current.set(path, known);
      return known.text;
    }
    const text = this.#files.read(path);
    if (text === undefined) return undefined;
    this.#readFromDisk.add(path);
    // An equal text as the same object: comparing it later costs nothing.
    this.#current.set(path, { stamp, text: known?.text === text ? known.text : text });
    return text;
  }
}
