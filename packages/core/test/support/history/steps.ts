/** What people do to a project, and what is drawn: projects, histories, and how often each thing happens. */
import { array, boolean, constantFrom, nat, oneof, record, tuple, type Arbitrary } from 'fast-check';
import { diverts, EXPRESSIONS, FILTERS, SHAPES, STYLES } from './model-text.ts';
import { KINDS, ORIGIN, type Kind, type ModelSpec, type ProjectSpec, type RowSpec } from './project-spec.ts';
import { changeStandalone, STANDALONE } from './standalone.ts';

/** What a step does; `a` and `b` choose among what there is. */
export interface Step {
  readonly what: (typeof STEPS)[number];
  readonly a: number;
  readonly b: number;
}

const STEPS = [
  'apply-prod',
  'apply-dev',
  'apply-failing',
  'apply-interrupted',
  'apply-killed',
  'apply-together',
  'apply-limited',
  'apply-selected',
  'apply-forward-only',
  'apply-empty',
  'restate',
  'run',
  'replay',
  'replay-killed',
  'unmend',
  'unmend-killed',
  'edit-expression',
  'edit-filter',
  'edit-shape',
  'edit-kind',
  'edit-style',
  'edit-audit',
  'edit-standalone',
  'edit-bound',
  'revert',
  'add-column',
  'drop-column',
  'add-model',
  'drop-model',
  'edit-seed',
  'widen-source',
  'append-rows',
  'late-rows',
  'correct-row',
  'delete-row',
  'promote',
  'rollback',
  'drop-dev',
  'gc',
] as const;

/** Changes of the project; steps that apply something leave it as it is. */
export function change(
  spec: ProjectSpec,
  step: Step,
  past: readonly ProjectSpec[],
  now: number,
): ProjectSpec {
  const { a, b } = step;
  const edit = (update: (m: ModelSpec) => Partial<ModelSpec>): ProjectSpec =>
    spec.models.length === 0
      ? spec
      : {
          ...spec,
          models: spec.models.map((m, i) => (i === a % spec.models.length ? { ...m, ...update(m) } : m)),
        };
  switch (step.what) {
    case 'edit-expression':
      return edit(() => ({ expression: b % EXPRESSIONS.length }));
    case 'edit-filter':
      return edit(() => ({ filter: b % FILTERS.length }));
    case 'edit-shape':
      return edit(() => ({ shape: b % SHAPES.length }));
    case 'edit-kind':
      return edit(() => ({ kind: KINDS[b % KINDS.length] ?? 'FULL' }));
    case 'edit-style':
      return edit(() => ({ style: b % STYLES.length }));
    case 'edit-audit':
      return edit((m) => ({
        audit: m.audit === 'none' ? (b % 3 === 0 ? 'quarantine' : 'passing') : 'none',
      }));
    case 'edit-standalone':
      return changeStandalone(spec, a, b);
    case 'replay':
    case 'replay-killed':
      return spec.models.some((m) => diverts(m))
        ? spec
        : edit((m) => ({
            audit: 'quarantine',
            kind: diverts({ ...m, audit: 'quarantine' }) ? m.kind : 'FULL',
          }));
    case 'edit-bound':
      return edit(() => ({
        bound: b % 5,
        batchSize: b % 3,
        lookback: b % 3,
        matched: b % 4,
        again: b % 2 === 0,
      }));
    case 'revert': {
      const then = past[a % Math.max(1, past.length)];
      return then === undefined ? spec : { ...spec, models: then.models, wide: then.wide };
    }
    case 'add-column':
      return edit((m) => ({
        extras: [
          ...m.extras.filter((e) => e.name !== `y${b % 3}`),
          { name: `y${b % 3}`, expression: (a + b) % EXPRESSIONS.length },
        ],
      }));
    case 'drop-column':
      return edit((m) => ({ extras: m.extras.slice(1) }));
    case 'add-model':
      return spec.models.length >= 15 ? spec : { ...spec, models: [...spec.models, newModel(spec, a, b)] };
    case 'drop-model':
      // Only the last: positions of the others stay.
      return { ...spec, models: spec.models.slice(0, -1) };
    case 'edit-seed':
      return edit(() => ({ seed: b % 20 }));
    case 'widen-source':
      return { ...spec, wide: !spec.wide };
    case 'append-rows':
    case 'late-rows': {
      const today = Math.floor((now - ORIGIN) / 60_000);
      const latest = step.what === 'append-rows' ? today - (b % 3000) : ((a * 37 + b * 101) % 8) * 720;
      const minute = b % 13 === 0 ? null : latest;
      const rows = [0, 1].map((i) => ({
        ...row(a * 7 + b * 3 + i),
        minute: minute === null ? null : minute + i * 30,
      }));
      return a % 3 === 0 ? { ...spec, b: [...spec.b, ...rows] } : { ...spec, a: [...spec.a, ...rows] };
    }
    case 'correct-row': {
      const side = a % 3 === 0 ? 'b' : 'a';
      return {
        ...spec,
        [side]: spec[side].map((r, i) => (i === b % spec[side].length ? { ...r, x: r.x + 1 + (a % 9) } : r)),
      };
    }
    case 'delete-row': {
      const side = a % 3 === 0 ? 'b' : 'a';
      return { ...spec, [side]: spec[side].filter((_, i) => i !== b % spec[side].length) };
    }
    default:
      return spec;
  }
}

