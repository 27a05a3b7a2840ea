import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RememberedFiles } from './remembered-files.ts';

const root = mkdtempSync(join(tmpdir(), 'sluice-remembered-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a file is read again when it is young, or its size, times or inode are others', () => {
  const a = join(root, 'a.sql');
  writeFileSync(a, 'one');
  writeFileSync(join(root, 'b.sql'), 'two');
  let now = Date.now();
  const files = new RememberedFiles(root, () => now);
  const load = (): readonly unknown[] => {
    files.begin();
    return [files.read('a.sql'), files.read('b.sql'), files.read('gone.sql'), files.looked];
  };
  // Just written: a change within the same tick of the file system's clock could not be told.
  expect(load()).toEqual(['one', 'two', undefined, { read: 2, recognised: 0 }]);
  expect(load()).toEqual(['one', 'two', undefined, { read: 2, recognised: 0 }]);
  now += 10_000;
  expect(load()).toEqual(['one', 'two', undefined, { read: 2, recognised: 0 }]);
  expect(load()).toEqual(['one', 'two', undefined, { read: 0, recognised: 2 }]);
  // The same size and modification time: the time of the change of the inode tells.
  writeFileSync(a, 'six');
  utimesSync(a, new Date(now - 60_000), new Date(now - 60_000));
  expect(load()).toEqual(['six', 'two', undefined, { read: 1, recognised: 1 }]);
});
