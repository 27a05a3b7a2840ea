/**
 * The text of a random model. Queries are such that their result does not depend on how time is cut into batches: what Sluice
 * promises holds only for those. Kinds that merge get a query with one row for each key.
 */
import { SEED_COLUMNS, type Kind, type ModelSpec, type ProjectSpec } from './project-spec.ts';

export const SHAPES = [
  'project',
  'daily',
  'join',
  'join-by-day',
  'union',
  'rolling',
  'distinct',
  'above-average',
] as const;

export const EXPRESSIONS = [
  's.x',
  's.x + 1',
  's.x * 2',
  's.x % 7',
  'length(s.k)',
  'CASE WHEN s.x > 30 THEN 1 ELSE 0 END',
  'coalesce(s.x, 0) - 5',
];

export const FILTERS = [
  'TRUE',
  's.x > 20',
  "s.k <> 'b'",
  's.x % 2 = 0',
  's.k IS NOT NULL',
  "s.t >= TIMESTAMP '2024-01-29 12:00:00'",
];

/** How the same query may be written. */
export const STYLES = ['plain', 'comment', 'cte', 'subquery', 'alias'] as const;

const CRONS = ["'@daily'", "'@hourly'", "'@monthly'", "'0 3 * * *'"];

/** Above this, a quarantine audit diverts `x`. */
export const MOST = 25;

/** When a model is due, without quotes. Where a day or a key is the grain, hours are no intervals of their own. */
export function cronOf(model: ModelSpec): string {
  const cron = (CRONS[model.cron] ?? "'@daily'").slice(1, -1);
  if (model.kind === 'DAYS' || model.kind === 'LOG') return '@daily';
  const isDate = model.kind !== 'RUNNING' && ['daily', 'distinct'].includes(SHAPES[model.shape] ?? '');
  return cron === '@hourly' && (isDate || model.kind === 'UNIQUE') ? '@daily' : cron;
}

/** Whether rows are diverted: only where Sluice can, and not where rows of several definitions live together. */
export function diverts(model: ModelSpec): boolean {
  return model.audit === 'quarantine' && ['FULL', 'MATERIALIZED', 'INCREMENTAL'].includes(model.kind);
}

export function modelText(spec: ProjectSpec, model: ModelSpec, position: number): string {
  const head = `MODEL (name m.${model.name}, kind ${kindText(model)}${auditText(model)}${asksSignal(model) ? ', signals (third_day)' : ''}`;
  if (model.kind === 'SEED') return `${head}, columns (${SEED_COLUMNS}));\n`;
  return `${head});\n${queryOf(spec, model, position)}\n`;
}

function auditText(model: ModelSpec): string {
  switch (model.audit) {
    case 'none':
      return '';
    case 'passing':
      return ', audits (accepted_range(column := x, max_v := 1000000000))';
    case 'failing':
      return ', audits (accepted_range(column := x, max_v := -1000))';
    case 'quarantine':
      return diverts(model)
        ? `, audits (accepted_range(column := x, max_v := ${MOST}, severity := quarantine))`
        : '';
    default:
      return model.audit satisfies never;
  }
}

