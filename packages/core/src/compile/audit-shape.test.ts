import { expect, test } from 'vitest';
import { auditShape } from './audit-shape.ts';
import type { Column } from './compiled.ts';

const ORDERS: readonly Column[] = [
  { name: 'order_id', type: 'BIGINT' },
  { name: 'Amount', type: 'DECIMAL(18,2)' },
  { name: 'info', type: 'STRUCT(city VARCHAR)' },
  { name: 'city', type: 'VARCHAR' },
];
const PEOPLE: readonly Column[] = [
  { name: 'person_id', type: 'BIGINT' },
  { name: 'debt', type: 'DECIMAL(18,2)' },
  { name: 'info', type: 'STRUCT(town VARCHAR)' },
  { name: 'age', type: 'INTEGER' },
  { name: 'town', type: 'VARCHAR' },
];

function shapes(one: string, other: string): readonly [string, string] {
  return [auditShape(one, 'sales.orders', ORDERS, true), auditShape(other, 'hr.people', PEOPLE, true)];
}

const ALIKE: readonly (readonly [string, string])[] = [
  [
    'SELECT * FROM "sales"."orders" WHERE ("order_id" IS NULL)',
    'SELECT * FROM "hr"."people" WHERE ("person_id" IS NULL)',
  ],
  [
    'SELECT * FROM "sales"."orders" WHERE ("AMOUNT" < 0 AND "amount" > "order_id")',
    'SELECT * FROM "hr"."people" WHERE ("debt" < 0 AND "debt" > "person_id")',
  ],
  [
    'SELECT count(*) AS n FROM (SELECT * FROM "sales"."orders" WHERE ("order_id" > 1)) AS "audited"',
    'SELECT count(*) AS n FROM (SELECT * FROM "hr"."people" WHERE ("person_id" > 1)) AS "audited"',
  ],
];

test.each(ALIKE)('%s is bound like %s', (one, other) => {
  const [first, second] = shapes(one, other);
  expect(first).toBe(second);
});

const APART: readonly (readonly [why: string, string, string])[] = [
  [
    'types',
    'SELECT * FROM "sales"."orders" WHERE "order_id" IS NULL',
    'SELECT * FROM "hr"."people" WHERE "age" IS NULL',
  ],
  [
    'a column that is not there',
    'SELECT * FROM "sales"."orders" WHERE "order_id" IS NULL',
    'SELECT * FROM "hr"."people" WHERE "order_id" IS NULL',
  ],
  [
    'two columns or one',
    'SELECT * FROM "sales"."orders" WHERE "order_id" = "order_id"',
    'SELECT * FROM "hr"."people" WHERE "person_id" = "other"',
  ],
  [
    'bare words, which may be keywords',
    'SELECT * FROM "sales"."orders" WHERE order_id > 0',
    'SELECT * FROM "hr"."people" WHERE person_id > 0',
  ],
  [
    'fields of structs',
    'SELECT * FROM "sales"."orders" WHERE "info"."city" = 1',
    'SELECT * FROM "hr"."people" WHERE "info"."town" = 1',
  ],
  [
    'another table',
    'SELECT * FROM "sales"."orders" WHERE "order_id" IS NULL',
    'SELECT * FROM "hr"."others" WHERE "person_id" IS NULL',
  ],
  [
    'a star that counts columns',
    'SELECT * FROM "sales"."orders" WHERE "order_id" IN (SELECT * FROM "sales"."orders")',
    'SELECT * FROM "hr"."people" WHERE "person_id" IN (SELECT * FROM "hr"."people")',
  ],
  [
    'FROM without SELECT',
    'SELECT * FROM "sales"."orders" WHERE "order_id" IN (FROM "sales"."orders")',
    'SELECT * FROM "hr"."people" WHERE "person_id" IN (FROM "hr"."people")',
  ],
  [
    'a whole row',
    'SELECT * FROM (SELECT * FROM "sales"."orders" WHERE ("order_id" > 1)) AS "audited" WHERE audited = 1',
    'SELECT * FROM (SELECT * FROM "hr"."people" WHERE ("person_id" > 1)) AS "audited" WHERE audited = 1',
  ],
  [
    'COLUMNS',
    'SELECT * FROM "sales"."orders" WHERE COLUMNS(*) > 0',
    'SELECT * FROM "hr"."people" WHERE COLUMNS(*) > 0',
  ],
  [
    'NATURAL',
    'SELECT * FROM "sales"."orders" NATURAL JOIN (SELECT 1 AS "order_id")',
    'SELECT * FROM "hr"."people" NATURAL JOIN (SELECT 1 AS "person_id")',
  ],
  [
    'literals',
    'SELECT * FROM "sales"."orders" WHERE "order_id" = 1',
    `SELECT * FROM "hr"."people" WHERE "person_id" = 'x'`,
  ],
];

test.each(APART)('%s', (_, one, other) => {
  const [first, second] = shapes(one, other);
  expect(first).not.toBe(second);
});

function ownShape(table: string, columns: readonly Column[]): string {
  return auditShape(`SELECT * FROM "sales"."${table}" WHERE amount > 1`, `sales.${table}`, columns, false);
}

test('an audit of the project binds alike only where all columns are the same', () => {
  expect(ownShape('orders', ORDERS)).toBe(ownShape('returns', ORDERS));
  expect(ownShape('orders', ORDERS)).not.toBe(ownShape('orders', ORDERS.slice(0, 3)));
});
