import { expect, test } from 'vitest';
import type { Location } from '../diagnostic/index.ts';
import type { ProjectFiles } from './files.ts';
import { loadProject } from './load.ts';
import type { Project } from './project.ts';
import { projectJsonSchema } from './schema.ts';

function filesOf(texts: Readonly<Record<string, string>>): ProjectFiles {
  return {
    list: (folder) =>
      Object.keys(texts)
        .filter((path) => path.startsWith(`${folder}/`))
        .sort(),
    read: (path) => texts[path],
  };
}

const MINIMAL = 'name: shop\nstart: 2024-01-01\n';

function load(yaml: string, more: Readonly<Record<string, string>> = {}) {
  return loadProject(filesOf({ 'project.yaml': yaml, ...more }));
}

function valid(yaml: string, more?: Readonly<Record<string, string>>): Project {
  const { value, diagnostics } = load(yaml, more);
  expect(diagnostics.map((d) => d.message)).toEqual([]);
  if (value === undefined) throw new Error('no project');
  return value;
}

function place(at: Location | undefined): string {
  return `${at?.path === 'project.yaml' ? '' : `${at?.path}:`}${at?.line}:${at?.column}-${at?.endColumn}`;
}

/** Errors as `code line:column-endColumn message | hint`. */
function checkErrors(yaml: string, ...expected: readonly string[]): void {
  const { value, diagnostics } = load(yaml);
  const shown = diagnostics.map(
    (d) => `${d.code} ${place(d.location)} ${d.message}${d.hint === undefined ? '' : ` | ${d.hint}`}`,
  );
  expect(shown, yaml).toEqual(expected);
  expect(value).toBeUndefined();
}

test('a minimal project has defaults', () => {
  expect(valid(MINIMAL).config).toEqual({
    name: 'shop',
    start: Date.UTC(2024, 0, 1),
    warehouse: {
      path: '.sluice/warehouse.duckdb',
      threads: undefined,
      memoryLimit: undefined,
      tempDirectory: '.sluice/tmp',
      maxTempDirectorySize: undefined,
    },
    defaults: { cron: undefined, cronTz: undefined, owner: undefined, start: undefined, audits: [] },
    variables: {},
    sources: [],
    gateway: '',
    beforeAll: [],
    afterAll: [],
    environments: {},
    environmentTtl: undefined,
    history: { keep: 10, days: 90 },
    quarantine: { keep: 30 * 24 * 3_600_000, maxRows: 1000 },
    lint: {},
  });
});

test('everything that may be written', () => {
  const { config } = valid(`${MINIMAL}
warehouse: { path: w.duckdb, threads: 4, memory_limit: 8GB, temp_directory: spill, max_temp_directory_size: 50GB }
defaults: { cron: '@hourly', owner: analytics, start: 2024-02-01 06:00:00 }
variables: { currency: EUR, rate: 1.5, on: true, nothing: null, markets: [DE, { a: 1 }] }
sources:
  raw:
    campaigns: { file: data/campaigns.csv, description: What we ran }
    transactions:
      file: [data/a.csv.gz, data/b.tsv]
      columns: { id: BIGINT, 2024: INT, at: TIMESTAMP }
      time_column: at
      csv: { delimiter: ;, quote: "'", header: false, null_values: NA, date_format: '%d.%m.%Y', timestamp_format: '%c', encoding: latin-1 }
    events: { file: events/*.ndjson }
    facts: { file: facts/part-*, format: parquet }
    erp: { table: erp."Order lines", columns: { id: INT } }
    crm: { table: crm.people, columns: { id: INT }, cron: '@weekly' }
environments:
  dev: { start: 7 days ago, ttl: 2 weeks }
  ci: { start: 2024-03-01 }
  prod:
environment_ttl: 30 days
history: { keep: 3, days: 7 }
quarantine: { keep: 7 days, max_rows: 0 }
`);
  expect(config).toMatchObject({
    warehouse: {
      path: 'w.duckdb',
      threads: 4,
      memoryLimit: '8GB',
      tempDirectory: 'spill',
      maxTempDirectorySize: '50GB',
    },
    defaults: { cron: '@hourly', owner: 'analytics', start: Date.UTC(2024, 1, 1, 6) },
    variables: { currency: 'EUR', rate: 1.5, on: true, nothing: null, markets: ['DE', { a: 1 }] },
    environments: {
      dev: { start: { kind: 'ago', milliseconds: 7 * 86_400_000 }, ttl: 14 * 86_400_000 },
      ci: { start: { kind: 'at', at: Date.UTC(2024, 2, 1) } },
      prod: { start: undefined, ttl: undefined },
    },
    environmentTtl: 30 * 86_400_000,
    history: { keep: 3, days: 7 },
    quarantine: { keep: 7 * 24 * 3_600_000, maxRows: 0 },
  });
  expect(config.sources.map(({ location, ...source }) => ({ ...source, at: location.line }))).toMatchObject([
    {
      name: 'raw.campaigns',
      at: 9,
      columns: undefined,
      description: 'What we ran',
      origin: { kind: 'file', format: 'csv', files: ['data/campaigns.csv'], csv: {} },
    },
    {
      name: 'raw.transactions',
      columns: [
        { name: 'id', type: 'BIGINT' },
        { name: '2024', type: 'INT' },
        { name: 'at', type: 'TIMESTAMP' },
      ],
      origin: {
        format: 'csv',
        files: ['data/a.csv.gz', 'data/b.tsv'],
        timeColumn: 'at',
        csv: {
          delimiter: ';',
          quote: "'",
          header: false,
          nullValues: ['NA'],
          dateFormat: '%d.%m.%Y',
          timestampFormat: '%c',
          encoding: 'latin-1',
        },
      },
    },
    { name: 'raw.events', origin: { format: 'json' } },
    { name: 'raw.facts', origin: { format: 'parquet' } },
    { name: 'raw.erp', origin: { kind: 'table', schema: 'erp', table: 'Order lines', cron: '@hourly' } },
    { name: 'raw.crm', origin: { kind: 'table', schema: 'crm', table: 'people', cron: '@weekly' } },
  ]);
});

