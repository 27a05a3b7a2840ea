// The opponent: opens a DuckDB file with given settings and sends it given statements, one after the other, in the transactions that
// they are grouped in, or (third argument `alone`) each in one of its own.
// Arguments: the JSON file with `{ options, transactions }`, and the database's path.
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [, , file, path, how] = process.argv;
const { options, transactions } = JSON.parse(readFileSync(file, 'utf8'));
const instance = await DuckDBInstance.create(path, options);
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
for (const statements of transactions) {
  if (how !== 'alone') await connection.run('BEGIN TRANSACTION');
  for (const statement of statements) await connection.run(statement);
  if (how !== 'alone') await connection.run('COMMIT');
}
connection.closeSync();
instance.closeSync();
