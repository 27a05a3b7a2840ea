/** Columns of others' tables: taken from the warehouse once, kept in sources.yaml, and compiled without a warehouse then. */
import { expect, test } from 'vitest';
import { openWorkspace, type SourceRefreshDocument } from '../src/index.ts';
import { refusal, TestProject } from './support/project.ts';

const YAML = `name: p
start: 2024-01-01
sources:
  crm:
    visits: { table: landing.visits }
    accounts: { table: landing.accounts, columns: { id: BIGINT } }
`;

const FILES = {
  'project.yaml': YAML,
  'models/visits.sql': 'MODEL (kind FULL); SELECT * FROM crm.visits',
  'models/outside/plans.sql': 'MODEL (kind EXTERNAL);',
  'models/paid.sql':
    'MODEL (kind FULL); SELECT p.id, u.name FROM outside.plans AS p JOIN Web.users AS u USING (id)',
};

const TABLES = `CREATE SCHEMA landing; CREATE SCHEMA outside; CREATE SCHEMA web;
CREATE TABLE landing.visits (visit_id BIGINT, visited_at TIMESTAMPTZ, tags STRUCT(a INTEGER, "b c" VARCHAR)[]);
CREATE TABLE landing.accounts (id INTEGER);
CREATE TABLE outside.plans (id INTEGER, kind ENUM ('free', 'paid'));
CREATE VIEW web.users AS SELECT 1 AS id, 'x' AS name, 1.5 AS "yes";`;

const WRITTEN = `# Columns of tables that others keep, as the warehouse has them. Commit this file: compiling needs no warehouse then.
# Written by sluice sources refresh.

crm:
  visits:
    columns:
      visit_id: BIGINT
      visited_at: TIMESTAMP WITH TIME ZONE
      tags: STRUCT(a INTEGER, "b c" VARCHAR)[]
outside:
  plans:
    columns:
      id: INTEGER
      kind: ENUM('free', 'paid')
Web:
  users:
    columns:
      id: INTEGER
      name: VARCHAR
      yes: DECIMAL(2,1)
`;

async function made(files: Readonly<Record<string, string>> = FILES): Promise<TestProject> {
  const project = new TestProject(files);
  project.write('.sluice/empty', '');
  await project.execute(TABLES);
  return project;
}

async function refreshed(
  project: TestProject,
  names: readonly string[] = [],
  check = false,
): Promise<SourceRefreshDocument> {
  return (await (await project.workspace()).refreshSources(names, { check })).document;
}

async function codes(project: TestProject): Promise<readonly string[]> {
  return (await (await project.workspace()).compile()).diagnostics.map(
    (d) => `${d.code} ${d.location?.path}:${d.location?.line}:${d.location?.column}`,
  );
}

const statuses = (document: SourceRefreshDocument): readonly string[] =>
  document.sources.map((s) => `${s.name} ${s.status}`);

test('columns are taken from the warehouse once, and compiling needs it no more', async () => {
  await using project = await made();
  expect(await codes(project)).toEqual([
    'external-without-columns models/outside/plans.sql:1:13',
    'unknown-table models/paid.sql:1:69',
    'upstream-broken models/visits.sql:1:1',
    'external-without-columns project.yaml:5:5',
  ]);
  expect(statuses(await refreshed(project))).toEqual([
    'crm.visits added',
    'outside.plans added',
    'Web.users added',
  ]);
  expect(project.read('sources.yaml')).toBe(WRITTEN);
  project.remove('.sluice');
  expect(await codes(project)).toEqual([]);
  const { document } = await (await project.workspace()).compile();
  expect(Object.fromEntries(document.models.map((m) => [m.name, m.columns]))).toMatchObject({
    'main.visits': [
      { name: 'visit_id', type: 'BIGINT' },
      { name: 'visited_at', type: 'TIMESTAMP WITH TIME ZONE' },
      { name: 'tags', type: 'STRUCT(a INTEGER, "b c" VARCHAR)[]' },
    ],
    'main.paid': [
      { name: 'id', type: 'INTEGER' },
      { name: 'name', type: 'VARCHAR' },
    ],
  });
});

test('what was taken is built on', async () => {
  await using project = await made();
  await refreshed(project);
  await project.build();
  expect(await project.rows('SELECT * FROM main.paid')).toEqual([]);
  expect(await project.value('SELECT count(*)::INT FROM main.visits')).toBe(0);
});

