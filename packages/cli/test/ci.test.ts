/** `sluice ci` in processes of its own, as the action, the shell and people run it; the forge is a server on this machine. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CiDocument, PlanDocument } from '@sluice/core';
import type { Log } from 'sarif';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMAND } from './command.ts';
import { CLEAN_ENV, openForge, runAction, type Done } from './github-action.ts';
import { junitErrors } from './junit-schema.ts';
import { sarifErrors } from './sarif-schema.ts';

const NOW = ['--now', '2025-01-08'];
const folder = mkdtempSync(join(tmpdir(), 'sluice-ci-test-'));

/** Where the commands of these tests put what is temporary; others' leftovers are none of theirs. */
const scratch = join(folder, 'scratch');
mkdirSync(scratch);
const shop = join(folder, 'shop');
const prod = join(shop, '.sluice/warehouse.duckdb');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sluice(...args: readonly string[]): Done {
  return sluiceIn(args[0] === 'init' ? folder : shop, ...args);
}

function sluiceIn(cwd: string, ...args: readonly string[]): Done {
  const [command, ...before] = COMMAND;
  const done = spawnSync(command, [...before, ...args], {
    timeout: 120_000,
    cwd,
    encoding: 'utf8',
    env: { ...CLEAN_ENV, NO_COLOR: '1', TMPDIR: scratch },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

function ci(...args: readonly string[]): Done & { readonly document: CiDocument } {
  const done = sluice('ci', '--json', ...NOW, ...args);
  return { ...done, document: JSON.parse(done.out) as CiDocument };
}

function environments(): readonly string[] {
  const list = JSON.parse(sluice('env', 'list', '--json').out) as {
    readonly environments: readonly { readonly name: string }[];
  };
  return list.environments.map((e) => e.name);
}

const ORDERS = 'models/staging/orders.sql';

/** Changes a file for the time of a check. */
async function edited<T>(path: string, from: string, to: string, work: () => T | Promise<T>): Promise<T> {
  const file = join(shop, path);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
  try {
    return await work();
  } finally {
    writeFileSync(file, text);
  }
}

const HALF = [
  'THEN 0 ELSE amount END AS revenue',
  'THEN 0 ELSE CAST(amount / 2 AS DECIMAL(12, 2)) END AS revenue',
] as const;

beforeAll(() => {
  expect(sluice('init', 'shop').code).toBe(0);
});

test('without a base everything is built, nothing is compared, nothing is left', () => {
  const { code, document } = ci();
  expect(code).toBe(0);
  expect(document).toMatchObject({
    status: 'passed',
    base_exists: false,
    diff: null,
    impact: [],
    kept: false,
  });
  expect(document.environment).toMatch(/^ci_[0-9a-f]{8}$/);
  expect(document.build?.results.length).toBe(6);
  expect(document.summary).toContain('There is no base to compare with');
  expect(environments()).toEqual([]);
  expect(sluice('apply', '--yes', ...NOW).code).toBe(0);
});

test('what changes nothing builds nothing', async () => {
  const { code, document } = await edited(ORDERS, 'lower(product) AS', '/* small */ lower(product) AS', () =>
    ci(),
  );
  expect(code).toBe(0);
  expect(document).toMatchObject({ status: 'passed', findings: [], summary: 'Passed. No table changes.' });
  expect(document.build?.results.every((r) => r.rows === null)).toBe(true);
  expect(document.diff?.models.every((m) => m.shared)).toBe(true);
});

test('a changed column: what is built, what differs, who reads it; the base is as it was', async () => {
  const before = sluice('query', 'FROM marts.daily_revenue ORDER BY ALL', '--format', 'csv').out;
  const { code, document } = await edited(ORDERS, ...HALF, () => ci());
  expect(code).toBe(0);
  const built = document.build?.results.filter((r) => r.rows !== null).map((r) => r.model);
  expect(built?.toSorted()).toEqual(['marts.customer_orders', 'marts.daily_revenue', 'staging.orders']);
  const changed = document.diff?.models.filter((m) => m.status !== 'same').map((m) => m.model);
  expect(changed).toEqual(['marts.customer_orders', 'marts.daily_revenue', 'staging.orders']);
  expect(document.impact).toMatchObject([{ model: 'staging.orders', column: 'revenue' }]);
  expect(document.impact[0]?.models.map((m) => m.model).toSorted()).toEqual([
    'marts.customer_orders',
    'marts.daily_revenue',
  ]);
  const revenue = document.diff?.models.find((m) => m.model === 'marts.daily_revenue');
  expect(revenue?.rows).toMatchObject({ before: 7, after: 7, added: 0, removed: 0 });
  expect(revenue?.samples.changed[0]?.values[0]).toMatchObject({ column: 'revenue' });
  // A warning of an audit that stands at its line.
  expect(document.diagnostics).toMatchObject([{ code: 'audit-warning', path: ORDERS, line: 11 }]);
  expect(environments()).toEqual(['prod']);
  expect(sluice('query', 'FROM marts.daily_revenue ORDER BY ALL', '--format', 'csv').out).toBe(before);
});

test('a second run builds nothing anew, and says the same', async () => {
  const { document } = await edited(ORDERS, ...HALF, () => ci());
  expect(document.build?.results.filter((r) => r.rows !== null)).toEqual([]);
  expect(document.diagnostics).toMatchObject([{ code: 'audit-warning', path: ORDERS, line: 11 }]);
  expect(document.diff?.models.filter((m) => m.status !== 'same')).toHaveLength(3);
});

test('what it fails for is chosen', { timeout: 240_000 }, async () => {
  await edited(ORDERS, ...HALF, () => {
    expect(ci('--fail-on', 'error').code).toBe(0);
    const warned = ci('--fail-on', 'warning');
    expect(warned.code).toBe(1);
    expect(warned.document.summary).toBe('Failed: audits, 1 warning.');
    const differs = ci('--fail-on', 'diff');
    expect(differs.document.findings.filter((f) => f.on === 'diff').map((f) => f.message)).toContain(
      'marts.daily_revenue holds other data',
    );
  });
  await edited('models/staging/customers.sql', '    CAST(try_strptime', '    CAST(TRY_strptime', () => {
    expect(ci('--fail-on', 'diff').document.findings).toEqual([]);
  });
  await edited('models/marts/customer_orders.sql', '  c.country,\n', '', () => {
    const { code, document } = ci('--fail-on', 'breaking');
    expect(code).toBe(1);
    expect(document.findings).toContainEqual(
      expect.objectContaining({
        on: 'breaking',
        message: 'marts.customer_orders.country goes',
        fails: true,
        step: 'plan',
      }),
    );
    const without = ci();
    expect(without.code).toBe(0);
    expect(without.document.findings.map((f) => [f.on, f.fails])).toContainEqual(['breaking', false]);
  });
  expect(sluice('ci', '--fail-on', 'all')).toMatchObject({ code: 1, out: '' });
});

const lineOf = (path: string, text: string): number =>
  readFileSync(join(shop, path), 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

const retyped = (model: string, digits: number): string =>
  `${model}.revenue becomes DOUBLE; it was DECIMAL(${digits},2)`;

test('what fails without a diagnostic stands at its line and in its step', { timeout: 240_000 }, async () => {
  const [junit, sarif] = [join(folder, 'diff.xml'), join(folder, 'diff.sarif')];
  const RETYPED = [HALF[0], 'THEN 0 ELSE CAST(amount / 2 AS DOUBLE) END AS revenue'] as const;
  const MART = 'models/marts/customer_orders.sql';
  await edited(MART, '  c.country,\n', '', () =>
    edited(ORDERS, ...RETYPED, async () => {
      const reports = ['--junit', junit, '--sarif', sarif];
      const done = sluice('ci', '--format', 'github', '--fail-on', 'diff', ...NOW, ...reports);
      expect(done.code).toBe(1);
      const errors = done.out.split('\n').flatMap((line) => {
        const [, file, at, title, text] =
          /^::error file=([^,]+),line=(\d+),.*title=([^:,]+)::(.*)$/.exec(line) ?? [];
        return file === undefined ? [] : [[file, Number(at), title, text]];
      });
      const header = lineOf(MART, 'name marts.customer_orders');
      const [revenue, sum] = [lineOf(ORDERS, 'AS revenue'), lineOf(MART, 'AS revenue')];
      const daily = 'models/marts/daily_revenue.sql';
      expect(errors).toEqual([
        [ORDERS, revenue, 'breaking', retyped('staging.orders', 12)],
        [MART, header, 'breaking', 'marts.customer_orders.country goes'],
        [MART, sum, 'breaking', retyped('marts.customer_orders', 38)],
        [daily, lineOf(daily, 'AS revenue'), 'breaking', retyped('marts.daily_revenue', 38)],
        [ORDERS, revenue, 'diff', 'staging.orders holds other data'],
        [MART, sum, 'diff', 'marts.customer_orders holds other data'],
        [daily, lineOf(daily, 'AS revenue'), 'diff', 'marts.daily_revenue holds other data'],
      ]);
    }),
  );
  const xml = readFileSync(junit, 'utf8');
  await checkJUnit(xml);
  const failing = [...xml.matchAll(/<testcase name="(\w+)" classname="shop"[^/]*>\s*<failure/g)];
  expect(failing.map((m) => m[1])).toEqual(['plan', 'audit', 'diff']);
  const log = JSON.parse(readFileSync(sarif, 'utf8')) as Log;
  expect(log.runs[0]?.results?.map((r) => r.ruleId)).toEqual(['audit-warning']);
});

test(
  'a base that is named and not there is an error where there are others only',
  { timeout: 240_000 },
  () => {
    const { code, document } = ci('--base', 'porod');
    expect(code).toBe(1);
    expect(document.diagnostics).toMatchObject([
      {
        code: 'unknown-environment',
        message: "there is no environment 'porod' to compare with",
        hint: "Did you mean 'prod'?",
      },
    ]);
    expect(document).toMatchObject({ build: null, base_exists: false });
    expect(document.checks.find((c) => c.step === 'plan')?.status).toBe('failed');
    expect(environments()).toEqual(['prod']);
    const copy = join(folder, 'named.duckdb');
    writeFileSync(copy, readFileSync(prod));
    const file = ci('--base', 'nightly', '--base-file', copy);
    expect(file.code).toBe(1);
    expect(file.document.diagnostics).toMatchObject([
      { code: 'unknown-environment', hint: 'There is prod.' },
    ]);

    const empty = join(folder, 'empty');
    cpSync(shop, empty, { recursive: true, filter: (path) => !path.includes('.sluice') });
    const args = ['ci', '--json', ...NOW, '--base', 'porod', '--env', 'pr_1', '--keep'];
    // The second time its own environment is the only one there is.
    for (const run of [1, 2]) {
      const first = sluiceIn(empty, ...args);
      expect([run, first.code]).toEqual([run, 0]);
      expect(JSON.parse(first.out)).toMatchObject({ status: 'passed', base_exists: false });
    }
  },
);

test('an audit that blocks: the failure with its rows, no comparison, nothing left', async () => {
  const { code, document } = await edited(ORDERS, 'THEN 0 ELSE amount END', 'THEN 0 ELSE -amount END', () =>
    ci(),
  );
  expect(code).toBe(1);
  expect(document.diagnostics).toContainEqual(
    expect.objectContaining({ code: 'audit-failed', path: ORDERS }),
  );
  expect(document.checks.map((c) => [c.step, c.status])).toEqual([
    ['compile', 'passed'],
    ['lint', 'passed'],
    ['test', 'passed'],
    ['plan', 'passed'],
    ['build', 'failed'],
    ['audit', 'failed'],
    ['diff', 'skipped'],
  ]);
  expect(document.diff).toBeNull();
  expect(environments()).toEqual(['prod']);
  expect(document.checks.find((c) => c.step === 'build')?.summary, 'nobody applies again').toBe(
    '1 model failed, 2 not run because of that, 0 models built',
  );
});

test('an audit that would divert more than it may fails in every report', async () => {
  const [markdown, junit] = [join(folder, 'over.md'), join(folder, 'over.xml')];
  const { code, document } = await edited(
    'models/staging/customers.sql',
    'not_null(columns := (customer_id, name)),',
    'forall(criteria := (customer_id > 2), severity := quarantine, max_rows := 1),',
    () => ci('--markdown', markdown, '--junit', junit),
  );
  expect(code).toBe(1);
  expect(document.checks.find((c) => c.step === 'audit')).toMatchObject({
    status: 'failed',
    summary: expect.stringMatching(/1 failed$/),
  });
  expect(readFileSync(markdown, 'utf8')).toMatch(/\| ❌ \| <code>staging\.customers<\/code> \| `forall/);
  expect(readFileSync(junit, 'utf8')).toContain('<failure message="2 failing rows"');
});

test('what does not compile is said with all that is wrong, and nothing is built', async () => {
  const { code, document } = await edited(
    ORDERS,
    'lower(product) AS product',
    'lower(produkt) AS product',
    () => ci(),
  );
  expect(code).toBe(1);
  expect(document.diagnostics).toContainEqual(
    expect.objectContaining({ code: 'unknown-column', path: ORDERS }),
  );
  expect(document).toMatchObject({
    plan: null,
    build: null,
    diff: null,
    summary: 'Failed: compile, 1 error.',
  });
});

test('changed audits of tables that stand are run on them', async () => {
  const { code, document } = await edited(
    'models/staging/customers.sql',
    'not_null(columns := (customer_id, name)),',
    'not_null(columns := (customer_id, name)), accepted_values(column := country, is_in := (1)),'.replace(
      '(1)',
      "('XX')",
    ),
    () => ci(),
  );
  expect(code).toBe(1);
  expect(document.diagnostics).toContainEqual(expect.objectContaining({ code: 'audit-failed' }));
  expect(environments()).toEqual(['prod']);
});

test('an environment that was there is kept, prod and the base are refused', async () => {
  expect(ci('--env', 'mine', '--keep').document.kept).toBe(true);
  expect(environments()).toEqual(['mine', 'prod']);
  expect(ci('--env', 'mine').document.kept).toBe(true);
  expect(environments()).toEqual(['mine', 'prod']);
  expect(sluice('env', 'drop', 'mine', '--yes').code).toBe(0);
  expect(sluice('ci', '--env', 'prod')).toMatchObject({ code: 1 });
  expect(sluice('ci', '--base', 'dev', '--env', 'dev').err).toContain('dev is no environment to throw away');
});

test('a warehouse file is read where it is and left as it is, to the byte', async () => {
  const copy = join(folder, 'production.duckdb');
  writeFileSync(copy, readFileSync(prod));
  const was = readFileSync(copy);
  const stat = statSync(prod).mtimeMs;
  const { document } = await edited(
    ORDERS,
    'lower(product) AS product',
    "lower(product) || '!' AS product",
    () => ci('--base-file', copy),
  );
  expect(document.diff?.models.filter((m) => m.status === 'changed').map((m) => m.model)).toEqual([
    'staging.orders',
  ]);
  expect(document.build?.results.filter((r) => r.rows !== null).map((r) => r.model)).toEqual([
    'staging.orders',
  ]);
  expect(readFileSync(copy).equals(was)).toBe(true);
  expect(statSync(prod).mtimeMs).toBe(stat);
  expect(readdirSync(scratch).filter((name) => name.startsWith('sluice-'))).toEqual([]);
  const missing = sluice('ci', '--base-file', 'nowhere.duckdb');
  expect(missing.code).toBe(1);
  expect(missing.err).toContain("there is no warehouse file 'nowhere.duckdb' to compare with");
});

function count(cwd: string, model: string): number {
  const done = sluiceIn(cwd, 'query', `SELECT count(*) AS n FROM ${model}`, '--format', 'json');
  return (JSON.parse(done.out) as { readonly rows: readonly { readonly n: number }[] }).rows[0]?.n ?? -1;
}

function sampled(): CiDocument {
  const { code, document } = ci('--sample', '6');
  expect(code).toBe(0);
  return document;
}

function counts(d: CiDocument): unknown {
  return d.build?.results.map((r) => [r.model, r.rows, r.sampled_from]);
}

test(
  'on a sample: the same numbers each time, what is there of how many, the warehouse untouched',
  { timeout: 240_000 },
  () => {
    const was = readFileSync(prod);
    const document = sampled();
    expect(document).toMatchObject({ sample: 6, base_exists: false, diff: null, kept: false });
    expect(document.summary).toMatch(/^Passed on a sample; \d+ models built of it, nothing compared\.$/);
    const sources = document.build?.results.filter((r) => r.sampled_from !== null) ?? [];
    const [orders, customers] = ['raw.orders', 'raw.customers'].map((m) =>
      sources.find((r) => r.model === m),
    );
    expect(orders).toMatchObject({ rows: 6, sampled_from: count(shop, 'raw.orders') });
    // What is smaller is there as a whole.
    expect(customers?.rows).toBe(Math.min(6, count(shop, 'raw.customers')));
    const again = sampled();
    expect(counts(again)).toEqual(counts(document));
    expect(readFileSync(prod).equals(was)).toBe(true);
    expect(readdirSync(scratch).filter((name) => name.startsWith('sluice-'))).toEqual([]);
    const page = sluice('ci', '--sample', '6', '--format', 'markdown', ...NOW).out;
    expect(page).toContain(`- raw.orders with 6 of ${count(shop, 'raw.orders')} rows`);
    expect(page).toContain('Built on a sample');
    expect(sluice('ci', '--sample', '6', '--base', 'dev')).toMatchObject({ code: 1, out: '' });
    expect(sluice('ci', '--sample', '0')).toMatchObject({ code: 1, out: '' });
  },
);

test('nothing of a sample is taken for the whole, even in its own file', { timeout: 240_000 }, () => {
  const kept = /kept in (.*)\.\n/.exec(ci('--sample', '6', '--keep').err)?.[1] ?? '';
  const other = join(folder, 'other');
  cpSync(shop, other, { recursive: true, filter: (path) => !path.includes('.sluice') });
  mkdirSync(join(other, '.sluice'));
  cpSync(join(kept, 'warehouse.duckdb'), join(other, '.sluice/warehouse.duckdb'));
  rmSync(kept, { recursive: true });
  const plan = JSON.parse(sluiceIn(other, 'plan', '--json', ...NOW).out) as PlanDocument;
  expect(plan.unchanged).toBe(0);
  expect(sluiceIn(other, 'apply', '--yes', ...NOW).code).toBe(0);
  for (const model of ['raw.orders', 'staging.orders', 'marts.daily_revenue', 'marts.customer_orders'])
    expect([model, count(other, model)]).toEqual([model, count(shop, model)]);
});

test('on a sample, audits that need rows which may not be in it only warn', async () => {
  const calls = [
    'relationships(column := customer_id, to := raw.customers, field := customer_id)',
    'number_of_rows(threshold := 10)',
  ];
  const { code, document } = await edited(ORDERS, '  audits (', `  audits (${calls.join(', ')}, `, () =>
    ci('--sample', '3'),
  );
  const audits = document.build?.results.find((r) => r.model === 'staging.orders')?.audits ?? [];
  expect(audits.find((a) => a.audit === 'number_of_rows')).toMatchObject({
    status: 'failed',
    severity: 'warn',
  });
  expect(audits.find((a) => a.audit === 'relationships')?.severity).toBe('warn');
  expect(audits.find((a) => a.audit === 'not_null')?.severity).toBe('block');
  expect(code).toBe(0);
  // What is wrong with a row stops it all the same.
  await edited(ORDERS, 'THEN 0 ELSE amount END', 'THEN 0 ELSE -amount END', () => {
    expect(ci('--sample', '6').code).toBe(1);
  });
});

// The action of GitHub, step by step as its file has them.

const STAR = 'models/marts/everything.sql';
const INPUTS = { sluice: COMMAND.join(' '), project: 'shop', output: 'reports' };

test('the action: summary, annotations, reports, and one comment that is renewed', async () => {
  writeFileSync(join(folder, 'event.json'), JSON.stringify({ pull_request: { number: 12 } }));
  writeFileSync(join(folder, 'summary.md'), 'before\n');
  const forge = await openForge(true);
  try {
    const first = await edited(ORDERS, ...HALF, () => runAction(folder, forge, INPUTS));
    expect(first.code, first.err).toBe(0);
    expect(first.out).toMatch(
      /^::warning file=shop\/models\/staging\/orders\.sql,line=11,.*title=audit-warning::/m,
    );
    expect(first.err).not.toContain('No comment');
    expect(sarifErrors(JSON.parse(readFileSync(join(folder, 'reports/sluice.sarif'), 'utf8')))).toEqual([]);
    await checkJUnit(readFileSync(join(folder, 'reports/sluice-junit.xml'), 'utf8'));
    const markdown = readFileSync(join(folder, 'reports/sluice.md'), 'utf8');
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toBe(`before\n${markdown}`);
    expect(markdown).toMatch(/^## ✅ Passed\./);
    expect(markdown).toContain('<code>staging.orders.revenue</code>: 2 models below');
    expect(markdown).toContain('<code>pr_12</code>');
    const own = (): readonly string[] =>
      forge.comments.map((c) => c.body).filter((b) => b.includes('sluice-ci'));
    expect(own()).toEqual([`<!-- sluice-ci shop -->\n${markdown}`]);

    writeFileSync(join(shop, STAR), 'MODEL (kind FULL);\nSELECT * FROM raw.customers\n');
    const second = await edited('project.yaml', 'sources:', 'lint: { no-select-star: error }\nsources:', () =>
      edited(ORDERS, 'lower(product) AS product', 'lower(produkt) AS product', () =>
        runAction(folder, forge, INPUTS),
      ),
    );
    rmSync(join(shop, STAR));
    expect(second.code).toBe(1);
    expect(second.out).toMatch(/^::error file=shop\/models\/staging\/orders\.sql,.*title=unknown-column::/m);
    expect(own()).toHaveLength(1);
    expect(own()[0]).toMatch(/## ❌ Failed: compile, 1 error; and 1 more reason\./);
    expect(forge.comments).toHaveLength(121);
    expect(forge.requests.filter((r) => !r.startsWith('GET'))).toEqual([
      'POST /repos/owner/repo/issues/12/comments',
      'PATCH /repos/owner/repo/issues/comments/121',
    ]);

    const sarif = JSON.parse(readFileSync(join(folder, 'reports/sluice.sarif'), 'utf8')) as Log;
    expect(sarifErrors(sarif)).toEqual([]);
    expect(sarif.version).toBe('2.1.0');
    // Errors of the compiler and of lint, under the codes that stand in docs/diagnostics.md and docs/lint.md.
    for (const ruleId of ['unknown-column', 'lint/no-select-star']) {
      expect(sarif.runs[0]?.tool.driver.rules?.map((r) => r.id)).toContain(ruleId);
      expect(sarif.runs[0]?.results).toContainEqual(expect.objectContaining({ ruleId, level: 'error' }));
    }
    await checkJUnit(readFileSync(join(folder, 'reports/sluice-junit.xml'), 'utf8'));
    const document = JSON.parse(readFileSync(join(folder, 'reports/sluice.json'), 'utf8')) as CiDocument;
    expect(document).toMatchObject({ schema_version: 1, status: 'failed', environment: 'pr_12' });
    expect(environments()).toEqual(['prod']);
  } finally {
    forge.server.close();
  }
});

test('on a fork, where nothing may be written, the report is there all the same', async () => {
  const forge = await openForge(false);
  try {
    const done = await edited(ORDERS, ...HALF, () => runAction(folder, forge, INPUTS));
    expect(done.code, done.err).toBe(0);
    expect(done.err).toMatch(/No comment was written: 127\.0\.0\.1:\d+ answered 403 to POST\./);
    expect(forge.comments).toHaveLength(120);
    await checkJUnit(readFileSync(join(folder, 'reports/sluice-junit.xml'), 'utf8'));
  } finally {
    forge.server.close();
  }
});

/** Valid by the schema, and with counts that are right, which no schema can ask for. */
async function checkJUnit(xml: string): Promise<void> {
  expect(await junitErrors(xml)).toEqual([]);
  const count = (name: string): number => xml.match(new RegExp(`<${name}[ >/]`, 'g'))?.length ?? 0;
  const total = /<testsuites tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(xml)?.slice(1).map(Number);
  expect(total).toEqual(['testcase', 'failure', 'error'].map(count));
  expect(total?.[0]).toBeGreaterThan(0);
}
