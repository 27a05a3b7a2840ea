import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expandGlob } from './glob.ts';

const root = mkdtempSync(join(tmpdir(), 'sluice-glob-'));

beforeAll(() => {
  for (const path of [
    'a.csv',
    'data/a.csv',
    'data/b.csv',
    'data/b.parquet',
    'data/c(1).csv',
    'data/d+e.csv',
    'data/ü.csv',
    'data/2024/01/x.csv',
    'data/2024/02/x.csv',
    'data/2024/y.csv',
    'other/a.csv',
  ]) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  symlinkSync(join(root, 'a.csv'), join(root, 'data/link.csv'));
});

afterAll(() => rmSync(root, { recursive: true }));

test.each<[string, readonly string[]]>([
  ['a.csv', ['a.csv']],
  ['data/a.csv', ['data/a.csv']],
  ['no.csv', []],
  ['data', []],
  ['*.csv', ['a.csv']],
  [
    'data/*.csv',
    ['data/a.csv', 'data/b.csv', 'data/c(1).csv', 'data/d+e.csv', 'data/link.csv', 'data/ü.csv'],
  ],
  ['data/?.csv', ['data/a.csv', 'data/b.csv', 'data/ü.csv']],
  ['data/[ab].csv', ['data/a.csv', 'data/b.csv']],
  ['data/[!a].csv', ['data/b.csv', 'data/ü.csv']],
  ['data/b.{csv,parquet}', ['data/b.csv', 'data/b.parquet']],
  ['data/c(1).csv', ['data/c(1).csv']],
  ['data/d+?.csv', ['data/d+e.csv']],
  ['data/2024/*/x.csv', ['data/2024/01/x.csv', 'data/2024/02/x.csv']],
  ['data/2024/**/*.csv', ['data/2024/01/x.csv', 'data/2024/02/x.csv', 'data/2024/y.csv']],
  ['**/x.csv', ['data/2024/01/x.csv', 'data/2024/02/x.csv']],
  ['{data,other}/a.csv', ['data/a.csv', 'other/a.csv']],
  ['nowhere/*.csv', []],
  ['*/a.csv', ['data/a.csv', 'other/a.csv']],
])('%s', (pattern, expected) => {
  expect(expandGlob(root, pattern)).toEqual(expected);
});
