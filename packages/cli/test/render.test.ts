import {
  diagnostic,
  type ActionDocument,
  type Diagnostic,
  type LineageDocument,
  type Location,
} from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { parseEnd, parseInstant } from '../src/instant.ts';
import { renderApply } from '../src/render/apply.ts';
import { cellWidth, truncate, visible } from '../src/render/cells.ts';
import { renderDiagnostics } from '../src/render/diagnostics.ts';
import { renderEnvironments } from '../src/render/environments.ts';
import { renderInterval } from '../src/render/intervals.ts';
import { renderLineage } from '../src/render/lineage.ts';
import { renderPlan } from '../src/render/plan.ts';
import { PLAIN, type Style } from '../src/render/style.ts';
import { renderTable } from '../src/render/table.ts';
import { duration, number } from '../src/render/words.ts';
import { action, applied, auditResult, plan } from './fakes.ts';

/** Text as it stands in a test: a first line break and common indentation are taken away. */
function text(strings: TemplateStringsArray): string {
  const lines = (strings.raw[0] ?? '').split('\n').slice(1);
  const indent = Math.min(...lines.filter((l) => l.trim() !== '').map((l) => /^ */.exec(l)?.[0].length ?? 0));
  return lines.map((l) => l.slice(indent)).join('\n');
}

/** One of many models that changed by themselves. */
const numbered = (i: number): ActionDocument =>
  action({
    model: `${i % 2 === 0 ? 'marts' : 'staging'}.m${i}`,
    kind: i % 5 === 0 ? 'VIEW' : 'FULL',
    tags: i % 10 === 0 ? ['finance'] : [],
    readers: 1,
    reasons: [{ code: 'column_changed', message: 'x: expression changed', column: 'x' }],
    estimate: i < 7 ? { rows: 1_000_000 * (i + 1), bytes: 50_000_000, seconds: 10 * (i + 1) } : null,
  });

/** A location marked with `«` and `»` in a line. */
function at(marked: string, line = 3): Location {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  const lineText = marked.replace(/[«»]/g, '');
  const place = { path: 'models/x.sql', start, end, line, column: start + 1, lineText };
  return { ...place, endLine: line, endColumn: end + 1 };
}

const check = (diagnostics: readonly Diagnostic[], expected: string, style: Style = PLAIN): void =>
  expect(renderDiagnostics(diagnostics, style)).toBe(expected);

describe('diagnostics', () => {
  it('puts a caret under the place', () => {
    check(
      [
        diagnostic('unknown-column', "there is no column 'amont' in staging.orders", {
          location: at('SELECT «amont» FROM staging.orders'),
          hint: "Did you mean 'amount'?",
        }),
      ],
      text`
        error[unknown-column]: there is no column 'amont' in staging.orders
         --> models/x.sql:3:8
          |
        3 | SELECT amont FROM staging.orders
          |        ^^^^^
          = help: Did you mean 'amount'?

        1 error
        `,
    );
  });

  const carets: readonly (readonly [string, string, string, string])[] = [
    ['tabs', '\ta\t«b»', '    a   b', '        ^'],
    ['a marked tab', 'a«\t»b', 'a   b', ' ^^^'],
    ['wide characters', "SELECT '日本' AS «x»", "SELECT '日本' AS x", '                 ^'],
    ['marked wide characters', "SELECT '«日本»'", "SELECT '日本'", '        ^^^^'],
    ['emoji of several code points', "'👩‍💻' «x»", "'👩‍💻' x", '     ^'],
    ['combining characters', 'e\u0301 «x»', 'e\u0301 x', '  ^'],
    ['control characters', '\u001b[31m «x»', String.raw`\u001b[31m x`, '           ^'],
    ['an empty range', 'a «»b', 'a b', '  ^'],
    ['the end of a line', 'SELECT a«»', 'SELECT a', '        ^'],
  ];
  it.each(carets)('counts cells: %s', (_name, marked, line, caret) => {
    const rendered = renderDiagnostics([diagnostic('syntax-error', 'no', { location: at(marked) })], PLAIN);
    expect(rendered.split('\n').slice(3, 5)).toEqual([`3 | ${line}`, `  | ${caret}`]);
  });

  it('underlines to the end of the line when the range goes on', () => {
    const location = { ...at('  (SELECT «1»'), endLine: 5, endColumn: 2, lineText: '  (SELECT 1' };
    const rendered = renderDiagnostics([diagnostic('syntax-error', 'no', { location })], PLAIN);
    expect(rendered).toContain('  |           ^\n');
  });

  it('keeps the caret in sight of a narrow terminal', () => {
    const marked = `SELECT ${'a, '.repeat(60)}«wrong»${', b'.repeat(60)}`;
    const style = { color: false, width: 60 };
    const rendered = renderDiagnostics([diagnostic('syntax-error', 'no', { location: at(marked) })], style);
    const [line = '', caret = ''] = rendered.split('\n').slice(3, 5);
    expect(line.length).toBeLessThanOrEqual(60);
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('wrong');
  });

  it('shows notes with their places, and counts', () => {
    check(
      [
        diagnostic('duplicate-model', 'marts.x is defined twice', {
          location: at('  name «marts.x»,', 12),
          notes: [
            { message: 'the first definition', location: at('  name «marts.x»', 2) },
            { message: 'names have no case' },
          ],
        }),
        diagnostic('unused-property', "'stamp' has no use"),
        diagnostic('upstream-broken', 'marts.y was not checked'),
      ],
      text`
        error[duplicate-model]: marts.x is defined twice
          --> models/x.sql:12:8
           |
        12 |   name marts.x,
           |        ^^^^^^^
           = note: names have no case
        note: the first definition
          --> models/x.sql:2:8
           |
         2 |   name marts.x
           |        ^^^^^^^

        warning[unused-property]: 'stamp' has no use

        info[upstream-broken]: marts.y was not checked

        1 error, 1 warning, 1 remark
        `,
    );
  });

  it('is coloured only when asked', () => {
    const list = [diagnostic('syntax-error', 'no', { location: at('«x»') })];
    const colored = renderDiagnostics(list, { color: true, width: 80 });
    expect(colored).toContain('\u001b[31m');
    // oxlint-disable-next-line no-control-regex -- colours are control characters
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(renderDiagnostics(list, PLAIN));
  });
});

