/**
 * What the opponent of an apply sends: the statements of a recorded apply that load, build, audit and show, and nothing
 * of what Sluice does for itself. So both sides do the same work by construction, whatever Sluice's SQL becomes.
 */
import { readFileSync } from 'node:fs';
import { runChild, preload, type Child } from './child.ts';
import { processScript } from './paths.ts';

/** Everything a process sent to DuckDB; times are milliseconds since the process began. */
export interface Recording {
  readonly opened: readonly { readonly path: string; readonly options: Readonly<Record<string, string>> }[];
  readonly statements: readonly RecordedStatement[];
  /** The process's whole life, milliseconds. */
  readonly total: number;
  /** Its peak of resident memory, bytes. */
  readonly peak: number;
}

interface RecordedStatement {
  /** Index into `opened`. */
  readonly database: number;
  readonly sql: string;
  readonly start: number;
  readonly end: number;
}

/** Statements as a person would send them. */
export interface HandScript {
  readonly options: Readonly<Record<string, string>>;
  readonly statements: readonly string[];
  /** How many of each sort there are. */
  readonly counts: Readonly<Record<Sort, number>>;
}

export type Sort = 'schema' | 'load' | 'model' | 'audit' | 'view';

/** Runs a process and records what it sends. */
export async function record(child: Child, file: string): Promise<Recording> {
  await runChild({
    args: [...preload(processScript('record')), ...child.args],
    environment: { ...child.environment, BENCH_RECORDING: file },
  });
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}

/** The part of a recorded apply that is the user's work. Statements begin in an order that respects dependencies. */
export function handScript(recording: Recording): HandScript {
  const database = recording.opened.findIndex((o) => o.path !== ':memory:');
  const counts: Record<Sort, number> = { schema: 0, load: 0, model: 0, audit: 0, view: 0 };
  const statements: string[] = [];
  for (const { database: sentTo, sql } of recording.statements) {
    const sort = sentTo === database ? sortOf(sql) : undefined;
    if (sort === undefined) continue;
    counts[sort]++;
    statements.push(sql);
  }
  return { options: recording.opened[database]?.options ?? {}, statements, counts };
}

function sortOf(sql: string): Sort | undefined {
  if (/\b_sluice\b/.test(sql)) return undefined;
  if (/^CREATE SCHEMA\b/.test(sql)) return 'schema';
  if (/^CREATE OR REPLACE TABLE [^(]* AS SELECT .* FROM read_(csv|parquet|json)\(/s.test(sql)) return 'load';
  if (/^CREATE OR REPLACE VIEW\b(?! "sluice__)/.test(sql)) return 'view';
  if (/^(CREATE OR REPLACE (TABLE|VIEW)|INSERT INTO|DELETE FROM|UPDATE|MERGE INTO) "?sluice__/.test(sql))
    return 'model';
  // Some kinds put the query's rows aside first, for their keys to be looked at.
  if (/^(CREATE OR REPLACE TEMPORARY TABLE |DROP TABLE temp\.)sluice_(batch|changes)\b/.test(sql))
    return 'model';
  if (/^SELECT count\(\*\) AS n FROM \(\n.*\n\) AS failing$/s.test(sql)) return 'audit';
  return undefined;
}
