import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile, type Binder } from '../compile/index.ts';
import { createDuckDbBinder } from '../engine/duckdb/duckdb-binder.ts';
import { LINT_RULE_NAMES } from '../diagnostic/index.ts';
import { loadProject, type ProjectFiles } from '../project/index.ts';
import { lintProject, type LintResult } from './lint-project.ts';
import { RULES } from './rules/index.ts';

type Files = Readonly<Record<string, string>>;

const binders: Binder[] = [];
afterAll(() => binders.forEach((binder) => binder.close()));

/** A source of orders, and a staging model of it that names every column. */
const BASE: Files = {
  'project.yaml': `name: shop
start: 2024-01-01
sources:
  raw:
    orders: { file: o.csv, columns: { id: INT, customer_id: INT, ordered_at: TIMESTAMP, day: DATE, amount: INT } }
    customers: { file: c.csv, columns: { id: INT, name: VARCHAR, Select: INT } }
`,
  'models/staging/orders.sql':
    'MODEL (kind FULL);\nSELECT id, customer_id, ordered_at, day, amount FROM raw.orders\n',
};

function project(files: Files, lint = ''): ProjectFiles {
  const all: Record<string, string> = { ...BASE, ...files };
  all['project.yaml'] = `${all['project.yaml'] ?? ''}${lint === '' ? '' : `lint: ${lint}\n`}`;
  return {
    list: (folder) =>
      Object.keys(all)
        .filter((path) => path.startsWith(`${folder}/`))
        .sort(),
    read: (path) => all[path],
  };
}

async function run(
  files: Files,
  options: {
    lint?: string;
    fix?: boolean;
    models?: readonly string[];
    tested?: readonly string[];
  } = {},
): Promise<LintResult> {
  const binder = await createDuckDbBinder();
  binders.push(binder);
  return lintProject(
    project(files, options.lint),
    options.models ?? [],
    options.fix ?? false,
    async (own) => {
      const loaded = loadProject(own);
      expect(loaded.diagnostics.map((d) => d.message)).toEqual([]);
      if (loaded.value === undefined) throw new Error('no project');
      const discovered = new Map();
      return {
        project: loaded.value,
        binder,
        compiled: await compile({ project: loaded.value, binder, discovered, settings: async () => '' }),
      };
    },
    () => new Set(options.tested),
  );
}

/** Findings as `rule line:column-endColumn message`, of the file of `query`, the model `marts.m`. */
async function check(query: string, expected: readonly string[], lint = '', header = ''): Promise<void> {
  const text = `MODEL (kind FULL${header});\n${query}\n`;
  const { findings, errors } = await run({ 'models/marts/m.sql': text }, { lint });
  expect(
    errors.map((d) => d.message),
    query,
  ).toEqual([]);
  const shown = findings.map(({ diagnostic: d }) => {
    const place = `${d.location?.line}:${d.location?.column}-${d.location?.endColumn}`;
    return `${d.code.slice('lint/'.length)} ${place} ${d.message}`;
  });
  expect(shown, query).toEqual(expected);
}

/** The query after `--fix`. */
async function checkFix(query: string, expected: string): Promise<void> {
  const path = 'models/marts/m.sql';
  const head = 'MODEL (kind FULL);\n';
  const { fixed } = await run({ [path]: head + query }, { fix: true });
  expect(fixed.find((f) => f.path === path)?.text ?? head + query, query).toBe(head + expected);
}

beforeAll(() => {
  expect(RULES.map((rule) => rule.name)).toEqual(LINT_RULE_NAMES);
});

function star(place: string, read = 'staging.orders'): string {
  return `no-select-star ${place} the star hands on whatever columns ${read} has`;
}

test('no-select-star', async () => {
  await check('SELECT * FROM staging.orders', [star('2:8-9')]);
  await check('FROM staging.orders', [star('2:1-5')]);
  await check('SELECT * EXCLUDE (id) FROM staging.orders', [star('2:8-9')]);
  await check('SELECT o.*, c.name FROM staging.orders AS o JOIN raw.customers AS c ON c.id = o.id', [
    star('2:8-9'),
  ]);
  await check('SELECT id FROM staging.orders UNION ALL (SELECT id FROM (SELECT * FROM raw.customers))', []);
  await check('WITH a AS (SELECT * FROM staging.orders) SELECT id FROM a', []);
  await check('WITH a AS (SELECT id, day FROM staging.orders) SELECT * FROM a', []);
  await check('WITH a AS (SELECT * FROM staging.orders), b AS (FROM a) SELECT * FROM b', [star('2:19-20')]);
  await check('SELECT * FROM (SELECT * FROM staging.orders) AS x', [star('2:23-24')]);
  await check('SELECT count(*) AS n FROM staging.orders', []);
  await check('-- ä€😀\nSELECT @EACH([1], x -> @x AS a), * FROM staging.orders', [star('3:34-35')]);
});

