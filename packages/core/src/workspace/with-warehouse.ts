import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { openDuckDb } from '../engine/duckdb/open.ts';
import { tracedWarehouse } from '../engine/traced-warehouse.ts';
import type { Connection, Warehouse } from '../engine/warehouse.ts';
import { SluiceError, storageProblem } from '../diagnostic/index.ts';
import type { Project, ProjectConfig } from '../project/index.ts';
import { compiledWithoutErrors, type CompiledProject } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';

type WarehouseSettings = ProjectConfig['warehouse'];

interface How {
  readonly readOnly: boolean;
  readonly mustExist?: boolean;
}

/** Opens the warehouse, works, closes it. Read-only work on a warehouse that does not exist sees an empty one. */
export async function withWarehouse<T>(
  w: OpenProject,
  project: Project,
  how: How,
  work: (connection: Connection, warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const { warehouse: settings } = project.config;
  const macros = project.sqlMacros.map((m) => m.sql);
  return at(w, work, () => openWarehouse(w, settings, how, macros, w.abort.signal));
}

/**
 * The same for work that begins with compiling: a warehouse that is there is opened meanwhile, on DuckDB's own thread. Where the project
 * does not compile it is let go of, and what is wrong with it is not said.
 */
export async function withCompiled<T>(
  w: OpenProject,
  how: How,
  work: (compiled: CompiledProject, connection: Connection, warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const settings = w.settings()?.warehouse;
  const isThere = settings !== undefined && existsSync(resolve(w.root, settings.path));
  if (!isThere) {
    const compiled = await compiledWithoutErrors(w);
    return withWarehouse(w, compiled.project, how, (...opened) => work(compiled, ...opened));
  }
  const stop = new AbortController();
  // Known once the project is read, asked for when the first connection is made.
  const macros: string[] = [];
  const signal = AbortSignal.any([w.abort.signal, stop.signal]);
  const begun = Promise.withResolvers<void>();
  const opening = openWarehouse(w, settings, how, macros, signal, begun.resolve);
  // Whoever waits for it is told why it failed. And nobody reads files before DuckDB has begun: this thread has no time for it then.
  await Promise.race([begun.promise, opening.catch(() => undefined)]);
  let compiled: CompiledProject;
  try {
    compiled = await compiledWithoutErrors(w);
  } catch (error) {
    stop.abort();
    await opening.then(
      (warehouse) => warehouse.close(),
      () => undefined,
    );
    throw error;
  }
  macros.push(...compiled.project.sqlMacros.map((m) => m.sql));
  return at(
    w,
    (...opened) => work(compiled, ...opened),
    () => opening,
  );
}

function openWarehouse(
  w: OpenProject,
  settings: WarehouseSettings,
  how: How,
  macros: readonly string[],
  signal: AbortSignal,
  onBegin?: () => void,
): Promise<Warehouse> {
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
      macros,
      signal,
      ...(onBegin === undefined ? {} : { onBegin }),
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
  return how.readOnly && !isThere && how.mustExist !== true
    ? open(':memory:', false)
    : open(path, how.readOnly || (how.mustExist === true && !isThere));
}

/** Works with a warehouse that somebody opens, and closes it. */
async function at<T>(
  w: OpenProject,
  work: (connection: Connection, warehouse: Warehouse) => Promise<T>,
  open: () => Promise<Warehouse>,
): Promise<T> {
  const opened = await w.tracer.span('open', { 'db.system.name': 'duckdb' }, open);
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
