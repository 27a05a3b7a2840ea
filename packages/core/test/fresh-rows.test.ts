/** Uniqueness among rows that are not committed yet, where there are so many that they are looked at in parts. */
import { expect, test } from 'vitest';
import { freshRowParts } from '../src/apply/fresh-row-parts.ts';
import { openDuckDb } from '../src/engine/duckdb/open.ts';
import type { Column } from '../src/compile/compiled.ts';
import { TestProject } from './support/project.ts';

const ROWS = 1_200_000;

test('a repeated value is found and counted, wherever its rows lie', async () => {
  const model = (repeated: string): string => `MODEL (
  name m.many,
  kind FULL,
  audits (unique_values(columns := (id)), unique_combination_of_columns(columns := (id, label)))
);
SELECT CASE WHEN i IN (${repeated}) THEN 7 ELSE i END AS id, 'x' AS label FROM range(${ROWS}) AS r (i)
`;
  await using project = new TestProject({
    'project.yaml': 'name: many\nstart: 2024-01-01\nwarehouse: { threads: 3 }\n',
    'models/m/many.sql': model(`${ROWS - 1}, ${ROWS / 2}`),
  });
  const failed = await project.apply();
  expect(failed.status).toBe('failed');
  expect(
    failed.results.flatMap((n) => n.audits).map((a) => [a.audit, a.status, a.failing_rows, a.rows_seen]),
  ).toEqual([
    ['unique_values', 'failed', 3, ROWS],
    ['unique_combination_of_columns', 'failed', 3, ROWS],
  ]);
  project.write('models/m/many.sql', model('-1'));
  const mended = await project.apply();
  expect(mended.results.flatMap((n) => n.audits).map((a) => [a.audit, a.status])).toEqual([
    ['unique_values', 'passed'],
    ['unique_combination_of_columns', 'passed'],
  ]);
});

test('what many rows fail for is told with an exact count, the same as of few', async () => {
  const found: unknown[] = [];
  for (const rows of [2000, ROWS]) {
    await using project = new TestProject({
      'project.yaml': 'name: many\nstart: 2024-01-01\nquarantine: { max_rows: 2 }\n',
      'models/m/customers.sql':
        'MODEL (name m.customers, kind FULL);\nSELECT i AS customer FROM range(10) AS r (i)\n',
      'models/m/many.sql': failing(rows),
    });
    const { results } = await project.apply();
    const audits = results.flatMap((n) => n.audits);
    found.push(
      audits.map((a) => [a.audit, a.status, a.failing_rows, a.kept_rows, a.columns, a.rows_seen === rows]),
    );
    if (rows < ROWS) continue;
    const again = await (await project.workspace()).audit('prod', ['m.many']);
    found.push(
      again.document.audits.map((a) => [
        a.audit,
        a.status,
        a.failing_rows,
        a.kept_rows,
        a.columns,
        a.rows_seen === rows,
      ]),
    );
  }
  const [few, ...many] = found;
  expect(few).toEqual([
    [
      'relationships',
      'failed',
      4,
      2,
      [
        {
          column: 'customer',
          failing_rows: 4,
          values: [
            { value: -1, rows: 3 },
            { value: 99, rows: 1 },
          ],
        },
      ],
      true,
    ],
    [
      'accepted_values',
      'tolerated',
      1,
      1,
      [{ column: 'label', failing_rows: 1, values: [{ value: 'c', rows: 1 }] }],
      true,
    ],
    ['not_null', 'failed', 1, 1, [{ column: 'id', failing_rows: 1, values: [] }], true],
    ['accepted_range', 'passed', 0, 0, [], true],
  ]);
  for (const other of many) expect(other).toEqual(few);
});

test('each row of a table is in exactly one part, before it is committed and when rows were deleted', async () => {
  const warehouse = await openDuckDb({
    path: ':memory:',
    label: 'memory',
    readOnly: false,
    threads: 3,
    memoryLimit: undefined,
    spillTo: undefined,
    spillLimit: undefined,
    macros: [],
    lockTimeout: 0,
  });
  try {
    const connection = await warehouse.connect();
    const physical = { schema: 'main', name: 'many' };
    const columns: readonly Column[] = [{ name: 'id', type: 'BIGINT' }];
    const many = { storage: 'table', physical, columns } as const;
    await connection.transaction(async () => {
      await connection.run(`CREATE TABLE main.many AS SELECT i AS id FROM range(${ROWS}) AS r (i)`);
      await connection.run('DELETE FROM main.many WHERE id % 5 = 0 OR id < 1000');
      const parts = await freshRowParts(connection, many, ROWS);
      expect(parts).toHaveLength(3);
      const [row] = await connection.rows(
        `SELECT ${parts.map((p, i) => `${counted(p)} AS p${i}`).join(', ')}, ${counted('true')} AS n`,
      );
      const { n, ...counts } = row ?? {};
      const each = Object.values(counts).map(Number);
      expect(each.reduce((a, b) => a + b, 0)).toBe(Number(n));
      for (const count of each) expect(count).toBeGreaterThan(Number(n) / 4);
    });
    expect(await freshRowParts(connection, many, 999)).toEqual([]);
    expect(await freshRowParts(connection, { ...many, storage: 'view' }, ROWS)).toEqual([]);
    const hidden = { ...many, columns: [{ name: 'RowId', type: 'VARCHAR' }] };
    expect(await freshRowParts(connection, hidden, ROWS)).toEqual([]);
  } finally {
    warehouse.close();
  }
});

/** Rows of which few fail each of three audits, and none the fourth. */
function failing(rows: number): string {
  return `MODEL (
  name m.many,
  kind FULL,
  audits (
    relationships(column := customer, to := m.customers, field := customer, severity := warn),
    accepted_values(column := label, is_in := ('a', 'b'), severity := warn, max_rows := 10),
    not_null(columns := (id, label), severity := warn),
    accepted_range(column := id, min_v := 0, severity := warn)
  )
);
SELECT
  CASE WHEN i = 5 THEN NULL ELSE i END AS id,
  CASE WHEN i < 3 THEN -1 WHEN i = 11 THEN 99 WHEN i < 1000 THEN NULL ELSE i % 10 END AS customer,
  CASE WHEN i = 7 THEN 'c' ELSE 'a' END AS label
FROM range(${rows}) AS r (i)
`;
}

function counted(condition: string): string {
  return `(SELECT count(*) FROM main.many WHERE ${condition})`;
}