function newModel(spec: ProjectSpec, a: number, b: number): ModelSpec {
  const taken = new Set(spec.models.map((m) => m.name));
  const names = Array.from({ length: 16 }, (_, i) => `m${i}`);
  return {
    name: names.find((n) => !taken.has(n)) ?? 'm16',
    kind: KINDS[a % KINDS.length] ?? 'FULL',
    shape: b % SHAPES.length,
    inputs: [a, b],
    expression: (a + b) % EXPRESSIONS.length,
    filter: 0,
    style: 0,
    extras: [],
    bound: a % 5,
    cron: 0,
    batchSize: 0,
    audit: 'none',
    seed: b % 10,
    variant: (a + b) % 4,
    matched: a % 4,
    lookback: b % 3,
    again: a % 3 === 0,
    signal: b % 5 === 0,
  };
}

function row(n: number): RowSpec {
  const minutes = [0, 1439, 1440, 1441, 2000, 2880, 3333, 4320, 4321, 5000, 5760, 6100, 6500, 7199];
  return {
    id: n,
    minute: minutes[n % minutes.length] ?? 0,
    k: ['a', 'b', 'c', null][n % 4] ?? null,
    x: (n * 13) % 60,
  };
}

const CHOICE = nat({ max: 199 });

const MODEL: Arbitrary<Omit<ModelSpec, 'name'>> = record({
  // Half of them are what most models are.
  kind: oneof(
    constantFrom<Kind>('VIEW', 'FULL', 'EMBEDDED', 'INCREMENTAL', 'INCREMENTAL', 'SEED'),
    constantFrom<Kind>(...KINDS),
  ),
  shape: nat({ max: SHAPES.length - 1 }),
  inputs: tuple(CHOICE, CHOICE),
  expression: nat({ max: EXPRESSIONS.length - 1 }),
  filter: nat({ max: FILTERS.length - 1 }),
  style: nat({ max: STYLES.length - 1 }),
  extras: constantFrom([], [{ name: 'y0', expression: 1 }]),
  bound: nat({ max: 4 }),
  cron: constantFrom(0, 0, 0, 1, 2, 3),
  batchSize: nat({ max: 2 }),
  audit: constantFrom<ModelSpec['audit']>('none', 'none', 'passing', 'passing', 'quarantine', 'quarantine'),
  seed: nat({ max: 10 }),
  variant: nat({ max: 3 }),
  matched: nat({ max: 3 }),
  lookback: nat({ max: 2 }),
  again: boolean(),
  signal: constantFrom(false, false, false, false, false, true),
});

