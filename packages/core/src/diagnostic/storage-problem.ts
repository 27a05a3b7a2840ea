/**
 * Errors of files and disks, as Node and DuckDB tell them, for people: a disk that is full and a file that may not be written are
 * nobody's bug, wherever they come up.
 */
import { diagnostic, type Diagnostic } from './diagnostic.ts';
import type { Location } from './source-text.ts';

const FULL =
  /no space left on device|disk (?:is )?full|disk quota exceeded|file too large|could not write all bytes/i;
const FORBIDDEN = /read-only file system|permission denied|operation not permitted/i;

/** `what` happened to the work at hand: `marts.daily was rolled back`. Undefined when the error is of another sort. */
export function storageProblem(error: unknown, what?: string, location?: Location): Diagnostic | undefined {
  const { code, path, message } = factsOf(error);
  const file = path === undefined ? '' : ` at ${path}`;
  const outcome = what === undefined ? '' : `; ${what}`;
  if (isOneOf(code, ['ENOSPC', 'EDQUOT', 'EFBIG']) || FULL.test(message)) {
    return diagnostic('disk-full', `the disk is full${file}${outcome}`, {
      location,
      hint: 'Free some space, then do the same again: what is done stays done, and nothing is half done.',
    });
  }
  if (isOneOf(code, ['EROFS', 'EACCES', 'EPERM']) || FORBIDDEN.test(message)) {
    const why = /read-only file system/i.test(message) ? 'its disk is read-only' : 'you may not write it';
    return diagnostic('file-unwritable', `${path ?? 'a file'} cannot be written: ${why}${outcome}`, {
      location,
      hint: 'Give yourself the right to write there, or name another place.',
    });
  }
  return undefined;
}

function isOneOf(code: string | undefined, codes: readonly string[]): boolean {
  return code !== undefined && codes.includes(code);
}

function factsOf(error: unknown): {
  readonly code: string | undefined;
  readonly path: string | undefined;
  readonly message: string;
} {
  if (!(error instanceof Error)) return { code: undefined, path: undefined, message: String(error) };
  const { code, path } = error as NodeJS.ErrnoException;
  // A query may speak of a file in its own words; DuckDB's own errors of files begin with these.
  const isIo = code !== undefined || /IO Error|Failed to commit|FATAL Error/.test(error.message);
  const named = isIo ? /file "([^"]+)"/i.exec(error.message)?.[1] : undefined;
  return { code, path: path ?? named, message: isIo ? error.message : '' };
}
