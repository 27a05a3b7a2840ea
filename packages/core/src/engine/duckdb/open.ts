import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { diagnostic, SluiceError } from '../../diagnostic/index.ts';
import type { Warehouse } from '../warehouse.ts';
import { DuckDbWarehouse } from './duckdb-warehouse.ts';

/** How to open a warehouse file. */
export interface OpenOptions {
  /** Absolute. */
  readonly path: string;
  /** The path as the user knows it, for messages. */
  readonly label: string;
  readonly readOnly: boolean;
  readonly threads: number | undefined;
  readonly memoryLimit: string | undefined;
  /** SQL macros that every connection knows and nobody else sees. */
  readonly macros: readonly string[];
  /** How long to go on trying while another process holds the file, milliseconds. */
  readonly lockTimeout: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  readonly onWait?: (holder: string | undefined, secondsLeft: number) => void;
}

const RETRY_MS = 200;

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
  if (!options.readOnly) mkdirSync(dirname(options.path), { recursive: true });
  const deadline = Date.now() + options.lockTimeout;
  for (;;) {
    try {
      const instance = await DuckDBInstance.create(options.path, {
        ...(options.readOnly ? { access_mode: 'READ_ONLY' } : {}),
        ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
        ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
        // No network but what a project names: DuckDB must not fetch extensions on its own.
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      });
      return new DuckDbWarehouse(instance, options.macros);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const holder = lockHolder(message);
      if (holder === undefined) throw unreadable(options, message);
      const left = deadline - Date.now();
      if (left <= 0) throw locked(options, holder);
      if (options.signal?.aborted === true)
        throw new SluiceError(diagnostic('interrupted', 'stopped while waiting for the warehouse'));
      options.onWait?.(/PID \d+/.exec(holder)?.[0], Math.ceil(left / 1000));
      await new Promise((resolve) => setTimeout(resolve, Math.min(RETRY_MS, left)));
    }
  }
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

function unreadable(options: OpenOptions, message: string): SluiceError {
  if (options.readOnly && !existsSync(options.path)) {
    return new SluiceError(
      diagnostic('warehouse-missing', `there is no warehouse at ${options.label} yet`, {
        hint: 'Run `sluice apply` to build it.',
      }),
    );
  }
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

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
