/** Which tables a query refers to, and the query over other tables. What is rewritten must bind in DuckDB. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDuckDbBinder } from '../engine/duckdb/duckdb-binder.ts';
import type { Binder } from './binder.ts';
import { findReferences, rewriteReferences, type TableReference } from './references.ts';

let binder: Binder;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  binder = await createDuckDbBinder();
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  // Only where the rewritten queries look: a name that is left behind does not bind.
  await connection.run(`CREATE SCHEMA p;
    CREATE TABLE p.orders_1 AS SELECT 1 AS id, 2 AS amount, 'x' AS "odd name", {'a': 1} AS s;
    CREATE TABLE p.items_1 AS SELECT 1 AS id, 1 AS order_id, [1, 2] AS list;
    CREATE TABLE p.odd_1 AS SELECT 1 AS id;`);
});

afterAll(() => {
  binder.close();
  connection.closeSync();
  instance.closeSync();
});

const TARGETS: Readonly<Record<string, string>> = {
  'staging.orders': '"p"."orders_1"',
  'staging.items': '"p"."items_1"',
  'staging.odd table': '"p"."odd_1"',
  'main.plain': '"p"."odd_1"',
  // An embedded model: its query in place of its name.
  'staging.embedded': '(\nSELECT id, amount FROM "p"."orders_1"\n)',
};

function target(r: TableReference): string | undefined {
  if (r.catalog !== '') return undefined;
  return TARGETS[`${r.schema === '' ? 'main' : r.schema}.${r.table}`.toLowerCase()];
}

async function rewrite(query: string): Promise<{ readonly tables: readonly string[]; readonly sql: string }> {
  const [parsed] = await binder.parse([query]);
  if (parsed === undefined || !parsed.ok) throw new Error(`does not parse: ${query}`);
  const references = findReferences(parsed.statements[0], query);
  return {
    tables: references.tables.map((r) => [r.catalog, r.schema, r.table].filter((p) => p !== '').join('.')),
    sql: rewriteReferences(query, references, target),
  };
}

test.each<[string, readonly string[], string]>([
  // query, tables, rewritten
  ['SELECT id FROM staging.orders', ['staging.orders'], 'SELECT id FROM "p"."orders_1"'],
  ['SELECT o.id FROM staging.orders AS o', ['staging.orders'], 'SELECT o.id FROM "p"."orders_1" AS o'],
  ['SELECT o.id FROM staging.orders o', ['staging.orders'], 'SELECT o.id FROM "p"."orders_1" o'],
  ['FROM staging.orders', ['staging.orders'], 'FROM "p"."orders_1"'],
  ['SELECT id FROM plain', ['plain'], 'SELECT id FROM "p"."odd_1"'],
  // qualified columns
  [
    'SELECT orders.id FROM staging.orders',
    ['staging.orders'],
    'SELECT orders.id FROM "p"."orders_1" AS "orders"',
  ],
  [
    'SELECT staging.orders.id FROM staging.orders',
    ['staging.orders'],
    'SELECT orders.id FROM "p"."orders_1" AS "orders"',
  ],
  [
    'SELECT "staging"."orders"."id" FROM staging.orders',
    ['staging.orders'],
    'SELECT "orders"."id" FROM "p"."orders_1" AS "orders"',
  ],
  [
    'SELECT staging . orders /* c */ . id FROM staging.orders',
    ['staging.orders'],
    'SELECT  orders /* c */ . id FROM "p"."orders_1" AS "orders"',
  ],
  [
    'SELECT Orders.ID FROM Staging.Orders',
    ['Staging.Orders'],
    'SELECT Orders.ID FROM "p"."orders_1" AS "Orders"',
  ],
  [
    'SELECT orders.* FROM staging.orders',
    ['staging.orders'],
    'SELECT orders.* FROM "p"."orders_1" AS "orders"',
  ],
  ['SELECT orders FROM staging.orders', ['staging.orders'], 'SELECT orders FROM "p"."orders_1" AS "orders"'],
  ['SELECT s.a FROM staging.orders', ['staging.orders'], 'SELECT s.a FROM "p"."orders_1"'],
  [
    'SELECT orders.s.a FROM staging.orders',
    ['staging.orders'],
    'SELECT orders.s.a FROM "p"."orders_1" AS "orders"',
  ],
  // quoted names
  ['SELECT id FROM "staging"."orders"', ['staging.orders'], 'SELECT id FROM "p"."orders_1"'],
  ['SELECT id FROM staging."odd table"', ['staging.odd table'], 'SELECT id FROM "p"."odd_1"'],
  [
    'SELECT "odd table".id FROM staging."odd table"',
    ['staging.odd table'],
    'SELECT "odd table".id FROM "p"."odd_1" AS "odd table"',
  ],
  // joins
  [
    'SELECT o.id FROM staging.orders AS o JOIN staging.items AS i ON i.order_id = o.id',
    ['staging.orders', 'staging.items'],
    'SELECT o.id FROM "p"."orders_1" AS o JOIN "p"."items_1" AS i ON i.order_id = o.id',
  ],
  [
    'SELECT id FROM staging.orders JOIN staging.items USING (id)',
    ['staging.orders', 'staging.items'],
    'SELECT id FROM "p"."orders_1" JOIN "p"."items_1" USING (id)',
  ],
  [
    'SELECT id FROM staging.orders NATURAL JOIN staging.items',
    ['staging.orders', 'staging.items'],
    'SELECT id FROM "p"."orders_1" NATURAL JOIN "p"."items_1"',
  ],
  [
    'SELECT a.id FROM staging.orders a, staging.orders b',
    ['staging.orders', 'staging.orders'],
    'SELECT a.id FROM "p"."orders_1" a, "p"."orders_1" b',
  ],
  // CTEs
  [
    'WITH orders AS (SELECT 1 AS id) SELECT orders.id FROM orders',
    [],
    'WITH orders AS (SELECT 1 AS id) SELECT orders.id FROM orders',
  ],
  [
    'WITH orders AS (SELECT id FROM staging.orders) SELECT id FROM orders',
    ['staging.orders'],
    // The name is said elsewhere, so it is kept as an alias; that does no harm.
    'WITH orders AS (SELECT id FROM "p"."orders_1" AS "orders") SELECT id FROM orders',
  ],
  [
    'WITH plain AS (SELECT id FROM plain) SELECT id FROM plain',
    ['plain'],
    'WITH plain AS (SELECT id FROM "p"."odd_1" AS "plain") SELECT id FROM plain',
  ],
  [
    'WITH a AS (SELECT 1 AS id), b AS (SELECT id FROM a) SELECT id FROM b',
    [],
    'WITH a AS (SELECT 1 AS id), b AS (SELECT id FROM a) SELECT id FROM b',
  ],
  [
    'WITH RECURSIVE r AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM r WHERE id < 3) SELECT id FROM r',
    [],
    'WITH RECURSIVE r AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM r WHERE id < 3) SELECT id FROM r',
  ],
  // A CTE is not seen outside of its query.
  [
    'SELECT (WITH plain AS (SELECT 1 AS id) SELECT max(id) FROM plain) AS a, id FROM plain',
    ['plain'],
    'SELECT (WITH plain AS (SELECT 1 AS id) SELECT max(id) FROM plain) AS a, id FROM "p"."odd_1" AS "plain"',
  ],
  // everywhere a table may stand
  [
    'SELECT 1 AS n WHERE EXISTS (SELECT 1 FROM staging.orders)',
    ['staging.orders'],
    'SELECT 1 AS n WHERE EXISTS (SELECT 1 FROM "p"."orders_1")',
  ],
  [
    'SELECT id FROM staging.items UNION ALL SELECT id FROM staging.orders',
    ['staging.items', 'staging.orders'],
    'SELECT id FROM "p"."items_1" UNION ALL SELECT id FROM "p"."orders_1"',
  ],
  [
    'SELECT i.id, t.u FROM staging.items AS i, unnest(i.list) AS t(u)',
    ['staging.items'],
    'SELECT i.id, t.u FROM "p"."items_1" AS i, unnest(i.list) AS t(u)',
  ],
  [
    'SELECT id FROM (SELECT id FROM staging.orders) AS q',
    ['staging.orders'],
    'SELECT id FROM (SELECT id FROM "p"."orders_1") AS q',
  ],
  [
    'PIVOT staging.orders ON "odd name" IN (\'x\') USING sum(amount)',
    ['staging.orders'],
    'PIVOT "p"."orders_1" ON "odd name" IN (\'x\') USING sum(amount)',
  ],
  // embedded models
  [
    'SELECT id FROM staging.embedded',
    ['staging.embedded'],
    'SELECT id FROM (\nSELECT id, amount FROM "p"."orders_1"\n) AS "embedded"',
  ],
  [
    'SELECT e.id FROM staging.embedded AS e',
    ['staging.embedded'],
    'SELECT e.id FROM (\nSELECT id, amount FROM "p"."orders_1"\n) AS e',
  ],
  [
    'SELECT staging.embedded.id FROM staging.embedded',
    ['staging.embedded'],
    'SELECT embedded.id FROM (\nSELECT id, amount FROM "p"."orders_1"\n) AS "embedded"',
  ],
  // text that only looks like a name
  [
    "SELECT 'staging.orders' AS a, id -- staging.orders\nFROM staging.orders",
    ['staging.orders'],
    'SELECT \'staging.orders\' AS a, id -- staging.orders\nFROM "p"."orders_1" AS "orders"',
  ],
  [
    "SELECT 'grüße 👋' AS ü, orders.id FROM staging.orders",
    ['staging.orders'],
    'SELECT \'grüße 👋\' AS ü, orders.id FROM "p"."orders_1" AS "orders"',
  ],
])('%s', async (query, tables, expected) => {
  const found = await rewrite(query);
  expect(found.tables).toEqual(tables);
  expect(found.sql).toBe(expected);
  await connection.run(`EXPLAIN ${found.sql}`);
});

test('what is not the project’s is left as it is', async () => {
  expect((await rewrite('SELECT 1 FROM other.orders')).sql).toBe('SELECT 1 FROM other.orders');
  expect((await rewrite('SELECT 1 FROM cat.staging.orders')).sql).toBe('SELECT 1 FROM cat.staging.orders');
});
