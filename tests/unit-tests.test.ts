import { join } from 'node:path';
import { openWorkspace } from '@sluice/core';
import { expect, test } from 'vitest';

/** The shop's own unit tests (tests/*.yaml), as `sluice test` runs them. */
const workspace = await openWorkspace({ root: join(import.meta.dirname, '..') });
const { document } = await workspace.test();
await workspace.close();

test('there are some, and every file can be read', () => {
  expect(document.tests.length).toBeGreaterThan(3);
  expect(document.diagnostics).toEqual([]);
});

test.each(document.tests.map((t) => [`${t.path} ${t.name}`, t] as const))('%s', (_, t) => {
  expect(t.expectations.flatMap((e) => e.differences)).toEqual([]);
  expect(t.status).toBe('passed');
});
