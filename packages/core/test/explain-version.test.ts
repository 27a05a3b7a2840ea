/** What differs between the project and an environment, through the front door. */
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import type { Fingerprint } from '../src/state/index.ts';
import { TestProject, type Files } from './support/project.ts';

const FILES: Files = {
  'project.yaml':
    'name: p\nstart: 2024-01-01\nsources:\n  raw:\n    o: { file: data/o.csv, columns: { id: BIGINT, amount: DOUBLE, state: VARCHAR } }\n',
  'data/o.csv': 'id,amount,state\n1,2.5,paid\n2,3,open\n',
  'models/a/clean.sql': 'MODEL (kind FULL);\nSELECT id, amount, upper(state) AS state FROM raw.o\n',
  'models/b/total.sql':
    'MODEL (kind FULL);\nSELECT state, sum(amount) AS total FROM a.clean GROUP BY state\n',
  'models/a/part.sql': 'MODEL (kind EMBEDDED);\nSELECT id, amount, state FROM a.clean\n',
  'models/b/states.sql': 'MODEL (kind FULL);\nSELECT state, max(amount) AS most FROM a.part GROUP BY state\n',
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
      'its query is what it was: a statement around it, an audit that diverts rows, or a macro changed',
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
    'an input that is read through an embedded model',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSELECT id, amount + 1 AS amount, upper(state) AS state FROM raw.o\n',
    },
    'b.states',
    ['differs', 'reads a.clean.amount through a.part, which changed'],
  ],
  [
    'other rows of an input that is read through embedded models',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSELECT id, amount, upper(state) AS state FROM raw.o WHERE amount > 2\n',
    },
    'b.states',
    ['differs', 'reads a.clean through a.part, whose rows changed'],
  ],
  [
    'a column of an input that the embedded model has and this one does not read',
    {
      'models/a/clean.sql':
        'MODEL (kind FULL);\nSELECT id + 1 AS id, amount, upper(state) AS state FROM raw.o\n',
    },
    'b.states',
    ['same'],
  ],
  [
    'an embedded model',
    { 'models/a/part.sql': 'MODEL (kind EMBEDDED);\nSELECT id, amount * 2 AS amount, state FROM a.clean\n' },
    'b.states',
    ['differs', 'reads a.part.amount, which changed'],
  ],
  [
    'the rows of an embedded model',
    {
      'models/a/part.sql': 'MODEL (kind EMBEDDED);\nSELECT id, amount, state FROM a.clean WHERE amount > 2\n',
    },
    'b.states',
    ['differs', 'reads a.part, whose rows changed'],
  ],
  [
    'a column of an embedded model that nobody reads, and its layout',
    {
      'models/a/part.sql':
        'MODEL (kind EMBEDDED);\n-- as it is\nSELECT id + 1 AS id, amount, state FROM a.clean\n',
    },
    'b.states',
    ['same'],
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

test('a variable of project.yaml', async () => {
  const yaml = `${FILES['project.yaml']}variables: { least: 2, other: x }\n`;
  await using project = new TestProject({
    ...FILES,
    'project.yaml': yaml,
    'models/a/clean.sql':
      "MODEL (kind FULL);\nSELECT id, amount, state FROM raw.o WHERE amount > @VAR('least') AND state <> '@other'\n",
  });
  await (await project.workspace()).apply('prod');
  project.write('project.yaml', yaml.replace('least: 2', 'least: 3'));
  const { document } = await (await project.workspace()).explainVersion('a.clean', 'prod');
  expect(document.reasons.map((r) => r.message)).toEqual([
    'rows: filter changed',
    'the variable least has another value',
  ]);
});

/** Makes the state of a project look as if another DuckDB had computed it, which gives other meanings to functions. */
async function forge(project: TestProject, settings: Readonly<Record<string, string>>): Promise<void> {
  const warehouse = await DuckDBInstance.create(project.path('.sluice/warehouse.duckdb'));
  const connection = await warehouse.connect();
  const reader = await connection.runAndReadAll('SELECT physical, fingerprint FROM _sluice.snapshot');
  for (const [physical, fingerprint] of reader.getRows()) {
    const old = JSON.parse(String(fingerprint)) as Fingerprint;
    if (old.settings === undefined) continue;
    const columns = old.columns.map((column) => ({ ...column, hash: `${column.hash.slice(0, -1)}-` }));
    const forged = { ...old, columns, settings: { ...old.settings, ...settings } };
    await connection.run(
      "UPDATE _sluice.snapshot SET fingerprint = $1, version = 'other' WHERE physical = $2",
      [JSON.stringify(forged), String(physical)],
    );
  }
  connection.closeSync();
  warehouse.closeSync();
}

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  [
    'another DuckDB',
    { DuckDB: 'v1.4.0' },
    /^its query is what it was: DuckDB v1\.4\.0 became v\d+\.\d+\.\d+$/,
  ],
  ['another time zone', { TimeZone: 'CET' }, /^its query is what it was: TimeZone CET became UTC$/],
])('%s in the state', async (_, settings, message) => {
  await using project = new TestProject(FILES);
  await (await project.workspace()).apply('prod');
  await forge(project, settings);
  const { document } = await (await project.workspace()).explainVersion('a.clean', 'prod');
  expect(document.status).toBe('differs');
  expect(document.reasons.map((r) => r.message)).toEqual([expect.stringMatching(message)]);
});

test('an environment that does not exist', async () => {
  await using project = new TestProject(FILES);
  const workspace = await project.workspace();
  await workspace.apply('prod');
  await expect(workspace.explainVersion('b.total', 'prd')).rejects.toMatchObject({
    diagnostics: [{ code: 'unknown-environment', hint: "Did you mean 'prod'?" }],
  });
});

test('a plan and a pull request say what an embedded model, edited alone, changes for whom', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  project.write(
    'models/a/part.sql',
    'MODEL (kind EMBEDDED);\nSELECT id, amount * 2 AS amount, state FROM a.clean\n',
  );
  const plan = await project.plan();
  expect(plan.actions.map((a) => [a.model, a.action, ...a.reasons.map((r) => r.message)])).toEqual([
    ['b.states', 'rebuild', 'reads a.part.amount, which changed'],
  ]);
  const { document } = await (await project.workspace()).ci({ environment: 'pr_1' });
  expect(document.impact.map((i) => i.summary)).toEqual([
    'a.part.amount is read by 1 model; 1 column below take their values from it.',
  ]);
  expect(document.diff?.models.filter((m) => m.status === 'changed').map((m) => m.model)).toEqual([
    'b.states',
  ]);
  // What was kept by a Sluice that did not know of parts is told as a possibility.
  await project.execute(
    `UPDATE _sluice.snapshot SET fingerprint = json_merge_patch(fingerprint, '{"embedded": null}') WHERE model = 'b.states'`,
  );
  expect((await project.plan()).actions[0]?.reasons[0]?.message).toContain('a.part, which is part of it');
});
