import { diagnostic, didYouMean, type Outcome } from '../diagnostic/index.ts';

/**
 * The grammar by which options name models: terms between spaces or commas, all of them together; what has spaces or commas
 * itself stands in double quotes, as in SQL; `!` takes away, a `+` in front adds all that a model is computed from, a `+` behind all that is computed from it.
 */
export interface Term {
  /** As written, for messages. */
  readonly written: string;
  readonly isExcluded: boolean;
  readonly withInputs: boolean;
  readonly withReaders: boolean;
  readonly what: Criterion;
}

/** What a term matches by itself. */
export type Criterion =
  /** A name or a glob of `schema.model`. */
  | { readonly kind: 'name'; readonly pattern: string }
  | { readonly kind: 'tag'; readonly pattern: string }
  /** A file, a folder or a glob, relative to the project folder. */
  | { readonly kind: 'path'; readonly pattern: string }
  /** What the environment shows otherwise, or not at all. */
  | { readonly kind: 'modified' }
  /** What stands in files that differ from a branch, tag or commit of git. */
  | { readonly kind: 'git'; readonly ref: string };

/** Spaces and commas in double quotes belong to a name, those in braces to a glob. */
const TERM = /(?:"(?:[^"]|"")*"|\{[^{}]*\}|[^\s,])+/g;

const METHODS = ['tag', 'path', 'state', 'git'] as const;

export function parseSelection(text: string): Outcome<readonly Term[]> {
  const found = [...text.matchAll(TERM)].map(([word]) => parseTerm(word));
  const diagnostics = found.flatMap((f) => f.diagnostics);
  if (found.length === 0)
    diagnostics.push(
      diagnostic('invalid-option', 'the selection is empty', {
        hint: 'Name models: marts.daily_revenue, staging.*, +marts.customer_value, tag:finance.',
      }),
    );
  return { value: found.flatMap((f) => f.value ?? []), diagnostics };
}

function parseTerm(written: string): Outcome<Term | undefined> {
  const isExcluded = written.startsWith('!');
  let text = isExcluded ? written.slice(1) : written;
  const withInputs = text.startsWith('+');
  if (withInputs) text = text.slice(1);
  const withReaders = text.endsWith('+');
  if (withReaders) text = text.slice(0, -1);
  const colon = text.split('"', 1)[0]?.indexOf(':') ?? -1;
  const method = colon < 0 ? undefined : text.slice(0, colon).toLowerCase();
  const value = unquoted(text.slice(colon + 1));
  const term = (what: Criterion): Outcome<Term> => ({
    value: { written, isExcluded, withInputs, withReaders, what },
    diagnostics: [],
  });
  if (value === '')
    return wrong(`'${written}' selects nothing`, 'Name a model, tag:NAME, path:FOLDER or git:BRANCH.');
  switch (method) {
    case undefined:
      return term({ kind: 'name', pattern: value });
    case 'tag':
      return term({ kind: 'tag', pattern: value });
    case 'path':
      return term({
        kind: 'path',
        pattern: value.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, ''),
      });
    case 'git':
      return term({ kind: 'git', ref: value });
    case 'state':
      if (value.toLowerCase() === 'modified') return term({ kind: 'modified' });
      return wrong(
        `'${written}': there is no state '${value}'`,
        'There is state:modified: what the environment shows otherwise, or not at all.',
      );
    default:
      return wrong(
        `'${written}': models cannot be selected by '${method}'`,
        didYouMean(method, METHODS) ?? 'They are selected by name, tag:, path:, state:modified or git:.',
      );
  }
}

/** Without the double quotes in which parts of a name stand: `"my schema".orders`, also around both. */
function unquoted(text: string): string {
  return text.replaceAll(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"'));
}

function wrong(message: string, hint: string): Outcome<undefined> {
  return { value: undefined, diagnostics: [diagnostic('invalid-option', message, { hint })] };
}
