// The opponent: opens a DuckDB file with given settings and sends it given statements, one after the other.
// Arguments: the JSON file with `{ options, statements }`, and the database's path.
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [, , file, path] = process.argv;
const { options, statements } = JSON.parse(readFileSync(file, 'utf8'));
const instance = await DuckDBInstance.create(path, options);
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
for (const statement of statements) await connection.run(statement);
connection.closeSync();
instance.closeSync();
