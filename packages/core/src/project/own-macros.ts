/** Macros of a project's own: the functions that files in `macros/` export. They run when a model calls them. */
import { diagnostic, SourceText, type Diagnostic, type Outcome } from '../diagnostic/index.ts';
import type { ProjectFiles } from './files.ts';
import { importCode, isFunction, isTypeScript } from './import-file.ts';
import type { ProjectMacro } from './project.ts';
import { readCompiledSignature, readSignature } from './signature.ts';

const FOLDER = 'macros';

/**
 * Imports the files of `macros/`. A changed file is imported anew; what it imports itself is not.
 *
 * @param root the project folder, absolute
 * @param reserved names of Sluice's own macros, lower case
 */
export async function loadMacros(
  root: string,
  files: ProjectFiles,
  reserved: ReadonlySet<string>,
): Promise<Outcome<ReadonlyMap<string, ProjectMacro>>> {
  const macros = new Map<string, ProjectMacro>();
  const diagnostics: Diagnostic[] = [];
  for (const path of files.list(FOLDER)) {
    const text = files.read(path);
    if (text === undefined) continue;
    const source = new SourceText(path, text);
    const code = await importCode(root, source, { name: FOLDER, invalid: 'invalid-macro-file' });
    diagnostics.push(...code.diagnostics);
    for (const [name, value] of Object.entries(code.value ?? {})) {
      if (!isFunction(value)) continue;
      const key = name.toLowerCase();
      const first = macros.get(key);
      if (first !== undefined || reserved.has(key)) {
        diagnostics.push(
          diagnostic(
            'invalid-macro-file',
            first === undefined
              ? `@${name} is a macro of Sluice already`
              : `there are two macros named @${name}, in ${first.path} and ${path}`,
            { location: locateExport(source, name), hint: 'Rename one of the two.' },
          ),
        );
        continue;
      }
      const all = readSignature(text, name) ?? readCompiledSignature(String(value));
      const takesContext = all[0]?.isContext === true || (!isTypeScript(path) && all[0]?.name === 'context');
      const parameters = all.slice(takesContext ? 1 : 0);
      macros.set(key, { name, path, parameters, takesContext, call: (args) => value(...args) });
    }
  }
  return { value: macros, diagnostics };
}

function locateExport(source: SourceText, name: string): ReturnType<SourceText['locate']> {
  const at = source.text.search(
    new RegExp(String.raw`(?<=\b(?:function|const|let|var)\s+)${name.replaceAll('$', String.raw`\$`)}\b`),
  );
  return at < 0 ? source.locate(0) : source.locate(at, at + name.length);
}
