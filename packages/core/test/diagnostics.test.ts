/** All mistakes of a project at once, each with a stable code and its place. */
import { expect, test } from 'vitest';
import type { Diagnostic } from '../src/index.ts';
import { refusal, TestProject, type Files } from './support/project.ts';

const MISTAKES: Files = {
  'project.yaml': `name: mistakes
start: 2024-01-01
sources:
  raw:
    orders: { file: orders.csv, columns: { id: BIGINT, ts: TIMESTAMP, amount: 'DECIMAL(12,2)' } }
`,
  'orders.csv': 'id,ts,amount\n',
  'models/m/good.sql': 'MODEL (name m.good);\nSELECT id, ts, amount FROM raw.orders\n',
  'models/m/below.sql': 'MODEL (name m.below);\nSELECT id FROM m.unknown_column\n',
  'models/m/unknown_property.sql': 'MODEL (\n  name m.unknown_property,\n  knid FULL\n);\nSELECT 1 AS n\n',
  'models/m/bad_kind.sql': 'MODEL (\n  name m.bad_kind,\n  kind FUL\n);\nSELECT 1 AS n\n',
  'models/m/syntax.sql': 'MODEL (name m.syntax);\nSELECT id,\nFROM raw.orders\nWHERE\n',
  'models/m/unknown_table.sql': 'MODEL (name m.unknown_table);\nSELECT id\nFROM raw.order\n',
  'models/m/unknown_column.sql': 'MODEL (name m.unknown_column);\nSELECT\n  id,\n  amuont\nFROM raw.orders\n',
  'models/m/type_mismatch.sql': 'MODEL (name m.type_mismatch);\nSELECT id\nFROM raw.orders\nWHERE ts > 5\n',
  'models/m/ambiguous.sql':
    'MODEL (name m.ambiguous);\nSELECT id FROM raw.orders AS a JOIN raw.orders AS b ON a.id = b.id\n',
  'models/m/twice.sql': 'MODEL (name m.good);\nSELECT 1 AS n\n',
  'models/m/cycle_a.sql': 'MODEL (name m.cycle_a);\nSELECT * FROM m.cycle_b\n',
  'models/m/cycle_b.sql': 'MODEL (name m.cycle_b);\nSELECT * FROM m.cycle_a\n',
  'models/m/missing_audit.sql':
    'MODEL (\n  name m.missing_audit,\n  audits (not_nul(columns := (n)))\n);\nSELECT 1 AS n\n',
  'models/m/bad_macro.sql': 'MODEL (name m.bad_macro);\nSELECT @no_such_macro(1) AS n\n',
  'models/m/unknown_function.sql':
    'MODEL (name m.unknown_function);\nSELECT uper(id::VARCHAR) AS n FROM raw.orders\n',
  'models/m/time_column.sql':
    'MODEL (\n  name m.time_column,\n  kind INCREMENTAL_BY_TIME_RANGE (time_column day)\n);\nSELECT id, ts FROM raw.orders\n',
  'models/m/contract.sql':
    'MODEL (\n  name m.contract,\n  columns (\n    id BIGINT,\n    amount INTEGER\n  )\n);\nSELECT id, amount FROM raw.orders\n',
  'models/m/unicode.sql': "MODEL (name m.unicode);\nSELECT 'grüße 👋' AS a, /* ö */ amuont FROM raw.orders\n",
};

function shown(found: readonly Diagnostic[]): readonly string[] {
  return found.map(
    (d) =>
      `${d.location?.path.replace('models/m/', '') ?? '-'}:${d.location?.line ?? 0}:${d.location?.column ?? 0} ${d.code}: ${d.message}${d.hint === undefined ? '' : ` | ${d.hint}`}`,
  );
}