describe('intervals', () => {
  it.each([
    ['2025-01-01', '2025-04-01', '2025-01-01 → 2025-03-31 (90 days)'],
    ['2025-01-01', '2025-01-02', '2025-01-01 (1 day)'],
    ['2025-01-01T06:00:00Z', '2025-01-01T09:00:00Z', '2025-01-01 06:00 → 2025-01-01 09:00 (3 hours)'],
    ['2025-01-01', '2025-01-01T00:05:00Z', '2025-01-01 00:00 → 2025-01-01 00:05 (5 minutes)'],
    ['2025-01-01', '2025-01-01T00:00:01.500Z', '2025-01-01 00:00 → 2025-01-01 00:00:01.500 (1,500 ms)'],
    ['2020-01-01', '2025-01-01', '2020-01-01 → 2024-12-31 (1,827 days)'],
  ])('%s to %s', (start, end, expected) => {
    expect(renderInterval({ start: new Date(start).toISOString(), end: new Date(end).toISOString() })).toBe(
      expected,
    );
  });
});

describe('instants', () => {
  it.each([
    ['2025-03-31', '2025-03-31T00:00:00.000Z', '2025-04-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2025-03-31T06:00', '2025-03-31T06:00:00.000Z', undefined],
    ['2025-03-31 06:00:07', '2025-03-31T06:00:07.000Z', undefined],
    ['2025-03-31T06:00:00.123456Z', '2025-03-31T06:00:00.123Z', undefined],
    ['2025-03-31T06:00:00+02:00', '2025-03-31T04:00:00.000Z', undefined],
    ['2025-03-31T23:00:00-0130', '2025-04-01T00:30:00.000Z', undefined],
  ])('%s', (given, start, end) => {
    expect(new Date(parseInstant(given, '--start')).toISOString()).toBe(start);
    expect(new Date(parseEnd(given, '--end')).toISOString()).toBe(end ?? start);
  });

  it.each([
    '',
    'yesterday',
    '2025-02-29',
    '2025-13-01',
    '2025-1-1',
    '20250101',
    '2025-01-01T25:00',
    '2025-01-01T',
    '1735689600',
  ])('refuses %j', (given) => {
    expect(() => parseInstant(given, '--start')).toThrow(
      `--start must be a date or a timestamp, not '${given}'`,
    );
  });
});

