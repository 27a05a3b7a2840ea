import { diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import { SCHEMA_VERSION, type PlanDocument } from '../report/index.ts';
import { VERSION } from '../version.ts';
import { digestOf } from './document.ts';

/**
 * Reads a saved plan.
 * @throws {SluiceError} when it is no plan, was changed by hand, or comes from another tool or project.
 */
export function readSavedPlan(text: string, project: string): PlanDocument {
  const plan = parse(text);
  const { digest, ...body } = plan;
  if (digest !== digestOf(body)) {
    throw new SluiceError(
      diagnostic('plan-tampered', 'the plan file is not as Sluice wrote it', {
        hint: 'Make a new one with sluice plan -o FILE.',
      }),
    );
  }
  if (plan.schema_version !== SCHEMA_VERSION || plan.tool !== VERSION) {
    throw moved([`Sluice: the plan was made by version ${plan.tool}, this is ${VERSION}`]);
  }
  if (plan.project !== project)
    throw moved([`project: the plan is for '${plan.project}', this is '${project}'`]);
  return plan;
}

/**
 * Refuses a saved plan when planning again gives another one; names what moved on.
 * @throws {SluiceError} `plan-moved`
 */
export function checkStillTrue(savedAsIs: PlanDocument, todayAsIs: PlanDocument): void {
  const [saved, today] = [onlyDeeds(savedAsIs), onlyDeeds(todayAsIs)];
  if (JSON.stringify(saved) === JSON.stringify(today)) return;
  const found: string[] = [];
  if (saved.sequence !== today.sequence) {
    found.push(
      `environment: ${saved.environment} was promoted since (sequence ${saved.sequence} then, ${today.sequence} now)`,
    );
  }
  if (JSON.stringify(saved.selection) !== JSON.stringify(today.selection))
    found.push('selection: what is left out changed');
  if (JSON.stringify(saved.restatement) !== JSON.stringify(today.restatement))
    found.push('restatement: what it reaches changed');
  if (JSON.stringify(saved.skipped) !== JSON.stringify(today.skipped))
    found.push('skipped: what is left for a later plan changed');
  const filesNow = new Set(today.files.map(fileKey));
  const filesThen = new Set(saved.files.map(fileKey));
  const paths = [
    ...saved.files.filter((f) => !filesNow.has(fileKey(f))),
    ...today.files.filter((f) => !filesThen.has(fileKey(f))),
  ];
  for (const path of new Set(paths.map((f) => f.path))) found.push(`file: ${path} changed`);
  const then = new Map(saved.actions.map((a) => [a.model, a]));
  const now = new Map(today.actions.map((a) => [a.model, a]));
  for (const model of new Set([...then.keys(), ...now.keys()])) {
    const [a, b] = [then.get(model), now.get(model)];
    if (JSON.stringify(a) === JSON.stringify(b)) continue;
    if (a === undefined) found.push(`${model}: nothing then, ${b?.action ?? ''} now`);
    else if (b === undefined) found.push(`${model}: ${a.action} then, nothing now`);
    else if (a.version !== b.version) found.push(`${model}: its definition changed`);
    else if (a.audits !== b.audits) found.push(`${model}: its audits changed`);
    else found.push(`${model}: what is to be computed changed`);
  }
  const [before, after] = [updatesOf(saved), updatesOf(today)];
  for (const model of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(model) !== after.get(model))
      found.push(`${model}: its statements on virtual update changed`);
  }
  if (JSON.stringify(saved.audits) !== JSON.stringify(today.audits))
    found.push('standalone audits: which are to run, or what they ask, changed');
  for (const key of ['before_all', 'after_all'] as const) {
    if (JSON.stringify(saved[key]) !== JSON.stringify(today[key])) found.push(`project: ${key} changed`);
  }
  throw moved(found.length === 0 ? ['the state of the warehouse'] : found);
}

/** A plan as far as it decides what happens: guesses of sizes, and what models are tagged with, may change at any time. */
function onlyDeeds(plan: PlanDocument): PlanDocument {
  const none = { rows: null, bytes: null, seconds: null };
  return {
    ...plan,
    digest: '',
    estimate: { ...none, unknown: 0 },
    actions: plan.actions.map((action) => ({
      ...action,
      estimate: null,
      tags: [],
      readers: 0,
      repeated_sql: [],
      audit_sql: [],
    })),
    audits: plan.audits.map((audit) => ({ ...audit, sql: null })),
    views: null,
  };
}

/** Statements on virtual update by model. */
function updatesOf(plan: PlanDocument): ReadonlyMap<string, string> {
  return new Map(plan.virtual_updates.map((u) => [u.model, JSON.stringify(u.sql)]));
}

function fileKey(file: PlanDocument['files'][number]): string {
  return `${file.path} ${file.hash}`;
}

const SHOWN = 10;

function moved(what: readonly string[]): SluiceError {
  const more = what.length > SHOWN ? [`and ${what.length - SHOWN} more`] : [];
  return new SluiceError(
    diagnostic('plan-moved', 'the plan no longer says what would happen, so nothing was done', {
      hint: 'Make a new plan with sluice plan -o FILE and look at it.',
      notes: [...what.slice(0, SHOWN), ...more].map((message) => ({ message })),
    }),
  );
}

function parse(text: string): PlanDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isPlan(value)) {
    const found: Diagnostic = diagnostic('plan-unreadable', 'the file is not a Sluice plan', {
      hint: 'A plan file is what sluice plan -o FILE writes.',
    });
    throw new SluiceError(found);
  }
  return value;
}

function isPlan(value: unknown): value is PlanDocument {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'plan' &&
    'digest' in value &&
    'options' in value &&
    'actions' in value &&
    Array.isArray(value.actions)
  );
}
