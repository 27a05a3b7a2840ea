/**
 * Reads a YAML file: its data, where everything stands, and what is wrong in words for people who do not know YAML's terms.
 * One mistake makes YAML's parser stumble over all that follows, so only the first of a kind is told.
 */
import {
  isScalar,
  Lexer,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type Range,
  type Scalar,
  type YAMLParseError,
} from 'yaml';
import {
  diagnostic,
  type Diagnostic,
  type Location,
  type Note,
  type Outcome,
  type SourceText,
} from '../diagnostic/index.ts';
import { YamlPlaces } from './yaml-places.ts';

/** A YAML file that could be read. */
export interface Yaml {
  readonly places: YamlPlaces;
  readonly document: Document;
  /** Undefined for an empty file. */
  readonly data: unknown;
}

export function readYaml(source: SourceText): Outcome<Yaml | undefined> {
  // What is wrong is said here alone: the parser would warn the process of names that are lists.
  const document = parseDocument(source.text, { prettyErrors: false, logLevel: 'error' });
  const first = document.errors.find((e) => e.code !== 'DUPLICATE_KEY');
  const diagnostics = document.errors.length === 0 ? [] : [...duplicateKeys(source, document)];
  const told = first ?? (diagnostics.length === 0 ? document.errors[0] : undefined);
  if (told !== undefined) diagnostics.push(syntaxError(source, told));
  if (diagnostics.length === 0) diagnostics.push(...cutByCommas(source, document));
  if (diagnostics.length > 0) return { value: undefined, diagnostics };
  try {
    const data: unknown =
      document.contents === null ? undefined : document.toJS({ maxAliasCount: MOST_ALIASES });
    return { value: { places: new YamlPlaces(source, document), document, data }, diagnostics: [] };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { value: undefined, diagnostics: [badAlias(source, document)] };
  }
}

function syntaxError(source: SourceText, error: YAMLParseError): Diagnostic {
  const [start, end] = error.pos;
  const located = (message: string, hint?: string, notes: readonly Note[] = []): Diagnostic =>
    diagnostic('yaml-syntax', message, {
      location: source.locate(start, Math.max(end, start + 1)),
      hint,
      notes,
    });
  const text = (error.message.split('\n', 1)[0] ?? error.message).replace(/[.:]$/, '');
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return located('a tab cannot indent a line', 'Indent with spaces.');
    case 'BLOCK_AS_IMPLICIT_KEY': {
      const deeper = deeperLine(source, start);
      if (deeper !== undefined) return deeper;
      return located(
        "there is a second ': ' in this line",
        "Put a text that holds ': ' in quotes, or begin the inner mapping on the next line.",
      );
    }
    case 'MULTILINE_IMPLICIT_KEY':
      return located(
        "a name and its ':' must be on one line",
        "Perhaps a ':' is missing; a text of several lines begins with | or stands in quotes.",
      );
    case 'MULTIPLE_DOCS':
      return located("there is a second document after '---'", 'Keep one document in the file.');
    case 'BAD_SCALAR_START':
      return located(
        `a text that begins with '${source.text[start] ?? ''}' needs quotes`,
        `Write '${source.text[start] ?? ''}…' in quotes.`,
      );
    case 'BAD_INDENT': {
      const bracket = text.startsWith('Flow') ? lastOpen(source.text, start) : undefined;
      if (bracket === undefined) {
        const first = start + source.text.slice(start).search(/\S/);
        return diagnostic('yaml-syntax', 'this line is indented in another way than its neighbours', {
          location: source.locate(first, first + 1),
          hint: 'Align it with them.',
        });
      }
      const close = bracket.open === '[' ? ']' : '}';
      return located(`a '${close}' is missing before this, or the line is not indented`, undefined, [
        { message: `the '${bracket.open}' is here`, location: source.locate(bracket.at, bracket.at + 1) },
      ]);
    }
    case 'MISSING_CHAR': {
      const at = /^Missing closing ['"]quote/.test(text) ? lastQuote(source.text) : undefined;
      if (at === undefined) return located(text);
      return diagnostic('yaml-syntax', 'the quote that opens here is never closed', {
        location: source.locate(at, at + 1),
        hint: 'Inside of single quotes a quote is written twice.',
      });
    }
    case 'UNEXPECTED_TOKEN':
      return located(
        `'${source.text.slice(start, Math.max(end, start + 1)).trim()}' was not expected here`,
        'Perhaps something before it is not closed, or not indented as its neighbours are.',
      );
    default:
      return located(text);
  }
}

/** Keys that stand twice in a mapping, each with the first of the two. */
function duplicateKeys(source: SourceText, document: Document): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  visit(document, {
    Map(_, map) {
      const first = new Map<unknown, Location>();
      for (const { key } of map.items) {
        if (!isScalar(key) || key.range === undefined || key.range === null) continue;
        const location = source.locate(key.range[0], key.range[1]);
        const before = first.get(key.value);
        if (before === undefined) first.set(key.value, location);
        else {
          found.push(
            diagnostic('yaml-syntax', `'${String(key.value)}' stands twice in one mapping`, {
              location,
              hint: 'Keep one of the two.',
              notes: [{ message: 'the first is here', location: before }],
            }),
          );
        }
      }
    },
  });
  return found;
}

