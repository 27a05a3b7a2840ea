import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Binder, BindError } from '../../compile/binder.ts';
import { outputColumns, parsePlan } from '../../compile/plan-node.ts';
import { createDuckDbBinder } from './duckdb-binder.ts';

let binder: Binder;

beforeAll(async () => {
  binder = await createDuckDbBinder();
  await binder.declare([
    {
      schema: 'shop',
      name: 'orders',
      columns: [
        { name: 'id', type: 'INTEGER' },
        { name: 'amount', type: 'DECIMAL(12,2)' },
        { name: 'größe', type: 'VARCHAR' },
      ],
    },
  ]);
});

afterAll(() => binder.close());

async function errorOf(text: string): Promise<BindError> {
  const [bound] = await binder.bind([text]);
  if (bound === undefined || bound.ok) throw new Error(`bound without an error: ${text}`);
  return bound.error;
}

test.each([
  ['a plain query', 'SELECT id FROM shop.orders'],
  ['a comment on the last line', 'SELECT id FROM shop.orders -- all of them'],
  ['brackets in strings and comments', `SELECT ')' AS ")" /* ) */ FROM shop.orders -- )`],
  ['brackets in dollar quotes', 'SELECT $$)$$ AS x'],
  ['a common table expression', 'WITH o AS (FROM shop.orders) SELECT id FROM o'],
  ['FROM first', 'FROM shop.orders'],
  ['VALUES', 'VALUES (1), (2)'],
  ['a NUL and a lone surrogate in a comment', 'SELECT 1 AS a -- \ud800'],
])('binds %s', async (_, text) => {
  expect(await binder.bind([text])).toMatchObject([{ ok: true }]);
});

test.each<[string, string, Partial<BindError>, string | undefined]>([
  [
    'an unknown column',
    'SELECT amonut FROM shop.orders',
    { type: 'binder', subtype: 'COLUMN_NOT_FOUND', name: 'amonut', candidates: ['amount'] },
    'amonut',
  ],
  ['positions after wide characters', `SELECT '🦆ä', nope FROM shop.orders`, { name: 'nope' }, 'nope'],
  [
    'an unknown table',
    'SELECT 1 FROM shop.ordres',
    { type: 'catalog', name: 'ordres', candidates: ['orders'] },
    'shop.ordres',
  ],
  [
    'a call that fits no signature',
    'SELECT 1 + [1]',
    { candidates: expect.arrayContaining(['+(DATE, INTEGER) -> DATE']) },
    '+ [',
  ],
  ['an unknown function', 'SELECT smu(id) FROM shop.orders', { type: 'catalog', name: 'smu' }, 'smu'],
  ['a stray word', `SELECT '🦆ä' FROM shop.orders WHERE bla bla`, { type: 'parser' }, 'bla'],
  ['an unfinished query', 'SELECT id FROM', { type: 'parser', message: 'syntax error at end of input' }, ''],
  [
    'a bracket that closes the wrapper',
    'SELECT 1 AS a) t, (SELECT 2 AS b',
    { type: 'parser', message: 'syntax error at or near ")"' },
    ')',
  ],
  [
    'two statements',
    'SELECT 1; SELECT 2',
    { type: 'parser', message: 'expected one query, found 2 statements' },
    undefined,
  ],
  ['nothing', ' -- nothing', { type: 'parser', message: 'expected a query, found nothing' }, undefined],
  ['no query', 'CREATE TABLE x (i INTEGER)', { type: 'not implemented' }, undefined],
])('reports %s', async (_, text, expected, at) => {
  const error = await errorOf(text);
  expect(error).toMatchObject(expected);
  if (at === undefined) expect(error.position).toBeUndefined();
  else expect(text.slice(error.position).startsWith(at), text.slice(error.position)).toBe(true);
});

test('one bad text does not touch the others, whatever their number', async () => {
  const texts = Array.from({ length: 200 }, (_, i) =>
    i % 7 === 3 ? `SELECT nope${i}` : `SELECT ${i} AS c${i}`,
  );
  const bound = await binder.bind(texts);
  expect(bound).toHaveLength(200);
  for (const [i, result] of bound.entries()) {
    expect(result.ok).toBe(i % 7 !== 3);
    if (result.ok)
      expect(outputColumns(parsePlan(result.plan))).toEqual([{ name: `c${i}`, type: 'INTEGER' }]);
    else expect(result.error.name).toBe(`nope${i}`);
  }
  expect(await binder.bind([])).toEqual([]);
});