test('mistakes of shape, all at once', () => {
  checkErrors(
    `name: 3
strat: 2024-01-01
warehouse: { thread: 0, threads: 0, memory_limit: much }
variables: { "a-b": EUR, n: [1], big: 9007199254740993 }
sources: { raw: { a: { files: x }, b: x, c: { file: [], format: xls } } }
environments: []
`,
    "config-invalid 1:7-8 'name' must be a text",
    "config-invalid 1:1-1 'start' is missing",
    "config-invalid 3:34-35 'warehouse.threads' must be at least 1",
    "config-invalid 3:51-55 'warehouse.memory_limit' must be a size such as 8GB, or a share such as '50%'",
    "config-unknown-property 3:14-20 'warehouse' has no property 'thread' | Did you mean 'threads'?",
    "config-invalid 4:14-19 'variables.a-b' must be a name of letters, digits and underscores",
    "config-invalid 4:39-55 'variables.big' has more digits than a number keeps; put it in quotes",
    "config-unknown-property 5:24-29 'sources.raw.a' has no property 'files' | Did you mean 'file'?",
    "config-invalid 5:39-40 'sources.raw.b' must be a mapping (name: value)",
    "config-invalid 5:53-55 'sources.raw.c.file' must not be empty",
    "config-invalid 5:65-68 'sources.raw.c.format' must be csv, parquet or json",
    "config-invalid 6:15-17 'environments' must be a mapping of environments",
    "config-unknown-property 2:1-6 project.yaml has no property 'strat' | Did you mean 'start'?",
  );
});

