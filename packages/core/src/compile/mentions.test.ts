import { expect, test } from 'vitest';
import { mentionsOf } from './mentions.ts';

const NODES = new Set(['raw.t', 'a.ok', 'main.bare', 'a.odd name']);
const find = (schema: string, table: string): string | undefined => {
  const name = `${schema === '' ? 'main' : schema}.${table}`.toLowerCase();
  return NODES.has(name) ? name : undefined;
};

test.each<[text: string, names: readonly string[], doubtful: boolean]>([
  ['SELECT * FROM raw.t', ['raw.t'], false],
  ['FROM A . /* x */ "OK"', ['a.ok'], false],
  ['SELECT \'raw.t\' AS x FROM a."odd name" -- raw.t', ['a.odd name'], false],
  ['WITH x AS (SELECT 1) SELECT bare FROM x', ['main.bare'], false],
  ['SELECT a.ok.id FROM raw.t, a.ok', ['a.ok', 'raw.t'], true],
  ['SELECT * FROM memory.a.ok', ['a.ok'], true],
  ["SELECT * FROM 'bare'", ['main.bare'], false],
  ["SELECT * FROM 'data/x.csv'", [], true],
  ['SELECT * FROM "x.csv"', [], true],
  ['SELECT * FROM duckdb_tables', [], true],
  ['SELECT * FROM information_schema.tables', [], true],
  ['a.ok', ['a.ok'], true],
  ['SHOW TABLES', [], true],
])('%s', (text, names, doubtful) => {
  const found = mentionsOf(text, find);
  expect([...found.names].toSorted()).toEqual([...names].toSorted());
  expect(found.doubtful).toBe(doubtful);
});
