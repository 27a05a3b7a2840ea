// The least a process can do with a DuckDB file: open it for reading, select 1, close it.
// Argument: the database's path, or `:memory:`.
import { DuckDBInstance } from '@duckdb/node-api';

const [, , path] = process.argv;
const instance = await DuckDBInstance.create(path, path === ':memory:' ? {} : { access_mode: 'READ_ONLY' });
const connection = await instance.connect();
const reader = await connection.runAndReadAll('SELECT 1');
if (reader.getRows()[0]?.[0] !== 1) throw new Error('1 is not 1');
connection.closeSync();
instance.closeSync();
