/**
 * Results of models on disk: a small index that is read at once, and files of payloads beside it that are read one by one.
 * A file of payloads is never changed once it is named by an index, so that a process goes on with those it knows while
 * another adds one.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CacheEntry, CacheHead, CompileCache, KeptPayload, StagedPayload } from '../compile/index.ts';
import { checksum, readChecked, writeChecked } from './cache-file.ts';
import { PayloadFile } from './payload-file.ts';

interface Stored extends CacheHead, StagedPayload {
  /** Which of the index's files. */
  readonly file: number;
}

interface Index {
  readonly audits: readonly string[];
  readonly files: readonly string[];
  readonly entries: readonly (readonly [key: string, stored: Stored])[];
}

const INDEX = 'models.index';
const PAYLOADS = /^models-[0-9a-f]{24}\.payloads$/;
/** More files than that, or more that nobody asks for than is asked for, and all is written anew. */
const MOST_FILES = 16;
/** How long a file that no index names stays, milliseconds: another process may be about to name it. */
const GRACE = 600_000;
/** Shapes of audits that are kept; a project has some dozens, and what it no longer has need not stay for ever. */
const MOST_AUDITS = 4_096;

export class ModelCache implements CompileCache {
  readonly audits: ReadonlySet<string>;
  readonly #folder: string;
  readonly #identity: string;
  readonly #stored: ReadonlyMap<string, Stored>;
  readonly #files: readonly string[];
  readonly #open = new Map<string, PayloadFile>();
  readonly #found = new Set<string>();
  readonly #new = new Map<string, Stored>();
  #newAudits: readonly string[];
  /** The file that is being written. */
  #writer: PayloadWriter | undefined;
  /** An index names that file. */
  #isSaved = false;

  /** Opens what there is; a folder without a cache is an empty one. */
  constructor(folder: string, identity: string) {
    this.#folder = folder;
    this.#identity = identity;
    const index = readIndex(folder, identity);
    this.#stored = new Map(index?.entries);
    this.#files = index?.files ?? [];
    this.audits = new Set(index?.audits);
    this.#newAudits = [...this.audits];
  }

  find(key: string): CacheEntry | undefined {
    const stored = this.#stored.get(key);
    if (stored === undefined) return undefined;
    this.#found.add(key);
    const { state, inputs, warnings } = stored;
    return { state, inputs, warnings, read: () => this.#payload(stored) };
  }

  stage(payload: string): StagedPayload | undefined {
    const bytes = Buffer.from(payload);
    return this.#write(bytes, checksum(bytes));
  }

  keep(key: string, head: CacheHead, payload: StagedPayload): void {
    this.#new.set(key, { ...head, ...payload, file: -1 });
  }

  keepAudits(shapes: ReadonlySet<string>): void {
    this.#newAudits = [...shapes].slice(-MOST_AUDITS);
  }

  /** Writes what is new, beside what was found; what nobody asks for any more is forgotten. */
  close(): void {
    try {
      if (this.#new.size > 0) this.#save();
    } catch {
      // Without a cache the next compile takes longer, that is all.
    } finally {
      this.#writer?.close();
      // Nobody will ever ask for what no index names.
      if (!this.#isSaved) this.#writer?.remove();
      // Whoever was given a payload may still read the rest of it.
      this.#open.clear();
    }
  }

  #write(bytes: Buffer, sum: string): StagedPayload | undefined {
    try {
      this.#writer ??= new PayloadWriter(this.#folder);
      return { offset: this.#writer.write(bytes), length: bytes.length, checksum: sum };
    } catch {
      // No room, no right to write: nothing is kept.
      return undefined;
    }
  }

  #save(): void {
    const kept = [...this.#found].filter((key) => !this.#new.has(key));
    const isWasteful = this.#files.length >= MOST_FILES || kept.length * 2 < this.#stored.size;
    const entries = new Map<string, Stored>();
    for (const key of kept) {
      const stored = this.#stored.get(key);
      if (stored === undefined) continue;
      const bytes = isWasteful ? this.#fileOf(stored)?.read(stored) : undefined;
      const moved = bytes === undefined ? undefined : this.#write(bytes, stored.checksum);
      if (moved !== undefined) this.keep(key, stored, moved);
      else if (!isWasteful) entries.set(key, stored);
    }
    if (this.#writer === undefined) return;
    this.#writer.flush();
    const files = isWasteful ? [this.#writer.name] : [...this.#files, this.#writer.name];
    for (const [key, stored] of this.#new) entries.set(key, { ...stored, file: files.length - 1 });
    const index: Index = { files, audits: this.#newAudits, entries: [...entries] };
    writeChecked(join(this.#folder, INDEX), this.#identity, [Buffer.from(JSON.stringify(index))]);
    this.#isSaved = true;
    this.#removeUnnamed(files);
  }

  #payload(stored: Stored): KeptPayload | undefined {
    const file = this.#fileOf(stored);
    const payload = file?.read(stored);
    return file === undefined || payload === undefined ? undefined : keptPayload(file, stored, payload);
  }

  #fileOf({ file }: Stored): PayloadFile | undefined {
    const name = this.#files[file];
    if (name === undefined) return undefined;
    try {
      let opened = this.#open.get(name);
      if (opened === undefined) this.#open.set(name, (opened = new PayloadFile(join(this.#folder, name))));
      return opened;
    } catch {
      return undefined;
    }
  }

  #removeUnnamed(named: readonly string[]): void {
    for (const name of readdirSync(this.#folder)) {
      if (!PAYLOADS.test(name) || named.includes(name)) continue;
      const path = join(this.#folder, name);
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (this.#files.includes(name) || age > GRACE) rmSync(path, { force: true });
    }
  }
}

/** The first line now, the rest from the file once more, so that nobody holds it who does not ask for it. */
function keptPayload(file: PayloadFile, place: StagedPayload, payload: Buffer): KeptPayload {
  const end = payload.indexOf(10);
  const { offset, length, checksum: sum } = place;
  const rest = (): string => {
    const again = file.read({ offset, length, checksum: sum });
    if (again === undefined)
      throw new Error('a file of the compile cache was changed while it was read; do the same again');
    return again.toString('utf8', end + 1);
  };
  return { first: payload.toString('utf8', 0, end), rest };
}

/** Payloads go to disk as they come: all of a large project's at once would take a gigabyte. */
class PayloadWriter {
  readonly name = `models-${randomBytes(12).toString('hex')}.payloads`;
  readonly #path: string;
  readonly #file: number;
  #parts: Buffer[] = [];
  #waiting = 0;
  #written = 0;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, this.name);
    this.#file = openSync(this.#path, 'wx');
  }

  /** Answers where the bytes will stand. */
  write(bytes: Buffer): number {
    const offset = this.#written + this.#waiting;
    this.#parts.push(bytes);
    this.#waiting += bytes.length;
    if (this.#waiting > 1 << 20) this.flush();
    return offset;
  }

  flush(): void {
    const bytes = Buffer.concat(this.#parts);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#written += bytes.length;
    this.#waiting = 0;
    this.#parts = [];
  }

  close(): void {
    closeSync(this.#file);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

function readIndex(folder: string, identity: string): Index | undefined {
  const body = readChecked(join(folder, INDEX), identity);
  if (body === undefined) return undefined;
  try {
    const index = JSON.parse(body.toString('utf8')) as Index;
    return index.files.every((name) => PAYLOADS.test(name)) ? index : undefined;
  } catch {
    return undefined;
  }
}
