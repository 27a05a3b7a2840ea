// Node's own modules in a bundle. An import of one makes a module of ES of it, for which all that it exports is looked at, also what is
// loaded when it is first looked at: `node:process` takes 8 ms, `node:util` 5, `node:fs` 4. Asked for by name they take none.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Asked for by libraries, which need it only where they run a process: commander, and what looks for the kind of libc where all else fails. */
const RARE = 'child_process';

const LAZY = `new Proxy({}, { get: (_, name) => process.getBuiltinModule('node:${RARE}')[name] })`;
/** The same for CommonJS. */
const REQUIRED = `${RARE}, required`;

/** Runs before it is known that Node is new enough to be asked by name. */
const BEFORE_CHECK = /cli[/\\]src[/\\]main\.ts$/;

/** An esbuild plugin. */
export function ownModules() {
  return {
    name: 'own-modules',
    setup(build) {
      build.onResolve(
        { filter: /^(?:node:)?(?:child_process|events|fs|module|os|path|process|url|util)$/ },
        ({ path, kind, importer }) => {
          const name = path.replace(/^node:/, '');
          if (kind === 'require-call' && name === RARE) return { path: REQUIRED, namespace: 'own-modules' };
          return kind === 'import-statement' && !BEFORE_CHECK.test(importer)
            ? { path: name, namespace: 'own-modules', sideEffects: false }
            : undefined;
        },
      );
      build.onLoad({ filter: /.*/, namespace: 'own-modules' }, ({ path }) => ({
        contents: path === REQUIRED ? `module.exports = ${LAZY};` : moduleText(path),
      }));
    },
  };
}

/** What nobody imports of it is left out of the bundle, and so is not looked at. */
function moduleText(name) {
  const found = `process.getBuiltinModule('node:${name}')`;
  if (name === RARE) return `export default ${LAZY};`;
  const names = Object.keys(require(`node:${name}`)).filter(
    (key) => /^[A-Za-z]\w*$/.test(key) && key !== 'default',
  );
  const lines = names.map(
    (key) => `const own_${key} = /* @__PURE__ */ of('${key}');\nexport { own_${key} as ${key} };`,
  );
  return `const all = ${found};\nconst of = (name) => all[name];\nexport default all;\n${lines.join('\n')}`;
}
