import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { diagnostic, SluiceError, storageProblem } from '../../diagnostic/index.ts';
import { literal } from '../../sql/quote.ts';
import type { Warehouse } from '../warehouse.ts';
import { machineMemory, memoryShare } from '../machine-memory.ts';
import { attachBase } from './attached-base.ts';
import { DuckDbWarehouse } from './duckdb-warehouse.ts';
import { spillFolder } from './spill-folder.ts';

/** How to open a warehouse file. */
export interface OpenOptions {
  /** Absolute. */
  readonly path: string;
  /** The path as the user knows it, for messages. */
  readonly label: string;
  readonly readOnly: boolean;
  /** Another warehouse file, absolute, that is attached to be read. */
  readonly base?: string;
  readonly threads: number | undefined;
  /** A size as DuckDB reads it, or a share such as `50%` of what the machine has; undefined: a share of what is free. */
  readonly memoryLimit: string | undefined;
  /** The folder in which this warehouse gets one for what does not fit into memory, absolute; undefined: nothing is spilled. */
  readonly spillTo: string | undefined;
  /** How much may be spilled, as DuckDB reads it; undefined: 90 % of the disk's free space. */
  readonly spillLimit: string | undefined;
  /** SQL macros that every connection knows and nobody else sees. */
  readonly macros: readonly string[];
  /** How long to go on trying while another process holds the file, milliseconds. */
  readonly lockTimeout: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** DuckDB is at work on its own thread: there is time for something else. */
  readonly onBegin?: () => void;
  readonly onWait?: (holder: string | undefined, secondsLeft: number) => void;
  readonly onOpen?: (how: { readonly memoryLimit: string; readonly spillTo: string | undefined }) => void;
}

const RETRY_MS = 200;

/**
 * The oldest DuckDB that can read what is written. By default that is 0.10.2, in whose form a sketch of distinct values takes 3 kB a column
 * instead of 64 bytes, and all of them are read whenever a file is opened: 28 kB for a table of ten columns. (1.1 would do for that, but
 * DuckDB forgets it when the file is opened again; 1.2 is the first that is noted in the file.)
 */
const STORAGE_VERSION = 'v1.2.0';

/** DuckDB's version, part of every model's version: another one may compute something else. */
export async function duckDbVersion(): Promise<string> {
  const { version } = await import('@duckdb/node-api');
  return version();
}

/** Which DuckDB is installed, without loading it: the version of its package. */
export function duckDbPackage(): string {
  const entry = createRequire(import.meta.url).resolve('@duckdb/node-api');
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file) && folder !== dirname(folder)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === '@duckdb/node-api' && version !== undefined) return version;
  }
}

/**
 * Opens the warehouse file, waiting for a process that holds it. DuckDB lets one process write, or several read.
 * @throws {SluiceError} `warehouse-locked` with the holder's PID, or `warehouse-unreadable`.
 */
export async function openDuckDb(options: OpenOptions): Promise<Warehouse> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  try {
    if (!options.readOnly) mkdirSync(dirname(options.path), { recursive: true });
  } catch (error) {
    throw unreadable(options, error);
  }
  const deadline = Date.now() + options.lockTimeout;
  const memoryLimit = limitOf(options.memoryLimit);
  const spill =
    options.spillTo === undefined ? undefined : spillFolder(options.spillTo, options.path, options.readOnly);
  // Of what was written and never checkpointed, DuckDB holds in memory what could only go to disk another time.
  const isSettled = options.path !== ':memory:' && !existsSync(`${options.path}.wal`);
  const isNew = !options.readOnly && options.path !== ':memory:' && !existsSync(options.path);
  for (;;) {
    try {
      const creating = DuckDBInstance.create(options.path, {
        ...(options.readOnly ? { access_mode: 'READ_ONLY' } : {}),
        ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
        memory_limit: memoryLimit,
        temp_directory: spill?.path ?? '',
        ...(options.spillLimit === undefined ? {} : { max_temp_directory_size: options.spillLimit }),
        // A new file is written so; one that is there stays as it is.
        storage_compatibility_version: STORAGE_VERSION,
        // No network but what a project names: DuckDB must not fetch extensions on its own.
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      });
      options.onBegin?.();
      const instance = await creating;
      if (options.base !== undefined) {
        const connection = await instance.connect();
        const problem: unknown = await attachBase(connection, options.base).catch((error: unknown) => error);
        connection.closeSync();
        if (problem !== undefined) {
          instance.closeSync();
          throw problem;
        }
      }
      if (isSettled) await releaseCatalog(instance, memoryLimit);
      if (!options.readOnly) spill?.clearStale();
      options.onOpen?.({ memoryLimit, spillTo: spill?.path });
      return new DuckDbWarehouse(instance, options.macros, options.base !== undefined, () => spill?.clear());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const holder = lockHolder(message);
      if (holder === undefined) {
        // What could not be finished would be taken for a warehouse the next time.
        if (isNew) for (const left of ['', '.wal']) rmSync(`${options.path}${left}`, { force: true });
        throw unreadable(options, error);
      }
      const left = deadline - Date.now();
      if (left <= 0) throw locked(options, holder);
      if (options.signal?.aborted === true)
        throw new SluiceError(diagnostic('interrupted', 'stopped while waiting for the warehouse'));
      options.onWait?.(/PID \d+/.exec(holder)?.[0], Math.ceil(left / 1000));
      await new Promise((resolve) => setTimeout(resolve, Math.min(RETRY_MS, left)));
    }
  }
}

