/**
 * Tests that `sluice test create` writes: they pass at once, whatever the data, and their rows belong together. More data
 * with SLUICE_CREATE_SEEDS=n.
 */
import { mkdirSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { refusal, TestProject, type Files } from './support/project.ts';

const SEEDS = Number(process.env['SLUICE_CREATE_SEEDS'] ?? 3);

const MODELS: Files = {
  'project.yaml': `name: created
start: 2024-01-01
variables: { factor: 2 }
sources:
  raw:
    facts: { file: facts.parquet }
    people: { file: people.parquet }
`,
  'models/m/plain.sql': 'MODEL (name m.plain, kind FULL, grain id);\nSELECT * FROM raw.facts\n',
  'models/m/nested.sql':
    'MODEL (name m.nested, kind FULL);\nSELECT id, l, st, m, {a: l, b: [st]} AS deep, list_transform(l, x -> x * 2) AS twice FROM raw.facts\n',
  'models/m/part.sql':
    'MODEL (name m.part, kind EMBEDDED);\nSELECT id, person, amount AS paid, moment, text FROM raw.facts WHERE amount IS NOT NULL\n',
  'models/m/joined.sql': `MODEL (name m.joined, kind FULL, grain id);
WITH paid AS (SELECT id, person AS who, paid FROM m.part)
SELECT p.id, q.name, p.paid * @factor AS doubled FROM paid AS p JOIN raw.people AS q ON q.person = p.who
`,
  'models/m/looked_up.sql': `MODEL (name m.looked_up, kind VIEW);
SELECT f.id, q.name FROM raw.facts AS f LEFT JOIN raw.people AS q USING (person)
`,
  'models/m/per_person.sql': `MODEL (name m.per_person, kind FULL, grain person);
SELECT person, count(*) AS n, sum(amount) AS amount, avg(share) AS share, max(moment) AS last, list(text ORDER BY id) AS texts
FROM raw.facts GROUP BY person
`,
  'models/m/daily.sql': `MODEL (name m.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column day));
SELECT CAST(moment AS DATE) AS day, count(*) AS n, sum(amount) AS amount FROM raw.facts WHERE moment BETWEEN @start_ts AND @end_ts GROUP BY 1
`,
  'models/m/hourly.sql': `MODEL (name m.hourly, kind INCREMENTAL_BY_TIME_RANGE (time_column moment), cron '@hourly');
SELECT id, moment, zone, text FROM raw.facts WHERE moment >= @interval_start AND moment < @interval_end
`,
  'models/m/above.sql': `MODEL (name m.above, kind FULL);
SELECT d.day, d.n, p.n AS people FROM m.daily AS d CROSS JOIN (SELECT count(*) AS n FROM raw.people) AS p
`,
  'models/m/aged.sql':
    'MODEL (name m.aged, kind FULL);\nSELECT id, current_date - CAST(moment AS DATE) AS days, @execution_date AS today FROM raw.facts\n',
  'models/m/ranked.sql': `MODEL (name m.ranked, kind FULL);
SELECT *, row_number() OVER (PARTITION BY person ORDER BY id) AS nr FROM raw.facts QUALIFY nr <= 2
`,
  'models/m/constant.sql':
    "MODEL (name m.constant, kind FULL);\nSELECT 1 AS one, 'null' AS word, '' AS nothing\n",
};

const TESTED = Object.keys(MODELS)
  .filter((path) => path.startsWith('models/'))
  .map((path) => path.slice('models/'.length, -'.sql'.length).replace('/', '.'));

/** SQL for one of a list. */
function pick(list: readonly string[]): string {
  return `[${list.join(', ')}][1 + CAST(floor(random() * ${list.length}) AS INTEGER)]`;
}

/** Rows with all that is hard to write down. */
async function fill(project: TestProject, seed: number): Promise<void> {
  mkdirSync(project.root, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const texts = [
    "'a'",
    "'it''s'",
    '\'say "x", {y: 1}\'',
    "'- [z]'",
    "'null'",
    "'true'",
    "'007'",
    "'1e5'",
    "' lead'",
    "''",
    "'#no'",
    "'zwei\nzeilen'",
    "'tab\tand\\back'",
    "'grüße 👋'",
    "'2024-01-01'",
    "'~'",
    "'@x'",
    "'a: b'",
    'NULL',
  ];
  await connection.run(`SET TimeZone = 'UTC'; SELECT setseed(${(seed % 100) / 100})`);
  await connection.run(`COPY (
    SELECT i AS id, CASE WHEN random() < 0.9 THEN CAST(floor(random() * 6) AS INTEGER) END AS person, ${pick(texts)} AS text,
      CASE WHEN random() < 0.8 THEN CAST(random() * 1e6 - 5e5 AS DECIMAL(18, 4)) END AS amount,
      ${pick(['0.1', "'nan'::DOUBLE", "'inf'::DOUBLE", "'-inf'::DOUBLE", 'random()', '1e300', '-0.0', 'NULL', '1e-300'])} AS share,
      CAST(random() AS FLOAT) AS small, TIMESTAMP '2024-01-10' + to_microseconds(CAST(random() * 3e11 AS BIGINT)) AS moment,
      CAST(TIMESTAMP '2024-01-10' + to_minutes(i) AS TIMESTAMPTZ) AS zone, ${pick(["'\\x00\\xFFa'::BLOB", "'\"'::BLOB", "''::BLOB", 'NULL'])} AS b,
      ${pick(['[1, 2]', '[]', '[NULL, 3]', 'NULL'])} AS l,
      {a: i, "B c": ${pick(texts)}, d: DATE '2024-01-01' + CAST(i AS INTEGER)} AS st, MAP {${pick(texts.slice(0, -1))}: i, 'other': NULL} AS m,
      CAST(i AS HUGEINT) * 100000000000000000000000 AS huge, ${pick(['TRUE', 'FALSE', 'NULL'])} AS flag, TIME '10:00:00' + to_seconds(i) AS clock,
      uuid() AS u, to_days(CAST(i AS INTEGER)) AS span
    FROM range(60) r(i)) TO '${project.path('facts.parquet')}'`);
  await connection.run(
    `COPY (SELECT CAST(i AS INTEGER) AS person, 'n' || i AS name FROM range(5) r(i)) TO '${project.path('people.parquet')}'`,
  );
  connection.closeSync();
  instance.closeSync();
}

describe.each(Array.from({ length: SEEDS }, (_, i) => i + 1))('seed %i', (seed) => {
  test('every test that is written passes at once', async () => {
    await using project = new TestProject(MODELS);
    await fill(project, seed);
    await project.build();
    const workspace = await project.workspace();
    for (const model of TESTED) {
      const { document } = await workspace.createTest(model, { rows: 1 + (seed % 4) });
      // Rows that belong together come out of joins.
      expect([model, document.expected_rows > 0]).toEqual([model, true]);
    }
    const { document } = await workspace.test();
    expect(document.diagnostics).toEqual([]);
    expect(document.tests.map((t) => [t.model, t.status]).toSorted()).toEqual(
      TESTED.map((model) => [model, 'passed']).toSorted(),
    );
    // And not because nothing is compared.
    project.edit('models/m/joined.sql', 'p.paid * @factor', 'p.paid * @factor + 1');
    project.edit('models/m/plain.sql', 'SELECT *', 'SELECT * REPLACE (id + 1 AS id)');
    const again = (await workspace.test()).document.tests.filter((t) => t.status !== 'passed');
    expect(again.map((t) => `${t.model} ${t.status}`).toSorted()).toEqual([
      'm.joined failed',
      'm.plain failed',
    ]);
  });
});

describe('what is written', () => {
  const SMALL: Files = {
    'project.yaml': `name: small
start: 2024-01-01
sources:
  raw:
    orders: { file: orders.csv, columns: { id: BIGINT, customer: BIGINT, day: DATE, amount: 'DECIMAL(9,2)' } }
    customers: { file: customers.csv, columns: { customer: BIGINT, name: VARCHAR, notes: VARCHAR } }
`,
    'orders.csv':
      'id,customer,day,amount\n1,7,2024-01-01,1\n2,8,2024-01-01,20\n3,8,2024-01-02,30\n4,9,2024-01-02,40\n',
    'customers.csv': 'customer,name,notes\n1,A,x\n2,B,x\n3,C,x\n4,D,x\n7,G,x\n8,H,x\n9,I,x\n',
    'models/m/big.sql': `MODEL (name m.big, kind FULL, grain id);
SELECT o.id, c.name, o.amount FROM raw.orders AS o JOIN raw.customers AS c ON c.customer = o.customer
`,
    'models/m/days.sql': `MODEL (name m.days, kind INCREMENTAL_BY_TIME_RANGE (time_column day));
SELECT day, sum(amount) AS amount FROM raw.orders WHERE day BETWEEN @start_ds AND @end_ds GROUP BY 1
`,
    'models/m/dice.sql': 'MODEL (name m.dice, kind FULL);\nSELECT id, random() AS d FROM raw.orders\n',
  };

  test('the rows that the chosen rows of the result come from, and the columns that are read', async () => {
    await using project = new TestProject(SMALL);
    await project.build();
    const workspace = await project.workspace();
    await workspace.createTest('m.big', { name: 'dear ones', rows: 2, where: 'amount > 15 -- euros' });
    expect(parse(project.read('tests/m/dear_ones.yaml'))).toEqual({
      'dear ones': {
        model: 'm.big',
        inputs: {
          'raw.orders': [
            { id: 2, customer: 8, amount: 20 },
            { id: 3, customer: 8, amount: 30 },
          ],
          'raw.customers': [{ customer: 8, name: 'H' }],
        },
        outputs: {
          query: [
            { id: 2, name: 'H', amount: 20 },
            { id: 3, name: 'H', amount: 30 },
          ],
        },
      },
    });
    await workspace.createTest('m.days');
    expect(parse(project.read('tests/m/days.yaml'))).toMatchObject({
      days: { vars: { start: '2024-01-02' }, outputs: { query: [{ day: '2024-01-02', amount: 70 }] } },
    });
  });

  test('refuses what it cannot do, and writes nothing', async () => {
    await using project = new TestProject(SMALL);
    const workspace = await project.workspace();
    const codes = async (...args: Parameters<typeof workspace.createTest>): Promise<readonly string[]> =>
      (await refusal(workspace.createTest(...args))).map((d) => d.code);
    expect(await codes('m.big')).toEqual(['warehouse-missing']);
    await project.build();
    expect(await codes('m.bigg')).toEqual(['unknown-model']);
    expect(await codes('m.dice')).toEqual(['untestable-model']);
    expect(await codes('m.big', { environment: 'dev' })).toEqual(['unknown-environment']);
    expect(await codes('m.big', { where: 'nothing > 1' })).toEqual(['query-failed']);
    await workspace.createTest('m.big');
    const before = project.read('tests/m/big.yaml');
    expect(await codes('m.big', { rows: 1 })).toEqual(['test-exists']);
    expect(project.read('tests/m/big.yaml')).toBe(before);
    await workspace.createTest('m.big', { rows: 1, force: true });
    expect(project.read('tests/m/big.yaml')).not.toBe(before);
  });
});
