/**
 * Random projects and what people do to them. A project is a value; `filesOf` writes it. Every model puts out a time `t`,
 * a text `k` and numbers, so that any model can read any other. Queries are such that their result does not depend on how
 * time is cut into batches: what Sluice promises holds only for those.
 */
import { array, boolean, constantFrom, nat, record, tuple, type Arbitrary } from 'fast-check';
import type { Files } from './project.ts';

export const KINDS = ['VIEW', 'FULL', 'EMBEDDED', 'INCREMENTAL', 'SEED', 'UNIQUE'] as const;

const SHAPES = [
  'project',
  'daily',
  'join',
  'join-by-day',
  'union',
  'rolling',
  'distinct',
  'above-average',
] as const;

const EXPRESSIONS = [
  's.x',
  's.x + 1',
  's.x * 2',
  's.x % 7',
  'length(s.k)',
  'CASE WHEN s.x > 30 THEN 1 ELSE 0 END',
  'coalesce(s.x, 0) - 5',
];

const FILTERS = [
  'TRUE',
  's.x > 20',
  "s.k <> 'b'",
  's.x % 2 = 0',
  's.k IS NOT NULL',
  "s.t >= TIMESTAMP '2024-01-29 12:00:00'",
];

/** How the same query may be written. */
const STYLES = ['plain', 'comment', 'cte', 'subquery', 'alias'] as const;

export interface ModelSpec {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly shape: number;
  /** Positions, among sources and models before this one. */
  readonly inputs: readonly [number, number];
  readonly expression: number;
  readonly filter: number;
  readonly style: number;
  /** Columns beside `t`, `k`, `x`. */
  readonly extras: readonly { readonly name: string; readonly expression: number }[];
  /** Of the model's own time filter; 3: none. */
  readonly bound: number;
  readonly cron: number;
  readonly batchSize: number;
  readonly audit: 'none' | 'passing' | 'failing';
  /** Rows of a seed. */
  readonly seed: number;
}

export interface RowSpec {
  readonly id: number;
  /** Minutes after 2024-01-27; null: the row has no time. */
  readonly minute: number | null;
  readonly k: string | null;
  readonly x: number;
}

export interface ProjectSpec {
  readonly models: readonly ModelSpec[];
  readonly a: readonly RowSpec[];
  readonly b: readonly RowSpec[];
  /** Whether `raw.b` tells the time of its rows. */
  readonly timed: boolean;
  /** Whether `raw.a` declares its last column too. */
  readonly wide: boolean;
}

const ORIGIN = Date.UTC(2024, 0, 27);

const CRONS = ["'@daily'", "'@hourly'", "'@monthly'", "'0 3 * * *'"];

export function filesOf(spec: ProjectSpec): Files {
  const files: Record<string, string> = {
    'project.yaml': `name: random
start: 2024-01-28
history: { keep: 2 }
sources:
  raw:
    a: { file: data/a.csv, time_column: t, columns: { id: BIGINT, t: TIMESTAMP, k: VARCHAR, x: BIGINT${spec.wide ? ', w: VARCHAR' : ''} } }
    b: { file: data/b.csv, ${spec.timed ? 'time_column: t, ' : ''}columns: { id: BIGINT, t: DATE, k: VARCHAR, x: BIGINT } }
`,
    'data/a.csv': `id,t,k,x,w\n${spec.a.map((r) => `${r.id},${time(r.minute)},${r.k ?? ''},${r.x},w${r.id}\n`).join('')}`,
    'data/b.csv': `id,t,k,x\n${spec.b.map((r) => `${r.id},${time(r.minute).slice(0, 10)},${r.k ?? ''},${r.x}\n`).join('')}`,
  };
  for (const [i, model] of spec.models.entries()) {
    if (model.kind === 'SEED') files[`seeds/${model.name}.csv`] = seedOf(model);
    files[`models/m/${model.name}.sql`] = textOf(spec, model, i);
  }
  return files;
}