/** `DECIMAL(10,2)` without quotes, where a comma ends a value. */
const COMMA_IN_BRACKETS = /\([^()'"\n]*,[^()'"\n]*\)\s*[,}]/;

/** Values of `{ }` in which a comma stands between parentheses: to YAML it ends the value, and the rest is a name without one. */
function cutByCommas(source: SourceText, document: Document): readonly Diagnostic[] {
  if (!COMMA_IN_BRACKETS.test(source.text)) return [];
  const found: Diagnostic[] = [];
  visit(document, {
    Map(_, { flow, items }) {
      if (flow !== true) return;
      let start: number | undefined;
      for (const { key, value } of items) {
        const end =
          isPlain(key) && (value === null || (isScalar(value) && value.value === null))
            ? key.range[1]
            : undefined;
        const text = start === undefined || end === undefined ? '' : source.text.slice(start, end);
        if (start !== undefined && end !== undefined && isBalanced(text)) {
          found.push(
            diagnostic('yaml-syntax', 'a comma ends a value inside of { }, also between parentheses', {
              location: source.locate(start, end),
              hint: `Put it in quotes: '${text.replaceAll("'", "''")}'`,
            }),
          );
          start = undefined;
        } else if (isPlain(value) && !isBalanced(source.text.slice(value.range[0], value.range[1])))
          start = value.range[0];
        else if (end === undefined) start = undefined;
      }
    },
  });
  return found;
}

/** A text without quotes, and where it stands. */
function isPlain(node: unknown): node is Scalar & { readonly range: Range } {
  return isScalar(node) && node.type === 'PLAIN' && Array.isArray(node.range);
}

function isBalanced(text: string): boolean {
  return text.split('(').length === text.split(')').length;
}

/** How often aliases may multiply what they stand for: enough for people, not for files that mean harm. */
const MOST_ALIASES = 100;

/** The alias (`*name`) that leads nowhere; without one the first, for together they are too many. */
function badAlias(source: SourceText, document: Document): Diagnostic {
  let first: Alias | undefined;
  let lost: Alias | undefined;
  visit(document, {
    Alias(_, alias) {
      first ??= alias;
      if (alias.resolve(document) === undefined) lost = alias;
      return lost === undefined ? undefined : visit.BREAK;
    },
  });
  const [start, end] = (lost ?? first)?.range ?? [0, 0];
  const location = source.locate(start, end);
  if (lost === undefined)
    return diagnostic('yaml-syntax', 'the aliases of this file stand for too much', {
      location,
      hint: 'Write some of the values out.',
    });
  return diagnostic('yaml-syntax', `nothing is named &${lost.source} before this`, {
    location,
    hint: `Write &${lost.source} before the value that *${lost.source} stands for.`,
  });
}

/** The lexer's own marks: a document, the end of a flow, a scalar. */
const CONTROLS = new Set(['\u0002', '\u0018', '\u001f']);

/** Tokens of YAML's lexer with their offsets; those of control characters take no room. */
function* lexed(text: string): Generator<{ readonly at: number; readonly token: string }> {
  let at = 0;
  for (const token of new Lexer().lex(text)) {
    yield { at, token };
    if (!CONTROLS.has(token)) at += token.length;
  }
}

/** The last bracket before an offset that nothing closes. */
function lastOpen(text: string, before: number): { readonly open: string; readonly at: number } | undefined {
  const open: { open: string; at: number }[] = [];
  for (const { at, token } of lexed(text)) {
    if (at >= before) break;
    if (token === '[' || token === '{') open.push({ open: token, at });
    if (token === ']' || token === '}') open.pop();
  }
  return open.at(-1);
}

/** Where the last quoted text begins. */
function lastQuote(text: string): number | undefined {
  let last: number | undefined;
  for (const { at, token } of lexed(text)) if (/^['"]/.test(token)) last = at;
  return last;
}

/** A line below a value that is indented as if it belonged to it; undefined when the mistake is in the value's own line. */
function deeperLine(source: SourceText, value: number): Diagnostic | undefined {
  const rest = source.text.slice(value);
  const [own = ''] = rest.split('\n', 1);
  if (/:(\s|$)/.test(own)) return undefined;
  const next = /\n[ \t]*(\S[^\r\n]*)/.exec(rest);
  const [, text = ''] = next ?? [];
  if (next === null) return undefined;
  const start = value + next.index + next[0].length - text.length;
  return diagnostic('yaml-syntax', 'this line is indented as if it belonged to the value above it', {
    location: source.locate(start, start + text.length),
    hint: 'Indent it like the lines around it, or take away that value to begin a mapping.',
    notes: [{ message: 'that value is here', location: source.locate(value, value + own.trimEnd().length) }],
  });
}
