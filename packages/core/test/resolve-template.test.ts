/** Macros that say what the physical table of a model is called, and of which kind it is. */
import { expect, test } from 'vitest';
import { TestProject, type Files } from './support/project.ts';

const project = (model: string): Files => ({
  'project.yaml': 'name: p\nstart: 2024-01-01\n',
  'models/a/one.sql': model,
});

test('in a statement they are those of the table that is being built', async () => {
  await using files = new TestProject(
    project(
      [
        'MODEL (kind FULL);',
        'SELECT 1 AS id, @model_kind_name AS kind;',
        "CREATE OR REPLACE TABLE main.built AS SELECT @RESOLVE_TEMPLATE('@{schema_name}/@{table_name}') AS place,",
        "  (SELECT count(*) FROM @RESOLVE_TEMPLATE('@{schema_name}.@{table_name}', mode := 'table')) AS rows, @model_kind_name AS kind",
        '',
      ].join('\n'),
    ),
  );
  const workspace = await files.workspace();
  expect((await workspace.apply('prod')).diagnostics).toEqual([]);
  const { document } = await workspace.query('SELECT place, rows, kind FROM main.built', 'prod');
  expect(document.rows).toEqual([
    { place: expect.stringMatching(/^sluice__a\/one__[0-9a-f]{12}$/), rows: 1, kind: 'FULL' },
  ]);
  expect((await workspace.query('SELECT kind FROM a.one', 'prod')).document.rows).toEqual([{ kind: 'FULL' }]);
});

test('a query may not know what its table is called', async () => {
  await using files = new TestProject(
    project("MODEL (kind FULL);\nSELECT @Resolve_Template('@{table_name}') AS name\n"),
  );
  const { diagnostics } = await (await files.workspace()).compile();
  expect(diagnostics.map((d) => [d.code, d.location?.line, d.location?.column, d.message])).toEqual([
    [
      'invalid-macro',
      2,
      8,
      'a query may not read @resolve_template: what its table is called depends on what it means',
    ],
  ]);
});

test('another kind is another value', async () => {
  const model = 'MODEL (kind FULL);\nSELECT 1 AS id, @model_kind_name AS kind\n';
  await using files = new TestProject(project(model));
  await (await files.workspace()).apply('prod');
  files.write('models/a/one.sql', model.replace('FULL', 'VIEW'));
  const workspace = await files.workspace();
  await workspace.apply('prod');
  expect((await workspace.query('SELECT kind FROM a.one', 'prod')).document.rows).toEqual([{ kind: 'VIEW' }]);
});
