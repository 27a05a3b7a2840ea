/**
 * The shape of `MODEL (...)` and `AUDIT (...)`: a list of `name value` pairs. A mistake in one property does not hide
 * the others, so that all errors of a header come at once.
 */
import {
  didYouMean,
  diagnostic,
  type Diagnostic,
  type DiagnosticCode,
  type Location,
} from '../diagnostic/index.ts';
import { splitStatements, type StatementRange } from '../sql/tokens.ts';
import { valueLength } from './header-value.ts';
import { TokenRun } from './token-run.ts';

/** `name value` in a header or a kind. */
export interface HeaderProperty {
  /** Lower case. */
  readonly name: string;
  readonly nameLocation: Location;
  readonly value: TokenRun;
}

/** What a property list may hold. */
export interface PropertyNames {
  /** How to call the list: `MODEL`, `kind SEED`. */
  readonly owner: string;
  /** Properties with a meaning, each with one value of the form {@link valueLength} knows. */
  readonly used: ReadonlySet<string>;
  /** Properties SQLMesh has and Sluice does nothing with: a warning each, unless the value is the one Sluice acts upon. */
  readonly unused: ReadonlyMap<string, string | undefined>;
  /** Properties whose value goes on to the next comma, whatever it is. */
  readonly verbatim?: ReadonlySet<string>;
  /** Properties whose value goes on over commas, to the next property. */
  readonly spread?: ReadonlySet<string>;
}

/** Collects what is found wrong with one file. */
export class Findings {
  readonly list: Diagnostic[] = [];

  add(
    code: DiagnosticCode,
    location: Location,
    message: string,
    hint?: string,
    notes?: Diagnostic['notes'],
  ): void {
    this.list.push(diagnostic(code, message, { location, hint, notes }));
  }
}

/** Reads the properties between a header's or a kind's brackets; of a property given twice, the first counts. */
export function parseProperties(
  list: TokenRun,
  names: PropertyNames,
  findings: Findings,
): ReadonlyMap<string, HeaderProperty> {
  const properties = new Map<string, HeaderProperty>();
  const queue = [...list.items()];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    if (item.kindAt(0) !== 'word') {
      const found = item.length === 0 ? 'a comma' : `'${item.textAt(0)}'`;
      const location = item.length === 0 ? list.source.locate(item.end, item.end + 1) : item.locationAt(0);
      findings.add(
        'header-syntax',
        location,
        `Expected the name of a property of ${names.owner}, found ${found}`,
      );
      continue;
    }
    const name = item.textAt(0).toLowerCase();
    let value = item.slice(item.is(1, '=') || item.is(1, ':=') ? 2 : 1);
    if (names.spread?.has(name) === true) {
      for (let next = queue[0]; next !== undefined && !beginsProperty(next, names); next = queue[0]) {
        const { end } = next;
        value = new TokenRun(
          list.source,
          list.tokens.filter((t) => t.start >= value.start && t.end <= end),
        );
        queue.shift();
      }
    }
    if (names.used.has(name) && names.verbatim?.has(name) !== true) {
      const length = Math.max(1, valueLength(value));
      if (length < value.length) {
        const rest = value.slice(length);
        reportMissingComma(name, rest, names, findings);
        if (isKnown(rest.textAt(0).toLowerCase(), names)) queue.unshift(rest);
        value = value.slice(0, length);
      }
    }
    const property = { name, nameLocation: item.locationAt(0), value };
    if (!accept(property, names, findings)) continue;
    const first = properties.get(name);
    if (first !== undefined) {
      findings.add(
        'duplicate-property',
        property.nameLocation,
        `'${name}' is given twice`,
        'Keep one of the two.',
        [{ message: `'${name}' is given here first`, location: first.nameLocation }],
      );
      continue;
    }
    properties.set(name, property);
  }
  return properties;
}

/** True when the property is one to go on with. */
function accept(property: HeaderProperty, names: PropertyNames, findings: Findings): boolean {
  const { name, nameLocation, value } = property;
  if (!isKnown(name, names)) {
    const known = [...names.used, ...names.unused.keys()];
    findings.add(
      'unknown-property',
      nameLocation,
      `${names.owner} has no property '${name}'`,
      didYouMean(name, known) ?? `The properties are ${[...names.used].join(', ')}.`,
    );
    return false;
  }
  if (value.length === 0) {
    findings.add('invalid-property', nameLocation, `'${name}' has no value`);
    return false;
  }
  if (names.unused.has(name)) {
    const neutral = names.unused.get(name);
    if (neutral === undefined || value.text.replaceAll("'", '').toLowerCase() !== neutral) {
      findings.add(
        'unused-property',
        nameLocation,
        `'${name}' has no effect in this version of Sluice`,
        'Remove it, or keep it for SQLMesh.',
      );
    }
    return false;
  }
  return true;
}

