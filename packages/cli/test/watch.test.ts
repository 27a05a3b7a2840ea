import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { diagnostic, type WatchDocument } from '@sluice/core';
import { expect, test } from 'vitest';
import { renderWatch } from '../src/render/watch.ts';
import { PLAIN } from '../src/render/style.ts';
import { run } from '../src/run.ts';
import { COMMAND } from './command.ts';
import { answer, fakeContext, workspace } from './fakes.ts';

function document(more: Partial<WatchDocument> = {}): WatchDocument {
  return {
    schema_version: 1,
    changed_files: [],
    milliseconds: 41,
    models: 1234,
    changed_models: [],
    removed_models: [],
    diagnostics: [],
    ...more,
  };
}

const model = (name: string): WatchDocument['changed_models'][number] => ({
  name,
  kind: 'VIEW',
  path: 'models/x.sql',
  depends_on: [],
  columns: [],
  version: '1',
});

const error = {
  code: 'unknown-column',
  severity: 'error',
  message: 'no',
  path: null,
  line: null,
  column: null,
  end_line: null,
  end_column: null,
  hint: null,
  notes: [],
} as const satisfies WatchDocument['diagnostics'][number];

test.each<[string, Partial<WatchDocument>, string]>([
  ['first', {}, '✓ 09:05:07 1,234 models compiled without errors in 41 ms; watching, Ctrl-C ends it.\n'],
  [
    'a save that means nothing',
    { changed_files: ['models/a.sql'] },
    '✓ 09:05:07 models/a.sql: 1,234 models compiled without errors in 41 ms; no model changed.\n',
  ],
  [
    'many',
    {
      changed_files: ['a', 'b', 'c', 'd', 'e'],
      changed_models: ['m.a', 'm.b', 'm.c', 'm.d', 'm.e', 'm.f'].map(model),
      removed_models: ['m.g'],
    },
    '✓ 09:05:07 a, b, c and 2 more: 1,234 models compiled without errors in 41 ms; changed: m.a, m.b, m.c, m.d, m.e and 2 more.\n',
  ],
  [
    'an error',
    { changed_files: ['models/a.sql'], diagnostics: [error], models: 1, removed_models: ['m.a'] },
    '✗ 09:05:07 models/a.sql: 1 error, 1 model compiled in 41 ms; changed: m.a.\n',
  ],
  [
    'settings that cannot be read',
    { changed_files: ['project.yaml'], diagnostics: [error, error], models: null },
    '✗ 09:05:07 project.yaml: 2 errors, nothing compiled in 41 ms; no model changed.\n',
  ],
])('%s', (_, more, text) => {
  expect(renderWatch(document(more), new Date(2026, 0, 2, 9, 5, 7), PLAIN)).toBe(text);
});

const wrong = diagnostic('unknown-column', "there is no column 'x'");

test('diagnostics go to stderr after every save, a line to stdout; Ctrl-C ends it with 130', async () => {
  const told = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const context = fakeContext({
    workspace: workspace({
      watch: async (onCompiled) => {
        onCompiled(answer(document()));
        onCompiled(answer(document({ changed_files: ['models/a.sql'], diagnostics: [error] }), [wrong]));
        told.resolve();
        await stopped.promise;
      },
      interrupt: () => stopped.resolve(),
    }),
  });
  const done = run(['compile', '--watch'], context);
  await told.promise;
  expect(context.out().split('\n')).toHaveLength(3);
  expect(context.err()).toContain("error[unknown-column]: there is no column 'x'");
  context.interrupt();
  expect(await done).toBe(130);
});

test('--json prints a document a line, and nothing else', async () => {
  const first = document();
  const second = document({ changed_files: ['models/a.sql'], diagnostics: [error] });
  const context = fakeContext({
    workspace: workspace({
      watch: async (onCompiled) => {
        onCompiled(answer(first));
        onCompiled(answer(second, [wrong]));
      },
    }),
  });
  expect(await run(['compile', '--watch', '--json'], context)).toBe(130);
  expect(context.err()).toBe('');
  expect(
    context
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([first, second]);
});

test.each(['github', 'sarif'])('--format %s is for one compilation', async (format) => {
  const context = fakeContext();
  expect(await run(['compile', '--watch', '--format', format], context)).toBe(1);
  expect(context.out() + context.err()).toContain(`--watch does not go with --format ${format}`);
});

test.skipIf(process.platform === 'win32')(
  'a process watches, tells, and is gone after SIGINT',
  { timeout: 60_000 },
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'sluice-watch-'));
    mkdirSync(join(root, 'models/m'), { recursive: true });
    writeFileSync(join(root, 'project.yaml'), 'name: w\nstart: 2024-01-01\n');
    const file = join(root, 'models/m/a.sql');
    writeFileSync(file, 'MODEL (name m.a);\nSELECT 1 AS one\n');
    const [node, command] = COMMAND;
    const child = spawn(node, [command, 'compile', '--watch', '--json'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const next = async (): Promise<WatchDocument> =>
        JSON.parse(String((await lines.next()).value)) as WatchDocument;
      expect(await next()).toMatchObject({ models: 1, changed_files: [], diagnostics: [] });
      writeFileSync(file, 'MODEL (name m.a);\nSELECT nope AS one\n');
      expect(await next()).toMatchObject({
        models: 0,
        changed_files: ['models/m/a.sql'],
        removed_models: ['m.a'],
        diagnostics: [{ code: 'unknown-column', path: 'models/m/a.sql', line: 2, column: 8 }],
      });
      child.kill('SIGINT');
      expect(await ended).toBe(130);
    } finally {
      child.kill('SIGKILL');
      rmSync(root, { recursive: true, force: true });
    }
  },
);
