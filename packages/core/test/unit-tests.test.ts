/** Unit tests of models through the front door: what passes, what differs and how it is shown, and every mistake with its place. */
import { mkdirSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { SluiceError, type TestDocument } from '../src/index.ts';
import { TestProject, type Files } from './support/project.ts';

const SURROUNDINGS: Files = {
  'project.yaml': `name: units
start: 2024-01-01
variables: { currency: EUR, minimum: 10 }
sources:
  raw:
    orders:
      file: orders.csv
      columns: { id: BIGINT, at: TIMESTAMP, amount: 'DECIMAL(12,2)', share: DOUBLE, customer: INTEGER }
    odd:
      file: odd.json
      columns:
        s: 'STRUCT(a INTEGER, b DATE, c STRUCT(d VARCHAR))'
        l: 'INTEGER[]'
        m: 'MAP(INTEGER, VARCHAR)'
        d: 'DECIMAL(38,4)'
        z: TIMESTAMPTZ
        t: TIME
        b: BLOB
        h: HUGEINT
        j: JSON
        u: UUID
        e: 'ENUM(''red'', ''blue'')'
        x: 'STRUCT(k MAP(VARCHAR, DOUBLE[]))[]'
        a: 'INTEGER[2]'
        i: INTERVAL
        f: FLOAT
`,
  'orders.csv': 'id,at,amount,share,customer\n',
  'odd.json': '',
  'models/m/totals.sql': `MODEL (name m.totals, kind FULL, grain customer);
WITH good AS (
  SELECT id, customer, amount FROM raw.orders WHERE amount > @minimum
), "Per customer" (customer, total) AS MATERIALIZED (
  SELECT customer, sum(amount) FROM good GROUP BY 1
)
SELECT customer, total, @var('currency') AS currency FROM "Per customer"
`,
  'models/m/daily.sql': `MODEL (name m.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column day));
SELECT CAST("at" AS DATE) AS day, count(*) AS n FROM raw.orders WHERE "at" BETWEEN @start_ts AND @end_ts GROUP BY 1
`,
  'models/m/clock.sql': `MODEL (name m.clock, kind FULL);
SELECT now() AS a, current_date AS b, current_timestamp AS c, localtimestamp AS d, today() AS e, current_time AS f,
  localtime AS g, get_current_timestamp() AS h, transaction_timestamp() AS i, age(TIMESTAMP '2024-01-01 00:00:00') AS j,
  CAST(@execution_ds AS DATE) AS k, current_localtimestamp() AS l, get_current_time() AS n
`,
  'models/m/odd.sql': 'MODEL (name m.odd, kind FULL);\nSELECT * FROM raw.odd\n',
  'models/m/share.sql': 'MODEL (name m.share, kind FULL);\nSELECT id, share * 0.1 AS share FROM raw.orders\n',
  'models/m/sorted.sql': 'MODEL (name m.sorted, kind FULL);\nSELECT id FROM raw.orders ORDER BY id DESC\n',
  'models/m/inner_part.sql':
    "MODEL (name m.inner_part, kind EMBEDDED);\nSELECT id, amount, @var('currency') AS c FROM raw.orders\n",
  'models/m/outer_part.sql':
    'MODEL (name m.outer_part, kind FULL);\nSELECT sum(amount) AS s, max(c) AS c FROM m.inner_part\n',
  'models/m/casts.sql':
    'MODEL (name m.casts, kind FULL);\nSELECT CAST(CAST(id AS VARCHAR) || j AS INTEGER) AS n FROM raw.orders, (SELECT max(customer)::VARCHAR AS j FROM raw.orders)\n',
  'models/m/constant.sql': 'MODEL (name m.constant, kind FULL);\nSELECT 1 AS one, NULL AS nothing\n',
  'models/m/stars.sql':
    'MODEL (name m.stars, kind FULL);\nSELECT @STAR(raw.orders, except_ := [at]) FROM raw.orders\n',
  'models/m/recursive.sql': `MODEL (name m.recursive, kind FULL);
WITH RECURSIVE up AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM up WHERE n < (SELECT max(id) FROM raw.orders)) SELECT n FROM up
`,
};

async function run(suite: string, files: Files = {}, filters: readonly string[] = []): Promise<TestDocument> {
  await using project = new TestProject({ ...SURROUNDINGS, ...files, 'tests/suite.yaml': suite });
  return (await (await project.workspace()).test(filters)).document;
}

/** `line:column code message | hint` of each diagnostic. */
function said(document: TestDocument): readonly string[] {
  return document.diagnostics.map(
    (d) => `${d.line}:${d.column} ${d.code}: ${d.message}${d.hint === null ? '' : ` | ${d.hint}`}`,
  );
}

/** Differences as `kind expected → actual (columns)`. */
async function differences(suite: string): Promise<readonly string[]> {
  const { tests } = await run(suite);
  expect(tests.map((t) => t.status)).toEqual(['failed']);
  return tests.flatMap((t) =>
    t.expectations.flatMap((e) =>
      e.differences.map((d) => {
        const row = (r: typeof d.expected): string => (r === null ? '-' : Object.values(r).join(' '));
        return `${d.kind} ${row(d.expected)} → ${row(d.actual)} (${d.columns.join(', ')})`;
      }),
    ),
  );
}

describe('passes', () => {
  test.each([
    [
      'sparse rows, a partial expectation and CTEs of every spelling',
      `t:
  model: m.totals
  inputs:
    raw.orders: [{ id: 1, amount: 20, customer: 1 }, { id: 2, amount: 5, customer: 1 }, { id: 3, amount: 10.01 }]
  outputs:
    ctes:
      GOOD: { partial: true, rows: [{ id: 1 }, { id: 3 }] }
      per customer: [{ total: 10.01 }, { customer: 1, total: 20.00 }]
    query: [{ total: 10.01, currency: EUR }, { customer: 1, total: 20, currency: EUR }]
`,
    ],
    [
      'inputs that are left out are empty',
      't: { model: m.totals, outputs: { query: [], ctes: { good: { rows: [] } } } }\n',
    ],
    [
      'variables',
      't: { model: m.totals, inputs: { raw.orders: [{ amount: 2, customer: 3 }] }, vars: { MINIMUM: 1, currency: null }, outputs: { query: [{ customer: 3, total: 2 }] } }\n',
    ],
    [
      'CSV with quotes, NULL and an own separator',
      `t:
  model: m.totals
  inputs:
    raw.orders:
      format: csv
      csv_settings: { sep: ; }
      rows: |
        id;amount;customer
        "1";"20.50";
        2;30;7
  outputs: { query: { format: csv, rows: "customer,total,currency\\n,20.5,EUR\\n7,30,EUR\\n" } }
`,
    ],
    [
      'queries for inputs and for expectations',
      `t:
  model: m.totals
  inputs: { raw.orders: { query: 'SELECT i AS id, 11 AS amount FROM range(3) r(i);' } }
  outputs: { query: { query: "SELECT 33 AS total, 'EUR' AS currency" } }
`,
    ],
    [
      'an interval of one day',
      `t:
  model: m.daily
  vars: { start: 2024-03-01 }
  inputs: { raw.orders: [{ at: 2024-02-29 23:59:59 }, { at: 2024-03-01 }, { at: 2024-03-01 23:59:59.999999 }, { at: 2024-03-02 }] }
  outputs: { query: [{ day: 2024-03-01, n: 2 }] }
`,
    ],
    [
      'an interval with an included last day',
      `t:
  model: m.daily
  vars: { start: '2024-03-01', end: 2024-03-02 }
  inputs: { raw.orders: [{ at: 2024-03-01 }, { at: 2024-03-02 23:00:00 }, { at: 2024-03-03 }] }
  outputs: { query: [{ day: 2024-03-02, n: 1 }, { day: 2024-03-01, n: 1 }] }
`,
    ],
    [
      'a clock that stands still, whatever asks it',
      `t:
  model: m.clock
  vars: { execution_time: '2024-05-06 09:08:07.5+02:00' }
  outputs:
    query:
      - a: 2024-05-06 07:08:07.5+00
        b: 2024-05-06
        c: 2024-05-06 09:08:07.5+02:00
        d: 2024-05-06 07:08:07.5
        e: 2024-05-06
        f: 07:08:07.5+00
        g: 07:08:07.5
        h: 2024-05-06 07:08:07.5Z
        i: 2024-05-06 07:08:07.5+00
        j: 4 months 5 days
        k: 2024-05-06
        l: 2024-05-06 07:08:07.5
        n: 07:08:07.5+00
`,
    ],
    [
      'every type, nested ones as YAML or as text',
      `t:
  model: m.odd
  inputs: &rows
    raw.odd:
      - s: { b: 2024-01-02, A: 1 }
        l: [1, null, 3]
        m: { 2: two, 1: one }
        d: 1234567890123456789012345678901234.5678
        z: 2024-01-01 12:00:00+02
        t: '12:34:56'
        b: \\xDE\\xADbe
        h: 170141183460469231731687303715884105727
        j: { k: [1, 'x', { y: null }] }
        u: 4ac7a9e9-607c-4c8a-84f3-843f0191e3fd
        e: blue
        x: [{ k: { p: [0.5, 1] } }]
        a: [1, 2]
        i: 1 month 2 days
        f: 0.1
      - s: "{'a': 2, 'b': NULL, 'c': {'d': x}}"
        l: '[7]'
        j: '{"k": 1}'
        m: {}
  outputs:
    query:
      - { l: [7], s: { a: 2, c: { d: x } }, j: { k: 1 }, m: {} }
      - s: { a: 1, b: 2024-01-02, c: null }
        l: [1, null, 3]
        m: { 1: one, 2: two }
        d: '1234567890123456789012345678901234.5678'
        z: 2024-01-01T10:00:00Z
        t: '12:34:56'
        b: !!binary 3q1iZQ==
        h: 170141183460469231731687303715884105727
        j: '{"k":[1,"x",{"y":null}]}'
        u: 4AC7A9E9-607C-4C8A-84F3-843F0191E3FD
        e: blue
        x: [{ k: { p: [0.5, 1.0000000000001] } }]
        a: [1, 2]
        i: 1 month 2 days
        f: 0.10000000001
`,
    ],
    [
      'floating-point numbers but for rounding, or within a tolerance',
      `rounding: { model: m.share, inputs: { raw.orders: [{ id: 1, share: 3 }, { id: 2, share: .inf }] }, outputs: { query: [{ id: 1, share: 0.3 }, { id: 2, share: .inf }] } }
within: { model: m.share, inputs: { raw.orders: [{ share: 1 }, { share: 2 }] }, outputs: { tolerance: 0.06, query: [{ share: 0.25 }, { share: 0.05 }] } }
`,
    ],
    [
      'the same rows as often as expected, in any order',
      't: { model: m.sorted, inputs: { raw.orders: [{ id: 1 }, { id: 2 }, { id: 1 }] }, outputs: { query: [{ id: 1 }, { id: 1 }, { id: 2 }] } }\n',
    ],
    [
      'rows in order',
      't: { model: m.sorted, inputs: { raw.orders: [{ id: 1 }, { id: 2 }] }, outputs: { ordered: true, query: [{ id: 2 }, { id: 1 }] } }\n',
    ],
    [
      'the inputs of an embedded model, with the variables of the test, or the embedded model itself',
      `below: { model: m.outer_part, inputs: { raw.orders: [{ amount: 1 }, { amount: 2 }] }, vars: { currency: CHF }, outputs: { query: [{ s: 3, c: CHF }] } }
itself: { model: m.outer_part, inputs: { m.inner_part: [{ amount: 7 }] }, outputs: { query: [{ s: 7 }] } }
`,
    ],
    ['a query without inputs', 't: { model: m.constant, outputs: { query: [{ one: 1 }] } }\n'],
    [
      'other types for the columns of an input',
      't: { model: m.totals, inputs: { raw.orders: { columns: { amount: DOUBLE }, rows: [{ amount: 10.123 }] } }, outputs: { query: [{ total: 10.123, currency: EUR }] } }\n',
    ],
    [
      'macros that look at columns',
      't: { model: m.stars, inputs: { raw.orders: [{ id: 1, share: 2 }] }, outputs: { query: [{ id: 1, share: 2 }] } }\n',
    ],
    [
      'a recursive CTE',
      't: { model: m.recursive, inputs: { raw.orders: [{ id: 3 }] }, outputs: { query: [{ n: 1 }, { n: 2 }, { n: 3 }], ctes: { up: [{ n: 3 }, { n: 2 }, { n: 1 }] } } }\n',
    ],
  ])('%s', async (_, suite) => {
    const { tests, diagnostics } = await run(suite);
    expect(diagnostics).toEqual([]);
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((t) => t.status !== 'passed')).toEqual([]);
    expect(tests.every((t) => t.expectations.length > 0)).toBe(true);
  });

  test('rows from files: CSV, YAML, JSON and Parquet', async () => {
    await using project = new TestProject({
      ...SURROUNDINGS,
      'tests/data/orders.csv': 'id,amount,customer\n1,20,1\n',
      'tests/data/orders.yaml': '- { id: 1, amount: 20, customer: 1 }\n',
      'tests/data/orders.json': '[{"id": 1, "amount": 20, "customer": 1}]',
      'tests/suite.yaml': ['csv', 'yaml', 'json', 'parquet']
        .map(
          (format) =>
            `${format}: { model: m.totals, inputs: { raw.orders: { path: tests/data/orders.${format} } }, outputs: { query: { path: tests/expected.json } } }\n`,
        )
        .join(''),
      'tests/expected.json': '{"customer": 1, "total": 20, "currency": "EUR"}',
    });
    mkdirSync(project.path('tests/data'), { recursive: true });
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT 1 AS id, 20 AS amount, 1 AS customer) TO '${project.path('tests/data/orders.parquet')}'`,
    );
    connection.closeSync();
    instance.closeSync();
    const { document } = await (await project.workspace()).test();
    expect(said(document)).toEqual([]);
    expect(document.tests.map((t) => [t.name, t.status])).toEqual(
      ['csv', 'yaml', 'json', 'parquet'].map((format) => [format, 'passed']),
    );
  });
});

describe('fails', () => {
  test.each([
    [
      'a cell, found by the grain',
      't: { model: m.totals, inputs: { raw.orders: [{ amount: 20, customer: 1 }, { amount: 30, customer: 2 }] }, outputs: { query: [{ customer: 2, total: 20, currency: EUR }, { customer: 1, total: 20, currency: EUR }] } }',
      ['changed 2 20 EUR → 2 30 EUR (total)'],
    ],
    [
      'a row too many and one too few',
      't: { model: m.sorted, inputs: { raw.orders: [{ id: 1 }, { id: 1 }, { id: 2 }] }, outputs: { query: [{ id: 1 }, { id: 2 }, { id: 2 }, { id: 3 }] } }',
      ['missing 2 →  - ()', 'missing 3 → - ()', 'extra - → 1 ()'].map((s) => s.replace('→  ', '→ ')),
    ],
    [
      'the order',
      't: { model: m.sorted, inputs: { raw.orders: [{ id: 1 }, { id: 2 }, { id: 3 }] }, outputs: { query: { ordered: true, rows: [{ id: 3 }, { id: 1 }, { id: 2 }] } } }',
      ['missing 1 → - ()', 'extra - → 1 ()'],
    ],
    [
      'NULL where a value is expected, and a column that is not mentioned',
      't: { model: m.constant, outputs: { query: [{ nothing: 1 }] } }',
      ['changed  1 → 1  (one, nothing)'],
    ],
    [
      'a number beyond the tolerance',
      't: { model: m.share, inputs: { raw.orders: [{ share: 1 }] }, outputs: { query: { tolerance: 0.001, rows: [{ share: 0.102 }] } } }',
      ['changed  0.102 →  0.1 (share)'],
    ],
    [
      'rows where none are expected, although only some columns count',
      't: { model: m.constant, outputs: { query: { partial: true, rows: [] } } }',
      ['extra - → 1  ()'],
    ],
    [
      'a CTE alone',
      't: { model: m.totals, inputs: { raw.orders: [{ id: 1, amount: 20 }] }, outputs: { ctes: { good: [{ id: 1, amount: 21 }] }, query: [{ total: 20, currency: EUR }] } }',
      ['changed 1  21 → 1  20 (amount)'],
    ],
    [
      'a nested value',
      't: { model: m.odd, inputs: { raw.odd: [{ l: [1, 2] }] }, outputs: { query: { partial: true, rows: [{ l: [2, 1] }] } } }',
      ['changed 2,1 → 1,2 (l)'],
    ],
  ])('%s', async (_, suite, expected) => {
    expect(await differences(suite)).toEqual(expected);
  });

  test('with a diagnostic at the expectation', async () => {
    const document = await run('t:\n  model: m.constant\n  outputs:\n    query: [{ one: 2 }]\n');
    expect(said(document)).toEqual([
      '4:5 test-failed: test t of m.constant: the query differs in 1 row, the first in one',
    ]);
    expect(document.summary).toBe('1 test: 1 failed.');
  });
});

describe('says what is wrong', () => {
  test.each([
    [
      't: [',
      ['1:5 yaml-syntax: flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    [
      '- a\n',
      [
        '1:1 invalid-test: a file of tests is a mapping of names to tests | Begin with a name: test_revenue: { model: marts.revenue, … }. Data files go elsewhere, or are named by a path: of a test.',
      ],
    ],
    [
      't: { model: m.constant }',
      ["1:1 invalid-test: the test 't' expects nothing | Add outputs: { query: … }."],
    ],
    [
      't: { outputs: { query: [] } }',
      ["1:1 invalid-test: the test 't' does not say its model | Add model: schema.model."],
    ],
    [
      't: { model: m.constant, output: {} , outputs: { query: [] } }',
      ["1:25 invalid-test: the test 't' has no property 'output' | Did you mean 'outputs'?"],
    ],
    [
      't: { model: m.constant, outputs: { query: [ { One: 1, one: 2 } ] } }',
      ["1:55 invalid-test: 'One' and 'one' are the same column"],
    ],
    [
      't:\n  model: m.constant\n  outputs:\n    query:\n      format: csv\n      rows: |\n        one,ONE\n        1,2\n        3,4\n',
      ["7:13 invalid-test: 'one' and 'ONE' are the same column"],
    ],
    [
      't: { model: m.constnt, outputs: { query: [] } }',
      ["1:13 unknown-model: there is no model 'm.constnt' | Did you mean 'm.constant'?"],
    ],
    [
      't: { model: raw.orders, outputs: { query: [] } }',
      ["1:13 unknown-model: there is no model 'raw.orders'"],
    ],
    [
      't: { model: m.share, inputs: { raw.ordres: [] }, outputs: { query: [] } }',
      ["1:32 unread-input: there is no model or source 'raw.ordres' | Did you mean 'raw.orders'?"],
    ],
    [
      't: { model: m.share, inputs: { m.daily: [] }, outputs: { query: [] } }',
      ['1:32 unread-input: m.share does not read m.daily | It reads raw.orders.'],
    ],
    [
      't: { model: m.share, inputs: { raw.orders: [{ idd: 1 }] }, outputs: { query: [] } }',
      ["1:47 unknown-column: raw.orders has no column 'idd' | Did you mean 'id'?"],
    ],
    [
      't: { model: m.share, inputs: { raw.orders: { query: SELECT 1 AS idd } }, outputs: { query: [] } }',
      ["1:53 unknown-column: raw.orders has no column 'idd' | Did you mean 'id'?"],
    ],
    [
      't: { model: m.share, inputs: { raw.orders: { query: FROM raw.orders } }, outputs: { query: [] } }',
      [
        "1:53 invalid-test: the query of this test fails: Table with name 'raw.orders' does not exist because schema 'raw' does not exist. | It sees no tables: it makes its rows by itself.",
      ],
    ],
    [
      't: { model: m.constant, outputs: { query: [{ oen: 1 }] } }',
      ["1:46 unknown-column: m.constant has no column 'oen' | Did you mean 'one'?"],
    ],
    [
      't: { model: m.totals, outputs: { ctes: { goood: [] } } }',
      ["1:42 unknown-cte: the query of m.totals does not begin with a CTE 'goood' | Did you mean 'good'?"],
    ],
    [
      't: { model: m.constant, outputs: { ctes: { x: [] } } }',
      ["1:44 unknown-cte: the query of m.constant does not begin with a CTE 'x' | It has no WITH clause."],
    ],
    [
      't:\n  model: m.share\n  inputs:\n    raw.orders:\n      - { id: one, customer: 3000000000 }\n      - { id: 2, at: 2024-02-30 }\n  outputs: { query: [] }\n',
      [
        "5:15 invalid-test-value: 'one' is no value of id BIGINT | Could not convert string 'one' to INT64.",
        "5:30 invalid-test-value: '3000000000' is no value of customer INTEGER | Could not convert string '3000000000' to INT32.",
        "6:22 invalid-test-value: '2024-02-30' is no value of at TIMESTAMP | timestamp field value out of range: '2024-02-30'.",
      ],
    ],
    [
      't: { model: m.share, inputs: { raw.orders: [{ id: 1.5, amount: 1.239, at: 2024-01-01 00:00:00+02 }] }, outputs: { query: [] } }',
      [
        "1:51 invalid-test-value: '1.5' is no value of id BIGINT | a BIGINT has no decimal places.",
        "1:64 invalid-test-value: '1.239' is no value of amount DECIMAL(12,2) | a DECIMAL(12,2) has 2 decimal places.",
        "1:75 invalid-test-value: '2024-01-01 00:00:00+02' is no value of at TIMESTAMP | a TIMESTAMP has no time zone; write it in UTC.",
      ],
    ],
    [
      't:\n  model: m.share\n  inputs:\n    raw.orders:\n      format: csv\n      rows: |\n        id,share\n        1,2\n        2,x\n  outputs: { query: [] }\n',
      ["9:11 invalid-test-value: 'x' is no value of share DOUBLE | Could not convert string 'x' to DOUBLE."],
    ],
    [
      't: { model: m.odd, inputs: { raw.odd: [{ s: { q: 1 } }] }, outputs: { query: [] } }',
      [
        "1:45 invalid-test-value: '{\"a\":null,\"b\":null,\"c\":null,\"q\":\"1\"}' is no value of s STRUCT(a INTEGER, b DATE, c STRUCT(d VARCHAR)) | Object {'a':null,'b':null,'c':null,'q':'1'} has unknown key 'q'.",
      ],
    ],
    [
      't: { model: m.constant, outputs: { query: [{ one: x }] } }',
      ["1:51 invalid-test-value: 'x' is no value of one INTEGER | Could not convert string 'x' to INT32."],
    ],
    [
      't: { model: m.daily, vars: { start: yesterday }, outputs: { query: [] } }',
      [
        "1:37 invalid-test: 'start' is a day or an instant | Write it as 2025-03-31 or '2025-03-31 06:00:00+00:00'; without an offset it is UTC.",
      ],
    ],
    [
      't: { model: m.daily, vars: { start: 2024-02-01, end: 2024-01-01 }, outputs: { query: [] } }',
      ["1:22 invalid-test: 'start' is not before 'end' | An end that is a day is included."],
    ],
    [
      't: { model: m.totals, vars: { curency: EUR }, outputs: { query: [] } }',
      ["1:31 unknown-variable: there is no variable 'curency' | Did you mean 'currency'?"],
    ],
    [
      't: { model: m.constant, inputs: {}, outputs: { query: { partial: maybe, rows: [{ one: 1 }] } } }',
      ["1:66 invalid-test: 'partial' is true or false"],
    ],
    [
      't: { model: m.share, inputs: { raw.orders: { path: nowhere.csv } }, outputs: { query: [] } }',
      ["1:52 invalid-test: there is no file 'nowhere.csv' | Paths are relative to the project's folder."],
    ],
    [
      't: { model: m.constant, gateway: spark, outputs: { query: [{ one: 1 }] } }',
      [
        "1:25 unused-property: 'gateway' has no effect in Sluice's tests | Remove it, or keep it for SQLMesh.",
      ],
    ],
    [
      't: { model: m.casts, inputs: { raw.orders: [{ id: 1000000000, customer: 1 }] }, outputs: { query: [] } }',
      [
        "1:92 query-failed: the query of m.casts fails on these rows: Could not convert string '10000000001' to INT32",
      ],
    ],
  ] as const)('%s', async (suite, expected) => {
    expect(said(await run(suite))).toEqual(expected);
  });

  test('a clock that nobody stops is a warning', async () => {
    const document = await run(
      't: { model: m.clock, outputs: { query: { partial: true, rows: [{ b: 2024-02-01 }] } } }',
    );
    expect(document.diagnostics).toMatchObject([{ code: 'unfrozen-clock', severity: 'warning' }]);
    // The clock of the run, still: the project's clock stands in these tests.
    expect(document.tests[0]?.status).toBe('passed');
  });

  test('all files at once, and good tests are run beside bad ones', async () => {
    const document = await run(
      'good: { model: m.constant, outputs: { query: [{ one: 1 }] } }\nbad: { model: m.constant }\n',
      {
        'tests/deeper/other.yml': 'x: 1\n',
        'models/m/broken.sql': 'MODEL (name m.broken);\nSELECT nothing FROM raw.orders\n',
        'tests/broken.yaml': 't: { model: m.broken, outputs: { query: [] } }\n',
      },
    );
    expect(document.tests.map((t) => `${t.path} ${t.name} ${t.status}`)).toEqual([
      'tests/broken.yaml t error',
      'tests/suite.yaml good passed',
    ]);
    expect(document.diagnostics.map((d) => `${d.path} ${d.code}`)).toEqual([
      'tests/deeper/other.yml invalid-test',
      'tests/suite.yaml invalid-test',
      'tests/broken.yaml upstream-broken',
    ]);
  });
});

test('filters are names, globs, models, files and folders', async () => {
  await using project = new TestProject({
    ...SURROUNDINGS,
    'tests/a.yaml':
      'one: { model: m.constant, outputs: { query: [{ one: 1 }] } }\ntwo: { model: m.sorted, outputs: { query: [] } }\n',
    'tests/deep/b.yaml': 'one: { model: m.share, outputs: { query: [] } }\n',
  });
  const workspace = await project.workspace();
  const names = async (...filters: string[]): Promise<readonly string[]> =>
    (await workspace.test(filters)).document.tests.map((t) => `${t.path}::${t.name}`);
  const [one, two, deep] = ['tests/a.yaml::one', 'tests/a.yaml::two', 'tests/deep/b.yaml::one'];
  expect(await names()).toEqual([one, two, deep]);
  expect(await names('one')).toEqual([one, deep]);
  expect(await names('tests/a.yaml::one')).toEqual([one]);
  expect(await names('M.S*')).toEqual([two, deep]);
  expect(await names('tests/deep/')).toEqual([deep]);
  expect(await names('tests/*.yaml', 'm.share')).toEqual([one, two, deep]);
  await expect(names('onn')).rejects.toThrow(SluiceError);
});

test('coverage: what tests expect of a query and what audits name', async () => {
  await using project = new TestProject({
    ...SURROUNDINGS,
    'models/m/totals.sql': `MODEL (name m.totals, kind FULL, audits (not_null(columns := (customer)), own(most := 3)));
WITH good AS (SELECT customer, sum(amount) AS total, 1 AS rest, 2 AS more FROM raw.orders GROUP BY 1) SELECT * FROM good
`,
    'audits/own.sql': 'AUDIT (name own);\nSELECT * FROM @this_model WHERE "REST" > @most\n',
    'models/m/outside.sql': 'MODEL (name m.outside, kind EXTERNAL, columns (id INT));\n',
    'tests/a.yaml': `t1: { model: M.Totals, outputs: { partial: true, query: [{ total: 1 }, { CUSTOMER: 2 }], ctes: { good: [{ more: 2 }] } } }
t2: { model: m.share, outputs: { query: { query: SELECT 1 AS id } } }
`,
  });
  const { document } = await (await project.workspace()).coverage();
  const of = (name: string): readonly string[] => {
    const model = document.models.find((m) => m.model === name);
    const columns = model?.columns.map((c) => `${c.name} ${c.tested ? 't' : '-'}${c.audited ? 'a' : '-'}`);
    return [`${model?.tests} ${model?.audits}`, ...(columns ?? [])];
  };
  expect(of('m.totals')).toEqual(['1 2', 'customer ta', 'total t-', 'rest -a', 'more --']);
  expect(of('m.share')).toEqual(['1 0', 'id t-', 'share t-']);
  expect(of('m.sorted')).toEqual(['0 0', 'id --']);
  expect(document.models.some((m) => m.model === 'm.outside' || m.model === 'raw.orders')).toBe(false);
  const untouched = document.models.flatMap((m) => m.columns.filter((c) => !c.tested && !c.audited));
  expect(document.totals).toMatchObject({
    tested_models: 2,
    audited_models: 1,
    untouched_columns: untouched.length,
  });
  expect(document.diagnostics).toEqual([]);
});

test('watching runs again after a save, also of something that cannot be read', async () => {
  await using project = new TestProject({
    ...SURROUNDINGS,
    'tests/a.yaml': 't: { model: m.constant, outputs: { query: [{ one: 1 }] } }\n',
  });
  const workspace = await project.workspace();
  const edits: readonly (readonly [path: string, text: string])[] = [
    ['models/m/constant.sql', 'MODEL (name m.constant, kind FULL);\nSELECT 2 AS one, NULL AS nothing\n'],
    ['tests/a.yaml', 't: { model: m.constant, outputs: { query: [{ one: 2 }] } }\n'],
    ['project.yaml', 'name: [\n'],
    ['project.yaml', SURROUNDINGS['project.yaml'] ?? ''],
  ];
  const found: string[] = [];
  await workspace.watchTests([], ({ document }) => {
    found.push(document.tests.map((t) => t.status).join() || (document.diagnostics[0]?.code ?? ''));
    const next = edits[found.length - 1];
    if (next === undefined) workspace.interrupt();
    else project.write(...next);
  });
  expect(found).toEqual(['passed', 'failed', 'passed', 'yaml-syntax', 'passed']);
});
