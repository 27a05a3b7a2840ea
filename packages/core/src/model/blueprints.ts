/**
 * `blueprints ((customer := a, region := 'EU'), ...)`: one file, a model for each entry. The values are put into the header's
 * text before it is read, so that names, tags or audits may hold them; the query gets them as macros.
 */
import {
  EditedText,
  type Diagnostic,
  type Edit,
  type Outcome,
  type SourceText,
} from '../diagnostic/index.ts';
import { ident } from '../sql/quote.ts';
import { identifierName, stringValue, tokenize, type Token } from '../sql/tokens.ts';
import type { Findings } from './header.ts';
import { expandCall, type HeaderMacros, type HeaderScope } from './header-macros.ts';
import type { SqlFragment } from './model-kind.ts';
import type { TokenRun } from './token-run.ts';

/** Values by name in lower case, as SQL. */
export type Blueprint = ReadonlyMap<string, string>;

/** The entries of `blueprints`; undefined when they are wrong, which has been reported then. */
export function parseBlueprints(value: TokenRun, findings: Findings): readonly Blueprint[] | undefined {
  const items = value.inner()?.items();
  const entries = items?.every((item) => item.is(1, ':=') || item.is(1, '=')) ? [value] : items;
  if (entries === undefined || entries.length === 0) {
    findings.add('invalid-property', value.location, `'blueprints' is a list of lists of values`, EXAMPLE);
    return undefined;
  }
  const blueprints: Blueprint[] = [];
  for (const entry of entries) {
    const blueprint = parseEntry(entry, findings);
    if (blueprint !== undefined) blueprints.push(blueprint);
  }
  return blueprints.length === entries.length ? blueprints : undefined;
}

const EXAMPLE = 'Write blueprints ((customer := a, field := x), (customer := b, field := y)).';

function parseEntry(entry: TokenRun, findings: Findings): Blueprint | undefined {
  const values = new Map<string, string>();
  for (const item of entry.inner()?.items() ?? [entry]) {
    const assigned = item.is(1, ':=') || item.is(1, '=');
    const name = identifierName(item.textAt(0)).toLowerCase();
    if (!item.isName(0) || !assigned || item.length < 3 || values.has(name)) {
      findings.add(
        'invalid-property',
        item.location,
        `Expected a value of this blueprint with its name`,
        EXAMPLE,
      );
      return undefined;
    }
    values.set(name, item.slice(2).text);
  }
  return values;
}

/** A range of offsets. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The file with values in its header in the place of `@name`, `@{name}`, `@VAR('name')` and `@BLUEPRINT_VAR('name')`, and with
 * what macros give that are called there; names that are put together become one name. The file itself when there is
 * nothing to replace.
 */
export function fillHeader(
  source: SourceText,
  header: Range,
  scope: HeaderScope,
  macros: HeaderMacros | undefined,
): Outcome<SourceText> {
  const { text } = source;
  const { values } = scope;
  const diagnostics: Diagnostic[] = [];
  if (!text.slice(header.start, header.end).includes('@')) return { value: source, diagnostics };
  const tokens = tokenize(text, header.start, header.end);
  const edits: Edit[] = [];
  const expand = (call: SqlFragment): Outcome<string | undefined> =>
    macros?.(call, source, scope) ?? { value: call.text, diagnostics: [] };
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined) continue;
    const value = callOf(text, tokens, i, values);
    const call =
      value === undefined && macros !== undefined ? expandCall(source, tokens, i, expand) : undefined;
    if (value !== undefined) {
      edits.push(value.edit);
      i = value.last;
    } else if (call !== undefined) {
      diagnostics.push(...call.diagnostics);
      edits.push(afterLast(call.edit, edits));
      i = call.last;
    } else if (token.kind === 'string' || token.kind === 'quoted') {
      const filled = fillText(text.slice(token.start, token.end), values);
      if (filled !== undefined) edits.push({ start: token.start, end: token.end, text: filled });
    } else {
      let end = i;
      while (isPart(tokens[end])) end++;
      const parts = tokens.slice(i, end);
      const edit = nameOf(text, parts, isDot(text, tokens[i - 1]) || isDot(text, tokens[end]), values);
      if (edit !== undefined) edits.push(edit);
      if (end > i) i = end - 1;
    }
  }
  return { value: edits.length === 0 ? source : new EditedText(source, edits), diagnostics };
}

/** An edit that also takes a comma before it, which may be gone already. */
function afterLast(edit: Edit, edits: readonly Edit[]): Edit {
  return { ...edit, start: Math.max(edit.start, edits.at(-1)?.end ?? 0) };
}

function isPart(token: Token | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'macro' || token?.kind === 'braced-macro';
}

function isDot(text: string, token: Token | undefined): boolean {
  return token !== undefined && text.slice(token.start, token.end) === '.';
}

/** `@BLUEPRINT_VAR('name')`. */
function callOf(
  text: string,
  tokens: readonly Token[],
  at: number,
  values: Blueprint,
): { readonly edit: Edit; readonly last: number } | undefined {
  const [macro, open, name, close] = tokens.slice(at, at + 4);
  if (macro?.kind !== 'macro' || open === undefined || name?.kind !== 'string' || close === undefined)
    return undefined;
  if (!/^@(blueprint_)?var$/i.test(text.slice(macro.start, macro.end))) return undefined;
  if (text.slice(open.start, open.end) !== '(' || text.slice(close.start, close.end) !== ')')
    return undefined;
  const value = values.get(stringValue(text.slice(name.start, name.end)).toLowerCase());
  return value === undefined
    ? undefined
    : { edit: { start: macro.start, end: close.end, text: value }, last: at + 3 };
}

/** Words and macros without a space between them, as one name; undefined when one of the macros is not a value. */
function nameOf(text: string, parts: readonly Token[], dotted: boolean, values: Blueprint): Edit | undefined {
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined || parts.every((p) => p.kind === 'word')) return undefined;
  let name = '';
  for (const part of parts) {
    const written = text.slice(part.start, part.end);
    if (part.kind === 'word') name += written;
    else {
      const value = values.get(written.replace(/^@\{?\s*|\s*\}$/g, '').toLowerCase());
      if (value === undefined) return undefined;
      const isName = dotted || parts.length > 1;
      name += isName ? bareName(value) : value;
    }
  }
  const range = { start: first.start, end: last.end };
  const isPlain = (parts.length === 1 && !dotted) || /^[\p{L}_][\p{L}\d_.]*$/u.test(name);
  return { ...range, text: isPlain ? name : ident(name) };
}

/** `@{name}` inside of a text or a quoted name. */
function fillText(written: string, values: Blueprint): string | undefined {
  const filled = written.replaceAll(/@\{\s*([\p{L}_][\p{L}\d_]*)\s*\}/gu, (whole, name: string) => {
    const value = values.get(name.toLowerCase());
    if (value === undefined) return whole;
    const bare = bareName(value);
    return written.startsWith('"') ? bare.replaceAll('"', '""') : bare.replaceAll("'", "''");
  });
  return filled === written ? undefined : filled;
}

function bareName(value: string): string {
  if (value.startsWith("'")) return stringValue(value);
  return value.startsWith('"') ? identifierName(value) : value;
}
