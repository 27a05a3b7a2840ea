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
export const MOST = 40;

/** When a model is due, without quotes. Where a day or a key is the grain, hours are no intervals of their own. */
export function cronOf(model: ModelSpec): string {
  const cron = (CRONS[model.cron] ?? "'@daily'").slice(1, -1);
  if (model.kind === 'DAYS' || model.kind === 'LOG') return '@daily';
  const isDate = ['daily', 'distinct'].includes(SHAPES[model.shape] ?? '');
  return cron === '@hourly' && (isDate || model.kind === 'UNIQUE') ? '@daily' : cron;
}

/** Whether rows are diverted: only where Sluice can, and not where rows of several definitions live together. */
export function diverts(model: ModelSpec): boolean {
  return model.audit === 'quarantine' && ['FULL', 'MATERIALIZED', 'INCREMENTAL'].includes(model.kind);
}

export function modelText(spec: ProjectSpec, model: ModelSpec, position: number): string {
  const head = `MODEL (name m.${model.name}, kind ${kindText(model)}${auditText(model)}`;
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
      return `INCREMENTAL_BY_TIME_RANGE (time_column t${batch}), cron '${cron}'`;
    case 'LIVING':
      return `INCREMENTAL_BY_TIME_RANGE (time_column t, forward_only true${batch}${destructive}), cron '${cron}'`;
    case 'UNIQUE':
      return `INCREMENTAL_BY_UNIQUE_KEY (unique_key k), cron '${cron}'`;
    case 'MERGED':
      return 'INCREMENTAL_BY_UNIQUE_KEY (unique_key k)';
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
