import { DuckDBInstance } from '@duckdb/node-api';

/** Rows of a table that are compared one by one; more would take more memory than all else together. */
const MOST_TO_COMPARE = 20_000_000;

/** What two databases have in common. */
export interface Comparison {
  readonly tables: number;
  readonly rows: number;
}

/**
 * Checks that two DuckDB files hold the same: the same views by their SQL, the same tables by name, and each table's rows
 * by EXCEPT ALL in both directions; of large tables by the sum of their rows' hashes. Sluice's own tables do not count.
 * @throws {Error} naming what differs.
 */
export async function checkSame(one: string, other: string): Promise<Comparison> {
  const instance = await DuckDBInstance.create(':memory:');
  try {
    const connection = await instance.connect();
    const rows = async (sql: string): Promise<readonly (readonly unknown[])[]> =>
      (await connection.runAndReadAll(sql)).getRowsJson();
    for (const [alias, path] of [
      ['one', one],
      ['other', other],
    ] as const) {
      await connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS ${alias} (READ_ONLY)`);
    }
    const relations = `
      SELECT database_name AS db, schema_name AS s, table_name AS n, '' AS text FROM duckdb_tables()
      WHERE NOT internal AND schema_name <> '_sluice'
      UNION ALL
      SELECT database_name, schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal`;
    const differing = await rows(
      `FROM (${relations}) SELECT s || '.' || n GROUP BY s, n, text HAVING count(*) <> 2 OR count(DISTINCT db) <> 2`,
    );
    if (differing.length > 0) throw new Error(`only one side has ${differing.flat().join(', ')}`);

    const tables = await rows(`FROM (${relations}) SELECT s, n WHERE db = 'one' AND text = '' ORDER BY ALL`);
    let total = 0;
    for (const [schema, name] of tables) {
      const table = `"${String(schema)}"."${String(name)}"`;
      const [sums = []] = await rows(`
        SELECT a.n, b.n, a.h = b.h FROM (SELECT count(*) AS n, sum(hash(t)) AS h FROM one.${table} AS t) AS a,
          (SELECT count(*) AS n, sum(hash(t)) AS h FROM other.${table} AS t) AS b`);
      if (Number(sums[0]) > MOST_TO_COMPARE) {
        if (sums[0] !== sums[1] || sums[2] !== true) throw new Error(`${table} differs`);
        total += Number(sums[0]);
        continue;
      }
      const [counts = []] = await rows(`
        SELECT (SELECT count(*) FROM one.${table}), (SELECT count(*) FROM other.${table}),
          (SELECT count(*) FROM (FROM one.${table} EXCEPT ALL FROM other.${table})),
          (SELECT count(*) FROM (FROM other.${table} EXCEPT ALL FROM one.${table}))`);
      const [here = NaN, there = NaN, more = NaN, less = NaN] = counts.map(Number);
      if (here !== there || more !== 0 || less !== 0) {
        throw new Error(`${table} differs: ${here} and ${there} rows, ${more} and ${less} without a twin`);
      }
      total += here;
    }
    return { tables: tables.length, rows: total };
  } finally {
    instance.closeSync();
  }
}