test('alias-expressions', async () => {
  await check('SELECT id, amount + 1, sum(amount) OVER () FROM staging.orders', [
    "alias-expressions 2:19-20 this expression has no name but '(amount + 1)'",
    "alias-expressions 2:24-27 this expression has no name but 'sum(amount) OVER ()'",
  ]);
  await check('SELECT id AS x FROM staging.orders UNION ALL SELECT 1 + 1', []);
  await check('SELECT CAST(id AS BIGINT) FROM staging.orders', [
    "alias-expressions 2:8-12 this expression has no name but 'CAST(id AS BIGINT)'",
  ]);
});

test('no-ambiguous-columns', async () => {
  await check(
    'SELECT o.id, amount, name FROM staging.orders AS o JOIN raw.customers AS c ON c.id = customer_id WHERE amount > 1',
    [
      "no-ambiguous-columns 2:14-20 'amount' does not say which of the 2 tables it is of",
      "no-ambiguous-columns 2:22-26 'name' does not say which of the 2 tables it is of",
      "no-ambiguous-columns 2:86-97 'customer_id' does not say which of the 2 tables it is of",
    ],
  );
  await check('SELECT id, o.day FROM staging.orders AS o JOIN raw.customers AS c USING (id) ORDER BY id', []);
  await check(
    'SELECT o.id AS k, u.x FROM staging.orders AS o, unnest([1]) AS u(x) WHERE x > 0 ORDER BY k',
    [],
  );
  await check('SELECT id, (SELECT max(id) FROM raw.customers) AS top FROM staging.orders', []);
  await check(
    'SELECT list_transform([1], q -> q + o.id) AS l FROM staging.orders AS o CROSS JOIN raw.customers AS c',
    [],
  );
});

function open(place: string, what: string): string {
  return `half-open-ranges ${place} '${what}' is a TIMESTAMP and the range ends at the first instant of its last day`;
}

test('half-open-ranges', async () => {
  await check("SELECT id FROM staging.orders WHERE ordered_at BETWEEN '2024-01-01' AND '2024-01-31'", [
    open('2:73-85', 'ordered_at'),
  ]);
  await check('SELECT id FROM staging.orders AS o WHERE o.ordered_at BETWEEN @start_ds AND @end_ds', [
    open('2:77-84', 'o.ordered_at'),
  ]);
  await check('SELECT id FROM staging.orders WHERE ordered_at BETWEEN @start_ts AND @end_ts', []);
  await check('SELECT id FROM staging.orders WHERE day BETWEEN @start_ds AND @end_ds', []);
  await check("SELECT id FROM staging.orders WHERE ordered_at <= DATE '2024-01-31'", [
    open('2:56-68', 'ordered_at'),
  ]);
  await check("SELECT id FROM staging.orders WHERE ordered_at < DATE '2024-01-31'", []);
  await check(
    "WITH a AS (SELECT id, CAST(day AS TIMESTAMP) AS t, * FROM staging.orders), b AS (SELECT t AS s FROM a) SELECT s FROM b WHERE s <= '2024-01-31 00:00:00'",
    [open('2:131-152', 's')],
  );
});

test('no-volatile-functions', async () => {
  await check('SELECT id, random() AS r FROM staging.orders WHERE uuid() IS NOT NULL', [
    'no-volatile-functions 2:12-18 random() gives another value every time the model is built',
    'no-volatile-functions 2:52-56 uuid() gives another value every time the model is built',
  ]);
  await check('SELECT id FROM staging.orders USING SAMPLE 10 ROWS', [
    'no-volatile-functions 1:1-6 a sample without a seed holds other rows every time the model is built',
  ]);
  await check('SELECT id, now() AS t FROM staging.orders', []);
});

