/** `sluice ci` as JUnit: its steps, the unit tests by file, and the audits by model. */
import {
  toJUnit,
  type AuditResultDocument,
  type CiDocument,
  type CiFindingDocument,
  type JUnitCase,
  type JUnitSuite,
} from '@sluice/core';
import { renderFailures } from './audits.ts';
import { PLAIN } from './style.ts';
import { testSuites } from './test-suites.ts';
import { count } from './words.ts';

export function renderCiJUnit(document: CiDocument): string {
  const audits = ciAudits(document);
  const models = [...new Set(audits.map((a) => a.model))];
  return toJUnit([
    { name: 'sluice ci', cases: document.checks.map((check) => stepCase(document, check)) },
    ...(document.tests === null ? [] : testSuites(document.tests)),
    ...models.map((model): JUnitSuite => ({
      name: audits.some((a) => a.standalone && a.model === model)
        ? `standalone audit ${model}`
        : `audits of ${model}`,
      cases: audits.filter((a) => a.model === model).map((a) => auditCase(a, document.build?.run ?? null)),
    })),
  ]);
}

/** Of what was built, and of what stood there already in whole or in part: there those of the whole table count. */
export function ciAudits({ build, audits }: CiDocument): readonly AuditResultDocument[] {
  const whole = new Set(audits?.audits.map((a) => a.model));
  const built = build?.results.filter((r) => !whole.has(r.model)).flatMap((r) => r.audits) ?? [];
  return [...built, ...(build?.audits ?? []), ...(audits?.audits ?? [])];
}

function stepCase(document: CiDocument, check: CiDocument['checks'][number]): JUnitCase {
  const base = { name: check.step, subject: document.project, seconds: check.seconds };
  const failures = document.findings.filter((f) => f.fails && f.step === check.step);
  switch (check.status) {
    case 'passed':
    case 'warned':
      return { ...base, outcome: failures.length === 0 ? { kind: 'passed' } : failedFor(document, failures) };
    case 'skipped':
      return { ...base, outcome: { kind: 'skipped' } };
    case 'failed':
      return {
        ...base,
        outcome: { kind: 'failed', message: check.summary, text: problemsOf(document, 'error') },
      };
    default:
      return check.status satisfies never;
  }
}

/** A step that was done, and found what the run is to fail for: `--fail-on` decides. */
function failedFor(
  document: CiDocument,
  failures: readonly CiFindingDocument[],
): Extract<JUnitCase['outcome'], { readonly message: string }> {
  const [first, ...more] = failures;
  const rest = more.length === 0 ? '' : `; and ${count(more.length, 'more reason')}`;
  const lines = failures.flatMap((f) => (f.on === 'warning' ? [] : [`${at(f)}${f.message} [${f.on}]`]));
  const warnings = failures.some((f) => f.on === 'warning') ? [problemsOf(document, 'warning')] : [];
  return {
    kind: 'failed',
    message: `${first?.message ?? ''}${rest}`,
    text: [...lines, ...warnings].join('\n'),
  };
}

function problemsOf({ diagnostics }: CiDocument, severity: 'error' | 'warning'): string {
  return diagnostics
    .filter((d) => d.severity === severity)
    .map((d) => `${at(d)}${d.message} [${d.code}]`)
    .join('\n');
}

function at({ path, line }: { readonly path: string | null; readonly line: number | null }): string {
  return path === null ? '' : `${path}:${line ?? 1}: `;
}

/** A warning passes: JUnit has no word for it. */
function auditCase(a: AuditResultDocument, run: string | null): JUnitCase {
  const name = a.interval === null ? a.call : `${a.call} in ${a.interval.start} to ${a.interval.end}`;
  const base = { name, subject: a.model, seconds: a.seconds };
  const text = (): string => renderFailures([a], run, PLAIN, true);
  if (a.status === 'error')
    return { ...base, outcome: { kind: 'error', message: a.message ?? 'it could not be run', text: text() } };
  if (a.status === 'failed' && a.severity !== 'warn')
    return { ...base, outcome: { kind: 'failed', message: `${a.failing_rows} failing rows`, text: text() } };
  return { ...base, outcome: { kind: 'passed' } };
}
