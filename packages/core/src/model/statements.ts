/** What follows a header: which statements are definitions, which one is the query, and what runs before and after. */
import type { SourceText } from '../diagnostic/index.ts';
import { identifierName, significantTokens, tokenize, type StatementRange } from '../sql/tokens.ts';
import type { Findings } from './header.ts';
import type { SqlFragment } from './model-kind.ts';
import { TokenRun } from './token-run.ts';

/** `@DEF(name, value)`. */
interface Definition {
  readonly name: string;
  readonly value: SqlFragment;
}

/** The statements of a model or an audit, sorted out. */
export interface Body {
  readonly query: SqlFragment | undefined;
  readonly preStatements: readonly SqlFragment[];
  readonly postStatements: readonly SqlFragment[];
  /** Between `ON_VIRTUAL_UPDATE_BEGIN` and `ON_VIRTUAL_UPDATE_END`. */
  readonly virtualStatements: readonly SqlFragment[];
  readonly definitions: readonly Definition[];
}

const QUERY_STARTS = new Set([
  'select',
  'with',
  'from',
  'values',
  'pivot',
  'unpivot',
  'table',
  'summarize',
  'describe',
]);

/** True when a statement is a query by its first word, looking through `(`. */
function startsQuery(run: TokenRun): boolean {
  let at = 0;
  while (run.is(at, '(')) at++;
  return run.kindAt(at) === 'word' && QUERY_STARTS.has(run.textAt(at).toLowerCase());
}

/** The significant tokens of a statement. */
export function tokensOf(
  source: SourceText,
  range: { readonly start: number; readonly end: number },
): TokenRun {
  return new TokenRun(source, significantTokens(source.text, range.start, range.end), range.start);
}

/** Sorts the statements after a header. `owner` is how messages call the file's subject. */
export function parseBody(
  source: SourceText,
  fragments: readonly StatementRange[],
  owner: string,
  findings: Findings,
): Body {
  const runs = fragments.map((range) => tokensOf(source, headOf(range)));
  const queryAt = findQuery(runs);
  const definitions: Definition[] = [];
  const preStatements: SqlFragment[] = [];
  const postStatements: SqlFragment[] = [];
  const virtualStatements: SqlFragment[] = [];
  let virtual = false;
  let opened: TokenRun | undefined;
  for (const [i, range] of fragments.entries()) {
    const run = runs[i];
    if (run === undefined || i === queryAt) continue;
    if (run.is(0, 'on_virtual_update_begin') || run.is(0, 'on_virtual_update_end')) {
      virtual = run.is(0, 'on_virtual_update_begin');
      opened = virtual ? run : undefined;
    } else if (virtual) virtualStatements.push(fragment(source, range));
    else if (run.is(0, '@def')) {
      const definition = parseDefinition(tokensOf(source, range), findings);
      if (queryAt !== undefined && i > queryAt) {
        findings.add(
          'extra-statement',
          run.locationAt(0),
          '@DEF stands after the query',
          'Move it before the query.',
        );
      } else if (definition !== undefined) definitions.push(definition);
    } else if (queryAt !== undefined && i > queryAt && startsQuery(run)) {
      const first = fragments[queryAt];
      findings.add(
        'extra-statement',
        source.locate(range.start, range.end),
        `${owner} has a second query`,
        'Keep one query in a file; combine two with UNION ALL.',
        first === undefined
          ? []
          : [{ message: 'The first one is here', location: source.locate(first.start, first.end) }],
      );
    } else
      (queryAt === undefined || i < queryAt ? preStatements : postStatements).push(fragment(source, range));
  }
  if (opened !== undefined) {
    findings.add(
      'header-syntax',
      opened.locationAt(0),
      'ON_VIRTUAL_UPDATE_BEGIN is not closed',
      'Write ON_VIRTUAL_UPDATE_END; after its statements.',
    );
  }
  const query = queryAt === undefined ? undefined : fragments[queryAt];
  return {
    query: query === undefined ? undefined : fragment(source, query),
    preStatements,
    postStatements,
    virtualStatements,
    definitions,
  };
}

/** A comment that takes the rest of the file with it: DuckDB never sees it, so it has to be said here. */
export function reportOpenComment(source: SourceText, findings: Findings): void {
  if (!source.text.includes('/*')) return;
  const last = tokenize(source.text).at(-1);
  if (last?.kind !== 'comment' || last.closed) return;
  findings.add(
    'syntax-error',
    source.locate(last.start, last.start + 2),
    'The comment that begins here is not closed',
    'End it with */.',
  );
}

/** The first query; else the one statement that a macro makes, which may well give a query. */
function findQuery(runs: readonly TokenRun[]): number | undefined {
  const plain = runs.findIndex(startsQuery);
  if (plain >= 0) return plain;
  const made = runs.flatMap((run, i) => (run.kindAt(0) === 'macro' && !run.is(0, '@def') ? [i] : []));
  return made.length === 1 ? made[0] : undefined;
}

/** Enough of a statement to tell what it is. */
function headOf(range: StatementRange): { readonly start: number; readonly end: number } {
  return { start: range.start, end: Math.min(range.end, range.start + 200) };
}

function fragment(source: SourceText, range: { readonly start: number; readonly end: number }): SqlFragment {
  return { text: source.text.slice(range.start, range.end), offset: range.start };
}

function parseDefinition(run: TokenRun, findings: Findings): Definition | undefined {
  const close = run.is(1, '(') ? run.groupEnd(1) : undefined;
  const comma = run.is(3, ',');
  if (close !== run.length || !run.isName(2) || !comma || close < 6) {
    findings.add('invalid-macro', run.location, '@DEF takes a name and a value', 'Write @DEF(name, value);');
    return undefined;
  }
  const value = run.slice(4, close - 1);
  return { name: identifierName(run.textAt(2)), value: { text: value.text, offset: value.start } };
}
