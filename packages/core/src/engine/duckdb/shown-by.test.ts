import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { shownBy } from './shown-by.ts';

test.each([
  ['CREATE OR REPLACE VIEW v AS SELECT * FROM "s"."t"', { schema: 's', name: 't' }],
  ['CREATE VIEW v AS FROM s.t', { schema: 's', name: 't' }],
  ['CREATE VIEW v AS SELECT * FROM memory.s.t', { schema: 's', name: 't' }],
  ['CREATE VIEW "As" AS SELECT * FROM "odd ""one"."a.b"', { schema: 'odd "one', name: 'a.b' }],
  ['CREATE VIEW v AS SELECT a FROM s.t', undefined],
  ['CREATE VIEW v AS SELECT * FROM s.t WHERE a > 1', undefined],
  ['CREATE VIEW v AS SELECT * FROM s.t LIMIT 1', undefined],
  ['CREATE VIEW v AS SELECT * FROM s.t AS x', undefined],
  ['CREATE VIEW v AS SELECT DISTINCT * FROM s.t', undefined],
  ['CREATE VIEW v AS SELECT * EXCLUDE a FROM s.t', undefined],
  ['CREATE VIEW v AS SELECT * FROM s.t, s.t AS u', undefined],
  ['CREATE VIEW v AS SELECT 1 AS a', undefined],
  ['CREATE VIEW v(b, d) AS SELECT * FROM s.t', undefined],
])('%s', async (statement, shown) => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    'CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS a, 2 AS c; CREATE SCHEMA "odd ""one"; CREATE TABLE "odd ""one"."a.b" AS SELECT 1 AS a',
  );
  await connection.run(statement);
  const kept = await connection.runAndReadAll('SELECT sql FROM duckdb_views() WHERE NOT internal');
  expect(shownBy(String(kept.getRowsJson()[0]?.[0]), 'memory')).toEqual(shown);
  connection.closeSync();
  instance.closeSync();
});
