/** Reads the values that properties of kinds have: counts, names of columns, keys, policies. */
import type { Location } from '../diagnostic/index.ts';
import { identifierName } from '../sql/tokens.ts';
import type { Findings, HeaderProperty } from './header.ts';
import { parseHeaderValue } from './header-value.ts';
import type { ChangePolicy, NamedColumn, SqlFragment } from './model-kind.ts';
import type { TokenRun } from './token-run.ts';

export type Properties = ReadonlyMap<string, HeaderProperty>;

/** A whole number that is at least `least`. */
export function parseCount(
  property: HeaderProperty | undefined,
  least: number,
  findings: Findings,
): number | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  const count =
    value.kind === 'number' && /^-?[\d_]+$/.test(value.text) ? Number(value.text.replaceAll('_', '')) : NaN;
  if (Number.isSafeInteger(count) && count >= least) return count;
  findings.add(
    'invalid-property',
    property.value.location,
    `'${property.name}' must be a whole number of at least ${least}, found ${property.value.text}`,
  );
  return undefined;
}

/** A text in single quotes. */
export function parseQuoted(property: HeaderProperty | undefined, findings: Findings): string | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  if (value.kind === 'string') return value.text;
  findings.add(
    'invalid-property',
    property.value.location,
    `'${property.name}' must be a text in single quotes`,
  );
  return undefined;
}

/** The name of one column. */
export function parseColumnName(
  property: HeaderProperty | undefined,
  findings: Findings,
): NamedColumn | undefined {
  if (property === undefined) return undefined;
  const column = columnOf(property.value);
  if (column === undefined) {
    const hint = `Write ${property.name} a_column, in double quotes where it is not a plain word.`;
    findings.add(
      'invalid-property',
      property.value.location,
      `'${property.name}' is the name of a column`,
      hint,
    );
  }
  return column;
}

/** `*`, a column, or a list of columns. */
export function parseColumnList(
  property: HeaderProperty | undefined,
  findings: Findings,
): readonly NamedColumn[] | '*' | undefined {
  if (property === undefined) return undefined;
  const items = itemsOf(property.value);
  const [only] = items;
  if (items.length === 1 && only?.length === 1 && only.is(0, '*')) return '*';
  const columns = items.flatMap((item) => columnOf(item) ?? []);
  if (columns.length === items.length && columns.length > 0) return columns;
  const hint = `Write ${property.name} (a, b), or ${property.name} * for all of them.`;
  findings.add('invalid-property', property.value.location, `'${property.name}' is a list of columns`, hint);
  return undefined;
}

/** One or several columns or expressions: `id`, `(a, b)`, `coalesce(name, '')`. */
export function parseKey(
  property: HeaderProperty | undefined,
  findings: Findings,
): readonly SqlFragment[] | undefined {
  if (property === undefined) return undefined;
  const items = itemsOf(property.value);
  if (items.length > 0 && items.every((item) => item.length > 0)) return items.map(fragmentOf);
  findings.add(
    'invalid-property',
    property.value.location,
    `'${property.name}' is a column, an expression, or a list of them`,
    `Write ${property.name} id, or ${property.name} (a, b).`,
  );
  return undefined;
}

const POLICIES: readonly ChangePolicy[] = ['allow', 'warn', 'error', 'ignore'];

/** `allow`, `warn`, `error` or `ignore`, in quotes or not. */
export function parsePolicy(
  property: HeaderProperty | undefined,
  findings: Findings,
): ChangePolicy | undefined {
  if (property === undefined) return undefined;
  const text = wordOf(property.value)?.toLowerCase();
  const policy = POLICIES.find((p) => p === text);
  if (policy === undefined) {
    findings.add(
      'invalid-property',
      property.value.location,
      `'${property.name}' must be one of ${POLICIES.join(', ')}`,
    );
  }
  return policy;
}

/** The text of a type: `TIMESTAMP`, `'DECIMAL(10, 2)'`. */
export function parseType(property: HeaderProperty | undefined): string | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  return value.kind === 'string' ? value.text : property.value.text;
}

/** A property that a kind cannot do without. */
export function reportMissing(
  kind: string,
  name: string,
  example: string,
  location: Location,
  findings: Findings,
): void {
  findings.add(
    'invalid-property',
    location,
    `kind ${kind} needs ${name}`,
    `Write kind ${kind} (${example}).`,
  );
}

export function fragmentOf(run: TokenRun): SqlFragment {
  return { text: run.text, offset: run.start };
}

/** The items of `(a, b)` or `[a, b]`, or the value itself. */
function itemsOf(value: TokenRun): readonly TokenRun[] {
  return value.inner()?.items() ?? [value];
}

function columnOf(value: TokenRun): NamedColumn | undefined {
  const isName = value.length === 1 && value.isName(0);
  return isName ? { name: identifierName(value.text), location: value.location } : undefined;
}

function wordOf(value: TokenRun): string | undefined {
  const parsed = parseHeaderValue(value);
  return parsed.kind === 'string' || parsed.kind === 'name' ? parsed.text : undefined;
}
