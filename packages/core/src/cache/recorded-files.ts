/**
 * What was read of a project, so that one can tell whether it would be read the same again. Whoever reads a file of the
 * project in a way of its own is seen here too, since there is no other way to read one.
 */
import { createHash, type Hash } from 'node:crypto';
import type { ProjectFiles } from '../project/index.ts';

/** A list of reads, and what they came to. */
export interface ReadRecord {
  readonly reads: readonly (readonly ['list' | 'read', string])[];
  readonly digest: string;
}

export class RecordedFiles implements ProjectFiles {
  readonly #files: ProjectFiles;
  readonly #reads: (readonly ['list' | 'read', string])[] = [];
  readonly #hash: Hash = createHash('sha256');

  constructor(files: ProjectFiles) {
    this.#files = files;
  }

  list(folder: string): readonly string[] {
    const found = this.#files.list(folder);
    this.#note('list', folder, JSON.stringify(found));
    return found;
  }

  read(path: string): string | undefined {
    const text = this.#files.read(path);
    this.#note('read', path, text);
    return text;
  }

  record(): ReadRecord {
    return { reads: this.#reads, digest: this.#hash.copy().digest('hex') };
  }

  #note(what: 'list' | 'read', path: string, found: string | undefined): void {
    this.#reads.push([what, path]);
    // Texts are many and long: none is copied to be hashed.
    this.#hash.update(`${what} ${path}\n${found === undefined ? 'missing' : found.length}\n`);
    if (found !== undefined) this.#hash.update(found);
  }
}

/** Files of which each is read once: what was looked at and what is worked with is the same, and costs once. */
export function readOnce(files: ProjectFiles): ProjectFiles {
  const lists = new Map<string, readonly string[]>();
  const texts = new Map<string, string | undefined>();
  return {
    list(folder) {
      let found = lists.get(folder);
      if (found === undefined) lists.set(folder, (found = files.list(folder)));
      return found;
    },
    read(path) {
      if (!texts.has(path)) texts.set(path, files.read(path));
      return texts.get(path);
    },
  };
}

/** Whether the same reads come to the same. */
export function isAsRecorded(record: ReadRecord, files: ProjectFiles): boolean {
  const again = new RecordedFiles(files);
  for (const [what, path] of record.reads) {
    if (what === 'list') again.list(path);
    else again.read(path);
  }
  return again.record().digest === record.digest;
}