test('conventions: descriptions, audits, names, layers', async () => {
  const plain = 'SELECT id FROM staging.orders';
  await check(
    plain,
    ['no-missing-description 1:1-6 marts.m has no description'],
    '{ no-missing-description: { schemas: [marts] } }',
  );
  await check(plain, [], '{ no-missing-description: { schemas: [marts] } }', `, description 'One row'`);
  await check(
    plain,
    ['no-missing-audits 1:1-6 marts.m has no audits'],
    '{ no-missing-audits: { schemas: [MARTS] } }',
  );
  await check(
    plain,
    [],
    '{ no-missing-audits: { schemas: [marts] } }',
    ', audits (not_null(columns := (id)))',
  );
  await check(
    plain,
    ["name-pattern 1:24-31 'm' is not a name for models of 'marts', which match ^mart_"],
    `{ name-pattern: { patterns: { '*': '.', marts: '^mart_' } } }`,
    ', name marts.m',
  );
  await check(
    'SELECT o.id FROM staging.orders AS o JOIN raw.customers AS c ON c.id = o.id',
    ["layering 2:43-56 a model of 'marts' may not read 'raw'"],
    '{ layering: { severity: error, reads: { marts: [staging] } } }',
  );
});

test('unread models and unused columns', async () => {
  await check(
    'SELECT 1 AS one',
    ['no-unread-models 1:1-6 nobody reads marts.m'],
    '{ no-unread-models: { schemas: [marts] } }',
  );
  const { findings } = await run(
    {
      'models/marts/m.sql': `MODEL (kind FULL, audits (relationships(column := c, to := staging.orders, field := id)));
SELECT customer_id AS c FROM staging.orders WHERE day > DATE '2024-01-01'`,
    },
    { lint: '{ no-unused-columns: warn }' },
  );
  expect(findings.map((f) => `${f.path} ${f.diagnostic.location?.column} ${f.diagnostic.message}`)).toEqual([
    "models/staging/orders.sql 25 nobody reads the column 'ordered_at'",
    "models/staging/orders.sql 42 nobody reads the column 'amount'",
  ]);
});

test('levels, and rules a model ignores', async () => {
  const query = 'SELECT *, 1 + 1 FROM staging.orders';
  await check(query, [], '{ no-select-star: off, alias-expressions: off }');
  await check(query, [], '', ', ignored_rules (no-select-star, AliasExpressions)');
  await check(query, [], '', ', ignored_rules ALL');
  await check(
    query,
    ['no-select-star 2:8-9 the star hands on whatever columns staging.orders has'],
    '',
    `, ignored_rules ['alias-expressions']`,
  );
  const { findings } = await run(
    { 'models/marts/m.sql': `MODEL ();\n${query}` },
    { lint: '{ no-select-star: error }' },
  );
  expect(findings.map((f) => `${f.diagnostic.code} ${f.diagnostic.severity}`)).toEqual([
    'lint/no-select-star error',
    'lint/alias-expressions warning',
  ]);
});

test('what a rule weighs for one model', async () => {
  const query = 'SELECT *, 1 + 1 FROM staging.orders';
  const said = async (header: string, lint: string): Promise<readonly string[]> => {
    const { findings } = await run({ 'models/marts/m.sql': `MODEL (${header});\n${query}` }, { lint });
    const own = findings.filter((f) => f.model === 'marts.m');
    return own.map((f) => `${f.diagnostic.code} ${f.diagnostic.severity}`);
  };
  const project = '{ no-select-star: off, no-missing-audits: { severity: warn, schemas: [staging] } }';
  expect(await said('kind FULL', project)).toEqual(['lint/alias-expressions warning']);
  expect(
    await said('lint (no-select-star := error, AliasExpressions = off, no-missing-audits := error)', project),
  ).toEqual(['lint/no-missing-audits error', 'lint/no-select-star error']);
  expect(await said('lint (no-select-star := warn), ignored_rules (alias-expressions)', '')).toEqual([
    'lint/no-select-star warning',
  ]);
});

test('a fix that cannot be made takes no other with it, and is not offered', async () => {
  await checkFix(
    'SELECT sum(id), @EACH([id, "Select"], c -> max(@c)), min(id) FROM raw.customers',
    'SELECT sum(id) AS "sum(id)", @EACH([id, "Select"], c -> max(@c)), min(id) AS "min(id)" FROM raw.customers',
  );
});

