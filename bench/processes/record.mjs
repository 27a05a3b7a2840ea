// Preloaded (`node --import`) into Sluice's process: notes every statement that goes to DuckDB, without Sluice's
// knowing. Written as one JSON file when the process ends; the shape is `Recording` in harness/recording.ts.
import { realpathSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

// The client that the command itself will import, which stands beside it.
const beside = new URL('duckdb.mjs', pathToFileURL(realpathSync(process.argv[1])));
const { DuckDBConnection, DuckDBInstance } = await import(beside.href);

const opened = [];
const statements = [];
const databases = new WeakMap();
const connections = new WeakMap();
let connected = 0;

const create = DuckDBInstance.create;
DuckDBInstance.create = async (path, options) => {
  const database = opened.length;
  opened.push({ path: path ?? ':memory:', options: options ?? {} });
  const instance = await create.call(DuckDBInstance, path, options);
  databases.set(instance, database);
  return instance;
};

const connect = DuckDBInstance.prototype.connect;
DuckDBInstance.prototype.connect = async function () {
  const connection = await connect.call(this);
  databases.set(connection, databases.get(this));
  connections.set(connection, connected++);
  return connection;
};

// All ways to run SQL go through one of these.
for (const method of ['run', 'stream', 'start', 'startStream']) {
  const original = DuckDBConnection.prototype[method];
  DuckDBConnection.prototype[method] = async function (sql, ...rest) {
    const statement = {
      database: databases.get(this) ?? -1,
      connection: connections.get(this) ?? -1,
      sql,
      start: performance.now(),
      end: 0,
    };
    statements.push(statement);
    try {
      return await original.call(this, sql, ...rest);
    } finally {
      statement.end = performance.now();
    }
  };
}

process.on('exit', () => {
  writeFileSync(
    process.env.BENCH_RECORDING,
    JSON.stringify({
      opened,
      statements,
      total: performance.now(),
      peak: process.resourceUsage().maxRSS * 1024,
    }),
  );
});
