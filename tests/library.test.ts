import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Blocks of a page, by the language that they say. */
function blocks(page: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block = '']) => block,
  );
}

function node(cwd: string, ...args: readonly string[]): ReturnType<typeof spawnSync> {
  const options = ['--conditions=sluice-source', '--no-warnings'];
  return spawnSync(process.execPath, [...options, ...args], { cwd, encoding: 'utf8' });
}

test('the example of docs/library.md prints what the page says', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-library-'));
  try {
    const made = node(folder, join(ROOT, 'packages/cli/src/main.ts'), 'init', 'shop');
    expect(made.status, String(made.stderr)).toBe(0);
    const shop = join(folder, 'shop');
    mkdirSync(join(shop, 'node_modules/@sluice'), { recursive: true });
    symlinkSync(join(ROOT, 'packages/core'), join(shop, 'node_modules/@sluice/core'), 'junction');
    writeFileSync(join(shop, 'package.json'), '{ "type": "module" }');
    const [example = ''] = blocks('docs/library.md', 'ts');
    writeFileSync(join(shop, 'report.ts'), example);
    const done = node(shop, 'report.ts');
    expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: '' });
    expect(`$ node report.ts\n${String(done.stdout)}`).toBe(blocks('docs/library.md', 'console')[0]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
