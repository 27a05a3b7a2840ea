import { expect, test } from 'vitest';
import { run } from '../src/run.ts';
import { applied, fakeContext, workspace } from './fakes.ts';

test.each([
  [['--poll', '5s'], '--poll goes with --watch'],
  [['--watch', '--poll', 'soon'], "--poll must be a time between 0.1s and 24h, not 'soon'"],
  [['--watch', '--poll', '25h'], "--poll must be a time between 0.1s and 24h, not '25h'"],
  [['--watch', '--now', '2025-01-01'], '--now does not go with --watch'],
])('run %s is refused', async (args, message) => {
  const context = fakeContext();
  expect(await run(['run', ...args], context)).toBe(1);
  expect(context.err()).toContain(message);
});

test.each([
  ['500m', 30_000_000],
  ['2.5s', 2500],
  ['10', 10_000],
  ['1h', 3_600_000],
])('each run is a line, until it is stopped; --poll %s', async (poll, milliseconds) => {
  const asked: unknown[] = [];
  const context = fakeContext({
    workspace: workspace({
      watchRuns: async (environment, options, onRun) => {
        asked.push(environment, options);
        onRun({ document: applied({ kind: 'run' }), diagnostics: [] });
        onRun({ document: { schema_version: 1, error: true, diagnostics: [] }, diagnostics: [] });
      },
      close: async () => undefined,
    }),
  });
  expect(await run(['run', 'dev', '--watch', '--poll', poll, '--json'], context)).toBe(130);
  expect(asked).toEqual(['dev', { poll: milliseconds, ignoreCron: false }]);
  const lines = context.out().trimEnd().split('\n');
  expect(lines.map((l) => JSON.parse(l) as unknown)).toMatchObject([{ kind: 'run' }, { error: true }]);
});