function kindText(model: ModelSpec): string {
  const cron = cronOf(model);
  const size = cron === '@hourly' ? [0, 24, 31][model.batchSize] : model.batchSize;
  const batch = size === undefined || size === 0 ? '' : `, batch_size ${size}`;
  const destructive = model.variant === 3 ? '' : ', on_destructive_change allow';
  const back = model.lookback === 0 ? '' : `, lookback ${model.lookback}`;
  const again = model.again ? ", auto_restatement_cron '@weekly', auto_restatement_intervals 2" : '';
  const deletes = `, invalidate_hard_deletes ${model.variant % 2 === 1 ? 'true' : 'false'}`;
  switch (model.kind) {
    case 'VIEW':
    case 'FULL':
    case 'EMBEDDED':
      return model.kind;
    case 'MATERIALIZED':
      return 'VIEW (materialized true)';
    case 'SEED':
      return `SEED (path '../../seeds/${model.name}.csv')`;
    case 'INCREMENTAL':
      return `INCREMENTAL_BY_TIME_RANGE (time_column t${batch}${back}${again}), cron '${cron}'`;
    case 'RUNNING':
      return `INCREMENTAL_BY_TIME_RANGE (time_column t${batch}), cron '${cron}', columns (${SEED_COLUMNS}${model.extras.map((e) => `, ${e.name} BIGINT`).join('')})`;
    case 'LIVING':
      return `INCREMENTAL_BY_TIME_RANGE (time_column t, forward_only true${batch}${back}${destructive}), cron '${cron}'`;
    case 'UNIQUE':
      return `INCREMENTAL_BY_UNIQUE_KEY (unique_key k${back}${mergeText(model)}), cron '${cron}'`;
    case 'MERGED':
      return `INCREMENTAL_BY_UNIQUE_KEY (unique_key k${mergeText(model)})`;
    case 'DAYS':
      return `INCREMENTAL_BY_PARTITION (disable_restatement ${model.variant % 2 === 0 ? 'true' : 'false'}${batch}${destructive}), partitioned_by CAST(t AS DATE), cron '${cron}'`;
    case 'PARTS':
      return `INCREMENTAL_BY_PARTITION${destructive === '' ? '' : ` (${destructive.slice(2)})`}, partitioned_by k`;
    case 'LOG':
      return `INCREMENTAL_UNMANAGED${batch + destructive === '' ? '' : ` (${(batch + destructive).slice(2)})`}, cron '${cron}'`;
    case 'SCD_TIME':
      return `SCD_TYPE_2_BY_TIME (unique_key k, updated_at_name t${deletes}${destructive})`;
    case 'SCD_COLUMN':
      return `SCD_TYPE_2_BY_COLUMN (unique_key k, columns ${comparesAll(model) ? '*' : '(x)'}${deletes}${destructive})`;
    default:
      return model.kind satisfies never;
  }
}

/** What happens to a row whose key is there: 0: all columns are replaced; the others are said here. */
export type Matching = 'replace' | 'greater' | 'first' | 'add' | 'delete';

export function matchingOf({ kind, matched }: ModelSpec): Matching {
  // Which rows stood when one was to go depends on those before it: that is followed for one merge alone.
  const last = kind === 'MERGED' ? 'delete' : 'add';
  return (['replace', 'greater', 'first', last] as const)[matched % 4] ?? 'replace';
}

function mergeText(model: ModelSpec): string {
  const set = ['t', 'x', ...model.extras.map((e) => e.name)]
    .map((c) => `target.${c} = source.${c}`)
    .join(', ');
  const when = {
    replace: '',
    greater: `, when_matched (WHEN MATCHED AND source.x > target.x THEN UPDATE SET ${set})`,
    first: ', when_matched (WHEN MATCHED THEN DO NOTHING)',
    add: ', when_matched (WHEN MATCHED THEN UPDATE SET target.x = target.x + source.x)',
    delete:
      ', when_matched (WHEN MATCHED AND source.x % 3 = 0 THEN DELETE, WHEN MATCHED THEN UPDATE SET target.x = target.x + source.x)',
  }[matchingOf(model)];
  // A row that it kept apart from one of its key would be an error: it holds for all that come.
  const filter = [
    '',
    ', merge_filter source.k IS NOT DISTINCT FROM target.k',
    ', merge_filter source.t >= target.t',
  ];
  return when + (model.kind === 'UNIQUE' ? filter[model.variant % 3] : filter[model.variant % 2]);
}

export function asksSignal({ kind, signal }: ModelSpec): boolean {
  return signal && ['INCREMENTAL', 'UNIQUE', 'FULL'].includes(kind);
}

/** What the signal answers, for the start of an interval. */
export const SIGNAL = 'SELECT day(CAST(@start_ds AS DATE)) % 3 > 0\n';

export function isReady(start: number): boolean {
  return new Date(start).getUTCDate() % 3 > 0;
}

/** Whether an SCD by column compares all columns or `x` alone. */
export function comparesAll(model: ModelSpec): boolean {
  return model.variant >= 2;
}

function nameAt(spec: ProjectSpec, position: number): string {
  if (position < 2) return position === 0 ? 'raw.a' : 'raw.b';
  return `m.${spec.models[position - 2]?.name ?? ''}`;
}

/** Names that a model's query reads. */
export function inputsOf(spec: ProjectSpec, model: ModelSpec, position: number): readonly string[] {
  return model.kind === 'SEED' ? [] : model.inputs.map((i) => nameAt(spec, i % (position + 2)));
}

