// Node's own modules in a bundle. An import of one makes a module of ES of it, for which all that it exports is looked at, also what is
// loaded when it is first looked at: `node:process` takes 8 ms, `node:util` 5, `node:fs` 4. Asked for by name they take none.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Loaded by what imports it, and needed only where somebody runs a process. */
const RARE = new Set(['child_process']);

/** Runs before it is known that Node is new enough to be asked by name. */
const BEFORE_CHECK = /cli[/\\]src[/\\]main\.ts$/;

/** An esbuild plugin. */
export function ownModules() {
  return {
    name: 'own-modules',
    setup(build) {
      build.onResolve(
        { filter: /^(?:node:)?(?:child_process|events|fs|module|os|path|process|url|util)$/ },
        (args) =>
          args.kind === 'import-statement' && !BEFORE_CHECK.test(args.importer)
            ? { path: args.path.replace(/^node:/, ''), namespace: 'own-modules', sideEffects: false }
            : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'own-modules' }, ({ path }) => ({
        contents: moduleText(path),
      }));
    },
  };
}

/** What nobody imports of it is left out of the bundle, and so is not looked at. */
function moduleText(name) {
  const found = `process.getBuiltinModule('node:${name}')`;
  if (RARE.has(name)) return `export default new Proxy({}, { get: (_, name) => ${found}[name] });`;
  const names = Object.keys(require(`node:${name}`)).filter(
    (key) => /^[A-Za-z]\w*$/.test(key) && key !== 'default',
  );
  const lines = names.map(
    (key) => `const own_${key} = /* @__PURE__ */ of('${key}');\nexport { own_${key} as ${key} };`,
  );
  return `const all = ${found};\nconst of = (name) => all[name];\nexport default all;\n${lines.join('\n')}`;
}
