/** What a CSV file does not have is found by its header, before anything is built. */
import { expect, test } from 'vitest';
import { refusal, TestProject } from './support/project.ts';

const FILES = {
  'project.yaml': `name: headers
start: 2024-01-01
sources:
  raw:
    orders: { file: 'data/*.csv', columns: { ID: BIGINT, amount: DOUBLE, note: VARCHAR } }
`,
  'data/a.csv': 'id,amount\n1,2\n',
  'data/b.csv': 'id,amount,note\n1,2,x\n',
  'models/m/orders.sql': 'MODEL (kind FULL);\nSELECT id, amount FROM raw.orders\n',
};

test('a column that some file has is there', async () => {
  await using project = new TestProject(FILES);
  expect((await project.build()).status).toBe('done');
});

test('a column that no file has is told by plan and apply, and nothing is written', async () => {
  await using project = new TestProject({
    ...FILES,
    'data/b.csv': 'id,amuont\n1,2\n',
    'data/a.csv': 'id,notes\n',
  });
  const shown = (await refusal(project.plan())).map((d) => [d.code, d.location?.line, d.message, d.hint]);
  expect(shown).toEqual([
    ['unknown-column', 5, "the files of 'raw.orders' have no column 'amount'", "Did you mean 'amuont'?"],
    ['unknown-column', 5, "the files of 'raw.orders' have no column 'note'", "Did you mean 'notes'?"],
  ]);
  expect(await refusal(project.apply())).toHaveLength(2);
});