test('all mistakes of a project come at once, each with code, line and column', async () => {
  await using project = new TestProject(MISTAKES);
  const found = await refusal(project.plan());
  expect(shown(found)).toMatchInlineSnapshot(`
    [
      "ambiguous.sql:2:8 ambiguous-column: the column 'id' is ambiguous: a.id or b.id | Say which table the column is of: table.column.",
      "bad_kind.sql:3:8 invalid-kind: there is no kind 'FUL' | Did you mean 'FULL'?",
      "bad_macro.sql:2:8 unknown-macro: there is no macro @no_such_macro | Declare a variable of that name in project.yaml, or write @DEF(name, value); before the query.",
      "below.sql:1:13 upstream-broken: not checked because m.unknown_column has errors: m.below",
      "contract.sql:5:5 column-contract: the header declares 'amount INTEGER', the query gives DECIMAL(12,2) | Cast it in the query, or declare DECIMAL(12,2).",
      "cycle_b.sql:1:13 cycle: these models need each other: m.cycle_b → m.cycle_a → m.cycle_b | Break the circle: one of them has to do without the other.",
      "missing_audit.sql:3:11 unknown-audit: there is no audit 'not_nul' | Did you mean 'not_null'?",
      "syntax.sql:4:6 syntax-error: syntax error at end of input",
      "time_column.sql:3:47 unknown-time-column: the query has no column 'day' to tell the time of a row | Its columns are id, ts.",
      "twice.sql:1:13 duplicate-model: there are two models named 'm.good' | Rename one of the two.",
      "type_mismatch.sql:4:10 type-mismatch: cannot compare TIMESTAMP with INTEGER | Cast one side to the type of the other.",
      "unicode.sql:2:33 unknown-column: there is no column 'amuont' | Did you mean 'amount'?",
      "unknown_column.sql:4:3 unknown-column: there is no column 'amuont' | Did you mean 'amount'?",
      "unknown_function.sql:2:8 unknown-function: there is no function 'uper' | Did you mean 'upper'?",
      "unknown_property.sql:3:3 unknown-property: MODEL has no property 'knid' | Did you mean 'kind'?",
      "unknown_table.sql:3:6 unknown-table: there is no model or source 'raw.order' | Did you mean 'raw.orders'?",
    ]
  `);
  expect(await refusal(project.apply())).toHaveLength(found.length);
  expect((await (await project.workspace()).compile()).document.models.map((m) => m.name)).toContain(
    'm.good',
  );
});

test('broken YAML is said where it breaks', async () => {
  await using project = new TestProject({
    'project.yaml': 'name: x\nstart: 2024-01-01\nsources: { raw: [\n',
  });
  const found = await refusal(project.plan());
  expect(found.map((d) => d.code)).toContain('yaml-syntax');
  expect(found[0]?.location).toMatchObject({ path: 'project.yaml', line: 4, column: 1 });
});

test('a folder without a project says so', async () => {
  await using project = new TestProject({ 'README.md': 'nothing' });
  expect(await refusal(project.plan())).toMatchObject([{ code: 'project-not-found' }]);
});

test('a warning of a header or macro is said once, also of a model that waits for columns', async () => {
  await using project = new TestProject({
    'project.yaml': 'name: once\nstart: 2024-01-01\n',
    'models/m/a.sql': 'MODEL (name m.a, kind EMBEDDED, audits (not_null(columns := (n))));\nSELECT 1 AS n\n',
    'models/m/b.sql':
      'MODEL (name m.b, kind EMBEDDED, audits (not_null(columns := (n))));\nSELECT @STAR(m.a) FROM m.a\n',
  });
  const workspace = await project.workspace();
  const { diagnostics } = await workspace.compile();
  expect(diagnostics.map((d) => [d.code, d.location?.path])).toEqual([
    ['unused-property', 'models/m/a.sql'],
    ['unused-property', 'models/m/b.sql'],
  ]);
});