describe('plan', () => {
  it('is one sentence when there is nothing to do', () => {
    expect(renderPlan(plan([]), PLAIN)).toBe('✓ prod is up to date; there is nothing to do.\n');
  });

  it('says what is thought to be written, where it is worth a line', () => {
    const known = { rows: 1_234_567, bytes: 34_000_000, seconds: 75 };
    const document = plan(
      [
        action({ estimate: known }),
        action({ model: 'marts.small', estimate: { ...known, rows: 3, bytes: 300, seconds: 0 } }),
      ],
      { estimate: { ...known, unknown: 2 } },
    );
    expect(renderPlan(document, PLAIN)).toBe(text`
      ~ rebuild marts.revenue  FULL
          about 1,234,567 rows, 34 MB, 1 min 15 s

      ~ rebuild marts.small  FULL

      Plan for prod: 2 to rebuild.
      Estimated: about 1,234,567 rows, 34 MB, 1 min 15 s to write, and 2 models of unknown size.
    `);
  });

  it('says verdicts, reasons and what follows', () => {
    const document = plan(
      [
        action({
          model: 'staging.old',
          action: 'drop',
          reasons: [{ code: 'removed', message: 'its file is gone' }],
        }),
        action({
          model: 'staging.orders',
          kind: 'INCREMENTAL_BY_TIME_RANGE',
          reasons: [
            { code: 'column_changed', message: 'amount: expression changed', column: 'amount' },
            { code: 'rows_changed', message: 'rows: filter changed' },
          ],
          columns: {
            added: [{ name: 'tax', type: 'DECIMAL(10,2)' }],
            removed: [{ name: 'vat', type: 'DOUBLE' }],
            retyped: [{ name: 'n', from: 'INTEGER', to: 'BIGINT' }],
          },
          intervals: [{ start: '2025-01-01T00:00:00.000Z', end: '2025-04-01T00:00:00.000Z' }],
          batches: 3,
        }),
        action({
          model: 'marts.a',
          reasons: [{ code: 'upstream_column_changed', message: 'staging.orders.amount' }],
        }),
        action({ model: 'marts.b', reasons: [{ code: 'upstream_rows_changed', message: 'staging.orders' }] }),
        action({
          model: 'marts.new',
          kind: 'VIEW',
          action: 'create',
          reasons: [{ code: 'new_model', message: 'new model' }],
          columns: { added: [{ name: 'id', type: 'BIGINT' }], removed: [], retyped: [] },
        }),
      ],
      { unchanged: 4, spared: ['marts.c'] },
    );
    expect(renderPlan(document, PLAIN)).toBe(text`
      + create marts.new  VIEW
          new model

      ~ rebuild staging.orders  INCREMENTAL_BY_TIME_RANGE
          amount: expression changed
          rows: filter changed
          + ADD COLUMN tax DECIMAL(10,2)
          - DROP COLUMN vat -- DOUBLE
          ~ ALTER COLUMN n TYPE BIGINT -- INTEGER
          2025-01-01 → 2025-03-31 (90 days), in 3 batches

      - drop staging.old  FULL
          its file is gone

      ~ rebuild downstream: marts.a, marts.b
        spared, for nothing they read changes: marts.c

      Plan for prod: 1 to create, 3 to rebuild and 1 to drop; 4 models unchanged.
      `);
  });

  it('is a page, not a scroll', () => {
    const actions = Array.from({ length: 500 }, (_, i) =>
      action({ model: `m.m${i}`, action: 'create', reasons: [{ code: 'new_model', message: 'new model' }] }),
    );
    const lines = renderPlan(plan(actions), PLAIN).split('\n');
    expect(lines.length).toBeLessThan(45);
    expect(lines).toContain('  + 500 to create, new: m.m0, m.m1, m.m2 … and 497 more');
    expect(lines.slice(-3)).toEqual([
      'Plan for prod: 500 to create.',
      '497 of 500 models are not named here: sluice plan --full shows all, --explain with their SQL.',
      '',
    ]);
    expect(renderPlan(plan(actions), PLAIN, { full: true }).split('\n').length).toBeGreaterThan(1500);
    expect(renderPlan(plan(actions), PLAIN, { explain: true }).split('\n').length).toBeGreaterThan(1500);
  });

  it('says of 500 changed models first what is lost, what costs most, and what people will find changed', () => {
    const actions = [
      ...Array.from({ length: 380 }, (_, i) => numbered(i)),
      ...Array.from({ length: 116 }, (_, i) =>
        action({
          model: `marts.r${i}`,
          reasons: [{ code: 'upstream_column_changed', message: 'reads marts.m1.x, which changed' }],
        }),
      ),
      action({
        model: 'marts.events',
        action: 'evolve',
        reasons: [{ code: 'column_removed', message: 'amount: removed' }],
        losses: [{ code: 'column_dropped', message: 'amount is dropped', column: 'amount', final: false }],
        columns: { added: [], removed: [{ name: 'amount', type: 'INTEGER' }], retyped: [] },
      }),
      action({
        model: 'marts.stock',
        action: 'backfill',
        reasons: [{ code: 'restated', message: 'its restatement is asked for' }],
        losses: [{ code: 'rows_replaced', message: 'rows are gone', column: null, final: true }],
      }),
      action({
        model: 'marts.daily',
        columns: {
          added: [{ name: 'tax rate', type: 'DOUBLE' }],
          removed: [],
          retyped: [{ name: 'n', from: 'INTEGER', to: 'BIGINT' }],
        },
        reasons: [{ code: 'column_added', message: 'tax rate: added' }],
      }),
      action({
        model: 'marts.old',
        kind: '',
        action: 'drop',
        reasons: [{ code: 'removed', message: 'gone' }],
      }),
    ];
    const estimate = { rows: 28_000_000, bytes: 350_000_000, seconds: 280, unknown: 120 };
    expect(renderPlan(plan(actions, { estimate, spared: ['a.b', 'a.c'], unchanged: 77 }), PLAIN)).toBe(text`
      Destructive: 2 models lose what could not be computed again
        ! marts.stock: rows are gone, for good
        ! marts.events: amount is dropped

      Most to write
        ~ marts.m6  FULL, about 7,000,000 rows, 50 MB, 1 min 10 s
        ~ staging.m5  VIEW, about 6,000,000 rows, 50 MB, 1 min 0 s
        ~ marts.m4  FULL, about 5,000,000 rows, 50 MB, 50.0 s
        ~ staging.m3  FULL, about 4,000,000 rows, 50 MB, 40.0 s
        ~ marts.m2  FULL, about 3,000,000 rows, 50 MB, 30.0 s
        … and 2 more models

      Columns change in 2 models that no other model reads
        marts.events: - amount
        marts.daily: ~ n INTEGER → BIGINT, + "tax rate"

      Why
        ~ 380 to rebuild, expressions changed: marts.m0, staging.m1, marts.m2 … and 377 more
        ^ 1 to evolve, columns removed: marts.events
        > 1 to backfill, restatement asked for: marts.stock
        ~ 1 to rebuild, columns added: marts.daily
        - 1 to drop, gone from the project: marts.old
        ~ 116 to rebuild, follow their inputs: marts.r0, marts.r1, marts.r2 … and 113 more

        by kind:   FULL 423, VIEW 76
        by schema: marts 310, staging 190
        by tag:    finance 38
        spared, for nothing they read changes: 2 models

      Plan for prod: 497 to rebuild, 1 to evolve, 1 to backfill and 1 to drop; 77 models unchanged. 2 steps are destructive (!).
      Estimated: about 28,000,000 rows, 350 MB, 4 min 40 s to write, and 120 models of unknown size.
      486 of 500 models are not named here: sluice plan --full shows all, --explain with their SQL.
      `);
  });

  it('shows SQL with --explain, and unfolds what follows', () => {
    const document = plan([
      action({
        reasons: [{ code: 'inputs_moved', message: 'raw.orders has new data' }],
        sql: ['CREATE TABLE x AS\nSELECT 1', 'SELECT 2;'],
      }),
    ]);
    expect(renderPlan(document, PLAIN, { explain: true })).toBe(text`
      ~ rebuild marts.revenue  FULL
          raw.orders has new data
          → sluice__marts.revenue__v1

            CREATE TABLE x AS
            SELECT 1;

            SELECT 2;

      Plan for prod: 1 to rebuild.
      `);
  });

  it('says of several batches that the SQL is that of the first', () => {
    const document = plan([
      action({ sql: ['SELECT 1'], batches: 3, repeats: 2 }),
      action({ action: 'backfill', sql: ['SELECT 2'], repeats: 1 }),
    ]);
    expect(renderPlan(document, PLAIN, { explain: true })).toBe(text`
      ~ rebuild marts.revenue  FULL
          → sluice__marts.revenue__v1

            SELECT 1;

            -- and 2 more batches: the same, each for the intervals that come next (--full shows them)

      > backfill marts.revenue  FULL
          → sluice__marts.revenue__v1

            SELECT 2;

            -- and 1 more interval in the same transaction: the same for each, in order (--full shows them)

      Plan for prod: 1 to rebuild and 1 to backfill.
      `);
  });

  it('shows each where that is asked for, and models in the order in which they are built', () => {
    const document = plan([
      action({
        action: 'backfill',
        sql: ['SELECT 1'],
        batches: 3,
        repeats: 2,
        repeated_sql: [['SELECT 2'], ['SELECT 3', 'SELECT 4']],
      }),
      action({ action: 'create', sql: ['SELECT 5'] }),
    ]);
    const shown = renderPlan(document, PLAIN, { explain: true, full: true });
    expect(shown.match(/SELECT \d/g)).toEqual([1, 2, 3, 4, 5].map((n) => `SELECT ${n}`));
    expect(shown).not.toContain('more batches');
  });

  it('shows what audits look for, and how views are made, where it is known', () => {
    const audit_sql = [
      { call: 'unique_values(columns := (id))', severity: 'block', sql: 'SELECT 2' },
      { call: 'positive(columns := (id), severity := quarantine)', severity: 'quarantine', sql: 'SELECT 3' },
    ] as const;
    const document = plan(
      [
        action({ action: 'drop', model: 'marts.gone', kind: '', sql: ['DROP VIEW gone'] }),
        action({ sql: ['SELECT 1'], audit_sql }),
      ],
      {
        audits: [
          {
            audit: 'agree',
            identity: '',
            severity: 'warn',
            reads: [],
            reasons: [{ code: 'new_audit', message: 'new audit' }],
            writes_first: [],
            sql: 'SELECT 4',
          },
        ],
        views: { sql: ['CREATE VIEW a', 'CREATE VIEW b'], repeats: 1 },
      },
    );
    expect(renderPlan(document, PLAIN, { explain: true })).toBe(text`
      ~ rebuild marts.revenue  FULL
          → sluice__marts.revenue__v1

            SELECT 1;

            -- audit, which fails if it finds a row: unique_values(columns := (id))
            SELECT 2;

            -- audit, which moves the rows that it finds to quarantine: positive(columns := (id), severity := quarantine)
            SELECT 3;

      ? standalone audit agree (warns): new audit

            SELECT 4;

      - drop marts.gone
          → sluice__marts.revenue__v1

            DROP VIEW gone;

      * views, all in one transaction

            CREATE VIEW a;

            CREATE VIEW b;

            -- and 1 more view, made again as before (--full shows them)

      Plan for prod: 1 to rebuild, 1 to drop and 1 standalone audit to run.
      `);
  });

  it('shows what runs on views', () => {
    const virtual_updates = [
      { model: 'marts.revenue', view: 'marts.revenue', sql: ['COMMENT ON VIEW x IS NULL'] },
    ];
    const document = plan([action()], { virtual_updates });
    expect(renderPlan(document, PLAIN)).toBe(text`
      ~ rebuild marts.revenue  FULL

        statements run on the views of: marts.revenue

      Plan for prod: 1 to rebuild.
      `);
    expect(renderPlan(document, PLAIN, { explain: true })).toBe(text`
      ~ rebuild marts.revenue  FULL
          → sluice__marts.revenue__v1

      * on virtual update marts.revenue
          → marts.revenue

            COMMENT ON VIEW x IS NULL;

      Plan for prod: 1 to rebuild.
      `);
  });

  it('wraps and cuts long lists', () => {
    const spared = Array.from({ length: 30 }, (_, i) => `marts.model_number_${i}`);
    const rendered = renderPlan(plan([action()], { spared }), { color: false, width: 60 });
    expect(Math.max(...rendered.split('\n').map(cellWidth))).toBeLessThanOrEqual(60);
    expect(rendered).toContain('… and 18 more');
  });
});

