// The opponent of audits and diffs: opens a DuckDB file with given settings for reading, sends it given queries one after the other,
// and prints the first value of each as JSON. Arguments: the JSON file with `{ options, queries }`, and the database's path.
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [, , file, path] = process.argv;
const { options, queries } = JSON.parse(readFileSync(file, 'utf8'));
const instance = await DuckDBInstance.create(path, { ...options, access_mode: 'READ_ONLY' });
const connection = await instance.connect();
const found = [];
for (const query of queries) found.push(Number((await connection.runAndReadAll(query)).getRows()[0]?.[0]));
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify(found));
