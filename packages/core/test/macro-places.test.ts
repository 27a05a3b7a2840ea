/** Errors in generated SQL land on the author's characters, through every nesting, and say what was generated. */
import { expect, test } from 'vitest';
import { TestProject } from './support/project.ts';

const FILES = {
  'project.yaml': `name: p
start: 2024-01-01
variables: { columns: amount, nothing: nope }
sources:
  raw:
    orders: { file: data/orders.csv, columns: { id: INTEGER, name: VARCHAR, amount: DOUBLE } }
`,
  'data/orders.csv': 'id,name,amount\n1,a,10\n',
  'macros/own.ts': `type Sql = string;
export const wrap = (value: Sql): string => \`coalesce(\${value}, nope)\`;
export const twice = (value: Sql): string => \`@wrap(@wrap(\${value}))\`;
`,
};

/** `«…»` marks where the only error must be; answers its notes of what was generated, which have no place in a file. */
async function check(marked: string, code: string): Promise<readonly string[]> {
  const text = `MODEL (kind FULL);\n${marked}`;
  await using project = new TestProject({ ...FILES, 'models/a.sql': text.replaceAll(/[«»]/g, '') });
  const { diagnostics } = await (await project.workspace()).compile();
  const shown = diagnostics.map((d) => `${d.code} ${d.message} ${d.location?.start}-${d.location?.end}`);
  expect(diagnostics, shown.join('\n')).toHaveLength(1);
  const [found] = diagnostics;
  const at = text.indexOf('«');
  expect([found?.code, found?.location?.start, found?.location?.end], shown.join('\n')).toEqual([
    code,
    at,
    text.indexOf('»') - 1,
  ]);
  return found?.notes.flatMap((n) => (n.location === undefined ? [n.message] : [])) ?? [];
}

test.each([
  // An argument, three calls deep.
  ['SELECT @AND(TRUE, @IF(TRUE, @SAFE_ADD(id, «nope») > 0)) AS x FROM raw.orders', 'unknown-column'],
  [
    'SELECT @EACH([id, «nope»], c -> @IF(TRUE, @SAFE_ADD(c, amount) AS n_@c)) FROM raw.orders',
    'unknown-column',
  ],
  // The body of a lambda, three lambdas deep.
  [
    'SELECT @EACH([1, 2], a -> @EACH([3, 4], b -> @EACH([5], c -> id + a * b * c + «nope» AS n_@{a}_@{b}_@{c}))) FROM raw.orders',
    'unknown-column',
  ],
  // A lambda that hands its parameter on to others.
  [
    'SELECT @EACH([«nope»], a -> @EACH([a], b -> @EACH([b], c -> c + 1 AS n))) FROM raw.orders',
    'unknown-column',
  ],
  [
    'SELECT @REDUCE(@EACH(@FILTER([id, «nope»], x -> 1 = 1), y -> y + 1), (x, y) -> x + y) AS n FROM raw.orders',
    'unknown-column',
  ],
  // In a clause, in a subquery, after characters that are longer in UTF-8.
  [
    "SELECT 'äöü€😀' AS s FROM raw.orders @WHERE(TRUE) id IN (SELECT @IF(TRUE, @SQL('id')) FROM raw.orders @WHERE(TRUE) «nope» > 0)",
    'unknown-column',
  ],
  ["SELECT @IF(TRUE, @IF(TRUE, @IF(TRUE, «idd»))) AS 'größe' FROM raw.orders", 'unknown-column'],
  // Tables, functions, types.
  ['SELECT n.id FROM @IF(TRUE, @IF(TRUE, @IF(TRUE, «raw.ordres»))) AS n', 'unknown-table'],
  ['SELECT @AND(TRUE, @OR(FALSE, @IF(TRUE, «strlenn»(name) > 1))) AS n FROM raw.orders', 'unknown-function'],
  // The parser's errors too.
  ['SELECT @IF(TRUE, @IF(TRUE, @IF(TRUE, id FROMM «raw.orders»))) 1', 'syntax-error'],
] as const)('what the author wrote is pointed at: %s', async (sql, code) => {
  expect(await check(sql, code)).toEqual([]);
});

test.each([
  // What a macro wrote stands at its outermost call.
  [
    "SELECT @IF(TRUE, @IF(TRUE, «@SQL('id + nope')»)) AS n FROM raw.orders",
    'in what the macros made: SELECT id + nope AS n FROM raw.orders',
  ],
  [
    'SELECT «@twice(id)» AS n FROM raw.orders',
    'in what the macros made: SELECT coalesce(coalesce(id, nope), nope) AS n FROM raw.orders',
  ],
  [
    'SELECT @EACH([id], c -> @IF(TRUE, «@wrap(c)») AS n) FROM raw.orders',
    'in what the macros made: SELECT coalesce(id, nope) AS n FROM raw.orders',
  ],
  [
    'SELECT @EACH([id], c -> @EACH([amount], d -> c + d + «@{nothing}» AS n)) FROM raw.orders',
    'in what the macros made: SELECT id + amount + nope AS n FROM raw.orders',
  ],
  ['SELECT id, «@{nothing}» FROM raw.orders', 'in what the macros made: SELECT id, nope FROM raw.orders'],
] as const)('what a macro wrote is shown: %s', async (sql, note) => {
  expect(await check(sql, 'unknown-column')).toEqual([note]);
});

test('an error in a definition is told where it is used, and shown', async () => {
  const sql = `@DEF(base, nope + 1);
@DEF(half, x -> x / @base);
@DEF(quarter, x -> @half(@half(x)));
SELECT «@quarter(id)» AS n FROM raw.orders`;
  expect(await check(sql, 'unknown-column')).toEqual([
    'in what the macros made: SELECT (id / nope + 1) / nope + 1 AS n FROM raw.orders',
  ]);
});

test('of a long line, what stands around the place is shown', async () => {
  const many = Array.from({ length: 40 }, (_, i) => `id AS c${i}`).join(', ');
  const [note = ''] = await check(
    `SELECT ${many}, «@{nothing}», ${many.replaceAll('AS c', 'AS d')} FROM raw.orders`,
    'unknown-column',
  );
  expect(note).toMatch(/^in what the macros made: ….*, nope, id AS d0, .*…$/);
  expect(note.length).toBeLessThan(110);
});
