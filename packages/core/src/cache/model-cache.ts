/**
 * Results of models on disk: a small index that is read at once, and payloads beside it that are read one by one. The
 * payload file is named after its content and never changed, so that a process goes on with the one it has opened while
 * another writes the next.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CacheEntry, CachedInputs, CompileCache } from '../compile/index.ts';
import { checksum, readChecked, writeChecked } from './cache-file.ts';

interface Stored {
  readonly state: string;
  readonly inputs: CachedInputs;
  readonly offset: number;
  readonly length: number;
  readonly checksum: string;
}

interface Index {
  /** Name of the payload file. */
  readonly payloads: string;
  readonly entries: readonly (readonly [key: string, stored: Stored])[];
}

type New = Parameters<CompileCache['keep']>[1];

const INDEX = 'models.index';
const PAYLOADS = /^models-[0-9a-f]{32}\.payloads$/;
/** How long a payload file stays when a newer one is there, milliseconds: somebody may be about to open it. */
const GRACE = 60_000;

export class ModelCache implements CompileCache {
  readonly #folder: string;
  readonly #identity: string;
  readonly #stored: ReadonlyMap<string, Stored>;
  readonly #payloads: string | undefined;
  readonly #new = new Map<string, New>();
  readonly #found = new Set<string>();
  #file: number | undefined;

  /** Opens what there is; a folder without a cache is an empty one. */
  constructor(folder: string, identity: string) {
    this.#folder = folder;
    this.#identity = identity;
    const index = readIndex(folder, identity);
    this.#stored = new Map(index?.entries);
    this.#payloads = index?.payloads;
  }

  find(key: string): CacheEntry | undefined {
    const stored = this.#stored.get(key);
    if (stored === undefined) return undefined;
    this.#found.add(key);
    return { state: stored.state, inputs: stored.inputs, read: () => this.#read(stored) };
  }

  keep(key: string, entry: New): void {
    this.#new.set(key, entry);
  }

  #read(stored: Stored): string | undefined {
    if (this.#payloads === undefined) return undefined;
    const payload = Buffer.alloc(stored.length);
    try {
      this.#file ??= openSync(join(this.#folder, this.#payloads), 'r');
      if (readSync(this.#file, payload, 0, stored.length, stored.offset) !== stored.length) return undefined;
    } catch {
      return undefined;
    }
    return checksum(payload) === stored.checksum ? payload.toString('utf8') : undefined;
  }

  /** Writes what is new, with what was found; what nobody asked for any more is left out. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    if (this.#new.size === 0) return;
    const old = this.#oldPayloads();
    const parts: Uint8Array[] = [];
    const entries: [string, Stored][] = [];
    let offset = 0;
    const add = (key: string, payload: Uint8Array, stored: Omit<Stored, 'offset' | 'length'>): void => {
      parts.push(payload);
      entries.push([key, { ...stored, offset, length: payload.length }]);
      offset += payload.length;
    };
    for (const key of this.#found) {
      const stored = this.#stored.get(key);
      if (stored === undefined || this.#new.has(key) || stored.offset + stored.length > old.length) continue;
      add(key, old.subarray(stored.offset, stored.offset + stored.length), stored);
    }
    for (const [key, { state, inputs, payload }] of this.#new) {
      const bytes = Buffer.from(payload);
      add(key, bytes, { state, inputs, checksum: checksum(bytes) });
    }
    const name = `models-${checksum(entries.map(([, e]) => e.checksum).join())}.payloads`;
    // Payloads first: an index never names a file that is not there. They need no first line, each has a checksum.
    const head = `sluice-cache ${this.#identity} `.length + 32 + 1;
    writeChecked(join(this.#folder, name), this.#identity, Buffer.concat(parts));
    const index: Index = {
      payloads: name,
      entries: entries.map(([key, e]) => [key, { ...e, offset: e.offset + head }]),
    };
    writeChecked(join(this.#folder, INDEX), this.#identity, Buffer.from(JSON.stringify(index)));
    this.#removeOld(name);
  }

  #oldPayloads(): Buffer {
    try {
      return this.#payloads === undefined
        ? Buffer.alloc(0)
        : readFileSync(join(this.#folder, this.#payloads));
    } catch {
      return Buffer.alloc(0);
    }
  }

  #removeOld(current: string): void {
    try {
      for (const name of readdirSync(this.#folder)) {
        const path = join(this.#folder, name);
        const isOld = name === this.#payloads || Date.now() - statSync(path).mtimeMs > GRACE;
        if (PAYLOADS.test(name) && name !== current && isOld) rmSync(path, { force: true });
      }
    } catch {
      // Another process was faster.
    }
  }
}

function readIndex(folder: string, identity: string): Index | undefined {
  const body = readChecked(join(folder, INDEX), identity);
  if (body === undefined) return undefined;
  try {
    const index = JSON.parse(body.toString('utf8')) as Index;
    return PAYLOADS.test(index.payloads) ? index : undefined;
  } catch {
    return undefined;
  }
}
