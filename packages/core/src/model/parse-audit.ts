/** Reads files of `audits/`: one or more `AUDIT (...); SELECT ...;`, as SQLMesh has them. */
import { type Outcome, type SourceText } from '../diagnostic/index.ts';
import { identifierName, splitStatements, type StatementRange } from '../sql/tokens.ts';
import type { AuditDefinition, AuditSeverity } from './audit-definition.ts';
import {
  findHeader,
  Findings,
  parseProperties,
  statementsAfter,
  type HeaderProperty,
  type PropertyNames,
} from './header.ts';
import { parseHeaderValue } from './header-value.ts';
import { parseFlag, parseText } from './parse-properties.ts';
import { parseBody, reportOpenComment, tokensOf } from './statements.ts';
import type { TokenRun } from './token-run.ts';

const AUDIT_PROPERTIES: PropertyNames = {
  owner: 'AUDIT',
  used: new Set(['name', 'blocking', 'severity', 'defaults', 'skip', 'standalone']),
  unused: new Map<string, string | undefined>([
    ['dialect', 'duckdb'],
    ...[
      'cron',
      'cron_tz',
      'depends_on',
      'description',
      'end',
      'gateway',
      'interval_unit',
      'owner',
      'project',
      'stamp',
      'start',
      'tags',
    ].map((n): [string, undefined] => [n, undefined]),
  ]),
};

/** Reads a file of `audits/`. Audits with errors, and those with `skip true`, are left out of the value. */
export function parseAuditFile(source: SourceText): Outcome<readonly AuditDefinition[]> {
  const findings = new Findings();
  reportOpenComment(source, findings);
  const statements = splitStatements(source.text);
  const starts = auditStarts(source, statements);
  const [first] = statements;
  if (first === undefined || starts[0] !== 0) {
    const at = first === undefined ? source.locate(0) : tokensOf(source, first).locationAt(0);
    findings.add(
      'header-missing',
      at,
      'An audit starts with AUDIT (...);',
      'Write AUDIT (name my_audit); before the query.',
    );
  }
  return { value: parseAudits(source, statements, starts, findings), diagnostics: findings.list };
}

