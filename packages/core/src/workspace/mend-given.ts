/** Mended rows from a file: an export of quarantine in which somebody changed values. */
import { extname } from 'node:path';
import { diagnostic, didYouMean, SluiceError } from '../diagnostic/index.ts';
import { countRows } from '../engine/count-rows.ts';
import type { Connection, ExportFormat } from '../engine/warehouse.ts';
import { id, ident, raw, sql } from '../sql/quote.ts';
import {
  badValues,
  contradictions,
  MEND_ID,
  mendFrom,
  type KeptFilter,
  type MendedTable,
  type RunContext,
} from '../state/index.ts';
import { rowFormat } from './row-format.ts';

const GIVEN = { schema: 'temp', name: 'sluice_given' };
const SAMPLES = 5;

/**
 * Asks for the rows of a file to be put back. Runs inside the caller's transaction.
 * @throws {SluiceError} `cannot-replay` when the file is none of this model's quarantine.
 */
export async function mendGiven(
  connection: Connection,
  run: RunContext,
  table: MendedTable,
  file: string,
  filter: KeptFilter,
): Promise<{ readonly asked: number; readonly missing: number }> {
  const { format, names } = await readMendedFile(connection, table, file, GIVEN.name);
  const columns = table.columns.filter((c) => names.includes(c.name));
  const known = new Set([...columns.map((c) => c.name), MEND_ID]);
  // What the export says of the rows is not to be mended.
  const stranger = names.find((n) => !known.has(n) && !n.startsWith('_sluice_'));
  if (stranger !== undefined) {
    throw refused(
      `${table.model} has no column '${stranger}'`,
      didYouMean(
        stranger,
        table.columns.map((c) => c.name),
      ) ?? 'Take it out of the file, or apply the model that has it first.',
    );
  }
  const items = raw([MEND_ID, ...columns.map((c) => c.name)].map(ident).join(', '));
  await connection.run(
    sql`CREATE OR REPLACE TEMP TABLE sluice_given AS SELECT ${items} FROM ${GIVEN} WHERE ${id(MEND_ID)} IS NOT NULL`,
  );
  const [bad] = await badValues(connection, GIVEN, columns, SAMPLES);
  if (bad !== undefined) {
    const type = columns.find((c) => c.name === bad.column)?.type ?? '';
    throw refused(
      `'${bad.value}' in row ${bad.row} is no ${type}, as ${bad.column} of ${table.model} is`,
      'Nothing was changed. Mend the value and replay again.',
    );
  }
  const [twice] = await contradictions(connection, GIVEN);
  if (twice !== undefined) {
    throw refused(
      `the file has row ${twice} more than once, with other values`,
      'Leave the one that is right.',
    );
  }
  const given = await countRows(connection, sql`SELECT count(DISTINCT ${id(MEND_ID)}) AS n FROM ${GIVEN}`);
  const asked = await mendFrom(connection, run, table, GIVEN, columns, format === 'json', filter);
  await connection.run('DROP TABLE temp.sluice_given');
  return { asked, missing: given - asked };
}

/**
 * Reads rows that were exported and mended into a temporary table.
 * @throws {SluiceError} `cannot-replay` when it says of no row which one it is.
 */
export async function readMendedFile(
  connection: Connection,
  { model, columns }: Pick<MendedTable, 'model' | 'columns'>,
  file: string,
  into: string,
): Promise<{ readonly format: ExportFormat; readonly names: readonly string[] }> {
  const format = rowFormat(file);
  if (format === undefined) {
    throw new SluiceError(
      diagnostic('invalid-option', `rows cannot be read from '${extname(file)}'`, {
        hint: 'The end of the name says what is in the file: .parquet, .csv or .json.',
      }),
    );
  }
  let names: readonly string[];
  try {
    names = await connection.importRows(file, format, columns, into);
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    throw refused(`the mended rows cannot be read: ${first}`, 'Write it as sluice quarantine export does.');
  }
  if (!names.includes(MEND_ID)) {
    throw refused(
      `the file has no column ${MEND_ID}, which says which row is which`,
      `Begin with: sluice quarantine export FILE ${model}, change values, and leave ${MEND_ID} as it is.`,
    );
  }
  return { format, names };
}

function refused(message: string, hint: string): SluiceError {
  return new SluiceError(diagnostic('cannot-replay', message, { hint }));
}
