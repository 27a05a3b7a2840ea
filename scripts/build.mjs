// Builds what is published: the library as one module with its types, and the command as one bundle in which the
// library and all of npm but DuckDB's native client is contained.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = dirname(import.meta.dirname);
const core = join(root, 'packages/core');
const cli = join(root, 'packages/cli');

const shared = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.12',
  conditions: ['sluice-source'],
  legalComments: 'none',
  logLevel: 'warning',
};

for (const folder of [core, cli]) rmSync(join(folder, 'dist'), { recursive: true, force: true });

await Promise.all([buildCore(), buildCli()]);
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

async function buildCli() {
  // The command is split, so that `--version` and `--help` read a few kilobytes and not the compiler.
  await build({
    ...shared,
    entryPoints: { sluice: join(cli, 'src/main.ts') },
    outdir: join(cli, 'dist'),
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    external: ['@duckdb/node-api'],
    // yaml's entry for Node is CommonJS, which a bundle of ES modules cannot hold; this is the same code.
    alias: { yaml: join(core, 'node_modules/yaml/browser/index.js') },
    plugins: [pureSources()],
  });
  chmodSync(join(cli, 'dist/sluice.mjs'), 0o755);
  const size = statSync(join(cli, 'dist/sluice.mjs')).size;
  if (size > 4096) {
    throw new Error(
      `dist/sluice.mjs has ${size} bytes: the entry imports something statically that it should not`,
    );
  }
}

/**
 * Tells esbuild that importing a module of the library does nothing by itself. Then a command that needs one function
 * of it (say, to make a diagnostic) carries that function and not the compiler.
 */
function pureSources() {
  return {
    name: 'pure-sources',
    setup(build) {
      const source = join(core, 'src');
      build.onResolve({ filter: /^@sluice\/core$/ }, () => ({
        path: join(source, 'index.ts'),
        sideEffects: false,
      }));
      build.onResolve({ filter: /^\.{1,2}\// }, (args) =>
        args.importer.startsWith(source)
          ? { path: resolve(args.resolveDir, args.path), sideEffects: false }
          : undefined,
      );
    },
  };
}

function buildTypes() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(core, 'tsconfig.build.json')], { stdio: 'inherit' });
}
