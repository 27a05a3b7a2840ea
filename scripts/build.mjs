// Builds what is published: the library as one module with its types, and the command as one bundle in which the
// library and all of npm but DuckDB's native library is contained.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { bundleCommand, shared } from './bundle-command.mjs';

const root = dirname(import.meta.dirname);
const core = join(root, 'packages/core');
const cli = join(root, 'packages/cli');

for (const folder of [core, cli]) rmSync(join(folder, 'dist'), { recursive: true, force: true });

await Promise.all([buildCore(), bundleCommand(join(cli, 'dist'))]);
buildTypes();
for (const folder of [core, cli]) {
  for (const file of ['README.md', 'LICENSE']) {
    if (existsSync(join(root, file))) copyFileSync(join(root, file), join(folder, file));
  }
}

async function buildCore() {
  const { dependencies } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8'));
  await build({
    ...shared,
    entryPoints: [join(core, 'src/index.ts')],
    outfile: join(core, 'dist/index.js'),
    external: Object.keys(dependencies),
    sourcemap: true,
    sourcesContent: false,
  });
}

function buildTypes() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(core, 'tsconfig.build.json')], { stdio: 'inherit' });
}
