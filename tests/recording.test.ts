import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { comparableExample, withCiExample } from '../scripts/ci-example.ts';
import { comparable, record } from '../scripts/recording.ts';

test('docs/recording.md is what the commands print', { timeout: 180_000 }, () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/recording.md'), 'utf8');
  expect(comparable(record())).toBe(comparable(page));
});

test('the example of docs/ci.md is what `sluice ci` makes', { timeout: 180_000 }, () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/ci.md'), 'utf8');
  expect(comparableExample(withCiExample(page))).toBe(comparableExample(page));
});
