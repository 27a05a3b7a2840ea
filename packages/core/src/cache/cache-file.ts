import { createHash, hash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Files that may be deleted, cut off, or written by somebody else at any time. A first line says what made them and what
 * the rest hashes to; a file that does not say so, or lies, is no file.
 */
const MARK = 'sluice-cache';

/** 128 bits, as hex. */
export function checksum(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex').slice(0, 32);
}

/** The part behind the first line, undefined when it is not what `identity` wrote. */
export function readChecked(path: string, identity: string): Buffer | undefined {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch {
    return undefined;
  }
  const end = file.indexOf(10);
  if (end < 0 || end > 200) return undefined;
  const body = file.subarray(end + 1);
  return file.toString('latin1', 0, end) === `${MARK} ${identity} ${checksum(body)}` ? body : undefined;
}

/** Replaces the file as a whole, so that nobody ever sees half of it. A folder that cannot be written to has no cache. */
export function writeChecked(path: string, identity: string, parts: readonly Uint8Array[]): void {
  const unfinished = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const sum = createHash('sha256');
    for (const part of parts) sum.update(part);
    const file = openSync(unfinished, 'wx');
    try {
      writeFileSync(file, `${MARK} ${identity} ${sum.digest('hex').slice(0, 32)}\n`);
      for (const part of parts) writeFileSync(file, part);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch {
    rmSync(unfinished, { force: true });
  }
}
