/** SQL macros of DuckDB that a project declares in `macros/*.sql`: `CREATE MACRO name(a, b := 1) AS a + b;`, also AS TABLE. */
import { diagnostic, SourceText, type Diagnostic } from '../diagnostic/index.ts';
import { identifierName, significantTokens, splitStatements } from '../sql/tokens.ts';
import type { ProjectFiles } from './files.ts';
import type { SqlMacro } from './project.ts';

/** Reads the files; what is no macro is reported and left out. */
export function loadSqlMacros(
  files: ProjectFiles,
  texts: Map<string, SourceText>,
  diagnostics: Diagnostic[],
): readonly SqlMacro[] {
  const macros = new Map<string, SqlMacro>();
  for (const path of files.list('macros')) {
    const text = /\.sql$/i.test(path) ? files.read(path) : undefined;
    if (text === undefined) continue;
    const source = new SourceText(path, text);
    texts.set(path, source);
    for (const range of splitStatements(text)) {
      const location = source.locate(range.start, range.end);
      const macro = readMacro(source, range);
      if (macro === undefined) {
        const hint = 'Write CREATE MACRO name(a, b) AS a + b; or CREATE MACRO name(a) AS TABLE SELECT ...;';
        diagnostics.push(
          diagnostic('invalid-macro-file', 'files of SQL macros hold CREATE MACRO statements only', {
            location,
            hint,
          }),
        );
        continue;
      }
      const first = macros.get(macro.name);
      if (first === undefined) macros.set(macro.name, macro);
      else {
        diagnostics.push(
          diagnostic('invalid-macro-file', `there are two SQL macros named '${macro.name}'`, {
            location: macro.location,
            hint: 'Rename one of the two, or give one macro several lists of parameters.',
            notes: [{ message: 'The first one is here', location: first.location }],
          }),
        );
      }
    }
  }
  return [...macros.values()];
}

function readMacro(
  source: SourceText,
  range: { readonly start: number; readonly end: number },
): SqlMacro | undefined {
  const { text } = source;
  const tokens = significantTokens(text, range.start, range.end);
  const words = tokens.slice(0, 6).map((t) => text.slice(t.start, t.end).toLowerCase());
  let at = 0;
  if (words[at++] !== 'create') return undefined;
  if (words[at] === 'or' && words[at + 1] === 'replace') at += 2;
  if (words[at] === 'temp' || words[at] === 'temporary') at++;
  if (words[at] !== 'macro' && words[at] !== 'function') return undefined;
  const [name, open] = [tokens[at + 1], tokens[at + 2]];
  if (name === undefined || open === undefined || text[open.start] !== '(') return undefined;
  if (name.kind !== 'word' && name.kind !== 'quoted') return undefined;
  return {
    name: identifierName(text.slice(name.start, name.end)).toLowerCase(),
    sql: `CREATE OR REPLACE TEMP MACRO ${text.slice(name.start, range.end)}`,
    source,
    location: source.locate(name.start, name.end),
    start: name.start,
  };
}
