/** Reads what `exportState` wrote. A file is believed as a whole or not at all. */
import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import { id, raw, sql } from '../sql/quote.ts';
import {
  digestOf,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type ExportHead,
  type ExportRow,
  type ExportTail,
} from './export-state.ts';
import { STATE_VERSION } from './migrations.ts';
import { createState, migrate, stateTables, stateVersion } from './schema.ts';

export interface ExportedState {
  readonly head: ExportHead;
  readonly rows: readonly ExportRow[];
}

/** @throws {SluiceError} `state-unreadable` for anything but a whole export, `state-newer` for one of a newer Sluice. */
export function readExport(text: string): ExportedState {
  const lines = text.split('\n').filter((line) => line !== '');
  const head = parseLine(lines[0]) as Partial<ExportHead> | undefined;
  if (head?.format !== EXPORT_FORMAT || head.tables === undefined || head.state_version === undefined)
    throw unreadable('the file is no export of a Sluice state');
  if (head.version !== EXPORT_VERSION || head.state_version > STATE_VERSION) {
    throw new SluiceError(
      diagnostic(
        'state-newer',
        `the export was written by a newer Sluice (${head.tool ?? 'unknown'}, state version ${head.state_version}; this one knows ${STATE_VERSION})`,
        { hint: 'Update Sluice, then import it.' },
      ),
    );
  }
  const tail = parseLine(lines.at(-1)) as Partial<ExportTail> | undefined;
  if (tail?.end !== true) throw unreadable('the file ends too early: it was cut off');
  const body = lines.slice(0, -1);
  if (tail.rows !== body.length - 1 || tail.sha256 !== digestOf(body))
    throw unreadable('the file is not as Sluice wrote it');
  return { head: head as ExportHead, rows: body.slice(1).map((line) => JSON.parse(line) as ExportRow) };
}

/**
 * Writes an export into a warehouse whose state is empty, in the layout of its time, and brings it forward. Runs inside the
 * caller's transaction.
 */
export async function importState(connection: Connection, exported: ExportedState): Promise<void> {
  const { head, rows } = exported;
  await connection.run('DROP SCHEMA IF EXISTS _sluice CASCADE');
  await createState(connection, head.state_version);
  const known = new Set(await stateTables(connection));
  const byTable = Map.groupBy(rows, ([table]) => table);
  for (const [name, of] of byTable) {
    const columns = head.tables[name];
    if (columns === undefined || !known.has(name))
      throw unreadable(`the file has rows for '${name}', which is no table of the state`);
    const table = { schema: '_sluice', name };
    if (name === 'meta') await connection.run(sql`DELETE FROM ${table}`);
    const names = raw(columns.map((c) => sql`${id(c)}`).join(', '));
    for (let i = 0; i < of.length; i += CHUNK) {
      const values = of.slice(i, i + CHUNK).map(([, row]) => sql`(${row})`);
      await connection.run(sql`INSERT INTO ${table} (${names}) VALUES ${raw(values.join(', '))}`);
    }
  }
  await migrate(connection, head.state_version, STATE_VERSION);
}

const CHUNK = 200;

/** Whether nothing is remembered that an import would have to be merged with. */
export async function isStateEmpty(connection: Connection): Promise<boolean> {
  if ((await stateVersion(connection)) === 0) return true;
  const [found] = await connection.rows(
    'SELECT (SELECT count(*) FROM _sluice.snapshot) + (SELECT count(*) FROM _sluice.promotion) + (SELECT count(*) FROM _sluice.run) AS n',
  );
  return found?.['n'] === 0;
}

function parseLine(line: string | undefined): unknown {
  if (line === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(why: string): SluiceError {
  return new SluiceError(
    diagnostic('state-unreadable', why, { hint: 'An export is what sluice state export FILE writes.' }),
  );
}