test('parses texts, several statements each', async () => {
  const [one, two, infinite, none, bad] = await binder.parse([
    'SELECT 1',
    'SELECT 1; SELECT 2',
    'SELECT 1e1000',
    '',
    'SELECT ä bla bla',
  ]);
  expect(one).toMatchObject({ ok: true, statements: [{ node: { type: 'SELECT_NODE' } }] });
  expect(two?.ok && two.statements).toHaveLength(2);
  expect(infinite?.ok).toBe(true);
  expect(none).toEqual({ ok: true, statements: [], isOpen: false });
  expect(bad).toMatchObject({ ok: false, error: { type: 'parser', position: 'SELECT ä bla '.length } });
});

test('declares tables with any type DuckDB spells, and again with other columns', async () => {
  const types = `SELECT 'a'::ENUM('a', 'b''c') AS e, {'End': 1, 'x y': [1]} AS s, MAP {'k': 1} AS m, [1, 2]::INTEGER[2] AS a,
    union_value(n := 1) AS u, '{}'::JSON AS j, 1.5::DECIMAL(9, 3) AS d, now() AS t, 'x'::VARCHAR COLLATE nocase AS c`;
  const [bound] = await binder.bind([types]);
  if (!bound?.ok) throw new Error(bound?.error.message);
  const columns = outputColumns(parsePlan(bound.plan));
  await binder.declare([{ schema: 'a "b"', name: 'every type', columns }]);
  const [again] = await binder.bind(['SELECT * FROM "a ""b"""."every type"']);
  if (!again?.ok) throw new Error(again?.error.message);
  expect(outputColumns(parsePlan(again.plan))).toEqual(columns);

  await binder.declare([{ schema: 'a "b"', name: 'every type', columns: [{ name: 'only', type: 'DATE' }] }]);
  expect(await binder.describe('SELECT * FROM "a ""b"""."every type"')).toEqual([
    { name: 'only', type: 'DATE' },
  ]);
});

test('a declaration that fails leaves the others alone', async () => {
  const good = { schema: 'half', name: 'good', columns: [{ name: 'a', type: 'INTEGER' }] };
  const bad = { schema: 'half', name: 'bad', columns: [{ name: 'a', type: 'NO_SUCH_TYPE' }] };
  const failures = await binder.declare([good, bad]);
  expect(failures.map((f) => f.name)).toEqual([bad.name]);
  expect(failures[0]?.message).toContain('NO_SUCH_TYPE');
  expect((await errorOf('FROM half.bad')).type).toBe('catalog');
  expect(await binder.bind(['FROM half.good'])).toMatchObject([{ ok: true }]);
});

test('describes expressions without an alias', async () => {
  expect(await binder.describe('SELECT id + 1, count(*) FROM shop.orders GROUP BY ALL')).toEqual([
    { name: '(id + 1)', type: 'INTEGER' },
    { name: 'count_star()', type: 'BIGINT' },
  ]);
  expect(await binder.describe('SELECT nope')).toMatchObject({ name: 'nope' });
});

test('describes queries that have no plan', async () => {
  const pivot = 'PIVOT shop.orders ON id USING sum(amount) GROUP BY größe';
  expect(await binder.bind([pivot])).toMatchObject([{ ok: false }]);
  expect(await binder.describe(pivot)).toEqual([{ name: 'größe', type: 'VARCHAR' }]);
});

test('time is UTC on every connection', async () => {
  const three = await createDuckDbBinder({ connections: 3 });
  // The name of a column is all that binding can show of a setting.
  const zone = `FROM query('SELECT 1 AS "' || current_setting('TimeZone') || '"')`;
  const columns = await Promise.all([1, 2, 3].map(() => three.describe(zone)));
  expect(columns).toEqual(columns.map(() => [{ name: 'UTC', type: 'INTEGER' }]));
  three.close();
});
