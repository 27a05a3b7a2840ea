import { constants, copyFileSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { diagnostic, SluiceError } from '../../diagnostic/index.ts';
import { openDuckDb } from './open.ts';

/**
 * Copies a warehouse into a folder, so that work on the copy leaves it as it is; answers the copy's path. The name of the file
 * stays: DuckDB makes the catalog's name of it. While it is copied it is open for reading, so that nobody writes. File systems
 * that can share blocks do so.
 *
 * @throws {SluiceError} `warehouse-missing`, `warehouse-unreadable`, or `warehouse-locked` when a writer holds it for too long.
 */
export async function copyWarehouse(
  from: string,
  folder: string,
  { label = from, lockTimeout = 30_000 }: { readonly label?: string; readonly lockTimeout?: number } = {},
): Promise<string> {
  if (!existsSync(from)) {
    throw new SluiceError(
      diagnostic('warehouse-missing', `there is no warehouse file '${label}' to copy`, {
        hint: 'Give the path of a DuckDB file that Sluice has built.',
      }),
    );
  }
  const open = await openDuckDb({
    path: from,
    label,
    readOnly: true,
    threads: undefined,
    memoryLimit: undefined,
    spillTo: undefined,
    spillLimit: undefined,
    macros: [],
    lockTimeout,
  });
  try {
    const to = join(folder, basename(from));
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
    // What was committed last may stand in the log beside the file still.
    if (existsSync(`${from}.wal`)) copyFileSync(`${from}.wal`, `${to}.wal`, constants.COPYFILE_FICLONE);
    return to;
  } finally {
    open.close();
  }
}
