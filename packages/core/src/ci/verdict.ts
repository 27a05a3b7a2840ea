/**
 * What a run of `sluice ci` found, as sentences, and whether it fails for them. The words are a ladder: who fails for
 * differences fails for breaking changes, warnings and errors too.
 */
import {
  FAIL_ON,
  type ActionDocument,
  type CiCheckDocument,
  type CiDocument,
  type CiFailure,
  type CiStep,
  type DiffDocument,
  type PlanDocument,
  type ReasonCode,
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

/** A finding, before anybody knows where it is written. */
export interface Finding {
  readonly on: CiFailure;
  readonly message: string;
  readonly step: CiStep;
  readonly model: string | null;
  /** The column of the model whose line shows best what it is about; null where that is the model's header. */
  readonly target: string | null;
}

export function findingsOf(parts: {
  readonly checks: readonly CiCheckDocument[];
  /** The plan for a base that exists. */
  readonly plan: PlanDocument | null;
  readonly diff: DiffDocument | null;
}): readonly Finding[] {
  return [
    ...parts.checks
      .filter((c) => c.status === 'failed')
      .map((c) => ofStep('error', c, `${STEPS[c.step]}, ${c.summary}`)),
    ...parts.checks
      .filter((c) => c.warnings > 0)
      .map((c) => ofStep('warning', c, `${STEPS[c.step]}, ${count(c.warnings, 'warning')}`)),
    ...(parts.plan?.actions ?? []).flatMap(breakingOf),
    ...differences(parts.diff, parts.plan),
  ];
}

function ofStep(on: CiFailure, { step }: CiCheckDocument, message: string): Finding {
  return { on, message, step, model: null, target: null };
}

function breakingOf({ model, action, columns }: ActionDocument): readonly Finding[] {
  const add = (message: string, target: string | null): Finding => ({
    on: 'breaking',
    message,
    step: 'plan',
    model,
    target,
  });
  return [
    ...(action === 'drop' ? [add(`${model} goes`, null)] : []),
    ...columns.removed.map((c) => add(`${model}.${c.name} goes`, null)),
    ...columns.retyped.map((c) => add(`${model}.${c.name} becomes ${c.to}; it was ${c.from}`, c.name)),
  ];
}

const WORDS = {
  changed: (model: string) => `${model} holds other data`,
  added: (model: string) => `${model} is new`,
  removed: (model: string) => `${model} goes`,
} as const;

/** Models that were edited come before those that only read them, inputs before readers: of many, the first are shown. */
function differences(diff: DiffDocument | null, plan: PlanDocument | null): readonly Finding[] {
  const places = new Map(plan?.actions.map((action, i) => [action.model, { action, i }]));
  const found = (diff?.models ?? []).flatMap(({ model, status }) => {
    if (status === 'same') return [];
    const { action, i = Infinity } = places.get(model) ?? {};
    const own = action?.reasons.filter((r) => OWN.has(r.code)) ?? [];
    const target = own.find((r) => r.column !== undefined && r.code !== 'column_removed')?.column ?? null;
    const finding: Finding = { on: 'diff', message: WORDS[status](model), step: 'diff', model, target };
    return { finding, isRoot: action !== undefined && isEdited(action), i };
  });
  return found
    .toSorted((a, b) => Number(b.isRoot) - Number(a.isRoot) || (a.i === b.i ? 0 : a.i - b.i))
    .map((f) => f.finding);
}

/** A type may change because that of an input does; all else of its own is of its own file. */
function isEdited({ reasons }: ActionDocument): boolean {
  const isBelow = reasons.some((r) => r.code.startsWith('upstream_'));
  return reasons.some((r) => OWN.has(r.code) && !(isBelow && r.code === 'column_retyped'));
}

/** Reasons that stand in the model's own file; their columns are its own too. */
const OWN: ReadonlySet<ReasonCode> = new Set([
  'new_model',
  'definition_changed',
  'column_changed',
  'column_added',
  'column_removed',
  'column_retyped',
  'rows_changed',
  'kind_changed',
  'removed',
]);

/** Whether a run with this word fails for it. */
export function failsFor({ on }: Finding, failOn: CiFailure): boolean {
  return FAIL_ON.indexOf(on) <= FAIL_ON.indexOf(failOn);
}

/** One sentence or two for the head of every report. */
export function verdictOf(
  status: CiDocument['status'],
  failures: readonly Pick<Finding, 'message'>[],
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