test('mistakes of meaning, all at once', () => {
  checkErrors(
    `name: a
start: 2024-02-30
defaults: { cron: '@dayly', cron_tz: Europe/Berln }
variables: { x: 1, X: 2 }
sources:
  raw:
    a: { columns: {} }
    b: { file: x.xls }
    c: { file: [x.csv, y.json] }
    d: { table: a.b.c, file: x.csv, columns: { i: INT } }
    e: { table: a.b }
    f: { file: x.parquet, csv: {}, cron: '@daily' }
environments: { a-b: , dev: { start: soon, ttl: 7 days ago }, prod: { ttl: 1 day } }
`,
    "config-invalid 4:20-21 'X' and 'x' are the same name",
    "config-invalid 3:19-27 '@dayly' is not one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly | Write '@daily', or '0 6 * * *'. Times are UTC, or those of cron_tz.",
    "config-invalid 2:8-18 'start' must be a date or a timestamp, found '2024-02-30' | Write 2024-01-31. Times are UTC.",
    "config-invalid 3:38-50 'cron_tz' must be a time zone, found 'Europe/Berln' | Did you mean 'Europe/Berlin', 'Europe/Dublin' or 'Europe/Jersey'?",
    "config-invalid 7:5-6 'sources.raw.a' has neither 'file' nor 'table' | Write file: data/name.csv, or table: schema.name.",
    "config-invalid 8:16-21 'sources.raw.b.file' does not tell the format of the files by its extension | Add format: csv, parquet or json.",
    "config-invalid 9:16-31 'sources.raw.c.file' has files of more than one format | Make one source of each format.",
    "config-invalid 10:30-35 'sources.raw.d.file' cannot stand beside 'table'",
    "config-invalid 10:17-22 'sources.raw.d.table' must be schema.name, found 'a.b.c'",
    "config-invalid 12:42-50 'sources.raw.f.cron' is for tables; Sluice sees by itself when files move",
    "config-invalid 12:32-34 'sources.raw.f.csv' is for CSV files, these are parquet",
    "invalid-environment-name 13:17-20 'a-b' cannot be the name of an environment | Use small letters, digits and underscores, beginning with a letter.",
    "config-invalid 13:49-59 'environments.dev.ttl' must be a length of time, found '7 days ago' | Write '7 days', or '36 hours'.",
    "config-invalid 13:38-42 'environments.dev.start' must be a date or a time ago, found 'soon' | Write 2024-01-31, or '7 days ago'.",
    "config-invalid 13:76-81 'environments.prod.ttl' cannot be: prod is never removed by itself | Leave it out.",
  );
});

test('lint rules', () => {
  const { config } = valid(`${MINIMAL}lint:
  no-select-star: error
  no-missing-audits: { schemas: [marts] }
  name-pattern: { severity: off, patterns: { '*': '^[a-z_]+$' } }
  layering: { severity: error, reads: { marts: [staging] } }
`);
  expect(config.lint).toEqual({
    'no-select-star': { level: 'error' },
    'no-missing-audits': { level: 'warn', schemas: ['marts'] },
    'name-pattern': { level: 'off', patterns: { '*': '^[a-z_]+$' } },
    layering: { level: 'error', reads: { marts: ['staging'] } },
  });
  checkErrors(
    `${MINIMAL}lint:
  no-selct-star: error
  no-select-star: maybe
  alias-expressions: { severty: error }
  name-pattern: { patterns: { a: '(' } }
  layering: { reads: { a: b } }
  no-unused-columns: { severity: 3 }
`,
    "config-unknown-property 6:24-31 'lint.alias-expressions' has no property 'severty' | Did you mean 'severity'?",
    "config-invalid 8:27-28 'lint.layering.reads.a' must be a list of schemas",
    "config-invalid 7:34-37 'lint.name-pattern.patterns.a' must be a regular expression",
    "config-invalid 5:19-24 'lint.no-select-star' must be error, warn or off, or a mapping with severity",
    "config-invalid 9:34-35 'lint.no-unused-columns.severity' must be error, warn or off",
    "config-unknown-property 4:3-16 'lint' has no property 'no-selct-star' | Did you mean 'no-select-star'?",
  );
});

test('aliases are looked through', () => {
  const { config } = valid(`${MINIMAL}sources:
  a: &a { t: { file: t.csv, columns: &c { x: INT } } }
  b: *a
  c: { u: { file: u.csv, columns: *c } }
`);
  expect(config.sources.map((s) => [s.name, s.columns?.length])).toEqual([
    ['a.t', 1],
    ['b.t', 1],
    ['c.u', 1],
  ]);
  checkErrors(
    `${MINIMAL}sources: *nothing`,
    'yaml-syntax 3:10-18 nothing is named &nothing before this | Write &nothing before the value that *nothing stands for.',
  );
});

test('what is no project', () => {
  checkErrors('', "config-invalid 1:1-1 'name' is missing", "config-invalid 1:1-1 'start' is missing");
  checkErrors('- a', 'config-invalid 1:1-4 project.yaml must be a mapping (name: value)');
  checkErrors(
    'name: a\nname: b\n',
    "yaml-syntax 2:1-5 'name' stands twice in one mapping | Keep one of the two.",
  );
  checkErrors(
    'name: "a',
    'yaml-syntax 1:7-8 the quote that opens here is never closed | Inside of single quotes a quote is written twice.',
  );
  expect(loadProject(filesOf({})).diagnostics.map((d) => d.code)).toEqual(['project-not-found']);
});

