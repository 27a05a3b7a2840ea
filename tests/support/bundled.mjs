// What tests run as processes of their own, bundled from the sources before the first test: a process that reads hundreds of files, and
// takes the types out of each, is busy with that for longer than with most tests.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleCommand, shared } from '../../scripts/bundle-command.mjs';

const packages = join(import.meta.dirname, '../../packages');

/** Two runs at the same time have folders of their own. */
const [core, cli] = ['core', 'cli'].map((name) =>
  join(packages, name, 'node_modules', `.sluice-test-${process.pid}`),
);

/** Called by vitest before the first test. */
export async function setup({ provide }) {
  await Promise.all([bundleCommand(cli), bundleChild()]);
  provide('command', join(cli, 'sluice.mjs'));
  provide('killedChild', join(core, 'killed-child.mjs'));
}

/** Called after the last. */
export function teardown() {
  for (const folder of [core, cli]) rmSync(folder, { recursive: true, force: true });
}

async function bundleChild() {
  const { dependencies } = JSON.parse(readFileSync(join(packages, 'core/package.json'), 'utf8'));
  await build({
    ...shared,
    entryPoints: [join(packages, 'core/test/support/killed-child.ts')],
    outdir: core,
    outExtension: { '.js': '.mjs' },
    external: Object.keys(dependencies),
  });
}
