import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nodeFiles } from './node-files.ts';

const root = mkdtempSync(join(tmpdir(), 'sluice-files-'));
afterAll(() => rmSync(root, { recursive: true }));

test('files of a folder', () => {
  for (const folder of ['models/b', 'models/.git', 'models/node_modules/x', 'empty']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const path of [
    'models/c.sql',
    'models/b/a.sql',
    'models/.a.sql',
    'models/.git/a.sql',
    'models/node_modules/x/a.sql',
  ]) {
    writeFileSync(join(root, path), path);
  }
  writeFileSync(join(root, 'out.sql'), 'é');
  symlinkSync(join(root, 'out.sql'), join(root, 'models/link.sql'));
  symlinkSync(join(root, 'models'), join(root, 'models/round'));
  const files = nodeFiles(root);
  expect(files.list('models')).toEqual(['models/b/a.sql', 'models/c.sql', 'models/link.sql']);
  expect(files.list('models/')).toEqual(files.list('models'));
  expect(files.list('empty')).toEqual([]);
  expect(files.list('nowhere')).toEqual([]);
  expect(files.list('../')).toEqual([]);
  expect(files.read('models/b/a.sql')).toBe('models/b/a.sql');
  expect(files.read('models/link.sql')).toBe('é');
  for (const path of ['nowhere.sql', 'models', 'out.sql/x', '../x', 'models/../out.sql', '/etc/hostname']) {
    expect(files.read(path), path).toBeUndefined();
  }
});
