import { diagnostic, SCHEMA_VERSION, type CiDocument, type ModelDiffDocument } from '@sluice/core';
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
    repository,
  );
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(10);
  expect(lines[0]).toContain('title=unknown-column');
  expect(lines[9]).toBe('::error title=sluice::3 more errors, see the log and the summary');
  expect(renderAnnotations(lint.slice(0, 10), repository).trimEnd().split('\n')).toHaveLength(10);
  expect(renderAnnotations(lint.slice(0, 10), repository)).not.toContain('more');
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
