/**
 * Lays out files of models and audits. A file is only ever given a new text when nothing but white space and the case of
 * keywords is different: the same tokens, the same comments, and of every query the same AST as DuckDB reads it.
 */
import type { Binder } from '../compile/index.ts';
import { diagnostic, SourceText, type Diagnostic } from '../diagnostic/index.ts';
import { isFormattingOff, parseModelFile, type ModelContext, type ModelDefinition } from '../model/index.ts';
import type { RenderContext } from '../render/index.ts';
import { layOutFile, statementRoles, type LaidOut } from './lay-out-file.ts';
import { loadQueryLayout, type KeywordCase, type QueryLayout } from './lay-out-query.ts';
import { compareQueries, lost, queriesOf } from './same-meaning.ts';

/** What formatting needs besides the files' texts. */
export interface FormatInput {
  readonly sources: readonly SourceText[];
  readonly parse: Binder['parse'];
  /** For macros, so that what they make is compared too. */
  readonly context: RenderContext;
  readonly files: ModelContext['files'];
}

/** What became of one file. */
export interface FormattedFile {
  readonly path: string;
  readonly status: 'unchanged' | 'changed' | 'skipped';
  /** The new text; the old one when nothing changes. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Lays out every file; writes nothing. Never throws for what authors write. */
export async function formatFiles(input: FormatInput): Promise<readonly FormattedFile[]> {
  const layout = await loadQueryLayout();
  const formatted: FormattedFile[] = [];
  for (const source of input.sources) formatted.push(await formatFile(source, layout, input));
  return formatted;
}

async function formatFile(
  source: SourceText,
  layout: QueryLayout,
  input: FormatInput,
): Promise<FormattedFile> {
  const { path, text } = source;
  const same = { path, status: 'unchanged', text, diagnostics: [] } as const;
  if (isFormattingOff(source)) return same;
  // In capitals first; where a name is spelled like a keyword, as the author has them.
  let reason = '';
  let at = 0;
  for (const keywords of ['upper', 'preserve'] as const) {
    const laid = layOutText(text, layout, keywords);
    if (!laid.ok) return skipped(source, laid.reason, laid.at);
    if (laid.text === text) return same;
    const problem = await difference(path, text, laid.text, input);
    if (problem === undefined) return { path, status: 'changed', text: laid.text, diagnostics: [] };
    reason = problem;
    at = statementRoles(text).find((s) => s.role === 'query')?.range.start ?? 0;
  }
  return skipped(source, reason, at);
}

function skipped(source: SourceText, reason: string, at: number): FormattedFile {
  const { path, text } = source;
  const location = source.locate(at, at + 1);
  const hint = 'The file is left as it is.';
  return {
    path,
    status: 'skipped',
    text,
    diagnostics: [diagnostic('not-formatted', `this file is not formatted: ${reason}`, { location, hint })],
  };
}

/** How often a layout may be laid out again until it is its own layout. */
const MOST_PASSES = 4;

/** The layout that no further pass changes, with the file's own line endings and byte order mark. */
function layOutText(given: string, layout: QueryLayout, keywords: KeywordCase): LaidOut {
  const mark = given.startsWith('\uFEFF') ? '\uFEFF' : '';
  const feed = /\r\n|\n/.exec(given)?.[0] ?? '\n';
  let text = given.slice(mark.length).replaceAll('\r\n', '\n');
  if (statementRoles(text)[0]?.role !== 'header') {
    return { ok: false, at: 0, reason: 'it does not start with a header' };
  }
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const laid = layOutFile(text, layout, keywords);
    if (!laid.ok) return laid;
    if (laid.text === text) return { ok: true, text: mark + text.replaceAll('\n', feed) };
    text = laid.text;
  }
  return { ok: false, at: 0, reason: 'its layout does not settle' };
}

async function difference(
  path: string,
  before: string,
  after: string,
  input: FormatInput,
): Promise<string | undefined> {
  const loss = lost(before, after);
  if (loss !== undefined) return loss;
  const queries = (text: string): ReturnType<typeof queriesOf> => {
    const { definitions, blueprint } = ownValues(path, text, input);
    return queriesOf(path, text, { ...input.context, blueprint }, definitions);
  };
  const compared = await compareQueries(queries(before), queries(after), input.parse);
  switch (compared) {
    case 'same':
      return undefined;
    case 'different':
      return 'DuckDB would read its query differently';
    case 'unparsed':
      return 'DuckDB does not understand its query; sluice compile says why';
    default:
      return compared satisfies never;
  }
}

/** What a file's own header and definitions tell its macros; of blueprints, which differ in values only, those of the first. */
function ownValues(
  path: string,
  text: string,
  { files }: FormatInput,
): Pick<ModelDefinition, 'definitions' | 'blueprint'> {
  const [first] = parseModelFile(new SourceText(path, text), { files });
  return first?.value ?? { definitions: [], blueprint: new Map() };
}
