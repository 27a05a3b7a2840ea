import { diagnostic, toDiagnosticDocument } from '@sluice/core';
import type { ProgressEvent, TaskResultDocument } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import type { Stream } from '../src/context.ts';
import { reporterFor } from '../src/progress/reporter.ts';
import { advance, initialProgress, renderFinished, renderRunning } from '../src/render/progress.ts';
import { PLAIN } from '../src/render/style.ts';
import { styleFor } from '../src/terminal.ts';

function result(more: Partial<TaskResultDocument> = {}): TaskResultDocument {
  return {
    model: 'marts.a',
    action: 'rebuild',
    status: 'done',
    rows: 1234,
    rejected: 0,
    sampled_from: null,
    diverted: 0,
    mended: 0,
    seconds: 0.5,
    intervals: [],
    audits: [],
    diagnostics: [],
    ...more,
  };
}

const EVENTS: readonly ProgressEvent[] = [
  { kind: 'waiting-for-lock', holder: 'process 7', secondsLeft: 29.5 },
  { kind: 'waiting-for-lock', holder: 'process 7', secondsLeft: 28.5 },
  { kind: 'apply-started', models: 2, tasks: 4, jobs: 2, expected: {} },
  { kind: 'model-started', model: 'marts.a', action: 'rebuild', tasks: 1 },
  { kind: 'model-started', model: 'marts.b', action: 'backfill', tasks: 3 },
  { kind: 'task-finished', model: 'marts.b', task: 1, tasks: 3 },
  { kind: 'model-finished', result: result() },
];

function stream(isTerminal: boolean): Stream & { readonly text: () => string } {
  const parts: string[] = [];
  return {
    write: (text) => void parts.push(text),
    isTerminal,
    columns: isTerminal ? 60 : undefined,
    text: () => parts.join(''),
  };
}

