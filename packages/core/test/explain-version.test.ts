/** What differs between the project and an environment, through the front door. */
import { expect, test } from 'vitest';
import { TestProject, type Files } from './support/project.ts';

const FILES: Files = {
  'project.yaml':
    'name: p\nstart: 2024-01-01\nsources:\n  raw:\n    o: { file: data/o.csv, columns: { id: BIGINT, amount: DOUBLE, state: VARCHAR } }\n',
  'data/o.csv': 'id,amount,state\n1,2.5,paid\n2,3,open\n',
  'models/a/clean.sql': 'MODEL (kind FULL);\nSELECT id, amount, upper(state) AS state FROM raw.o\n',
  'models/b/total.sql':
    'MODEL (kind FULL);\nSELECT state, sum(amount) AS total FROM a.clean GROUP BY state\n',
};

async function explained(edits: Files, model: string): Promise<readonly string[]> {
  await using project = new TestProject(FILES);
  await (await project.workspace()).apply('prod');
  for (const [path, text] of Object.entries(edits)) project.write(path, text);
  const { document } = await (await project.workspace()).explainVersion(model, 'prod');
  return [document.status, ...document.reasons.map((r) => r.message)];
}

test.each<[string, Files, string, readonly string[]]>([
  ['nothing', {}, 'b.total', ['same']],
  [
    'another text of the same meaning',
    {
      'models/b/total.sql':
        'MODEL (kind FULL);\n-- the same\nWITH c AS (FROM a.clean) SELECT c.state, sum(c.amount) AS total FROM c GROUP BY 1\n',
    },
    'b.total',
    ['same'],
  ],
  [
    'a column',
    {
      'models/b/total.sql':
        'MODEL (kind FULL);\nSELECT state, max(amount) AS total FROM a.clean GROUP BY state\n',
    },
    'b.total',
    ['differs', 'total: expression changed'],
  ],
  [
    'columns more, less and retyped',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSELECT id::INTEGER AS id, amount, upper(state) AS state, 1 AS one FROM raw.o\n',
    },
    'a.clean',
    ['differs', 'one: added', 'id: BIGINT became INTEGER'],
  ],
  [
    'rows',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSELECT id, amount, upper(state) AS state FROM raw.o WHERE amount > 2\n',
    },
    'a.clean',
    ['differs', 'rows: filter changed'],
  ],
  [
    'a join',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSELECT o.id, o.amount, upper(o.state) AS state FROM raw.o JOIN raw.o AS p ON o.id = p.id\n',
    },
    'a.clean',
    [
      'differs',
      'id: expression changed',
      'amount: expression changed',
      'state: expression changed',
      'rows: joins changed',
    ],
  ],
  [
    'a grouping',
    {
      'models/b/total.sql':
        'MODEL (kind FULL);\nSELECT max(state) AS state, sum(amount) AS total FROM a.clean GROUP BY id\n',
    },
    'b.total',
    ['differs', 'state: expression changed', 'total: expression changed', 'rows: grouping changed'],
  ],
  [
    'rows of an input',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSELECT id, amount, upper(state) AS state FROM raw.o WHERE amount > 2\n',
    },
    'b.total',
    ['differs', 'reads a.clean, whose rows changed'],
  ],
  [
    'a volatile function',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSELECT id, amount + random() AS amount, upper(state) AS state FROM raw.o\n',
    },
    'a.clean',
    ['differs', 'amount: expression changed', 'rows: changed with what is selected'],
  ],
  [
    'a statement around the query',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSET VARIABLE x = 1;\nSELECT id, amount, upper(state) AS state FROM raw.o\n',
    },
    'a.clean',
    [
      'differs',
      "its query is what it was: a statement around it, an audit that diverts rows, a macro, a setting such as the time zone, or DuckDB's version changed",
    ],
  ],
  [
    'an input',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSELECT id, amount + 1 AS amount, upper(state) AS state FROM raw.o\n',
    },
    'b.total',
    ['differs', 'reads a.clean.amount, which changed'],
  ],
  [
    'the kind',
    {
      'models/b/total.sql':
        'MODEL (kind VIEW);\nSELECT state, sum(amount) AS total FROM a.clean GROUP BY state\n',
    },
    'b.total',
    ['differs', 'kind: FULL became VIEW'],
  ],
  ['a new model', { 'models/b/more.sql': 'MODEL (kind FULL);\nSELECT 1 AS one\n' }, 'b.more', ['new']],
])('%s', async (_, edits, model, expected) => {
  expect(await explained(edits, model)).toEqual(expected);
});

test('an environment that does not exist', async () => {
  await using project = new TestProject(FILES);
  const workspace = await project.workspace();
  await workspace.apply('prod');
  await expect(workspace.explainVersion('b.total', 'prd')).rejects.toMatchObject({
    diagnostics: [{ code: 'unknown-environment', hint: "Did you mean 'prod'?" }],
  });
});