describe('apply', () => {
  const result = {
    model: 'marts.revenue',
    action: 'rebuild',
    status: 'done',
    rows: 12345,
    rejected: 0,
    sampled_from: null,
    diverted: 0,
    mended: 0,
    seconds: 1,
    intervals: [],
    audits: [auditResult()],
    diagnostics: [],
  } as const;

  it('sums up', () => {
    expect(renderApply(applied({ results: [result] }), PLAIN)).toBe(text`
      models  1 model built, 12,345 rows, 1.50 s
      audits  1 passed
      ✓ prod shows the new tables.
      `);
  });

  it('shows what failed', () => {
    const failed = auditResult({
      status: 'failed',
      failing_rows: 7,
      kept_rows: 7,
      interval: { start: '2025-01-01T00:00:00.000Z', end: '2025-01-02T00:00:00.000Z' },
      samples: [
        { order_id: 1, name: 'a\nb' },
        { order_id: 22, name: null },
      ],
    });
    const document = applied({
      status: 'failed',
      promoted: false,
      unchanged: 0,
      waiting: [],
      summary: 'prod is as it was.',
      results: [
        { ...result, status: 'failed', audits: [failed], rows: 0 },
        { ...result, model: 'marts.top', status: 'skipped', audits: [] },
      ],
    });
    expect(renderApply(document, PLAIN)).toBe(text`
      ✗ audit failed marts.revenue not_null(columns := (id))
          7 failing rows, in 2025-01-01 (1 day)
          order_id  name
          ────────  ────
                 1  a\nb
                22  NULL
          … and 5 more
          All of them: sluice quarantine show marts.revenue --run run_1

      models  0 models built, 0 rows, 1.50 s
      failed  marts.revenue
      skipped marts.top
      audits  1 failed
      ✗ prod is as it was.
      `);
  });
});