describe('progress', () => {
  it('is a line per finished model without a terminal', () => {
    const s = stream(false);
    const reporter = reporterFor(s, PLAIN);
    for (const event of EVENTS) reporter.event(event);
    reporter.stop();
    expect(s.text()).toBe(
      'Waiting for the warehouse, which process 7 holds (at most 30 s).\n' +
        '✓ marts.a                              rebuild  1,234 rows, 0.50 s\n',
    );
  });

  it('says how the warehouse was opened when that is asked for', () => {
    const opened = {
      kind: 'warehouse-opened',
      warehouse: 'w.duckdb',
      memoryLimit: '900MiB',
      isMemoryShare: true,
      spillTo: '/srv/tmp/1',
    } as const;
    const said = [true, false].map((verbose) => {
      const s = stream(false);
      reporterFor(s, PLAIN, { verbose }).event(opened);
      return s.text();
    });
    expect(said).toEqual([
      'Opened w.duckdb with at most 900MiB of memory, a share of what is free; what does not fit goes to /srv/tmp/1.\n',
      '',
    ]);
  });

  it('says which files a watch read when that is asked for', () => {
    const said = [true, false].map((verbose) => {
      const s = stream(false);
      const reporter = reporterFor(s, PLAIN, { verbose });
      reporter.event({ kind: 'files-looked-at', read: 12, recognised: 0 });
      reporter.event({ kind: 'files-looked-at', read: 1, recognised: 11 });
      return s.text();
    });
    expect(said).toEqual([
      'Read 12 files.\nRead 1 file; 11 others had the size, times and inode of before.\n',
      '',
    ]);
  });

  it('shows what runs', () => {
    const state = EVENTS.reduce((state, event) => advance(state, event, 1000), initialProgress(0));
    expect(renderRunning(state, 13_400, PLAIN)).toEqual([
      '… marts.b  backfill  batch 2 of 3  12 s',
      '1 of 2 models, 2 of 4 tasks, 12 s',
    ]);
  });

  it.each([
    // Nobody built them before: nothing is said.
    [{}, ''],
    // Two at once take as long as the longest.
    [{ 'marts.b': 60, 'marts.c': 250 }, ', about 4 min left'],
    [{ 'marts.b': 20, 'marts.c': 20 }, ', about 20 s left'],
    [{ 'marts.c': 250 }, ', at least 4 min left'],
    // It takes longer than ever: nobody knows how long.
    [{ 'marts.b': 5, 'marts.c': 25 }, ', at least 25 s left'],
    [{ 'marts.b': 11, 'marts.c': 0.1 }, ''],
  ])('says how long it goes on, as far as it knows: %j', (expected, text) => {
    const events: readonly ProgressEvent[] = [
      { kind: 'apply-started', models: 3, tasks: 400, jobs: 2, expected: { 'marts.a': 1, ...expected } },
      { kind: 'model-started', model: 'marts.a', action: 'rebuild', tasks: 1 },
      { kind: 'model-finished', result: result({}) },
      { kind: 'model-started', model: 'marts.b', action: 'backfill', tasks: 398 },
    ];
    const state = events.reduce((s, event) => advance(s, event, 1000), initialProgress(0));
    expect(renderRunning(state, 11_000, PLAIN).at(-1)).toBe(`1 of 3 models, 1 of 400 tasks, 10 s${text}`);
  });

  it('leaves nothing on a terminal but the finished lines', () => {
    const s = stream(true);
    const reporter = reporterFor(s, { color: false, width: 60 }, { clock: () => 0 });
    for (const event of EVENTS) reporter.event(event);
    reporter.stop();
    expect(screen(s.text())).toEqual([
      '✓ marts.a                              rebuild  1,234 rows, 0.50 s',
      '',
    ]);
  });

  it.each([
    [result({ rejected: 3 }), '✓ marts.a rebuild 1,234 rows, 3 rejected, 0.50 s'],
    [result({ action: 'drop', rows: null }), '✓ marts.a drop 0.50 s'],
    [result({ status: 'skipped' }), '- marts.a skipped not begun'],
    [
      result({
        status: 'skipped',
        diagnostics: [
          toDiagnosticDocument(
            diagnostic(
              'upstream-broken',
              'marts.a was rolled back because standalone audit agree failed',
              {},
            ),
          ),
        ],
      }),
      '- marts.a skipped rolled back because standalone audit agree failed',
    ],
    [result({ status: 'interrupted' }), '- marts.a interrupted'],
    [result({ status: 'failed' }), '✗ marts.a failed'],
  ])('says %#', (given, expected) => {
    expect(renderFinished(given, PLAIN).replace(/ +/g, ' ').trim()).toBe(expected);
  });
});

describe('colours', () => {
  const cases: readonly (readonly [boolean, Record<string, string>, boolean, boolean])[] = [
    [true, {}, true, true],
    [false, {}, true, false],
    [true, { NO_COLOR: '1' }, true, false],
    [true, { NO_COLOR: '' }, true, true],
    [false, { FORCE_COLOR: '1' }, true, true],
    [true, { FORCE_COLOR: '0' }, true, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
    [true, { TERM: 'dumb' }, true, false],
    [true, { FORCE_COLOR: '1' }, false, false],
  ];
  it.each(cases)('terminal %j, %j, option %j: %j', (terminal, env, option, expected) => {
    expect(styleFor(stream(terminal), env, option).color).toBe(expected);
  });
});

/** What a terminal would show: knows line breaks, going up and clearing to the end. */
function screen(text: string): readonly string[] {
  let lines = [''];
  // oxlint-disable-next-line no-control-regex -- escapes are what a terminal is told with
  for (const part of text.split(/(\u001b\[\d*[A-Z]|\n)/)) {
    // oxlint-disable-next-line no-control-regex -- the same
    const up = /^\u001b\[(\d+)A$/.exec(part)?.[1];
    if (up !== undefined) lines = [...lines.slice(0, lines.length - 1 - Number(up)), ''];
    else if (part === '\n') lines.push('');
    else if (part !== '\u001b[J') lines[lines.length - 1] += part;
  }
  return lines;
}
