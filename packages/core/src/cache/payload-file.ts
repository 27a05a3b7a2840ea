/**
 * A file of payloads that is being read. It stays open as long as anybody may read from it, so that what was found in it can be
 * read later too, whatever becomes of the file: memory holds a way to a payload then, and not the payload.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { checksum } from './cache-file.ts';

/** Where a payload is, and what it hashes to. */
interface Place {
  readonly offset: number;
  readonly length: number;
  readonly checksum: string;
}

const unread = new FinalizationRegistry<number>((file) => closeSync(file));

export class PayloadFile {
  readonly #file: number;

  /** @throws when it cannot be opened. */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
    unread.register(this, this.#file);
  }

  /** Undefined when it is not what was written. */
  read({ offset, length, checksum: expected }: Place): Buffer | undefined {
    const payload = Buffer.allocUnsafe(length);
    try {
      if (readSync(this.#file, payload, 0, length, offset) !== length) return undefined;
    } catch {
      return undefined;
    }
    return checksum(payload) === expected ? payload : undefined;
  }
}