describe('tables', () => {
  it('are cut only where the terminal is narrow', () => {
    const rows = [['1', 'x'.repeat(50), '日本語'.repeat(10)]];
    const columns = [{ title: 'id' }, { title: 'long' }, { title: 'wide' }];
    const narrow = renderTable(columns, rows, { color: false, width: 40 }).split('\n');
    for (const line of narrow) expect(cellWidth(line)).toBeLessThanOrEqual(40);
    expect(renderTable(columns, rows, PLAIN)).toContain(`1   ${'x'.repeat(50)}  ${'日本語'.repeat(10)}`);
  });

  it('show environments', () => {
    const promoted_at = '2025-04-01T06:30:12.345Z';
    const environments = [
      { name: 'prod', sequence: 3, promoted_at, models: 12, used_at: promoted_at, expires_at: null },
    ];
    expect(renderEnvironments({ schema_version: 1, environments }, PLAIN)).toBe(text`
      environment  models  promotions  last promoted (UTC)
      ───────────  ──────  ──────────  ───────────────────
      prod             12           3  2025-04-01 06:30:12
      `);
    const dev = { name: 'dev', sequence: 1, promoted_at, models: 2, used_at: promoted_at };
    const more = [...environments, { ...dev, expires_at: '2025-04-08T06:30:12.345Z' }];
    expect(renderEnvironments({ schema_version: 1, environments: more }, PLAIN)).toBe(text`
      environment  models  promotions  last promoted (UTC)  expires (UTC)
      ───────────  ──────  ──────────  ───────────────────  ───────────────────
      prod             12           3  2025-04-01 06:30:12
      dev               2           1  2025-04-01 06:30:12  2025-04-08 06:30:12
      `);
  });
});

