/** `sluice ci` as JUnit: its steps, the unit tests by file, and the audits by model. */
import {
  toJUnit,
  type AuditResultDocument,
  type CiDocument,
  type JUnitCase,
  type JUnitSuite,
} from '@sluice/core';
import { renderFailures } from './audits.ts';
import { PLAIN } from './style.ts';
import { testSuites } from './test-suites.ts';

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
  switch (check.status) {
    case 'passed':
    case 'warned':
      return { ...base, outcome: { kind: 'passed' } };
    case 'skipped':
      return { ...base, outcome: { kind: 'skipped' } };
    case 'failed':
      return { ...base, outcome: { kind: 'failed', message: check.summary, text: errorsOf(document) } };
    default:
      return check.status satisfies never;
  }
}

function errorsOf({ diagnostics }: CiDocument): string {
  return diagnostics
    .filter((d) => d.severity === 'error')
    .map((d) => `${d.path === null ? '' : `${d.path}:${d.line ?? 1}: `}${d.message} [${d.code}]`)
    .join('\n');
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