test('models and audits', () => {
  const project = valid(MINIMAL, {
    'models/a.sql': 'MODEL (kind FULL); SELECT 1',
    'models/x/b.sql': 'MODEL (kind FULL); SELECT 1',
    'models/readme.md': 'no model',
    'models/off.sql': 'MODEL (enabled false); SELECT 1',
    'audits/y.sql': 'AUDIT (name y); SELECT 1; AUDIT (name z); SELECT 2',
  });
  expect(project.models.map((m) => m.name)).toEqual(['main.a', 'x.b']);
  expect(project.audits.map((a) => a.name)).toEqual(['y', 'z']);
  expect([...project.texts.keys()].sort()).toEqual([
    'audits/y.sql',
    'models/a.sql',
    'models/off.sql',
    'models/x/b.sql',
    'project.yaml',
  ]);
});

test('errors of all files at once, duplicates with the place of the first', () => {
  const { value, diagnostics } = load(`${MINIMAL}sources: { raw: { t: { file: t.csv } } }\n`, {
    'models/a.sql': 'MODEL (name x.a); SELECT 1',
    'models/b.sql': 'MODEL (name X.A); SELECT 1',
    'models/c.sql': 'MODEL (name c.d, kind NONE); SELECT 1',
    'models/raw/t.sql': 'MODEL (); SELECT 1',
    'audits/a.sql': 'AUDIT (name y); SELECT 1; AUDIT (name Y); SELECT 2',
  });
  expect(
    diagnostics.map(
      (d) => `${d.code} ${place(d.location)} ${d.message} <- ${d.notes.map((n) => place(n.location)).join()}`,
    ),
  ).toEqual([
    "duplicate-model models/b.sql:1:13-16 there are two models named 'X.A' <- models/a.sql:1:13-16",
    "invalid-kind models/c.sql:1:23-27 there is no kind 'NONE' <- ",
    "duplicate-model models/raw/t.sql:1:1-6 there is a source named 'raw.t' already <- 3:19-20",
    "duplicate-audit audits/a.sql:1:39-40 there are two audits named 'Y' <- audits/a.sql:1:13-14",
  ]);
  expect(value?.models.map((m) => m.name)).toEqual(['x.a']);
  expect(value?.brokenModels).toEqual([{ name: 'c.d', path: 'models/c.sql' }]);
});

test('a wrong project.yaml does not hide the errors of models', () => {
  const { diagnostics } = load('name: a', { 'models/a.sql': 'SELECT 1' });
  expect(diagnostics.map((d) => d.code)).toEqual(['config-invalid', 'header-missing']);
});

test('there is a JSON Schema', () => {
  const schema = projectJsonSchema();
  expect(schema).toMatchObject({
    type: 'object',
    required: ['name', 'start'],
    additionalProperties: false,
    properties: { warehouse: { type: 'object' }, sources: { additionalProperties: { type: 'object' } } },
  });
});

test('values are looked at also where the shape of others is wrong', () => {
  checkErrors(
    `name: shop
strat: 2024-01-01
defaults: { cron: '99 * * * *', owner: 5 }
quarantine: { keep: forever, max_rows: -1 }
sources:
  raw:
    t: { fiel: data/t.csv }
    u: { file: data/u.txt }
environments:
  dev: { start: last week, colour: red }
variables: { a: 1, A: 2 }
`,
    "config-invalid 1:1-1 'start' is missing",
    "config-invalid 3:40-41 'defaults.owner' must be a text",
    "config-unknown-property 7:10-14 'sources.raw.t' has no property 'fiel' | Did you mean 'file'?",
    "config-unknown-property 10:28-34 'environments.dev' has no property 'colour' | The properties are start, ttl.",
    "config-invalid 4:40-42 'quarantine.max_rows' must not be negative",
    "config-unknown-property 2:1-6 project.yaml has no property 'strat' | Did you mean 'start'?",
    "config-invalid 11:20-21 'A' and 'a' are the same name",
    "config-invalid 3:19-31 '99' is not a valid minute (0-59) | Write '@daily', or '0 6 * * *'. Times are UTC, or those of cron_tz.",
    "config-invalid 8:16-26 'sources.raw.u.file' does not tell the format of the files by its extension | Add format: csv, parquet or json.",
    "config-invalid 10:17-26 'environments.dev.start' must be a date or a time ago, found 'last week' | Write 2024-01-31, or '7 days ago'.",
    "config-invalid 4:21-28 'quarantine.keep' must be a length of time, found 'forever' | Write '7 days', or '36 hours'.",
  );
});
