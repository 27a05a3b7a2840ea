/** What must not change when a file is laid out: its tokens, its comments and, as DuckDB reads them, its queries. */
import type { Binder } from '../compile/index.ts';
import { SourceText } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import { render, type RenderContext } from '../render/index.ts';
import { tokenize } from '../sql/tokens.ts';
import { statementRoles } from './lay-out-file.ts';
import { replaceMacros } from './lay-out-query.ts';

/** What was lost between two texts; undefined when all is still there and in order. */
export function lost(before: string, after: string): string | undefined {
  const [a, b] = [partsOf(before), partsOf(after)];
  if (a.comments.length !== b.comments.length || a.comments.some((c, i) => c !== b.comments[i])) {
    return 'a comment would move or get lost';
  }
  const same = a.tokens.length === b.tokens.length && a.tokens.every((t, i) => t === b.tokens[i]);
  return same ? undefined : 'a token would change';
}

function partsOf(text: string): { readonly tokens: readonly string[]; readonly comments: readonly string[] } {
  const tokens: string[] = [];
  const comments: string[] = [];
  for (const token of tokenize(text)) {
    const own = text.slice(token.start, token.end);
    if (token.kind === 'comment') comments.push(own.replaceAll(/\s+/g, ' ').trim());
    // Keywords may change their case; what else is a word is compared by the parser.
    else if (token.kind !== 'space') tokens.push(token.kind === 'word' ? own.toLowerCase() : own);
  }
  return { tokens, comments };
}

/** The texts of a file's queries in which DuckDB can compare them: rendered, or with names in place of macros. */
export function queriesOf(
  path: string,
  text: string,
  context: RenderContext,
  definitions: ModelDefinition['definitions'],
): readonly (readonly string[])[] {
  const source = new SourceText(path, text);
  return statementRoles(text).flatMap(({ range, role }) => {
    if (role !== 'query') return [];
    const own = text.slice(range.start, range.end);
    const rendered = render({ text: own, offset: range.start }, source, context, definitions);
    const plain = replaceMacros(own);
    return [
      [
        ...(rendered.diagnostics.length === 0 ? [rendered.value.sql] : []),
        ...(plain === undefined || plain === own ? [] : [plain]),
      ],
    ];
  });
}

/** How two lists of queries compare: `same`, `different`, or `unparsed` when DuckDB reads neither form of one of them. */
export async function compareQueries(
  before: readonly (readonly string[])[],
  after: readonly (readonly string[])[],
  parse: Binder['parse'],
): Promise<'same' | 'different' | 'unparsed'> {
  if (before.length !== after.length) return 'different';
  for (const [i, forms] of before.entries()) {
    const others = after[i] ?? [];
    const results = await parse([...forms, ...others]);
    const trees = results.map((r) => (r.ok ? withoutPlaces(r.statements) : undefined));
    const [own, laid] = [trees.slice(0, forms.length), trees.slice(forms.length)];
    if (own.every((tree) => tree === undefined)) return 'unparsed';
    if (own.length !== laid.length || own.some((tree, at) => tree !== laid[at])) return 'different';
  }
  return 'same';
}

function withoutPlaces(statements: readonly unknown[]): string {
  return JSON.stringify(statements, (key, value: unknown) => (key === 'query_location' ? undefined : value));
}
