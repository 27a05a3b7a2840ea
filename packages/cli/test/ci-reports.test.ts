import {
  diagnostic,
  SCHEMA_VERSION,
  toDiagnosticDocument,
  type CiDocument,
  type CiFindingDocument,
  type CiStep,
  type ModelDiffDocument,
} from '@sluice/core';
import { expect, test } from 'vitest';
import { markerOf } from '../src/comment/upsert-comment.ts';
import { junitErrors } from './junit-schema.ts';
import { renderAnnotations } from '../src/render/annotations.ts';
import { renderCi } from '../src/render/ci.ts';
import { renderCiMarkdown } from '../src/render/ci-markdown.ts';
import { renderCiJUnit } from '../src/render/ci-junit.ts';
import { PLAIN } from '../src/render/style.ts';
import { code, codeCell, escapeMarkdown } from '../src/render/markdown.ts';
import { action, applied, auditResult, plan } from './fakes.ts';

/** What people put into data and names to get out of a table. */
const EVIL =
  '</code></details><img src=x onerror=alert(1)> | `` ` [x](https://evil.example) @team #12\n\n# head';

function changed(model: string, value: string): ModelDiffDocument {
  return {
    model,
    status: 'changed',
    shared: false,
    grain: ['id'],
    note: null,
    columns_added: [{ name: value, type: 'VARCHAR' }],
    columns_removed: [],
    columns_retyped: [{ name: value, from: 'BIGINT', to: 'DOUBLE' }],
    rows: { before: 10, after: 10, added: 1, removed: 1, changed: 3 },
    values: [{ column: value, changed: 3, share: 0.3 }],
    samples: {
      added: [{ [value]: value }],
      removed: [{ [value]: value }],
      changed: [{ key: { [value]: value }, values: [{ column: value, before: value, after: null }] }],
    },
  };
}

/** A document in which every text is `value` and every list has `n` entries. */
function document(value: string, n: number): CiDocument {
  const many = <T>(make: (i: number) => T): readonly T[] => Array.from({ length: n }, (_, i) => make(i));
  const problem = (severity: 'error' | 'warning') => ({
    code: 'unknown-column',
    severity,
    message: value,
    path: value,
    line: 1,
    column: 1,
    end_line: 1,
    end_column: 2,
    hint: value,
    notes: [],
  });
  return {
    schema_version: SCHEMA_VERSION,
    project: value,
    base: 'prod',
    base_exists: true,
    environment: 'pr_1',
    kept: false,
    sample: null,
    status: 'failed',
    fail_on: 'error',
    findings: [],
    checks: [{ step: 'compile', status: 'failed', errors: 1, warnings: 0, seconds: 1, summary: value }],
    diagnostics: [...many(() => problem('error')), ...many(() => problem('warning'))],
    tests: {
      schema_version: SCHEMA_VERSION,
      tests: many((i) => ({
        name: `${value}${i}`,
        path: value,
        line: 1,
        model: value,
        description: value,
        status: 'failed',
        seconds: 1,
        expectations: [],
        diagnostics: [],
      })),
      diagnostics: [],
      seconds: 1,
      summary: value,
    },
    plan: plan(
      many((i) => action({ model: `${value}${i}`, reasons: [{ code: 'column_changed', message: value }] })),
      {
        spared: many(() => value),
        audits: many((i) => ({
          audit: `${value}${i}`,
          identity: value,
          severity: 'block',
          reads: [value],
          reasons: [{ code: 'new_audit', message: value }],
          writes_first: [],
          sql: null,
        })),
      },
    ),
    pending: many(() => value),
    build: applied({
      results: many((i) => ({
        model: `${value}${i}`,
        action: 'create',
        status: 'done',
        rows: 1000,
        rejected: 0,
        sampled_from: null,
        diverted: 0,
        mended: 0,
        seconds: 1,
        intervals: [],
        diagnostics: [],
        audits: [
          auditResult({
            model: value,
            call: value,
            status: 'failed',
            failing_rows: 3,
            samples: [{ [value]: value }],
          }),
        ],
      })),
    }),
    audits: null,
    diff: {
      schema_version: SCHEMA_VERSION,
      before: 'prod',
      after: 'pr_1',
      models: many((i) => changed(`${value}${i}`, value)),
      summary: value,
    },
    impact: many(() => ({
      model: value,
      column: value,
      audits: [],
      standalone_audits: many(() => ({
        audit: value,
        path: value,
        reads_it: false,
        columns: [{ model: value, column: value }],
        rows_from: [value],
        unknown: false,
      })),
      summary: value,
      models: many(() => ({
        model: value,
        kind: 'FULL',
        distance: 1,
        reads_it: true,
        columns: [{ name: value, type: 'BIGINT', sources: [], direct: true }],
        influence: [],
        rows_from: [],
        unknown: false,
      })),
    })),
    seconds: 1,
    summary: value,
  };
}

