/** A warehouse to throw away over a file that is only read: new tables go into the one, all others are read from the other. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import { openDuckDb } from '../engine/duckdb/open.ts';
import { adoptState, DIVERTED_SCHEMA, STATE_SCHEMA } from '../state/index.ts';

export interface Overlay {
  /** The file that is written. */
  readonly warehouse: string;
  /** When the base was last brought up to date, epoch ms UTC: as of then nothing of it is due. */
  readonly asOf: number | undefined;
}

/**
 * Makes the file that is written, in a folder that is there. It has the base's name: DuckDB makes the catalog's name of it. What it
 * costs depends on how many tables there are, not on what they hold.
 *
 * @param environment of the base: whose last run says as of when its data are
 * @throws {SluiceError} `warehouse-missing`, `warehouse-unreadable`, or `warehouse-locked` when a writer holds the base for too long.
 */
export async function overlayWarehouse(
  base: string,
  folder: string,
  environment: string,
  { label = base, lockTimeout = 30_000 }: { readonly label?: string; readonly lockTimeout?: number } = {},
): Promise<Overlay> {
  if (!existsSync(base)) {
    throw new SluiceError(
      diagnostic('warehouse-missing', `there is no warehouse file '${label}' to compare with`, {
        hint: 'Give the path of a DuckDB file that Sluice has built.',
      }),
    );
  }
  const path = join(folder, basename(base));
  const warehouse = await openDuckDb({
    path,
    base,
    label,
    readOnly: false,
    threads: undefined,
    memoryLimit: undefined,
    spillTo: undefined,
    spillLimit: undefined,
    macros: [],
    lockTimeout,
  });
  try {
    const connection = await warehouse.connect();
    try {
      await connection.transaction(async () => connection.borrow([STATE_SCHEMA, DIVERTED_SCHEMA]));
      const asOf = await connection.transaction(async () => adoptState(connection, environment));
      return { warehouse: path, asOf };
    } finally {
      connection.close();
    }
  } finally {
    warehouse.close();
  }
}