function beginsProperty(item: TokenRun, names: PropertyNames): boolean {
  return isKnown(item.textAt(0).toLowerCase(), names) && !item.is(1, '.');
}

function isKnown(name: string, names: PropertyNames): boolean {
  return names.used.has(name) || names.unused.has(name);
}

function reportMissingComma(name: string, rest: TokenRun, names: PropertyNames, findings: Findings): void {
  const found = rest.textAt(0);
  findings.add(
    'header-syntax',
    rest.locationAt(0),
    `Expected ',' or ')' after the value of '${name}', found '${found}'`,
    isKnown(found.toLowerCase(), names)
      ? `Put a comma before '${found}'.`
      : 'Put quotes around a text, and parentheses around a list.',
  );
}

/** A header found at the start of a statement. */
export interface Header {
  /** What stands between the brackets. */
  readonly list: TokenRun;
  /** Offset right after the closing bracket. */
  readonly end: number;
}

/** Finds the brackets of `MODEL (...)`; reports when they do not match. The run starts with the keyword. */
export function findHeader(
  statement: TokenRun,
  names: PropertyNames,
  findings: Findings,
): Header | undefined {
  const keyword = statement.textAt(0).toUpperCase();
  if (!statement.is(1, '(')) {
    findings.add('header-syntax', statement.locationAt(1), `Expected '(' after ${keyword}`);
    return undefined;
  }
  const open: number[] = [];
  for (let i = 1; i < statement.length; i++) {
    const token = statement.tokens[i];
    if (token === undefined) break;
    if (!token.closed) {
      const what = token.kind === 'string' ? 'text' : token.kind === 'quoted' ? 'quoted name' : 'macro';
      findings.add(
        'header-syntax',
        statement.source.locate(token.start, token.start + 1),
        `This ${what} is not closed`,
      );
      return undefined;
    }
    if (token.kind !== 'punctuation') continue;
    const char = statement.textAt(i);
    if (char === '(' || char === '[' || char === '{') open.push(i);
    const closes = CLOSES[char];
    if (closes === undefined) continue;
    const opener = open.pop() ?? 1;
    if (statement.textAt(opener) !== closes) {
      findings.add(
        'header-syntax',
        statement.locationAt(i),
        `'${char}' does not close '${statement.textAt(opener)}'`,
        undefined,
        [{ message: 'It was opened here', location: statement.locationAt(opener) }],
      );
      return undefined;
    }
    if (open.length === 0) return { list: statement.slice(2, i), end: token.end };
  }
  const suspect = findUnclosed(statement, names);
  const before = suspect === undefined ? '' : ` before '${statement.textAt(suspect.before)}'`;
  findings.add(
    'header-syntax',
    statement.locationAt(suspect?.opener ?? 1),
    suspect === undefined
      ? `The '(' of ${keyword} is not closed`
      : `This '${statement.textAt(suspect.opener)}' is not closed${before}`,
    suspect === undefined ? `End the header with ');'.` : undefined,
  );
  return undefined;
}

/** The bracket most likely forgotten: one still open where a line begins with a property of the header itself. */
function findUnclosed(
  statement: TokenRun,
  names: PropertyNames,
): { readonly opener: number; readonly before: number } | undefined {
  const open: number[] = [];
  for (let i = 1; i < statement.length; i++) {
    const text = statement.textAt(i);
    if (statement.kindAt(i) === 'punctuation') {
      if (text === '(' || text === '[' || text === '{') open.push(i);
      else if (CLOSES[text] !== undefined) open.pop();
    }
    const opener = open.at(-1);
    if (opener === undefined || open.length < 2 || !isKnown(text.toLowerCase(), names)) continue;
    const gap = statement.source.text.slice(statement.tokens[i - 1]?.end, statement.tokens[i]?.start);
    const assigned = statement.is(i + 1, ':=') || statement.is(i + 1, '=');
    if (statement.is(i - 1, ',') && gap.includes('\n') && !assigned) return { opener, before: i };
  }
  return undefined;
}

/**
 * The statements that follow a header. One that stands before the header's semicolon is there as well, once the missing
 * semicolon has been reported.
 */
export function statementsAfter(
  header: Header,
  statements: readonly StatementRange[],
  statement: TokenRun,
  findings: Findings,
): readonly StatementRange[] {
  const [head, ...rest] = statements;
  const { source } = statement;
  if (head === undefined || header.end >= head.end) return rest;
  const [next] = splitStatements(source.text, header.end, head.end);
  if (next === undefined) return rest;
  findings.add(
    'header-syntax',
    source.locate(next.start, next.start + 1),
    `Expected ';' after ${statement.textAt(0).toUpperCase()} (...)`,
    `End the header with ');'.`,
  );
  return [{ ...next, semicolon: head.semicolon }, ...rest];
}

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
