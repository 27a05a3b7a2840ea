import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { duckDbPackage } from '../engine/duckdb/open.ts';
import { VERSION } from '../version.ts';
import { checksum } from './cache-file.ts';

/** Grows when what is kept changes its form. */
const SCHEME = 8;

/**
 * Who computed a result: this very build of Sluice, with this DuckDB. Undefined when the code is run from its sources, of
 * which any may have changed since.
 *
 * @param folder the name of the project's folder, which may be the name of the project
 */
export function cacheIdentity(fromSource: boolean, folder: string): string | undefined {
  const path = fileURLToPath(import.meta.url);
  if (path.endsWith('.ts') && !fromSource) return undefined;
  const { size, mtimeMs } = statSync(path);
  return checksum(JSON.stringify([SCHEME, VERSION, folder, basename(path), size, mtimeMs, duckDbPackage()]));
}