/** Names of all that a model stems from, and its own. */
export function upstreamOf(spec: ProjectSpec, position: number): ReadonlySet<string> {
  const found = new Set<string>();
  const follow = (at: number): void => {
    const model = spec.models[at];
    if (model === undefined || found.has(`m.${model.name}`)) return;
    found.add(`m.${model.name}`);
    if (model.kind === 'SEED') return;
    const text = queryOf(spec, model, at);
    for (const source of ['raw.a', 'raw.b']) if (reads(text, source)) found.add(source);
    for (let i = 0; i < at; i++) if (reads(text, `m.${spec.models[i]?.name ?? ''}`)) follow(i);
  };
  follow(position);
  return found;
}

function reads(text: string, name: string): boolean {
  return new RegExp(String.raw`\b${name.replace('.', String.raw`\.`)}\b`).test(text);
}

/** Whether it reads a table that somebody else keeps, itself or through what is no table. */
export function readsForeign(spec: ProjectSpec, position: number): boolean {
  const model = spec.models[position];
  if (!spec.foreign || model === undefined || model.kind === 'SEED') return false;
  const text = queryOf(spec, model, position);
  return (
    reads(text, 'raw.b') ||
    spec.models.some(
      (m, i) =>
        i < position &&
        (m.kind === 'VIEW' || m.kind === 'EMBEDDED') &&
        reads(text, `m.${m.name}`) &&
        readsForeign(spec, i),
    )
  );
}

export function queryOf(spec: ProjectSpec, model: ModelSpec, position: number): string {
  const [one, two] = model.inputs.map((i) => nameAt(spec, i % (position + 2)));
  const style = STYLES[model.style % STYLES.length];
  const s = style === 'alias' ? 'src' : 's';
  const input =
    style === 'cte'
      ? `c AS ${s}`
      : style === 'subquery'
        ? `(SELECT * FROM ${one ?? ''}) AS ${s}`
        : `${one ?? ''} AS ${s}`;
  if (model.kind === 'RUNNING') {
    const rest = model.extras.map((e) => `, 0::BIGINT AS ${e.name}`).join('');
    return `SELECT CAST(@start_ts AS TIMESTAMP) AS t, 'a' AS k, CAST(coalesce(any_value(past.x), 0) + coalesce(sum(now.x), 0) AS BIGINT) AS x${rest}
FROM (SELECT max_by(x, t) AS x FROM m.${model.name}) AS past LEFT JOIN (${addends(spec, model, position, HALF_OPEN)}) AS now ON TRUE`;
  }
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
  if (!KEYED.has(model.kind)) return head + text;
  // One row for each key (and interval, where there are any; the last interval wins, so that order matters).
  const last = model.extras.map((e) => `, max(q.${e.name}) AS ${e.name}`).join('');
  return `SELECT max(q.t) AS t, q.k, max(q.x) AS x${last} FROM (\n${head}${text}\n) AS q GROUP BY q.k`;
}

/** What a model that reads its own past rows adds up. */
export function addends(spec: ProjectSpec, model: ModelSpec, position: number, bound: string): string {
  const [one] = model.inputs.map((i) => nameAt(spec, i % (position + 2)));
  return `SELECT CAST(${EXPRESSIONS[model.expression] ?? 's.x'} AS BIGINT) AS x FROM ${one ?? ''} AS s WHERE ${FILTERS[model.filter] ?? 'TRUE'}${bound}`;
}

const KEYED: ReadonlySet<Kind> = new Set(['UNIQUE', 'MERGED', 'SCD_TIME', 'SCD_COLUMN']);

/** Whether `s.` stands before the second half of a union, where `s` is the other input. */
function isOwn(query: string, at: number): boolean {
  const union = query.indexOf('UNION ALL');
  return union < 0 || at < union;
}

const HALF_OPEN = ' AND s.t >= @interval_start AND s.t < @interval_end';
const BY_TIMESTAMP = ' AND s.t BETWEEN @start_ts AND @end_ts';
const BY_DATE = ' AND CAST(s.t AS DATE) BETWEEN @start_ds AND @end_ds';

function boundOf({ kind, bound }: ModelSpec): string {
  switch (kind) {
    case 'UNIQUE':
      return HALF_OPEN;
    case 'DAYS':
    case 'LOG':
      return [BY_TIMESTAMP, BY_DATE, HALF_OPEN][bound % 3] ?? '';
    case 'INCREMENTAL':
    case 'LIVING':
      return (
        [
          BY_TIMESTAMP,
          BY_DATE,
          ' AND s.t >= CAST(@start_ts AS TIMESTAMP) - INTERVAL 1 DAY AND s.t <= @end_ts',
          '',
          HALF_OPEN,
        ][bound % 5] ?? ''
      );
    default:
      return '';
  }
}
