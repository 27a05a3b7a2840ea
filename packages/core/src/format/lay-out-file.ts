/** The layout of a whole file: headers and queries are laid out, other statements stay as they are, comments too. */
import { splitStatements, tokenize, type StatementRange } from '../sql/tokens.ts';
import { layOutHeader } from './lay-out-header.ts';
import type { KeywordCase, QueryLayout } from './lay-out-query.ts';

/** What the statements of a file are. */
type StatementRole = 'header' | 'query' | 'other';

/** A laid out file, or why it could not be. */
export type LaidOut =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly at: number; readonly reason: string };

const QUERY_STARTS = /^(?:select|with|from|values|pivot|unpivot|table|summarize|describe)$/;

/** The statements of a file with what they are: a header, a query, or something that is left alone. */
export function statementRoles(
  text: string,
): readonly { readonly range: StatementRange; readonly role: StatementRole }[] {
  const ranges = splitStatements(text);
  const heads = ranges.map((range) => firstWord(text, range));
  const hasPlain = heads.some((head) => QUERY_STARTS.test(head));
  return ranges.map((range, i) => {
    const head = heads[i] ?? '';
    if (head === 'model' || head === 'audit') return { range, role: 'header' };
    // A query may be all macro; but where there is another one, a macro makes a statement around it.
    const isMade = !hasPlain && head.startsWith('@') && head !== '@def';
    return { range, role: QUERY_STARTS.test(head) || isMade ? 'query' : 'other' };
  });
}

function firstWord(text: string, range: StatementRange): string {
  for (const token of tokenize(text, range.start, Math.min(range.end, range.start + 2000))) {
    const word = text.slice(token.start, token.end);
    if (token.kind !== 'space' && token.kind !== 'comment' && word !== '(') return word.toLowerCase();
  }
  return '';
}

/** Lays out a file with `\n` as its line ending. */
export function layOutFile(text: string, layout: QueryLayout, keywords: KeywordCase): LaidOut {
  const statements = statementRoles(text);
  let out = '';
  let at = 0;
  for (const [i, { range, role }] of statements.entries()) {
    out = withComments(out, text.slice(at, range.start), i > 0);
    const end = range.semicolon ?? range.end;
    const own = text.slice(range.start, end).trimEnd();
    const laid = role === 'header' ? layOutHeader(own) : role === 'query' ? layout(own, keywords) : own;
    if (laid === undefined) {
      const reason =
        role === 'header' ? 'its header could not be read' : 'its query is not one the formatter understands';
      return { ok: false, at: range.start, reason };
    }
    out += laid;
    if (range.semicolon !== undefined) out += endsInLineComment(laid) ? '\n;' : ';';
    at = range.semicolon === undefined ? range.end : range.semicolon + 1;
  }
  out = withComments(out, text.slice(at), false);
  return { ok: true, text: `${out.trimEnd()}\n` };
}

/** Adds what stands between two statements: comments, on the line they are on, and a blank line. */
function withComments(before: string, gap: string, blank: boolean): string {
  let out = before;
  let feeds = 0;
  let any = false;
  for (const token of tokenize(gap)) {
    const text = gap.slice(token.start, token.end);
    if (token.kind === 'space') {
      feeds += text.split('\n').length - 1;
      continue;
    }
    if (out !== '') {
      const isBehind = feeds === 0 && (!any || !endsInLineComment(out));
      const isApart = feeds > 1 || (!any && blank && feeds > 0);
      out += isBehind ? ' ' : isApart ? '\n\n' : '\n';
    }
    out += text;
    feeds = 0;
    any = true;
  }
  if (!blank) return any && out !== '' ? `${out}\n` : out;
  return `${out}${any && feeds === 1 && !isBehindStatement(before, out) ? '\n' : '\n\n'}`;
}

/** True when all that was added stands behind the statement, on its line. */
function isBehindStatement(before: string, out: string): boolean {
  return !out.slice(before.length).includes('\n');
}

function endsInLineComment(text: string): boolean {
  const last = tokenize(text).at(-1);
  return last?.kind === 'comment' && text.startsWith('--', last.start);
}