/** 3 to 15 of them, most often a few. */
const MODELS = oneof(
  { weight: 8, arbitrary: array(MODEL, { minLength: 3, maxLength: 6 }) },
  { weight: 2, arbitrary: array(MODEL, { minLength: 7, maxLength: 10 }) },
  { weight: 1, arbitrary: array(MODEL, { minLength: 11, maxLength: 15 }) },
);

export const PROJECT: Arbitrary<ProjectSpec> = record({
  models: MODELS.map((models) => models.map((m, i): ModelSpec => ({ name: `m${i}`, ...m }))),
  a: array(CHOICE.map(row), { minLength: 3, maxLength: 12 }),
  b: array(CHOICE.map(row), { minLength: 2, maxLength: 8 }),
  timed: boolean(),
  wide: boolean(),
  foreign: constantFrom(false, false, false, true),
  standalone: STANDALONE,
});

function history(...whats: readonly Step['what'][]): Arbitrary<readonly Step[]> {
  const step = record({ what: constantFrom<Step['what']>(...whats), a: CHOICE, b: CHOICE });
  // 5 to 40 steps, most often a few.
  return oneof(
    { weight: 16, arbitrary: array(step, { minLength: 5, maxLength: 10 }) },
    { weight: 3, arbitrary: array(step, { minLength: 11, maxLength: 20 }) },
    { weight: 1, arbitrary: array(step, { minLength: 21, maxLength: 40 }) },
  );
}

/** What takes a process of its own: half as often as others. */
const OTHER_PROCESS: ReadonlySet<Step['what']> = new Set(['apply-killed', 'apply-together', 'replay-killed']);

/** What has something to act on only where rows went back before. */
const AFTER_REPLAYS: ReadonlySet<Step['what']> = new Set(['unmend', 'unmend-killed']);
const ANYWHERE = STEPS.filter((s) => !AFTER_REPLAYS.has(s));

/** Everything there is, and once more what makes the others matter. */
export const HISTORY: Arbitrary<readonly Step[]> = history(
  ...ANYWHERE,
  ...ANYWHERE.filter((s) => !OTHER_PROCESS.has(s)),
  'apply-prod',
  'apply-prod',
  'apply-dev',
  'apply-prod',
  'apply-prod',
  'apply-dev',
  'run',
  'replay',
  'replay',
  'append-rows',
  'correct-row',
  'edit-expression',
);

/** Histories where environments change hands more often than in others. */
export const UPKEEP_HISTORY: Arbitrary<readonly Step[]> = history(
  'promote',
  'promote',
  'promote',
  'rollback',
  'rollback',
  'rollback',
  'drop-dev',
  'gc',
  'gc',
  'apply-dev',
  'apply-dev',
  'apply-prod',
  'apply-interrupted',
  'run',
  'edit-expression',
  'edit-filter',
  'edit-kind',
  'edit-standalone',
  'add-column',
  'add-model',
  'drop-model',
  'revert',
  'widen-source',
  'append-rows',
  'correct-row',
);

/** Projects in which every model diverts that can. */
export const DIVERTING: Arbitrary<ProjectSpec> = PROJECT.map((spec) => ({
  ...spec,
  models: spec.models.map((m) =>
    diverts({ ...m, audit: 'quarantine' }) ? { ...m, audit: 'quarantine' } : m,
  ),
}));

/** Histories in which rows go back again and again. */
export const REPLAY_HISTORY: Arbitrary<readonly Step[]> = history(
  'replay',
  'replay',
  'replay',
  'replay',
  'replay',
  'replay-killed',
  'replay-killed',
  'replay-killed',
  'replay-killed',
  'unmend',
  'unmend',
  'unmend-killed',
  'apply-prod',
  'apply-prod',
  'apply-dev',
  'apply-failing',
  'apply-interrupted',
  'apply-killed',
  'apply-forward-only',
  'apply-empty',
  'restate',
  'run',
  'promote',
  'rollback',
  'gc',
  'append-rows',
  'late-rows',
  'correct-row',
  'delete-row',
  'edit-expression',
  'edit-filter',
  'edit-kind',
  'add-column',
  'drop-column',
  'revert',
);
