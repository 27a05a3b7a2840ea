/** A PIVOT whose columns only the data tell: its contract is what it has, and is held when it runs. */
import { expect, test } from 'vitest';
import { TestProject } from './support/project.ts';

const FILES = {
  'project.yaml':
    'name: pivots\nstart: 2024-01-01\nsources: { raw: { sales: { file: data/sales.csv, columns: { id: BIGINT, region: VARCHAR, amount: BIGINT } } } }\n',
  'data/sales.csv': 'id,region,amount\n1,eu,10\n1,us,20\n2,eu,5\n',
  'models/m/wide.sql': `MODEL (kind FULL, columns (id BIGINT, eu HUGEINT, us HUGEINT, asia HUGEINT));
-- ünï 🦆
FROM (PIVOT raw.sales ON region USING sum(amount) GROUP BY id)
`,
  'models/m/total.sql':
    'MODEL (kind FULL);\nSELECT id, coalesce(eu, 0) + coalesce(us, 0) + coalesce(asia, 0) AS total FROM m.wide\n',
};

const totals = (project: TestProject): Promise<unknown> =>
  project.value("SELECT string_agg(id || '=' || total, ', ' ORDER BY id) FROM m.total");

test('it compiles with a warning, is written with its declared columns, and has no lineage', async () => {
  await using project = new TestProject(FILES);
  const workspace = await project.workspace();
  const compiled = await workspace.compile();
  expect(compiled.diagnostics).toMatchObject([
    {
      code: 'unresolved-columns',
      severity: 'warning',
      location: { path: 'models/m/wide.sql', line: 3, column: 7, endColumn: 12 },
    },
  ]);
  expect(compiled.document.models.find((m) => m.name === 'm.wide')).toMatchObject({
    depends_on: ['raw.sales'],
    columns: [{ name: 'id' }, { name: 'eu' }, { name: 'us' }, { name: 'asia' }],
  });
  await project.build();
  expect(await totals(project)).toBe('1=30, 2=5');
  const { graph } = (await workspace.lineage('m.total.total', 'upstream', { depth: Infinity })).document;
  const kinds = graph.edges.filter((e) => e.to.model === 'm.wide').map((e) => e.kind);
  expect(new Set(kinds)).toEqual(new Set(['unknown']));
});

test('a value that nobody declared fails the model, and nothing is published', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  project.append('data/sales.csv', '2,mars,1\n');
  const failed = await project.apply();
  expect(failed.status).toBe('failed');
  expect(failed.diagnostics.map((d) => `${d.code}: ${d.message}`).join('\n')).toContain('mars');
  expect(await totals(project)).toBe('1=30, 2=5');
});

test('its version follows its text and its inputs', async () => {
  await using project = new TestProject(FILES);
  const version = async (): Promise<string | undefined> =>
    (await (await project.workspace()).compile()).document.models.find((m) => m.name === 'm.wide')?.version;
  const first = await version();
  project.edit('models/m/wide.sql', '-- ünï 🦆\n', '');
  expect(await version()).toBe(first);
  project.edit('models/m/wide.sql', 'sum(amount)', 'max(amount)');
  expect(await version()).not.toBe(first);
});

test.each([
  ['a table that is not there', 'raw.sales ON', 'raw.sails ON', 'unknown-table', 3, 13],
  ['a column that is not there', 'sum(amount)', 'sum(amont)', 'unknown-column', 3, 43],
  ['a syntax error', 'GROUP BY id', 'GROUP id', 'syntax-error', 3, 57],
  ['a column that values become', 'FROM (PIVOT', 'SELECT id, eu, us, asia FROM (PIVOT', undefined, 0, 0],
  ['a column with another type', 'columns (id BIGINT', 'columns (id VARCHAR', 'column-contract', 1, 28],
])('%s', async (_name, from, to, code, line, column) => {
  await using project = new TestProject(FILES);
  project.edit('models/m/wide.sql', from, to);
  const { diagnostics } = await (await project.workspace()).compile();
  expect(diagnostics.filter((d) => d.severity === 'error')).toMatchObject(
    code === undefined ? [] : [{ code, location: { path: 'models/m/wide.sql', line, column } }],
  );
});
