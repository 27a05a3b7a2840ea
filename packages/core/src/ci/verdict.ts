/**
 * What a run of `sluice ci` found, as sentences, and whether it fails for them. The words are a ladder: who fails for
 * differences fails for breaking changes, warnings and errors too.
 */
import {
  FAIL_ON,
  type CiCheckDocument,
  type CiDocument,
  type CiFailure,
  type CiFindingDocument,
  type CiStep,
  type DiffDocument,
  type PlanDocument,
} from '../report/index.ts';

const STEPS: Readonly<Record<CiStep, string>> = {
  compile: 'compile',
  lint: 'lint',
  test: 'unit tests',
  plan: 'plan',
  build: 'build',
  audit: 'audits',
  diff: 'comparison',
};

export function findingsOf(parts: {
  readonly checks: readonly CiCheckDocument[];
  /** The plan for a base that exists. */
  readonly plan: PlanDocument | null;
  readonly diff: DiffDocument | null;
}): readonly CiFindingDocument[] {
  const found: CiFindingDocument[] = [];
  const add = (on: CiFailure, message: string): void => void found.push({ on, message });
  for (const check of parts.checks)
    if (check.status === 'failed') add('error', `${STEPS[check.step]}, ${check.summary}`);
  for (const check of parts.checks)
    if (check.warnings > 0) add('warning', `${STEPS[check.step]}, ${count(check.warnings, 'warning')}`);
  for (const { model, action, columns } of parts.plan?.actions ?? []) {
    if (action === 'drop') add('breaking', `${model} goes`);
    for (const c of columns.removed) add('breaking', `${model}.${c.name} goes`);
    for (const c of columns.retyped) add('breaking', `${model}.${c.name} becomes ${c.to}; it was ${c.from}`);
  }
  for (const { model, status } of parts.diff?.models ?? []) {
    if (status === 'changed') add('diff', `${model} holds other data`);
    if (status === 'added') add('diff', `${model} is new`);
    if (status === 'removed') add('diff', `${model} goes`);
  }
  return found;
}

/** Those of them that a run with this word fails for. */
export function failuresOf(
  findings: readonly CiFindingDocument[],
  failOn: CiFailure,
): readonly CiFindingDocument[] {
  return findings.filter((f) => FAIL_ON.indexOf(f.on) <= FAIL_ON.indexOf(failOn));
}

/** One sentence or two for the head of every report. */
export function verdictOf(
  status: CiDocument['status'],
  failures: readonly CiFindingDocument[],
  {
    base_exists,
    sample,
    plan,
    build,
    diff,
  }: Pick<CiDocument, 'base_exists' | 'sample' | 'plan' | 'build' | 'diff'>,
): string {
  if (status === 'interrupted') return 'Interrupted before everything was looked at.';
  if (status === 'failed') {
    const [first, ...more] = failures;
    const rest = more.length > 0 ? `; and ${count(more.length, 'more reason')}` : '';
    return `Failed: ${first?.message.replace(/\.$/, '') ?? 'nothing could be said'}${rest}.`;
  }
  if (!base_exists) {
    const built = build?.results.filter((r) => r.status === 'done').length ?? 0;
    if (sample !== null) return `Passed on a sample; ${count(built, 'model')} built of it, nothing compared.`;
    return `Passed. There is no base to compare with; ${count(built, 'model')} built from nothing.`;
  }
  const touched = plan?.actions.length ?? 0;
  const audits = plan?.audits.length ?? 0;
  if (touched === 0)
    return audits === 0
      ? 'Passed. No table changes.'
      : `Passed. No table changes; ${count(audits, 'standalone audit')} to run.`;
  const other = diff?.models.filter((m) => m.status !== 'same').length ?? 0;
  const spared = plan === null || plan.unchanged === 0 ? '' : `; ${count(plan.unchanged, 'other')} untouched`;
  return `Passed. ${count(touched, 'model')} touched, ${other === 0 ? 'none of them with other data' : `${other} with other data`}${spared}.`;
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`;
}
