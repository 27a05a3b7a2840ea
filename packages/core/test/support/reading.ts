/**
 * Reading a warehouse as somebody does who opens it with DuckDB itself. Opening a database takes longer than most questions,
 * so that one in memory stays open and attaches the file for each, read-only.
 */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

export type Run = (sql: string) => ReturnType<DuckDBConnection['runAndReadAll']>;

let opened: Promise<DuckDBConnection> | undefined;
/** One at a time: the attached file is the same for all who ask. */
let busy: Promise<unknown> = Promise.resolve();

async function open(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

/** Names without a database are those of the warehouse. */
export function reading<T>(warehouse: string, work: (run: Run) => Promise<T>): Promise<T> {
  const done = busy.then(async () => {
    const connection = await (opened ??= open());
    await connection.run(`ATTACH '${warehouse}' AS warehouse (READ_ONLY); USE warehouse`);
    try {
      return await work((sql) => connection.runAndReadAll(sql));
    } finally {
      await connection.run('USE memory; DETACH warehouse');
    }
  });
  busy = done.catch(() => undefined);
  return done;
}
