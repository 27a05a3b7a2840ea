import { expect, test } from 'vitest';
import type { SandboxRelation } from '../sandbox.ts';
import { openDuckDbSandbox } from './duckdb-sandbox.ts';

const AT = Date.UTC(2001, 1, 3, 4, 5, 6, 789);

function table(value: number): SandboxRelation {
  return { kind: 'table', name: { schema: 'Odd "s"', name: 't' }, sql: `SELECT ${value} AS n` };
}

test('every function of DuckDB that tells the time says the frozen one', async () => {
  const sandbox = await openDuckDbSandbox([]);
  const lane = await sandbox.lane();
  await lane.freeze(AT);
  // Whatever a new DuckDB brings comes up here.
  const { rows } = await lane.query(
    `SELECT DISTINCT function_name AS name, return_type AS type FROM duckdb_functions()
     WHERE database_name = 'system' AND len(parameters) = 0 AND function_type IN ('scalar', 'macro')
       AND (return_type SIMILAR TO '(DATE|TIME.*)' OR function_name SIMILAR TO '.*(now|today|current_(date|time|local)).*')
     ORDER BY 1`,
  );
  const names = [...new Set(rows.map((r) => String(r['name'])))];
  expect(names).toContain('get_current_timestamp');
  const shown = {
    DATE: '2001-02-03',
    TIMESTAMP: '2001-02-03 04:05:06.789',
    TIME: '04:05:06.789',
    'TIMESTAMP WITH TIME ZONE': '2001-02-03 04:05:06.789+00',
    'TIME WITH TIME ZONE': '04:05:06.789+00',
  };
  const types = new Map(
    rows.flatMap((r) => (r['type'] === null ? [] : [[String(r['name']), String(r['type'])]])),
  );
  for (const name of names) {
    const [row] = (await lane.query(`SELECT CAST(${name}() AS VARCHAR) AS said, typeof(${name}()) AS type`))
      .rows;
    const type = types.get(name) ?? String(row?.['type']);
    expect([name, row?.['type'], row?.['said']]).toEqual([name, type, shown[type as keyof typeof shown]]);
  }
  sandbox.close();
});

test('the clock stands still where macros of the project ask it, and in words without parentheses', async () => {
  const sandbox = await openDuckDbSandbox([
    "CREATE TEMP MACRO years_since(d) AS date_diff('year', d, current_date)",
  ]);
  const lane = await sandbox.lane();
  for (const year of [2001, 2011]) {
    await lane.freeze(Date.UTC(year, 6, 1));
    const { rows } = await lane.query(
      "SELECT years_since(DATE '2000-01-01') AS a, year(current_timestamp) AS b, year(localtimestamp) AS c, CAST(age(TIMESTAMP '2000-07-01') AS VARCHAR) AS d, CAST(age(TIMESTAMP '2001-01-01', TIMESTAMP '2000-01-01') AS VARCHAR) AS e",
    );
    const years = year - 2000;
    expect(rows).toEqual([
      { a: years, b: year, c: year, d: `${years} year${years === 1 ? '' : 's'}`, e: '1 year' },
    ]);
  }
  sandbox.close();
});

test('lanes have tables of the same names, and a failed batch leaves none', async () => {
  const sandbox = await openDuckDbSandbox([]);
  const [one, two] = [await sandbox.lane(), await sandbox.lane()];
  await Promise.all([one.create([table(1)]), two.create([table(2)])]);
  const read = async (lane: typeof one): Promise<unknown> =>
    (await lane.query('SELECT n FROM "Odd ""s""".t')).rows[0]?.['n'];
  expect([await read(one), await read(two)]).toEqual([1, 2]);
  await one.drop([table(1)]);
  await expect(read(one)).rejects.toThrow('does not exist');
  const bad = { ...table(1), name: { schema: 'Odd "s"', name: 'u' }, sql: "SELECT CAST('x' AS INT)" };
  await expect(one.create([table(3), bad])).rejects.toThrow('Conversion');
  await expect(read(one)).rejects.toThrow('does not exist');
  await one.create([table(4)]);
  expect(await read(one)).toBe(4);
  sandbox.close();
});