test.each([1, 7, 60, 400])(
  'a page of %i times everything fits into a comment and counts what is left out',
  (n) => {
    for (const value of [
      'marts.orders',
      'x'.repeat(5000),
      '|`<&'.repeat(500),
      '👋'.repeat(500),
      '表'.repeat(300),
    ]) {
      const text = renderCiMarkdown(document(value, n));
      // With its marker, as characters and as bytes alike.
      const comment = `${markerOf('x'.repeat(5000))}\n${text}`;
      expect(comment.length).toBeLessThanOrEqual(65_536);
      expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(65_536);
      expect(text.length).toBeGreaterThan(400);
      expect(text.isWellFormed()).toBe(true);
      if (n > 100) expect(text).toMatch(/… and \d+ more/);
      expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
    }
  },
);

test('what there is room for is shown, and what is left out is counted exactly', () => {
  const text = renderCiMarkdown(document('marts.orders', 400));
  const rows = text.match(/^\| <code>marts\.orders\d+<\/code> \| 1 added/gm)?.length ?? 0;
  expect(rows).toBeGreaterThan(0);
  expect(text).toContain(`… and ${400 - rows} more.`);
});

test('no value breaks out of Markdown or HTML', () => {
  const text = renderCiMarkdown(document(EVIL, 2));
  // What is left once everything is taken out that is shown as it is: spans of code.
  const outside = text.replaceAll('\\`', '').replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
  expect(outside).not.toMatch(/<(?!\/?(?:code|details|summary|sub)>)/);
  expect(outside).not.toMatch(/@team|(?<!&)#12|https:\/\//);
  expect(outside).not.toMatch(/(?<!\\)\]\(/);
  expect(outside).not.toMatch(/^# head/m);
  expect(outside.match(/<code>/g)?.length).toBe(outside.match(/<\/code>/g)?.length);
  // Every line of a table has as many cells as its titles.
  let titles: number | undefined;
  for (const line of text.split('\n')) {
    const cells = line.startsWith('| ') ? line.replaceAll(String.raw`\|`, '').split('|').length : undefined;
    if (cells !== undefined && titles !== undefined) expect(cells).toBe(titles);
    if (!line.startsWith('|---')) titles = cells;
  }
});

test('spans of code hold any text', () => {
  expect(codeCell('a')).toBe('`a`');
  expect(codeCell('a`b')).toBe('``a`b``');
  expect(codeCell('`')).toBe('`` ` ``');
  expect(codeCell(' a ')).toBe('`  a  `');
  expect(codeCell('a|b')).toBe(String.raw`${'`'}a\|b${'`'}`);
  expect(codeCell('a\r\n\nb')).toBe('`a b`');
  expect(codeCell('')).toBe("''");
  expect(code('a_b.c')).toBe('<code>a_b.c</code>');
  expect(code('_a_ [b]')).toBe('<code>&#95;a&#95; &#91;b&#93;</code>');
  expect(escapeMarkdown('mail @team, www.x.org')).toBe('mail @\u2060team, www.\u2060x.org');
});

const planned = (audit: string, severity: 'block' | 'warn') =>
  ({
    audit,
    identity: audit,
    severity,
    reads: ['marts.daily'],
    reasons: [{ code: 'inputs_moved', message: 'new data or definitions in marts.daily' }],
    writes_first: [],
    sql: null,
  }) as const;
const found = (audit: string, failing_rows: number, severity: 'block' | 'warn') =>
  auditResult({
    model: audit,
    audit,
    call: audit,
    standalone: true,
    severity,
    failing_rows,
    status: failing_rows === 0 ? 'passed' : 'failed',
  });

test('standalone audits that merging runs stand in the plan with what they found', () => {
  const of: CiDocument = {
    ...document('x', 0),
    plan: plan([], {
      unchanged: 3,
      audits: [
        planned('agree', 'block'),
        planned('few', 'warn'),
        planned('late', 'block'),
        planned('no', 'block'),
      ],
    }),
    build: applied({
      audits: [found('agree', 0, 'block'), found('few', 2, 'warn'), found('no', 1, 'block')],
    }),
  };
  const text = renderCiMarkdown(of);
  expect(text).toContain(
    'Plan for <code>prod</code>: 0 models touched, 3 untouched, 4 standalone audits to run',
  );
  expect(text.split('\n').filter((l) => /^\|.*new data/.test(l))).toEqual([
    '| ✅ | <code>agree</code> | blocks | new data or definitions in marts.daily | passed |',
    '| ⚠️ | <code>few</code> | warns | new data or definitions in marts.daily | found 2 rows |',
    '| ➖ | <code>late</code> | blocks | new data or definitions in marts.daily | was not run |',
    '| ❌ | <code>no</code> | blocks | new data or definitions in marts.daily | found 1 row |',
  ]);
  expect(renderCi(of, PLAIN)).toContain(
    [
      'Standalone audits that prod would run',
      '  ✓ agree passed: new data or definitions in marts.daily',
      '  ! few found 2 rows (warns): new data or definitions in marts.daily',
      '  - late was not run: new data or definitions in marts.daily',
      '  ✗ no found 1 row: new data or definitions in marts.daily',
      '',
    ].join('\n'),
  );
});

test('ten annotations of a level, the most important first', () => {
  const location = {
    path: 'models/a.sql',
    start: 0,
    end: 1,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 2,
    lineText: 'x',
  };
  const repository = { root: '/repo', prefix: '' };
  const lint = Array.from({ length: 11 }, (_, i) =>
    diagnostic('lint/no-select-star', `star ${i}`, { location, severity: 'error' }),
  );
  const text = renderAnnotations(
    [...lint, diagnostic('unknown-column', 'no such column', { location })],
    [],
    repository,
  );
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(10);
  expect(lines[0]).toContain('title=unknown-column');
  expect(lines[9]).toBe('::error title=sluice::3 more errors, see the log and the summary');
  expect(renderAnnotations(lint.slice(0, 10), [], repository).trimEnd().split('\n')).toHaveLength(10);
  expect(renderAnnotations(lint.slice(0, 10), [], repository)).not.toContain('more');
});

const finding = (on: CiFindingDocument['on'], message: string, more: Partial<CiFindingDocument> = {}) =>
  ({
    on,
    message,
    fails: true,
    step: on === 'breaking' ? 'plan' : 'diff',
    model: 'marts.a',
    path: 'models/a.sql',
    line: 3,
    column: 2,
    end_line: 3,
    end_column: 5,
    ...more,
  }) satisfies CiFindingDocument;
const NOWHERE = { path: null, line: null, column: null, end_line: null, end_column: null } as const;

test('what a run fails for without a diagnostic is annotated, within the limit and in its order', () => {
  const repository = { root: '/repo', prefix: 'shop/' };
  const lines = (findings: readonly CiFindingDocument[]): readonly string[] =>
    renderAnnotations(
      [
        diagnostic('lint/no-select-star', 'star', { severity: 'error' }),
        diagnostic('audit-failed', 'rows'),
        diagnostic('audit-warning', 'some rows'),
      ],
      findings,
      repository,
    )
      .trimEnd()
      .split('\n');
  expect(
    lines([
      finding('error', 'audits, 1 failed', { step: 'audit', ...NOWHERE }),
      finding('warning', 'audits, 1 warning', { step: 'audit', ...NOWHERE }),
      finding('breaking', 'marts.b goes', NOWHERE),
      finding('breaking', 'marts.a.x goes'),
      finding('diff', 'marts.b goes', NOWHERE),
      finding('diff', 'marts.a holds other data'),
    ]),
  ).toEqual([
    '::error title=audit-failed::rows',
    '::error file=shop/models/a.sql,line=3,endLine=3,col=2,endColumn=5,title=breaking::marts.a.x goes',
    '::error title=breaking::marts.b goes',
    '::error file=shop/models/a.sql,line=3,endLine=3,col=2,endColumn=5,title=diff::marts.a holds other data',
    '::error title=lint/no-select-star::star',
    '::warning title=audit-warning::some rows',
  ]);
  expect(lines([finding('diff', 'marts.a holds other data', { fails: false })])).toHaveLength(3);
  const many = lines(Array.from({ length: 12 }, (_, i) => finding('diff', `marts.m${i} holds other data`)));
  expect(many).toHaveLength(11);
  expect(many[8]).toContain('marts.m7 holds other data');
  expect(many[9]).toBe('::error title=sluice::5 more errors, see the log and the summary');
});

const check = (step: CiStep, status: 'passed' | 'warned', warnings = 0) =>
  ({ step, status, errors: 0, warnings, seconds: 0, summary: 'done' }) as const;

const stepsXml = (fails: boolean): string =>
  renderCiJUnit({
    ...document('x', 0),
    checks: [
      check('plan', 'passed'),
      check('build', 'passed'),
      check('audit', 'warned', 1),
      check('diff', 'passed'),
    ],
    diagnostics: [toDiagnosticDocument(diagnostic('audit-warning', 'audit a found 1 row'))],
    findings: [
      finding('warning', 'audits, 1 warning', { fails, step: 'audit', ...NOWHERE }),
      finding('breaking', 'marts.a.x goes', { fails }),
      finding('breaking', 'marts.b goes', { fails, ...NOWHERE }),
      finding('diff', 'marts.a <holds> other data', { fails }),
    ],
  });

test('what a run fails for fails the step of JUnit that found it, once it is to fail for that', async () => {
  expect(await junitErrors(stepsXml(true))).toEqual([]);
  expect(stepsXml(true)).toContain(
    '<testsuite name="sluice ci" tests="4" failures="3" errors="0" skipped="0"',
  );
  for (const text of [
    '<testcase name="plan" classname="x" time="0.000">\n      <failure message="marts.a.x goes; and 1 more reason" type="failed">models/a.sql:3: marts.a.x goes [breaking]\nmarts.b goes [breaking]</failure>',
    '<testcase name="build" classname="x" time="0.000"/>',
    '<testcase name="audit" classname="x" time="0.000">\n      <failure message="audits, 1 warning" type="failed">audit a found 1 row [audit-warning]</failure>',
    '<testcase name="diff" classname="x" time="0.000">\n      <failure message="marts.a &lt;holds&gt; other data" type="failed">models/a.sql:3: marts.a &lt;holds&gt; other data [diff]</failure>',
  ])
    expect(stepsXml(true)).toContain(text);
  expect(stepsXml(false)).not.toContain('<failure');
});

test('JUnit has steps, tests and audits, and is valid whatever is in it', async () => {
  for (const value of ['marts.orders', EVIL, '\u0000\u001b]]> \ud800 <![CDATA[ &amp; 👋'])
    expect(await junitErrors(renderCiJUnit(document(value, 3)))).toEqual([]);
  expect(await junitErrors('<testsuites><testcase/></testsuites>')).not.toEqual([]);
  const xml = renderCiJUnit(document('a <b> "c"', 2));
  expect(xml).toContain('<testsuite name="sluice ci" tests="1" failures="1"');
  expect(xml).toContain('<testsuite name="audits of a &lt;b&gt; &quot;c&quot;" tests="2" failures="2"');
  expect(xml).not.toContain('<b>');
});