test('types of declared columns that no table can have are said where they stand', async () => {
  await using project = new TestProject({
    'project.yaml': `name: types
start: 2024-01-01
sources:
  raw:
    t:
      table: x.t
      columns: { a: INTEGR, b: BIGINT, c: 'DECIMAL(99, 2)' }
    u: { table: x.u, columns: { a: 'ENUM (1)' } }
`,
    'models/m/a.sql': 'MODEL (kind FULL);\nSELECT t.b FROM raw.t JOIN raw.u USING (a)\n',
  });
  const { diagnostics } = await (await project.workspace()).compile();
  expect(shown(diagnostics)).toMatchInlineSnapshot(`
    [
      "a.sql:1:1 upstream-broken: not checked because raw.t has errors: m.a",
      "project.yaml:7:21 config-invalid: the column 'a' of 'raw.t' cannot be one of a table: Type with name INTEGR does not exist | Types are written as in CREATE TABLE.",
      "project.yaml:7:43 config-invalid: the column 'c' of 'raw.t' cannot be one of a table: DECIMAL type width must be between 1 and 38 | Types are written as in CREATE TABLE.",
      "project.yaml:8:36 config-invalid: the column 'a' of 'raw.u' cannot be one of a table: ENUM type requires a set of VARCHAR arguments | Types are written as in CREATE TABLE.",
    ]
  `);
});

test('what DuckDB says of calls is put so that one can act on it', async () => {
  await using project = new TestProject({
    'project.yaml':
      'name: calls\nstart: 2024-01-01\nsources: { raw: { t: { table: x.t, columns: { s: VARCHAR, n: INT } } } }\n',
    'models/m/a.sql': "MODEL (kind FULL);\nSELECT round('x', 2) AS r FROM raw.t\n",
    'models/m/b.sql': 'MODEL (kind FULL);\nSELECT s + n AS r FROM raw.t\n',
    'models/m/c.sql': 'MODEL (kind FULL);\nSELECT list_sort(n) AS r FROM raw.t\n',
    'models/m/g.sql': 'MODEL (kind FULL);\nSELECT "x FROM raw.t\n',
    'models/m/h.sql': 'MODEL (kind FULL);\nSELECT 1 /* x FROM raw.t\n',
    'models/m/i.sql': 'MODEL (kind FULL);\nSELECT $q$ x FROM raw.t\n',
    'models/m/f.sql': "MODEL (kind FULL);\nSELECT 'x FROM raw.t\n",
    'models/m/j.sql': 'MODEL (kind FULL);\nSELECT xyz FROM raw.t\n',
    'models/m/d.sql': 'MODEL (kind FULL);\nSELECT t.sn FROM raw.t AS t\n',
    'models/m/e.sql': "MODEL (kind FULL);\nSELECT date_trunc('day', s) AS r FROM raw.t\n",
  });
  const { diagnostics } = await (await project.workspace()).compile();
  expect(shown(diagnostics)).toMatchInlineSnapshot(`
    [
      "a.sql:2:8 type-mismatch: the types do not tell which function is meant: round(STRING, INTEGER) | Cast the arguments to the types you mean.",
      "b.sql:2:10 type-mismatch: no function takes these types: +(VARCHAR, INTEGER) | Cast one side to the type of the other.",
      "c.sql:2:8 type-mismatch: no function takes these types: list_sort(INTEGER) | It takes 'list_sort(ANY[]) -> ANY[]' or 'list_sort(ANY[], VARCHAR) -> ANY[]' or 'list_sort(ANY[], VARCHAR, VARCHAR) -> ANY[]'; cast what it is given.",
      "d.sql:2:8 unknown-column: 't' has no column 'sn' | Did you mean 'n' or 's'?",
      "e.sql:2:8 type-mismatch: no function takes these types: date_trunc(STRING, VARCHAR) | It takes 'date_trunc(VARCHAR, DATE) -> TIMESTAMP' or 'date_trunc(VARCHAR, INTERVAL) -> INTERVAL' or 'date_trunc(VARCHAR, TIMESTAMP) -> TIMESTAMP'; cast what it is given.",
      "f.sql:2:8 syntax-error: the text that begins here is not closed",
      "g.sql:2:8 syntax-error: the quoted name that begins here is not closed",
      "h.sql:2:10 syntax-error: the comment that begins here is not closed | End it with */.",
      "i.sql:2:8 syntax-error: the text in dollar quotes that begins here is not closed",
      "j.sql:2:8 unknown-column: there is no column 'xyz' | Columns here are, among others, n.",
    ]
  `);
});
