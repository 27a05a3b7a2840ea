import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { openDuckDb } from '../engine/duckdb/open.ts';
import { tracedWarehouse } from '../engine/traced-warehouse.ts';
import type { Connection, Warehouse } from '../engine/warehouse.ts';
import { SluiceError, storageProblem } from '../diagnostic/index.ts';
import type { Project } from '../project/index.ts';
import type { OpenProject } from './open-project.ts';

/** Opens the warehouse, works, closes it. Read-only work on a warehouse that does not exist sees an empty one. */
export async function withWarehouse<T>(
  w: OpenProject,
  project: Project,
  how: { readonly readOnly: boolean; readonly mustExist?: boolean },
  work: (connection: Connection, warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const { warehouse: settings } = project.config;
  const path = resolve(w.root, settings.path);
  const isThere = existsSync(path);
  const open = async (target: string, readOnly: boolean): Promise<Warehouse> =>
    openDuckDb({
      path: target,
      label: settings.path,
      readOnly,
      ...(target !== path || w.options.base === undefined ? {} : { base: w.options.base }),
      threads: settings.threads,
      memoryLimit: settings.memoryLimit,
      // One in memory holds nothing: it stands for a warehouse that does not exist.
      spillTo: target === path ? resolve(w.root, settings.tempDirectory) : undefined,
      spillLimit: settings.maxTempDirectorySize,
      macros: project.sqlMacros.map((m) => m.sql),
      signal: w.abort.signal,
      lockTimeout: w.options.lockTimeout ?? 30_000,
      onWait: (holder, secondsLeft) => w.observer({ kind: 'waiting-for-lock', holder, secondsLeft }),
      onOpen: ({ memoryLimit, spillTo }) =>
        w.observer({
          kind: 'warehouse-opened',
          warehouse: settings.path,
          memoryLimit,
          isMemoryShare: settings.memoryLimit === undefined,
          spillTo,
        }),
    });
  const opened = await w.tracer.span('open', { 'db.system.name': 'duckdb' }, () =>
    how.readOnly && !isThere && how.mustExist !== true
      ? open(':memory:', false)
      : open(path, how.readOnly || (how.mustExist === true && !isThere)),
  );
  const warehouse = w.options.tracer === undefined ? opened : tracedWarehouse(opened, w.tracer);
  const connection = await warehouse.connect();
  w.connection = connection;
  try {
    return await work(connection, warehouse);
  } catch (error) {
    const problem = error instanceof SluiceError ? undefined : storageProblem(error);
    throw problem === undefined ? error : new SluiceError(problem);
  } finally {
    w.connection = undefined;
    connection.close();
    warehouse.close();
  }
}