function time(minute: number | null): string {
  if (minute === null) return '';
  return new Date(ORIGIN + minute * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}

function seedOf(model: ModelSpec): string {
  const rows = Array.from(
    { length: 3 },
    (_, i) => `${time(((model.seed + i) % 5) * 1440 + 60 * i)},${'abc'[i] ?? ''},${model.seed + i}\n`,
  );
  return `t,k,x\n${rows.join('')}`;
}

function textOf(spec: ProjectSpec, model: ModelSpec, position: number): string {
  const audits =
    model.audit === 'none'
      ? ''
      : `, audits (accepted_range(column := x, max_v := ${model.audit === 'failing' ? -1000 : 1_000_000_000}))`;
  if (model.kind === 'SEED') {
    return `MODEL (name m.${model.name}, kind SEED (path '../../seeds/${model.name}.csv'), columns (t TIMESTAMP, k VARCHAR, x BIGINT)${audits});\n`;
  }
  const isDate = ['daily', 'distinct'].includes(SHAPES[model.shape] ?? '');
  const cron = CRONS[model.cron] ?? "'@daily'";
  const kind =
    model.kind === 'INCREMENTAL'
      ? `INCREMENTAL_BY_TIME_RANGE (time_column t${model.batchSize > 0 ? `, batch_size ${model.batchSize}` : ''}), cron ${isDate && cron === "'@hourly'" ? "'@daily'" : cron}`
      : model.kind === 'UNIQUE'
        ? `INCREMENTAL_BY_UNIQUE_KEY (unique_key k), cron ${cron === "'@hourly'" ? "'@daily'" : cron}`
        : model.kind;
  return `MODEL (name m.${model.name}, kind ${kind}${audits});\n${queryOf(spec, model, position)}\n`;
}

function nameAt(spec: ProjectSpec, position: number): string {
  if (position < 2) return position === 0 ? 'raw.a' : 'raw.b';
  return `m.${spec.models[position - 2]?.name ?? ''}`;
}

function queryOf(spec: ProjectSpec, model: ModelSpec, position: number): string {
  const [one, two] = model.inputs.map((i) => nameAt(spec, i % (position + 2)));
  const style = STYLES[model.style % STYLES.length];
  const s = style === 'alias' ? 'src' : 's';
  const input =
    style === 'cte'
      ? `c AS ${s}`
      : style === 'subquery'
        ? `(SELECT * FROM ${one ?? ''}) AS ${s}`
        : `${one ?? ''} AS ${s}`;
  const head = `${style === 'cte' ? `WITH c AS (SELECT * FROM ${one ?? ''})\n` : ''}${style === 'comment' ? '-- said once more\n' : ''}`;
  const x = `CAST(${EXPRESSIONS[model.expression] ?? 's.x'} AS BIGINT)`;
  const extras = model.extras
    .map((e) => `, CAST(${EXPRESSIONS[e.expression] ?? 's.x'} AS BIGINT) AS ${e.name}`)
    .join('');
  const where = `WHERE ${FILTERS[model.filter] ?? 'TRUE'}${boundOf(model)}`;
  const grouped = model.extras
    .map((e) => `, CAST(sum(${EXPRESSIONS[e.expression] ?? 's.x'}) AS BIGINT) AS ${e.name}`)
    .join('');
  const query = ((): string => {
    switch (SHAPES[model.shape]) {
      case 'daily':
        return `SELECT CAST(s.t AS DATE) AS t, s.k, CAST(sum(${EXPRESSIONS[model.expression] ?? 's.x'}) AS BIGINT) AS x${grouped} FROM ${input} ${where} GROUP BY 1, 2`;
      case 'join':
        return `SELECT s.t, s.k, ${x} + coalesce(o.x, 0) AS x${extras} FROM ${input} LEFT JOIN (SELECT k, CAST(sum(x) AS BIGINT) AS x FROM ${two ?? ''} GROUP BY k) AS o ON o.k = s.k ${where}`;
      case 'join-by-day':
        return `SELECT s.t, s.k, ${x} + o.x AS x${extras} FROM ${input} JOIN ${two ?? ''} AS o ON o.k = s.k AND CAST(o.t AS DATE) = CAST(s.t AS DATE) ${where}`;
      case 'union':
        return `SELECT CAST(s.t AS TIMESTAMP) AS t, s.k, ${x} AS x${extras} FROM ${input} ${where} UNION ALL SELECT CAST(s.t AS TIMESTAMP), s.k, s.x${model.extras.map(() => ', 0::BIGINT').join('')} FROM ${two ?? ''} AS s ${where}`;
      case 'rolling':
        return `SELECT s.t, s.k, ${x} + (SELECT CAST(coalesce(sum(o.x), 0) AS BIGINT) FROM ${two ?? ''} AS o WHERE o.t <= s.t AND o.t > s.t - INTERVAL 2 DAY) AS x${extras} FROM ${input} ${where}`;
      case 'distinct':
        return `SELECT DISTINCT CAST(s.t AS DATE) AS t, s.k, ${x} AS x${extras} FROM ${input} ${where}`;
      case 'above-average':
        return `SELECT s.t, s.k, ${x} AS x${extras} FROM ${input} ${where} AND s.x >= (SELECT avg(o.x) FROM ${two ?? ''} AS o)`;
      default:
        return `SELECT s.t, s.k, ${x} AS x${extras} FROM ${input} ${where}`;
    }
  })();
  // The alias is the only `s.` or ` s ` there is.
  const text =
    style === 'alias'
      ? query.replaceAll(/\bs\./g, (m, at: number) => (isOwn(query, at) ? 'src.' : m))
      : query;
  if (model.kind !== 'UNIQUE') return head + text;
  // One row for each key and interval; the last interval wins, so that order matters.
  const last = model.extras.map((e) => `, max(q.${e.name}) AS ${e.name}`).join('');
  return `SELECT max(q.t) AS t, q.k, max(q.x) AS x${last} FROM (\n${head}${text}\n) AS q GROUP BY q.k`;
}

/** Whether `s.` stands before the second half of a union, where `s` is the other input. */
function isOwn(query: string, at: number): boolean {
  const union = query.indexOf('UNION ALL');
  return union < 0 || at < union;
}

function boundOf(model: ModelSpec): string {
  if (model.kind === 'UNIQUE') return ' AND s.t >= @interval_start AND s.t < @interval_end';
  if (model.kind !== 'INCREMENTAL') return '';
  switch (model.bound % 5) {
    case 0:
      return ' AND s.t BETWEEN @start_ts AND @end_ts';
    case 1:
      return ' AND CAST(s.t AS DATE) BETWEEN @start_ds AND @end_ds';
    case 2:
      return ' AND s.t >= CAST(@start_ts AS TIMESTAMP) - INTERVAL 1 DAY AND s.t <= @end_ts';
    case 3:
      return '';
    default:
      return ' AND s.t >= @interval_start AND s.t < @interval_end';
  }
}

/** What a step does; `a` and `b` choose among what there is. */
export interface Step {
  readonly what: (typeof STEPS)[number];
  readonly a: number;
  readonly b: number;
}

export const STEPS = [
  'apply-prod',
  'apply-dev',
  'apply-failing',
  'apply-interrupted',
  'apply-limited',
  'run',
  'edit-expression',
  'edit-filter',
  'edit-shape',
  'edit-kind',
  'edit-style',
  'edit-audit',
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
      return edit((m) => ({ audit: m.audit === 'none' ? 'passing' : 'none' }));
    case 'edit-bound':
      return edit(() => ({ bound: b % 5, batchSize: b % 3 }));
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
      return spec.models.length >= 8 ? spec : { ...spec, models: [...spec.models, newModel(spec, a, b)] };
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
  const name =
    ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9'].find((n) => !taken.has(n)) ?? 'm10';
  return {
    name,
    kind: KINDS[a % 5] ?? 'FULL',
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
  kind: constantFrom<(typeof KINDS)[number]>(
    'VIEW',
    'FULL',
    'EMBEDDED',
    'INCREMENTAL',
    'INCREMENTAL',
    'SEED',
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
  audit: constantFrom<ModelSpec['audit']>('none', 'none', 'passing'),
  seed: nat({ max: 10 }),
});

export const PROJECT: Arbitrary<ProjectSpec> = record({
  models: array(MODEL, { minLength: 3, maxLength: 8 }).map((models) =>
    models.map((m, i): ModelSpec => ({ name: `m${i}`, ...m })),
  ),
  a: array(CHOICE.map(row), { minLength: 3, maxLength: 12 }),
  b: array(CHOICE.map(row), { minLength: 2, maxLength: 8 }),
  timed: boolean(),
  wide: boolean(),
});

export const HISTORY: Arbitrary<readonly Step[]> = array(
  record({
    what: constantFrom<Step['what']>(...STEPS, 'apply-prod', 'apply-prod', 'apply-dev', 'run'),
    a: CHOICE,
    b: CHOICE,
  }),
  { minLength: 5, maxLength: 15 },
);