test('only what changed is written, comments and order stay', async () => {
  await using project = await made();
  await refreshed(project);
  project.edit('sources.yaml', '      visited_at', '      # Theirs.\n      visited_at');
  project.edit('sources.yaml', 'Web:', '# Not ours either.\nWeb:');
  const commented = project.read('sources.yaml');
  expect(statuses(await refreshed(project, [], true))).toEqual([
    'crm.visits unchanged',
    'outside.plans unchanged',
    'Web.users unchanged',
  ]);
  await project.execute(
    'ALTER TABLE landing.visits DROP tags; ALTER TABLE landing.visits ADD COLUMN seconds DOUBLE; ALTER TABLE landing.visits ALTER visited_at TYPE DATE',
  );
  const checked = await refreshed(project, [], true);
  expect(checked.sources[0]).toEqual({
    name: 'crm.visits',
    status: 'changed',
    columns: {
      added: [{ name: 'seconds', type: 'DOUBLE' }],
      removed: [{ name: 'tags', type: 'STRUCT(a INTEGER, "b c" VARCHAR)[]' }],
      retyped: [{ name: 'visited_at', from: 'TIMESTAMP WITH TIME ZONE', to: 'DATE' }],
    },
    reordered: false,
  });
  expect(project.read('sources.yaml')).toBe(commented);
  await refreshed(project);
  expect(project.read('sources.yaml')).toBe(
    commented
      .replace('TIMESTAMP WITH TIME ZONE', 'DATE')
      .replace('tags: STRUCT(a INTEGER, "b c" VARCHAR)[]', 'seconds: DOUBLE'),
  );
  await project.execute(
    'CREATE OR REPLACE TABLE landing.visits (visited_at DATE, visit_id BIGINT, seconds DOUBLE)',
  );
  expect((await refreshed(project)).sources[0]).toMatchObject({ status: 'changed', reordered: true });
  expect(project.read('sources.yaml')).toContain('# Theirs.\n      visited_at: DATE\n      visit_id: BIGINT');
});

test('one table, also one that nobody speaks of yet; and one that nobody speaks of any more', async () => {
  await using project = await made();
  await project.execute('CREATE TABLE landing.later (n INTEGER)');
  expect(statuses(await refreshed(project, ['landing.later', 'CRM.visits']))).toEqual([
    'landing.later added',
    'crm.visits added',
  ]);
  expect(project.read('sources.yaml')).toContain('landing:\n  later:\n    columns:\n      n: INTEGER\n');
  project.write('models/later.sql', 'MODEL (kind FULL); SELECT n FROM landing.later');
  const { document } = await (await project.workspace()).compile();
  expect(document.models.find((m) => m.name === 'main.later')?.depends_on).toEqual(['landing.later']);
  project.remove('models/later.sql');
  await project.execute('DROP TABLE landing.later');
  expect(statuses(await refreshed(project, []))).toContain('landing.later removed');
  expect(project.read('sources.yaml')).not.toContain('landing');
});

test('what is declared by now is taken out of the record, and what is not there is said', async () => {
  await using project = await made();
  await refreshed(project);
  project.edit('models/outside/plans.sql', 'EXTERNAL', 'EXTERNAL, columns (id BIGINT)');
  await project.execute('DROP TABLE landing.visits; DROP VIEW web.users');
  const workspace = await project.workspace();
  const { document, diagnostics } = await workspace.refreshSources([]);
  expect(statuses(document)).toEqual(['crm.visits missing', 'outside.plans removed', 'Web.users missing']);
  expect(diagnostics.map((d) => `${d.code} ${d.location?.path}:${d.location?.line} ${d.message}`)).toEqual([
    'source-table-missing project.yaml:5 there is no table landing.visits in the warehouse',
    'source-table-missing models/paid.sql:1 there is no table web.users in the warehouse',
  ]);
  expect(project.read('sources.yaml')).not.toContain('plans');
  expect(project.read('sources.yaml')).toContain('visits');
});