/** Whether audits may stand behind a model in its file. */
export function hasInlineAudits(source: SourceText): boolean {
  return /;\s*(?:--.*\s*|\/\*[\s\S]*?\*\/\s*)*audit\s*\(/i.test(source.text);
}

/** Reads the audits that stand behind a model in its file. */
export function parseInlineAudits(source: SourceText): Outcome<readonly AuditDefinition[]> {
  const findings = new Findings();
  const statements = splitStatements(source.text);
  const value = parseAudits(source, statements, auditStarts(source, statements), findings);
  return { value, diagnostics: findings.list };
}

/** Positions of the statements that begin an audit. */
function auditStarts(source: SourceText, statements: readonly StatementRange[]): readonly number[] {
  return statements.flatMap((range, i) => (isAudit(source, range) ? [i] : []));
}

function parseAudits(
  source: SourceText,
  statements: readonly StatementRange[],
  starts: readonly number[],
  findings: Findings,
): readonly AuditDefinition[] {
  return starts.flatMap((start, i) => {
    const own = statements.slice(start, starts[i + 1]);
    const before = findings.list.length;
    const audit = parseAudit(source, own, findings);
    const broken = findings.list.slice(before).some((d) => d.severity === 'error');
    return audit === undefined || broken ? [] : [audit];
  });
}

/** Whether a statement begins an audit. */
export function isAudit(source: SourceText, range: StatementRange): boolean {
  // It begins with its first word.
  if (source.text.slice(range.start, range.start + 5).toLowerCase() !== 'audit') return false;
  return tokensOf(source, { start: range.start, end: Math.min(range.end, range.start + 200) }).is(0, 'audit');
}

function parseAudit(
  source: SourceText,
  statements: readonly StatementRange[],
  findings: Findings,
): AuditDefinition | undefined {
  const [range] = statements;
  if (range === undefined) return undefined;
  const statement = tokensOf(source, range);
  const header = findHeader(statement, AUDIT_PROPERTIES, findings);
  if (header === undefined) return undefined;
  const after = statementsAfter(header, statements, statement, findings);
  const properties = parseProperties(header.list, AUDIT_PROPERTIES, findings);
  const body = parseBody(source, after, 'This audit', findings);
  const name = parseName(properties.get('name'), statement, findings);
  const severity = parseSeverity(properties, findings);
  const standalone = parseFlag(properties.get('standalone'), findings) ?? false;
  if (standalone && severity === 'quarantine') {
    findings.add(
      'invalid-property',
      properties.get('severity')?.value.location ?? statement.locationAt(0),
      'Standalone audits have no table to divert rows from',
      'Let it block or warn; or let a model call it.',
    );
  }
  const defaults = parseDefaults(properties.get('defaults'), findings);
  for (const extra of [...body.preStatements, ...body.postStatements, ...body.virtualStatements]) {
    const location = source.locate(extra.offset, extra.offset + extra.text.length);
    findings.add('extra-statement', location, 'An audit is one query', 'Remove this statement.');
  }
  if (body.query === undefined) {
    findings.add(
      'missing-query',
      statement.locationAt(0),
      'This audit has no query',
      'Write a SELECT that returns the bad rows.',
    );
  }
  const skip = parseFlag(properties.get('skip'), findings) ?? false;
  if (name === undefined || body.query === undefined || skip) return undefined;
  return {
    name: name.text,
    path: source.path,
    source,
    nameLocation: name.run.location,
    standalone,
    severity,
    defaults,
    definitions: body.definitions,
    query: body.query,
  };
}

function parseName(
  property: HeaderProperty | undefined,
  statement: TokenRun,
  findings: Findings,
): { readonly text: string; readonly run: TokenRun } | undefined {
  if (property === undefined) {
    findings.add('invalid-name', statement.locationAt(0), 'This audit needs a name', 'Write name my_audit.');
    return undefined;
  }
  const run = property.value;
  if (run.length === 1 && run.isName(0)) return { text: identifierName(run.text), run };
  findings.add(
    'invalid-name',
    run.location,
    `'${run.text}' is not the name of an audit`,
    'A name is one word.',
  );
  return undefined;
}

function parseSeverity(properties: ReadonlyMap<string, HeaderProperty>, findings: Findings): AuditSeverity {
  const blocking = parseFlag(properties.get('blocking'), findings) ?? true;
  const property = properties.get('severity');
  const severity = parseText(property, findings)?.toLowerCase();
  if (property === undefined || severity === undefined) return blocking ? 'block' : 'warn';
  const both = properties.get('blocking');
  if (both !== undefined) {
    const hint = 'Keep one of the two.';
    findings.add(
      'duplicate-property',
      property.nameLocation,
      `Both 'blocking' and 'severity' are given`,
      hint,
      [{ message: `'blocking' is given here`, location: both.nameLocation }],
    );
  }
  if (severity === 'block' || severity === 'warn' || severity === 'quarantine') return severity;
  findings.add(
    'invalid-property',
    property.value.location,
    `'severity' must be block, warn or quarantine, found '${severity}'`,
  );
  return 'block';
}

function parseDefaults(
  property: HeaderProperty | undefined,
  findings: Findings,
): AuditDefinition['defaults'] {
  if (property === undefined) return [];
  const items = property.value.inner()?.items() ?? [property.value];
  return items.flatMap((item) => {
    if (!item.isName(0) || !(item.is(1, '=') || item.is(1, ':=')) || item.length < 3) {
      findings.add(
        'invalid-property',
        item.location,
        'Expected a parameter and its default',
        'Write defaults (threshold = 10).',
      );
      return [];
    }
    const value = item.slice(2);
    return [{ name: identifierName(item.textAt(0)), value: parseHeaderValue(value), sql: value.text }];
  });
}
