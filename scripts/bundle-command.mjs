// The command as one bundle, in which the library and all of npm but DuckDB's native library is contained. It is what is published, and
// what tests run as a process.
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { asEsModule } from './es-modules.mjs';
import { ownModules } from './own-modules.mjs';

const root = dirname(import.meta.dirname);
const core = join(root, 'packages/core');
const cli = join(root, 'packages/cli');

/** How all of it is bundled. */
export const shared = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.12',
  conditions: ['sluice-source'],
  legalComments: 'none',
  logLevel: 'warning',
};

/** Writes it into a folder below `packages/cli`, where DuckDB is found. */
export async function bundleCommand(outdir) {
  await Promise.all([bundleEntry(outdir), bundleClient(outdir)]);
}

async function bundleEntry(outdir) {
  // The command is split, so that `--version` and `--help` read a few kilobytes and not the compiler.
  const { metafile } = await build({
    ...shared,
    metafile: true,
    entryPoints: { sluice: join(cli, 'src/main.ts') },
    outdir,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    // yaml's entry for Node is CommonJS, which a bundle of ES modules cannot hold; this is the same code.
    alias: { yaml: join(core, 'node_modules/yaml/browser/index.js') },
    plugins: [lightLibrary(), clientBeside(), ownModules()],
  });
  chmodSync(join(outdir, 'sluice.mjs'), 0o755);
  checkStart(metafile);
}

/**
 * DuckDB's client as one file: loading its hundred and more takes as long as all else a command loads. The native library is
 * where npm has put it, and found as the client would find it.
 */
async function bundleClient(outdir) {
  const names = usedNames();
  await build({
    ...shared,
    stdin: { contents: `export { ${names.join(', ')} } from '@duckdb/node-api';`, resolveDir: core },
    outfile: join(outdir, 'duckdb.mjs'),
    minifySyntax: true,
    minifyWhitespace: true,
    external: ['*.node'],
    plugins: [esModules(), ownModules()],
    banner: {
      js: `import { createRequire } from 'node:module';
const require = ['@duckdb/node-api', '@duckdb/node-bindings'].reduce(
  (from, name) => createRequire(from.resolve(name)),
  createRequire(import.meta.url),
);`,
    },
  });
}

/** What the library's sources may take from the client: all of its names that are a word of them. */
function usedNames() {
  const require = createRequire(join(core, 'package.json'));
  const sources = readdirSync(join(core, 'src'), { recursive: true }).filter((path) => path.endsWith('.ts'));
  const words = new Set(
    sources.flatMap((path) => readFileSync(join(core, 'src', path), 'utf8').match(/\w+/g)),
  );
  return Object.keys(require('@duckdb/node-api')).filter((name) => words.has(name));
}

/**
 * The client is written in TypeScript, and published as CommonJS. Of the native library, which is CommonJS by hand, every module that
 * imports it would have a copy.
 */
function esModules() {
  return {
    name: 'es-modules',
    setup(build) {
      build.onResolve({ filter: /^@duckdb\/node-bindings$/ }, ({ kind }) =>
        kind === 'import-statement' ? { path: 'native', namespace: 'es-modules' } : undefined,
      );
      build.onLoad({ filter: /^native$/, namespace: 'es-modules' }, () => ({
        contents: `export default require('@duckdb/node-bindings');`,
        resolveDir: join(
          dirname(createRequire(join(core, 'package.json')).resolve('@duckdb/node-api')),
          '..',
        ),
      }));
      build.onLoad({ filter: /node-api[/\\]lib[/\\].*\.js$/ }, ({ path }) => ({
        contents: asEsModule(readFileSync(path, 'utf8'), path),
      }));
    },
  };
}

/** Chunks import the client's file, which is made apart so that it can be preloaded as well. */
function clientBeside() {
  return {
    name: 'client-beside',
    setup(build) {
      build.onResolve({ filter: /^@duckdb\/node-api$/ }, () => ({ path: '../duckdb.mjs', external: true }));
    },
  };
}

/** Fails when what every call loads has grown: then something heavy is imported statically that should be lazy. */
function checkStart({ outputs }) {
  const bytesOf = (name) => {
    const output = Object.values(outputs).find((o) => o.entryPoint?.endsWith(name));
    const seen = new Set();
    const visit = (o) => {
      if (o === undefined || seen.has(o)) return;
      seen.add(o);
      for (const i of o.imports) if (i.kind === 'import-statement' && !i.external) visit(outputs[i.path]);
    };
    visit(output);
    return [...seen].reduce((sum, o) => sum + o.bytes, 0);
  };
  for (const [entry, most] of [
    ['cli/src/main.ts', 2_000],
    ['cli/src/start.ts', 95_000],
    ['cli/src/report-error.ts', 60_000],
    ['cli/src/commands/plan.ts', 60_000],
  ]) {
    const bytes = bytesOf(entry);
    if (bytes === 0 || bytes > most)
      throw new Error(`${entry} loads ${bytes} bytes, at most ${most} are meant to`);
  }
}

/**
 * Commands import data and small functions of the library statically, and the library itself dynamically. esbuild
 * assigns whole modules to chunks, so that one diagnostic would draw in the compiler; hence static imports see the light
 * rooms alone. A command that imports anything else statically fails the build.
 */
function lightLibrary() {
  const source = join(core, 'src');
  return {
    name: 'light-library',
    setup(build) {
      build.onResolve({ filter: /^@sluice\/core$/ }, (args) =>
        args.kind === 'dynamic-import'
          ? { path: join(source, 'index.ts') }
          : { path: 'light', namespace: 'light-library' },
      );
      build.onLoad({ filter: /.*/, namespace: 'light-library' }, () => ({
        contents: "export * from './diagnostic/index.ts'; export * from './report/index.ts';",
        resolveDir: source,
        loader: 'ts',
      }));
    },
  };
}
