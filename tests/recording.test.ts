import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { comparable, record } from '../scripts/recording.ts';

test('docs/recording.md is what the commands print', { timeout: 180_000 }, () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/recording.md'), 'utf8');
  expect(comparable(record())).toBe(comparable(page));
});