test("views of models are nobody else's tables", async () => {
  await using project = await made({
    'project.yaml': 'name: p\nstart: 2024-01-01\n',
    'models/a.sql': 'MODEL (name web.a, kind FULL); SELECT 1 AS n',
    'models/b.sql': 'MODEL (kind FULL); SELECT n FROM web.a',
  });
  await project.build();
  project.remove('models/a.sql');
  const { document, diagnostics } = await (await project.workspace()).refreshSources([]);
  expect(statuses(document)).toEqual(['web.a missing']);
  expect(diagnostics[0]?.message).toBe('web.a is the view of a model, and no table that others keep');
});

test('what cannot be refreshed is refused', async () => {
  await using project = await made();
  const workspace = await project.workspace();
  const said = async (...names: readonly string[]): Promise<readonly string[]> =>
    (await refusal(workspace.refreshSources(names))).map((d) => `${d.code} ${d.message}`);
  expect(await said('crm.accounts', 'main.visits', 'visits')).toEqual([
    "invalid-option the columns of 'crm.accounts' are declared",
    "invalid-option 'main.visits' is not a table that others keep",
    "unknown-model 'visits' is not the name of a table",
  ]);
  project.write('sources.yaml', 'crm: [visits]\n');
  expect(await said()).toEqual(["config-invalid 'crm' in sources.yaml must be a mapping of tables"]);
  project.remove('sources.yaml');
  project.remove('.sluice');
  expect((await said())[0]).toMatch(/^warehouse-missing /);
});

test.each([
  ['', /^Its columns are read from the files each time.* "DESCRIBE raw\.o" says\.$/],
  [', columns: { id: BIGINT }', /^Its columns are declared: change them there\.$/],
])('a source that is loaded from files is refused, and why%s', async (columns, hint) => {
  await using project = await made();
  project.write(
    'project.yaml',
    `name: p\nstart: 2024-01-01\nsources:\n  raw:\n    o: { file: data/o.csv${columns} }\n`,
  );
  project.write('data/o.csv', 'id\n1\n');
  const [refused, ...more] = await refusal((await project.workspace()).refreshSources(['raw.o']));
  expect(more).toEqual([]);
  expect(refused).toMatchObject({
    code: 'invalid-option',
    message: "'raw.o' is loaded from files, and no table that others keep",
    hint: expect.stringMatching(hint) as string,
    location: { path: 'project.yaml', line: 5 },
  });
});

test('mistakes in sources.yaml are told at their place', async () => {
  await using project = await made();
  project.write(
    'sources.yaml',
    'crm:\n  visits:\n    columns:\n      a: [x]\n    cron: daily\n  more: { columns: { a: 5 } }\nmain:\n  visits: { columns: { a: INT } }\n',
  );
  expect((await codes(project)).filter((c) => c.includes('sources.yaml'))).toEqual([
    'config-unknown-property sources.yaml:5:5',
    'config-invalid sources.yaml:6:25',
    'duplicate-model sources.yaml:8:3',
  ]);
  project.write('sources.yaml', 'a: { b\n');
  expect((await codes(project)).filter((c) => /^yaml-syntax sources.yaml/.test(c))).toHaveLength(1);
});

test('a SQLMesh project keeps columns there as well', async () => {
  await using project = await made({
    'config.yaml':
      'gateways:\n  local:\n    connection: { type: duckdb, database: .sluice/warehouse.duckdb }\nmodel_defaults: { dialect: duckdb, start: 2024-01-01 }\n',
    'external_models.yaml': '- name: landing.visits\n- name: landing.accounts\n  columns:\n    id: int\n',
    'models/visits.sql':
      'MODEL (name web.visits, kind FULL); SELECT visit_id FROM landing.visits JOIN landing.accounts ON id = visit_id',
  });
  expect(statuses(await refreshed(project))).toEqual(['landing.visits added']);
  expect(await codes(project)).toEqual([]);
});

test('a cached compile sees what was taken anew', async () => {
  await using project = await made();
  await refreshed(project);
  const columns = async (): Promise<readonly string[]> => {
    const workspace = await openWorkspace({ root: project.root, cache: true });
    const { document } = await workspace.compile();
    await workspace.close();
    return document.models.find((m) => m.name === 'main.visits')?.columns.map((c) => c.type) ?? [];
  };
  const before = await columns();
  expect(await columns()).toEqual(before);
  await project.execute('ALTER TABLE landing.visits ALTER visit_id TYPE UTINYINT');
  await refreshed(project);
  expect(await columns()).toEqual(['UTINYINT', ...before.slice(1)]);
});
