/** Reads calls of audits and signals: `not_null(columns := (a, b))`, in a header or as a text of the project's settings. */
import { diagnostic, type Diagnostic, type Location, SourceText } from '../diagnostic/index.ts';
import { identifierName, significantTokens } from '../sql/tokens.ts';
import { Findings, type HeaderProperty } from './header.ts';
import { parseHeaderValue } from './header-value.ts';
import type { AuditArgument, AuditCall, HeaderValue } from './model-definition.ts';
import { listOf } from './parse-properties.ts';
import { TokenRun } from './token-run.ts';

/** `audits (not_null(columns := (a, b)), my_audit)`, `signals (file_is_there(days := 2))`; `what` one of them is. */
export function parseCalls(
  property: HeaderProperty | undefined,
  what: 'an audit' | 'a signal',
  findings: Findings,
): readonly AuditCall[] {
  if (property === undefined) return [];
  return listOf(property, findings).flatMap((item) => parseCall(item, what, findings) ?? []);
}

function parseCall(item: TokenRun, what: string, findings: Findings): AuditCall | undefined {
  const length = item.nameLength();
  const group = item.slice(length);
  const inner = group.inner();
  if (length === 0 || (group.length > 0 && inner === undefined)) {
    findings.add('invalid-property', item.location, `Expected ${what}, found '${item.text}'`, EXAMPLE);
    return undefined;
  }
  const name = item.nameParts(0, length).join('.');
  return {
    name,
    text: onOneLine(item),
    location: item.location,
    arguments: inner === undefined ? [] : parseArguments(name, inner, findings),
  };
}

/**
 * Reads a text that is one call of an audit, out of a YAML file.
 *
 * @param at where the text stands. What is written there otherwise than it reads (quotes within quotes, folded lines) is
 * placed as a whole.
 */
export function parseAuditText(
  source: SourceText,
  text: string,
  at: Location,
): { readonly value: AuditCall | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const found = source.text.slice(at.start, at.end).indexOf(text);
  const isVerbatim = found >= 0;
  const from = isVerbatim ? at.start + found : 0;
  const own = isVerbatim ? source : new SourceText(source.path, text);
  const run = new TokenRun(own, significantTokens(own.text, from, from + text.length), from);
  const findings = new Findings();
  const value = parseCall(run, 'an audit', findings);
  if (isVerbatim) return { value, diagnostics: findings.list };
  const moved = findings.list.map((d) => diagnostic(d.code, d.message, { ...d, location: at }));
  return { value: value === undefined ? undefined : placed(value, at), diagnostics: moved };
}

/** A call of which all stands in one place. */
function placed(call: AuditCall, location: Location): AuditCall {
  const value = (v: HeaderValue): HeaderValue =>
    v.kind === 'list' ? { ...v, items: v.items.map(value), location } : { ...v, location };
  const args = call.arguments.map((a) => ({ ...a, value: value(a.value), location }));
  return { ...call, location, arguments: args };
}

/** The call as it is told in reports: spaced one way, without comments, whatever lines it stands on. */
function onOneLine(item: TokenRun): string {
  let text = '';
  for (let at = 0; at < item.length; at++) {
    const before = item.tokens[at - 1];
    const isInside = item.is(at - 1, '(') || item.is(at - 1, '[');
    const isClosing = item.is(at, ')') || item.is(at, ']') || item.is(at, ',');
    const isApart = item.tokens[at]?.start !== before?.end || item.is(at - 1, ',') || isGiven(item, at);
    text += `${before !== undefined && isApart && !isInside && !isClosing ? ' ' : ''}${item.textAt(at)}`;
  }
  return text;
}

/** Whether a token is on either side of the space around `:=`. */
function isGiven(item: TokenRun, at: number): boolean {
  return [at - 1, at].some((side) => item.is(side, ':=') || item.is(side, '=>'));
}

const EXAMPLE = 'Write name(argument := value), for example not_null(columns := (order_id)).';

function parseArguments(audit: string, inner: TokenRun, findings: Findings): readonly AuditArgument[] {
  const given = new Set<string>();
  return inner.items().flatMap((item) => {
    const assigned = item.is(1, ':=') || item.is(1, '=') || item.is(1, '=>');
    if (!item.isName(0) || !assigned || item.length < 3) {
      const location = item.length === 0 ? inner.source.locate(item.end, item.end + 1) : item.location;
      findings.add('invalid-property', location, `Expected an argument of ${audit} with its name`, EXAMPLE);
      return [];
    }
    const name = identifierName(item.textAt(0));
    if (given.has(name.toLowerCase())) {
      findings.add(
        'invalid-property',
        item.locationAt(0),
        `The argument '${name}' of ${audit} is given twice`,
      );
      return [];
    }
    given.add(name.toLowerCase());
    const value = item.slice(2);
    return [{ name, value: parseHeaderValue(value), sql: value.text, location: item.location }];
  });
}
