// Reads what TypeScript has written as CommonJS as the ES modules it was. In a bundle, CommonJS modules are functions: V8 compiles each
// of them anew in every process, since its cache of code holds what is at the top of a file; and nothing that is not used is left out.

/** The same module in the syntax of ES modules; throws where TypeScript has written something that is not known here. */
export function asEsModule(text, path) {
  const names = new Set();
  const body = text
    // Helpers for what the syntax does by itself.
    .replaceAll(/^var __\w+ = \(this && [\s\S]*?^\}\)*(?:\(\))*;$/gm, '')
    .replaceAll(/^Object\.defineProperty\(exports, "__esModule", .*$/gm, '')
    .replaceAll(/^(?:exports\.\w+ = )+void 0;$/gm, '')
    .replaceAll(
      /^Object\.defineProperty\(exports, "(\w+)", \{ enumerable: true, get: function \(\) \{ return (\w+)\.(\w+); \} \}\);$/gm,
      'export const $1 = $2.$3;',
    )
    .replaceAll(/^__exportStar\(require\((".*?")\), exports\);$/gm, 'export * from $1;')
    .replaceAll(/^require\((".*?")\);$/gm, 'import $1;')
    .replaceAll(/^const (\w+) = __importDefault\(require\((".*?")\)\);$/gm, (_, name, from) => {
      names.add(name);
      return `import ${name} from ${from};`;
    })
    .replaceAll(/^const (\w+) = __importStar\(require\((".*?")\)\);$/gm, 'import * as $1 from $2;')
    // Only the native library is CommonJS by hand.
    .replaceAll(/^(?:const|var) (\w+) = require\(("@.*?")\);$/gm, 'import $1 from $2;')
    .replaceAll(/^const (\w+) = require\((".*?")\);$/gm, 'import * as $1 from $2;')
    .replaceAll(/^exports\.default = (\w+);$/gm, 'export default $1;')
    .replaceAll(/^exports\.(\w+) = \1;$/gm, 'export { $1 };')
    .replaceAll(/\(exports\.(\w+) = \1 = \{\}\)/g, '($1 = {})')
    .replaceAll(/^exports\.(\w+) = /gm, 'export const $1 = ')
    .replaceAll(/\bexports\.(\w+)/g, '$1');
  const code = [...names].reduce((all, name) => all.replaceAll(`${name}.default.`, `${name}.`), body);
  const enums = [...text.matchAll(/\(exports\.(\w+) = \1 = \{\}\)/g)].map(
    ([, name]) => `export { ${name} };`,
  );
  const rest = /\brequire\(|\bexports\b|\bthis && this\.|_1\.default\b|\bmodule\./.exec(
    withoutComments(code),
  );
  if (rest !== null) throw new Error(`${path} holds '${rest[0]}', which is not known here`);
  return [code, ...enums].join('\n');
}

function withoutComments(code) {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replaceAll(/^export default .*$/gm, '');
}
