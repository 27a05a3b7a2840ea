import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnostic, type TestDocument } from '@sluice/core';
import { afterAll, expect, test } from 'vitest';
import { run } from '../src/run.ts';
import { answer, fakeContext, workspace } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-unit-tests-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FAILED: TestDocument = {
  schema_version: 1,
  tests: [
    {
      name: 'good',
      path: 'tests/a.yaml',
      line: 1,
      model: 'm.a',
      description: null,
      status: 'passed',
      seconds: 0.01,
      expectations: [],
      diagnostics: [],
    },
    {
      name: 'bad',
      path: 'tests/a.yaml',
      line: 9,
      model: 'm.a',
      description: 'Money adds up.',
      status: 'failed',
      seconds: 0.02,
      expectations: [
        {
          cte: 'paid',
          status: 'failed',
          columns: [
            { name: 'id', type: 'BIGINT' },
            { name: 'amount', type: 'DECIMAL(9,2)' },
            { name: 'note', type: 'VARCHAR' },
          ],
          expected_rows: 2,
          actual_rows: 2,
          different_rows: 3,
          differences: [
            {
              kind: 'changed',
              expected: { id: 1, amount: 2.5, note: 'a\nb' },
              actual: { id: 1, amount: 3, note: 'a\nb' },
              columns: ['amount'],
            },
            { kind: 'missing', expected: { id: 2, amount: null, note: null }, actual: null, columns: [] },
            { kind: 'extra', expected: null, actual: { id: 3, amount: 1, note: '' }, columns: [] },
          ],
        },
      ],
      diagnostics: [
        {
          code: 'test-failed',
          severity: 'error',
          message: 'the CTE paid differs in 3 rows',
          path: 'tests/a.yaml',
          line: 12,
          column: 1,
          end_line: 12,
          end_column: 2,
          hint: null,
          notes: [],
        },
      ],
    },
  ],
  diagnostics: [
    {
      code: 'test-failed',
      severity: 'error',
      message: 'the CTE paid differs in 3 rows',
      path: 'tests/a.yaml',
      line: 12,
      column: 1,
      end_line: 12,
      end_column: 2,
      hint: null,
      notes: [],
    },
  ],
  seconds: 0.5,
  summary: '2 tests: 1 passed, 1 failed.',
};

const asked: (readonly string[] | undefined)[] = [];
const failing = workspace({
  test: async (filters) => {
    asked.push(filters);
    return answer(FAILED, [diagnostic('test-failed', 'the CTE paid differs in 3 rows')]);
  },
});

test('rows that differ stand below each other, and only the cells that differ are shown twice', async () => {
  const context = fakeContext({ workspace: failing });
  expect(await run(['test', 'm.*', '--filter', 'bad'], context)).toBe(1);
  expect(asked.at(-1)).toEqual(['m.*', 'bad']);
  expect(context.err()).toBe('');
  expect(context.out()).toBe(`✗ bad of m.a  tests/a.yaml:9
    Money adds up.
    the CTE paid: 2 rows expected, 2 came out, 3 differ
              id  amount  note
    ────────  ──  ──────  ────
    expected  1   2.50    a\\nb
    actual        3.00
    missing   2   NULL    NULL
    extra     3   1.00

✗ 2 tests: 1 passed, 1 failed. 0.50 s
`);
});

test('JUnit XML holds the same rows, JSON the document', async () => {
  const context = fakeContext({ workspace: failing, cwd: folder });
  expect(await run(['test', '--json', '--junit', 'out/tests.xml'], context)).toBe(1);
  expect(JSON.parse(context.out())).toEqual(FAILED);
  const xml = readFileSync(join(folder, 'out/tests.xml'), 'utf8');
  expect(xml).toContain('<testsuite name="tests/a.yaml" tests="2" failures="1" errors="0" skipped="0"');
  expect(xml).toContain('<testcase name="good" classname="m.a" time="0.010"/>');
  expect(xml).toContain('tests/a.yaml:12: the CTE paid differs in 3 rows');
  expect(xml).toContain('    missing   2   NULL    NULL');
});

test('create is a command below, and its options go through', async () => {
  const calls: unknown[] = [];
  const context = fakeContext({
    workspace: workspace({
      createTest: async (...call) => {
        calls.push(call);
        return answer({
          schema_version: 1,
          model: 'm.a',
          test: 'a',
          path: 'tests/m/a.yaml',
          inputs: [{ name: 'raw.x', rows: 1 }],
          expected_rows: 2,
          summary: 'written.',
        });
      },
    }),
  });
  const line = 'test create m.a --rows 4 --where x>1 --name n --env dev --start 2025-01-01 --force';
  expect(await run(line.split(' '), context)).toBe(0);
  expect(calls).toEqual([
    [
      'm.a',
      { rows: 4, where: 'x>1', name: 'n', environment: 'dev', start: Date.UTC(2025, 0, 1), force: true },
    ],
  ]);
  expect(context.out()).toBe('  raw.x: 1 row\n✓ written.\n');
});