describe('lineage', () => {
  it('names columns', () => {
    const document: LineageDocument = {
      schema_version: 1,
      model: 'marts.x',
      direction: 'upstream',
      columns: [
        { name: 'day', type: 'DATE', sources: [{ model: 'staging.o', column: 'day' }], direct: true },
        {
          name: 'revenue',
          type: 'DOUBLE',
          sources: [
            { model: 'staging.o', column: 'amount' },
            { model: 'staging.o', column: 'tax' },
          ],
          direct: false,
        },
        { name: 'n', type: 'BIGINT', sources: [], direct: false },
      ],
      influence: [{ model: 'staging.o', column: 'status' }],
      unknown: false,
      column: null,
      depth: 1,
      graph: { nodes: [], edges: [] },
    };
    expect(renderLineage(document, PLAIN)).toBe(text`
      marts.x takes its columns from:
        day      DATE    ← staging.o.day
        revenue  DOUBLE  ← staging.o.amount, staging.o.tax (computed)
        n        BIGINT  ← no column

        rows depend on staging.o.status
      `);
  });
});

describe('words', () => {
  it.each([
    [0.001, '0.00 s'],
    [9.994, '9.99 s'],
    [12.34, '12.3 s'],
    [59.96, '1 min 0 s'],
    [185, '3 min 5 s'],
    [7800, '2 h 10 min'],
  ])('%d seconds', (seconds, expected) => expect(duration(seconds)).toBe(expected));

  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
  ])('%d', (n, expected) => expect(number(n)).toBe(expected));

  it('cuts by cells, and lets no control character through', () => {
    expect(truncate('日本語', 5)).toBe('日本…');
    expect(truncate('abcdef', 6)).toBe('abcdef');
    expect(visible('a\tb\u001b\u009b\u202e')).toBe(String.raw`a\tb\u001b\u009b\u202e`);
  });
});
