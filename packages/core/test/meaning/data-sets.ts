/** Small tables with NULLs, duplicates and ties, one of them empty now and then. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { Random } from './random.ts';

export const DATA_SETS = 6;

export interface DataSets {
  /** The rows of a query over the schema `s`, as text, in an order of their own; or the kind of error it ended in. */
  rowsOf(sql: string, dataSet: number): Promise<string>;
  /** The same without DuckDB's optimizer. */
  plainRowsOf(sql: string, dataSet: number): Promise<string>;
  close(): void;
}

export async function openDataSets(seed: number): Promise<DataSets> {
  let warehouse = await fill(seed);
  const rowsOf = async (sql: string, dataSet: number): Promise<string> => {
    const { connection } = warehouse;
    try {
      const reader = await connection.runAndReadAll(sql.replaceAll(/\bs\.(?=[tuw]\b)/g, `d${dataSet}.`));
      return reader
        .getRows()
        .map((row) => row.map(cell).join('|'))
        .sort()
        .join('\n');
    } catch (error) {
      const kind = error instanceof Error ? error.message.split(':', 1)[0] : String(error);
      if (kind === 'INTERNAL Error' || kind === 'FATAL Error') {
        // A bug of DuckDB, after which the instance is of no use.
        warehouse.close();
        warehouse = await fill(seed);
      } else {
        await connection.run('ROLLBACK');
        await connection.run('BEGIN');
      }
      return `! ${kind}`;
    }
  };
  return {
    rowsOf,
    plainRowsOf: async (sql, dataSet) => {
      await warehouse.connection.run('PRAGMA disable_optimizer');
      const rows = await rowsOf(sql, dataSet);
      await warehouse.connection.run('PRAGMA enable_optimizer');
      return rows;
    },
    close: () => {
      warehouse.close();
    },
  };
}

export function isError(rows: string): boolean {
  return rows.startsWith('! ');
}

async function fill(seed: number): Promise<{ readonly connection: DuckDBConnection; close(): void }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  for (let at = 0; at < DATA_SETS; at++)
    await fillSchema(connection, `d${at}`, new Random(seed * 31 + at), at);
  // One transaction for all queries takes a third of their time away.
  await connection.run('BEGIN');
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function cell(value: unknown): string {
  // Sums of floating-point numbers depend on the order of rows in their last digits.
  return typeof value === 'number' ? String(Number(value.toPrecision(9))) : String(value);
}

async function fillSchema(
  connection: DuckDBConnection,
  schema: string,
  random: Random,
  at: number,
): Promise<void> {
  const integer = (): string => random.of(['0', '1', '1', '2', '3', 'NULL']);
  const text = (): string => random.of([`'a'`, `'A'`, `'b'`, `'1'`, `'2'`, `''`, 'NULL']);
  const date = (): string =>
    random.of([`DATE '2024-01-31'`, `DATE '2024-02-01'`, `DATE '2023-12-31'`, 'NULL']);
  const list = (): string => random.of(['[0, 1]', '[2, NULL, 2]', '[]', '[3]', 'NULL']);
  const table = async (
    name: string,
    columns: readonly string[],
    rows: number,
    row: () => string,
  ): Promise<void> => {
    await connection.run(`CREATE TABLE ${schema}.${name} (${columns.join(', ')})`);
    if (rows === 0) return;
    const made = Array.from({ length: rows }, (_, i) => (i % 4 === 3 ? undefined : row()));
    // Every fourth row is the one before once more.
    const all = made.map((one, i) => one ?? made[i - 1] ?? row());
    await connection.run(`INSERT INTO ${schema}.${name} VALUES ${all.join(', ')}`);
  };
  await connection.run(`CREATE SCHEMA ${schema}`);
  await table('t', ['c0 INTEGER', 'c1 INTEGER', 'c2 VARCHAR', 'c3 DATE'], at === 2 ? 3 : 10, () => {
    const one = integer();
    // Often the same in both columns, NULL too.
    return `(${one}, ${random.chance(40) ? one : integer()}, ${text()}, ${date()})`;
  });
  await table(
    'u',
    ['c0 INTEGER', 'c1 VARCHAR', 'c2 INTEGER'],
    at === 2 ? 0 : 6,
    () => `(${integer()}, ${text()}, ${integer()})`,
  );
  await table(
    'w',
    ['c0 INTEGER', 'c1 INTEGER[]', 'c2 INTEGER'],
    at === 3 ? 0 : 5,
    () => `(${integer()}, ${list()}, ${integer()})`,
  );
}