test('fixes keep what a model means', async () => {
  await checkFix(
    'SELECT * FROM staging.orders -- all of it',
    'SELECT id, customer_id, ordered_at, day, amount FROM staging.orders -- all of it',
  );
  await checkFix('SELECT * FROM raw.customers', 'SELECT id, name, "Select" FROM raw.customers');
  await checkFix(
    'WITH a AS (SELECT * FROM raw.customers) SELECT * FROM a',
    'WITH a AS (SELECT id, name, "Select" FROM raw.customers) SELECT * FROM a',
  );
  await checkFix('SELECT * EXCLUDE (id) FROM staging.orders', 'SELECT * EXCLUDE (id) FROM staging.orders');
  await checkFix(
    'SELECT amount + 1 /* c */ , (id + 2), id IS DISTINCT FROM 3, count(*) OVER () FROM staging.orders',
    'SELECT amount + 1 AS "(amount + 1)" /* c */ , (id + 2) AS "(id + 2)", id IS DISTINCT FROM 3 AS "(id IS DISTINCT FROM 3)", count(*) OVER () AS "count() OVER ()" FROM staging.orders',
  );
  await checkFix(
    'SELECT upper(name) FROM raw.customers',
    'SELECT upper(name) AS "upper(""name"")" FROM raw.customers',
  );
  await checkFix(
    'SELECT @EACH([id, "Select"], c -> @c + 1) FROM raw.customers',
    'SELECT @EACH([id, "Select"], c -> @c + 1) FROM raw.customers',
  );
});

test('a model that is not there', async () => {
  await expect(run({}, { models: ['staging.order'] })).rejects.toThrow("there is no model 'staging.order'");
});

const PAGE = readFileSync(join(import.meta.dirname, '../../../../docs/lint.md'), 'utf8');

/** A section of the page for every rule: its options, a model that is found, and one that is not. */
test('docs/lint.md explains every rule, and its examples are true', async () => {
  const sections = PAGE.split('\n### ').slice(1);
  expect(sections.map((section) => section.slice(0, section.indexOf('\n')))).toEqual(LINT_RULE_NAMES);
  for (const [i, section] of sections.entries()) {
    const rule = LINT_RULE_NAMES[i] ?? '';
    const blocks = (language: string): readonly string[] =>
      [...section.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\\n\`\`\``, 'g'))].map((m) => m[1] ?? '');
    const [options] = blocks('yaml');
    const lint = options === undefined ? '' : `\n  ${options}`;
    const counts: number[] = [];
    for (const text of blocks('sql')) {
      const model = text.startsWith('MODEL') ? text : `MODEL (kind FULL);\n${text}`;
      const readers = { 'models/other/r.sql': 'MODEL (kind FULL);\nSELECT id, amount FROM marts.m' };
      const isRead = rule === 'no-unused-columns';
      const { findings } = await run({ 'models/marts/m.sql': model, ...(isRead ? readers : {}) }, { lint });
      counts.push(
        findings.filter((f) => f.path === 'models/marts/m.sql' && f.diagnostic.code === `lint/${rule}`)
          .length,
      );
    }
    expect([rule, ...counts.map((n) => n > 0)]).toEqual([rule, true, false]);
  }
});

test('no-missing-tests asks of models with a query whether there is a test', async () => {
  const files = {
    'models/marts/m.sql': 'MODEL (kind FULL);\nSELECT 1 AS id\n',
    'models/marts/N.sql': 'MODEL (name marts.N, kind FULL);\nSELECT 1 AS id\n',
    'models/marts/part.sql': 'MODEL (kind EMBEDDED);\nSELECT 1 AS id\n',
    'models/marts/other.sql': 'MODEL (kind EXTERNAL, columns (id INT));\n',
    'models/marts/spared.sql': 'MODEL (kind FULL, ignored_rules (no-missing-tests));\nSELECT 1 AS id\n',
  };
  const lint = '{ no-missing-tests: { schemas: [marts] } }';
  const { findings } = await run(files, { lint, tested: ['marts.n'] });
  expect(findings.map((f) => `${f.diagnostic.code} ${f.diagnostic.message}`)).toEqual([
    'lint/no-missing-tests marts.m has no unit test',
  ]);
  expect((await run(files, { tested: [] })).findings).toEqual([]);
});
