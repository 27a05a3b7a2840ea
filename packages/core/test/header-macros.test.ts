/** Macros in headers: variables, conditions, loops, macros of one's own, and blueprints that macros make. */
import { expect, test } from 'vitest';
import type { Diagnostic } from '../src/index.ts';
import { TestProject } from './support/project.ts';

const YAML = `name: p
start: 2024-01-01
variables: { layer: marts, strict: true, markets: [DE, FR], nested: { a: 1 } }
sources:
  raw:
    orders: { file: data/orders.csv, columns: { id: INTEGER, name: VARCHAR, seen: TIMESTAMP } }
`;

const FILES = {
  'project.yaml': YAML,
  'data/orders.csv': 'id,name,seen\n1,DE,2024-01-01 00:00:00\n',
};

async function compile(files: Readonly<Record<string, string>>): Promise<{
  readonly models: ReadonlyMap<string, string>;
  readonly said: readonly string[];
  readonly project: TestProject;
}> {
  const project = new TestProject({ ...FILES, ...files });
  const { document, diagnostics } = await (await project.workspace()).compile();
  return {
    project,
    models: new Map(document.models.map((m) => [m.name, m.kind])),
    said: diagnostics.map(place),
  };
}

function place(d: Diagnostic): string {
  return `${d.code} ${d.location?.line}:${d.location?.column}-${d.location?.endColumn} ${d.message}`;
}

test('conditions, loops and variables', async () => {
  const { models, said, project } = await compile({
    'models/a.sql': `MODEL (
  name @{layer}.a_@{layer},
  kind @IF(@strict, FULL, VIEW),
  @IF(@gateway = '', tags (@EACH(@markets, m -> @m))),
  @IF(NOT @strict, owner nobody),
  audits (@EACH([id, name], c -> not_null(columns := (c))), @IF(@strict, unique_values(columns := (id)))),
  description @IF(@strict, 'strict', 'lax'),
  cron '@daily',
  @IF(NOT @strict, owner nobody)
);
SELECT id, name FROM raw.orders`,
    'models/b.sql':
      "MODEL (kind INCREMENTAL_BY_TIME_RANGE (time_column seen, lookback @EVAL(1 + 1)), start @VAR('nope', '2024-01-02')); SELECT seen FROM raw.orders WHERE seen BETWEEN @start_ts AND @end_ts",
  });
  await using _ = project;
  expect(said).toEqual([]);
  expect([...models]).toEqual([
    ['marts.a_marts', 'FULL'],
    ['main.b', 'INCREMENTAL_BY_TIME_RANGE'],
  ]);
  const applied = await project.build();
  expect(
    applied.results
      .flatMap((r) => r.audits)
      .map((a) => a.audit)
      .toSorted(),
  ).toEqual(['not_null', 'not_null', 'unique_values']);
});

test('blueprints that macros make', async () => {
  const { models, said, project } = await compile({
    'macros/own.ts': `export const regions = (names: string[]): string[] =>
  names.map((n) => \`(region := \${n.toLowerCase()}, label := '\${n}')\`);`,
    'models/each.sql': `MODEL (name marts.orders_@{market}, kind FULL, blueprints @EACH(@markets, m -> (market := m)));
SELECT id FROM raw.orders WHERE name = @market`,
    'models/own.sql': `MODEL (name marts.@{region}, kind FULL, blueprints @regions(@markets));
SELECT id FROM raw.orders WHERE name = @label`,
    'models/one.sql': 'MODEL (name marts.@x, kind FULL, blueprints @IF(TRUE, (x := only))); SELECT 1 AS n',
  });
  await using _ = project;
  expect(said).toEqual([]);
  expect([...models.keys()].toSorted()).toEqual([
    'marts.de',
    'marts.fr',
    'marts.only',
    'marts.orders_DE',
    'marts.orders_FR',
  ]);
  await project.build();
  expect(await project.value('SELECT count(*)::INT FROM marts.de')).toBe(1);
  expect(await project.value('SELECT count(*)::INT FROM marts."orders_FR"')).toBe(0);
  // Another answer of the macro, other models.
  project.edit('macros/own.ts', 'n.toLowerCase()', "'x' + n");
  const { document } = await (await project.workspace()).compile();
  expect(document.models.map((m) => m.name)).toContain('marts.xDE');
});

test('mistakes are told at the call', async () => {
  const { said, project } = await compile({
    'models/a.sql': 'MODEL (kind FULL, description @IF(id > 1, 2)); SELECT 1 AS n',
    'models/b.sql': 'MODEL (kind FULL, @EACH([x], c -> ownr @c)); SELECT 1 AS n',
    'models/c.sql': 'MODEL (kind @nope(1)); SELECT 1 AS n',
    'models/d.sql': "MODEL (kind FULL, tags (@IF(@this_env = 'prod', x))); SELECT 1 AS n",
    'models/e.sql': 'MODEL (kind FULL, description @SQL(@start_ds)); SELECT 1 AS n',
    'models/f.sql': 'MODEL (kind FULL, tags (@STAR(raw.orders))); SELECT 1 AS n',
    'models/g.sql': 'MODEL (name marts.@x, kind FULL, blueprints @EACH([1], v -> (x = @y))); SELECT 1 AS n',
  });
  await using _ = project;
  expect(said).toEqual([
    "invalid-macro 1:35-41 @IF cannot evaluate 'id > 1': only constants can be evaluated before the query runs, found 'id'",
    "unknown-property 1:19-43 MODEL has no property 'ownr'",
    'unknown-macro 1:13-18 there is no macro @nope',
    'invalid-macro 1:29-38 @this_env means nothing in a header',
    'invalid-macro 1:36-45 @start_ds means nothing in a header',
    'invalid-macro 1:31-41 @STAR means nothing here',
    'unknown-macro 1:66-68 there is no macro @y',
  ]);
});

test('headers with macros are laid out and stay what they are', async () => {
  const { project } = await compile({
    'models/a.sql':
      'MODEL (name marts.a, kind @IF(@strict, FULL, VIEW), @IF(@strict, tags (x)), audits (@EACH([id], c -> not_null(columns := (c)))));\nSELECT 1 AS id',
  });
  await using _ = project;
  const workspace = await project.workspace();
  const before = (await workspace.compile()).document.models;
  const { document } = await workspace.format([]);
  expect(document.diagnostics).toEqual([]);
  expect((await workspace.compile()).document.models).toEqual(before);
  expect((await workspace.format([], { check: true })).document.files.map((f) => f.status)).toEqual([
    'unchanged',
  ]);
});
