/**
 * What the opponent of an apply sends: the statements of a recorded apply that load, build, audit and show, in the transactions
 * that they were sent in, and nothing of what Sluice does for itself. So both sides do the same work by construction, whatever
 * Sluice's SQL becomes.
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
  /** Which connection it was sent on, over all databases. */
  readonly connection: number;
  readonly sql: string;
  readonly start: number;
  readonly end: number;
}

/** Statements as a person would send them. */
export interface HandScript {
  readonly options: Readonly<Record<string, string>>;
  /** Those of each transaction; one that was sent outside of any is alone. */
  readonly transactions: readonly (readonly string[])[];
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

/**
 * The part of a recorded apply that is the user's work. Transactions stand in the order in which they began: each begins after
 * those whose tables it reads are through.
 */
export function handScript(recording: Recording): HandScript {
  const database = recording.opened.findIndex((o) => o.path !== ':memory:');
  const counts: Record<Sort, number> = { schema: 0, load: 0, model: 0, audit: 0, view: 0 };
  const transactions: string[][] = [];
  const open = new Map<number, string[]>();
  const audited = new Set<string>();
  for (const { database: sentTo, connection, sql } of recording.statements) {
    if (sentTo !== database) continue;
    if (sql === 'BEGIN TRANSACTION') {
      const begun: string[] = [];
      transactions.push(begun);
      open.set(connection, begun);
    } else if (sql === 'COMMIT' || sql === 'ROLLBACK') open.delete(connection);
    else {
      const byHand = userWork(sql, audited);
      if (byHand === undefined) continue;
      counts[byHand.sort]++;
      const inside = open.get(connection);
      if (inside === undefined) transactions.push([byHand.sql]);
      else inside.push(byHand.sql);
    }
  }
  return {
    options: recording.opened[database]?.options ?? {},
    transactions: transactions.filter((t) => t.length > 0),
    counts,
  };
}

/** Bad rows of an audit, in whatever way they are asked for. */
const BAD_ROWS = /\(\n(.*)\n\) AS failing\b/s;

/** Whether any of several audits finds a row: by hand they share the scan as well. */
const ANY_BAD = /^SELECT bool_or\(/;

/** A statement as a person would send it; undefined when it is Sluice's own. By hand the bad rows of an audit are counted, once. */
function userWork(
  sql: string,
  audited: Set<string>,
): { readonly sort: Sort; readonly sql: string } | undefined {
  if (/\b_sluice\b/.test(sql)) return undefined;
  const bad = /^SELECT\b/.test(sql) ? BAD_ROWS.exec(sql)?.[1] : undefined;
  if (bad !== undefined) {
    if (audited.has(bad)) return undefined;
    audited.add(bad);
    return { sort: 'audit', sql: `SELECT count(*) AS n FROM (\n${bad}\n) AS failing` };
  }
  if (ANY_BAD.test(sql)) return { sort: 'audit', sql };
  const sort = sortOf(sql);
  return sort === undefined ? undefined : { sort, sql };
}

function sortOf(sql: string): Exclude<Sort, 'audit'> | undefined {
  if (/^CREATE SCHEMA\b/.test(sql)) return 'schema';
  if (/^CREATE OR REPLACE TABLE [^(]* AS SELECT .* FROM read_(csv|parquet|json)\(/s.test(sql)) return 'load';
  if (/^CREATE OR REPLACE VIEW\b(?! "sluice__)/.test(sql)) return 'view';
  if (/^(CREATE OR REPLACE (TABLE|VIEW)|INSERT INTO|DELETE FROM|UPDATE|MERGE INTO) "?sluice__/.test(sql))
    return 'model';
  // Some kinds put the query's rows aside first, for their keys to be looked at.
  if (/^(CREATE OR REPLACE TEMPORARY TABLE |DROP TABLE temp\.)sluice_(batch|changes)\b/.test(sql))
    return 'model';
  return undefined;
}