/**
 * Has DuckDB let go of the blocks that it read the catalog from, a table's 28 kB in the form before 1.2: it has made its own of them, and
 * would keep them until something else needs the room. What it cannot let go of it keeps, and says so.
 */
async function releaseCatalog(instance: DuckDBInstance, memoryLimit: string): Promise<void> {
  const connection = await instance.connect();
  await connection.run("SET memory_limit = '1MiB'").catch(() => undefined);
  await connection.run(`SET memory_limit = ${literal(memoryLimit)}`);
  connection.closeSync();
}

/** The holder as DuckDB names it (`/usr/bin/node (PID 42)`), empty when it does not know, undefined for other errors. */
function lockHolder(message: string): string | undefined {
  if (!/could not set lock on file/i.test(message)) return undefined;
  return /held in (.*?\(PID \d+\))/i.exec(message)?.[1] ?? /PID \d+/i.exec(message)?.[0] ?? '';
}

function locked(options: OpenOptions, holder: string): SluiceError {
  const pid = /PID (\d+)/.exec(holder)?.[1];
  const who = pid === undefined ? 'another process' : `the process with PID ${pid}`;
  const seconds = Math.round(options.lockTimeout / 1000);
  return new SluiceError(
    diagnostic('warehouse-locked', `the warehouse ${options.label} is held by ${who}`, {
      hint: `Sluice waited ${seconds} ${seconds === 1 ? 'second' : 'seconds'}. Let that process finish or stop it, or wait longer with --lock-timeout.`,
    }),
  );
}

function unreadable(options: OpenOptions, error: unknown): SluiceError {
  if (options.readOnly && !existsSync(options.path)) {
    return new SluiceError(
      diagnostic('warehouse-missing', `there is no warehouse at ${options.label} yet`, {
        hint: 'Run `sluice apply` to build it.',
      }),
    );
  }
  const problem = options.readOnly ? undefined : storageProblem(error);
  if (problem !== undefined) return new SluiceError(problem);
  const message = error instanceof Error ? error.message : String(error);
  return new SluiceError(
    diagnostic(
      'warehouse-unreadable',
      `the warehouse ${options.label} cannot be opened: ${firstLine(message)}`,
      {
        hint: 'Check that the path is right, that it is a DuckDB file of a version this Sluice knows, and that you may read and write it.',
      },
    ),
  );
}

/** DuckDB has lost its understanding of shares, so they are worked out here: of what the machine or its cgroup has. */
function limitOf(setting: string | undefined): string {
  if (setting === undefined) return mebibytes(memoryShare(machineMemory()));
  const share = /^([\d.]+)\s*%$/.exec(setting)?.[1];
  return share === undefined ? setting : mebibytes((machineMemory().total * Number(share)) / 100);
}

function mebibytes(bytes: number): string {
  return `${Math.max(1, Math.floor(bytes / 1024 ** 2))}MiB`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
