import { expect, test } from 'vitest';
import { loadProject } from './load.ts';
import type { ProjectConfig } from './project.ts';

function load(files: Readonly<Record<string, string>>) {
  const texts = new Map(Object.entries(files));
  const list = (folder: string): readonly string[] =>
    [...texts.keys()].filter((p) => p.startsWith(`${folder}/`)).sort();
  return loadProject({ list, read: (path) => texts.get(path) }, 'my_folder');
}

function said(files: Readonly<Record<string, string>>): readonly string[] {
  return load(files).diagnostics.map(
    (d) => `${d.severity} ${d.location?.path}:${d.location?.line}:${d.location?.column} ${d.message}`,
  );
}

const CONFIG = `gateways:
  local:
    connection:
      type: duckdb
      database: db.duckdb
    variables: { layer: staging }
  prod:
    connection: { type: duckdb }
default_gateway: local
model_defaults:
  dialect: duckdb
  start: 2024-01-01
  cron: '@hourly'
  owner: me
variables:
  size: 3
  on: true
before_all: ["LOAD json"]
after_all:
  - "SELECT @this_env"
`;

const EXTERNALS = `- name: '"db"."raw"."orders"'
  description: All orders
  columns:
    id: INT
    "2": TEXT
- name: raw.other
  gateway: prod
  columns: { id: INT }
`;

test('a SQLMesh project is read as it is', () => {
  const { value, diagnostics } = load({
    'config.yaml': CONFIG,
    'external_models.yaml': EXTERNALS,
    'external_models/more.yaml': '- { name: raw.more, columns: { a: DATE } }',
    'models/a.sql': 'MODEL (name @{layer}.a, kind FULL); SELECT 1 AS a',
  });
  expect(diagnostics).toEqual([]);
  const { sources, ...config } = value?.config ?? ({} as Partial<ProjectConfig>);
  expect(config).toEqual({
    name: 'my_folder',
    start: Date.UTC(2024, 0, 1),
    warehouse: {
      path: 'db.duckdb',
      threads: undefined,
      memoryLimit: undefined,
      tempDirectory: '.sluice/tmp',
      maxTempDirectorySize: undefined,
    },
    defaults: {
      cron: '@hourly',
      cronTz: undefined,
      owner: 'me',
      start: Date.UTC(2024, 0, 1),
      kind: undefined,
      audits: [],
    },
    variables: { size: 3, on: true, layer: 'staging' },
    gateway: 'local',
    beforeAll: [{ text: 'LOAD json', location: expect.objectContaining({ path: 'config.yaml', line: 18 }) }],
    afterAll: [
      { text: 'SELECT @this_env', location: expect.objectContaining({ path: 'config.yaml', line: 20 }) },
    ],
    environments: {},
    environmentTtl: undefined,
    history: { keep: 10, days: 90 },
    quarantine: { keep: 30 * 24 * 3_600_000, maxRows: 1000 },
    lint: {},
  });
  expect(sources?.map((s) => [s.name, s.columns, s.origin.kind])).toEqual([
    [
      'raw.orders',
      [
        { name: 'id', type: 'INT' },
        { name: '2', type: 'TEXT' },
      ],
      'table',
    ],
    ['raw.more', [{ name: 'a', type: 'DATE' }], 'table'],
  ]);
  expect(value?.models.map((m) => m.name)).toEqual(['staging.a']);
});

test('project.yaml comes first', () => {
  const { value } = load({ 'project.yaml': 'name: mine\nstart: 2024-01-01\n', 'config.yaml': CONFIG });
  expect(value?.config.name).toBe('mine');
});

test('what has no effect is a warning, what cannot be is an error', () => {
  const config = `gateways:
  a:
    connection:
      concurrent_tasks: 4
    state_connection: { type: postgres }
model_defaults:
  dialect: duckdb
  kind: full
  start: 1 week ago
variables: { l: [1, 2] }
snapshot_ttl: in 1 week
environment_ttl: soon
`;
  expect(said({ 'config.yaml': config })).toEqual([
    "warning config.yaml:11:1 'snapshot_ttl' has no effect in Sluice",
    "warning config.yaml:5:5 'gateways.a.state_connection' has no effect in Sluice",
    "warning config.yaml:4:7 'gateways.a.connection.concurrent_tasks' has no effect in Sluice",
    "warning config.yaml:4:7 'gateways.a.connection' names no database file; the warehouse is .sluice/warehouse.duckdb",
    "warning config.yaml:9:10 'model_defaults.start' is not understood, found '1 week ago'; write a date such as 2024-01-31",
    "warning config.yaml:12:18 'environment_ttl' is not understood, found 'soon'; write 'in 1 week'",
  ]);
  const wrong = `gateways:
  a: { connection: { type: snowflake, database: x } }
default_gateway: b
model_defaults: { dialect: spark, cron: nope, owner: "{{ env_var('X') }}" }
`;
  expect(said({ 'config.yml': wrong, 'schema.yaml': 'a: 1' })).toEqual([
    "error config.yml:3:18 'default_gateway' names no gateway, found 'b'",
    "error config.yml:4:28 'model_defaults.dialect' must be duckdb, found 'spark'",
    expect.stringMatching(/^error config.yml:4:41 'model_defaults.cron' is no cron expression: /),
    "error config.yml:4:54 'model_defaults.owner' holds a template, which is not filled in",
    'error schema.yaml:1:1 schema.yaml is a list of tables, each with a name and columns',
  ]);
  expect(said({ 'config.yml': 'a: [' })[0]).toMatch(/^error config.yml:/);
});

const ofKind = (kind: string): string => `model_defaults: { dialect: duckdb, kind: ${kind} }\n`;

test('the kind of models that name none', () => {
  const models = {
    'models/s/a.sql': 'MODEL (); SELECT 1 AS a',
    'models/s/b.sql': 'MODEL (kind VIEW); SELECT 1 AS a',
  };
  const full = load({ 'config.yaml': ofKind('full'), ...models });
  expect(full.diagnostics).toEqual([]);
  expect(full.value?.models.map((m) => m.kind.kind)).toEqual(['FULL', 'VIEW']);
  for (const kind of ['{ name: FULL }', 'INCREMENTAL_BY_UNIQUE_KEY', 'SEED', 'EXTERNAL', 'FULL FULL']) {
    expect(said({ 'config.yaml': ofKind(kind), ...models })).toEqual([
      "warning config.yaml:1:42 'model_defaults.kind' is not read: it takes a kind without properties, such as FULL; models that name none are VIEWs",
    ]);
  }
});
