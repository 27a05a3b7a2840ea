/**
 * A random project as a value; `project-files.ts` writes it. Every model puts out a time `t`, a text `k` and numbers, so that any
 * model can read any other.
 */

/**
 * What a model may be. Several are one kind of Sluice with other properties: `MATERIALIZED` is a view as a table; `UNIQUE` is
 * merged interval by interval, `MERGED` as a whole; `PARTS` has a partition for each key, `DAYS` one for each interval; `LOG` is
 * unmanaged; `LIVING` is a time range that is forward-only; `RUNNING` is one that reads its own past rows.
 */
export const KINDS = [
  'VIEW',
  'FULL',
  'EMBEDDED',
  'INCREMENTAL',
  'SEED',
  'UNIQUE',
  'MATERIALIZED',
  'DAYS',
  'MERGED',
  'PARTS',
  'LOG',
  'SCD_TIME',
  'SCD_COLUMN',
  'LIVING',
  'RUNNING',
] as const;

export type Kind = (typeof KINDS)[number];

/** Kinds whose rows are not to be told from what their inputs hold now. */
const HISTORY_KINDS: ReadonlySet<Kind> = new Set([
  'MERGED',
  'PARTS',
  'DAYS',
  'LOG',
  'SCD_TIME',
  'SCD_COLUMN',
  'LIVING',
]);

export function keepsRows(kind: Kind): boolean {
  return HISTORY_KINDS.has(kind);
}

/** Whether its table outlives its definition. */
export function livesOn(kind: Kind): boolean {
  return keepsRows(kind) && kind !== 'MERGED';
}

/** `quarantine`: rows with `x` above 25 are diverted, in kinds that can. */
export type AuditSpec = 'none' | 'passing' | 'failing' | 'quarantine';

export interface ModelSpec {
  readonly name: string;
  readonly kind: Kind;
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
  readonly audit: AuditSpec;
  /** Rows of a seed. */
  readonly seed: number;
  /** Properties of kinds that keep rows: bit 0: hard deletes; bit 1: which columns are compared; 3: destructive changes are refused. */
  readonly variant: number;
  /** Of kinds that merge by key: what happens to a row that is there (`model-text.ts` says what). */
  readonly matched: number;
  /** Intervals before the missing ones. */
  readonly lookback: number;
  /** Whether the newest intervals are computed again with each week. */
  readonly again: boolean;
  /** Whether runs ask a signal for its intervals, which says no to every third day. */
  readonly signal: boolean;
}

export interface RowSpec {
  readonly id: number;
  /** Minutes after 2024-01-27; null: the row has no time. */
  readonly minute: number | null;
  readonly k: string | null;
  readonly x: number;
}

/** An audit of no one model. */
export interface StandaloneSpec {
  readonly name: string;
  readonly shape: number;
  /** Positions among sources and models. */
  readonly over: readonly [number, number];
  readonly isBlocking: boolean;
  /** Rows that it puts up with. */
  readonly most: number;
}

export interface ProjectSpec {
  readonly models: readonly ModelSpec[];
  readonly standalone: readonly StandaloneSpec[];
  readonly a: readonly RowSpec[];
  readonly b: readonly RowSpec[];
  /** Whether `raw.b` tells the time of its rows. */
  readonly timed: boolean;
  /** Whether `raw.a` declares its last column too. */
  readonly wide: boolean;
  /** Whether `raw.b` is a table that somebody else keeps, and changes by night. */
  readonly foreign: boolean;
}

/** When the first rows of sources are from. */
export const ORIGIN = Date.UTC(2024, 0, 27);
/** The project's start of history. */
export const START = Date.UTC(2024, 0, 28);

export const SEED_COLUMNS = 't TIMESTAMP, k VARCHAR, x BIGINT';

/** The rows of a source as SQL, without a look at its file. */
export function sourceRows(spec: ProjectSpec, source: 'a' | 'b'): string {
  const type = source === 'a' ? 'TIMESTAMP' : 'DATE';
  const isWide = source === 'a' && spec.wide;
  const rows = spec[source].map(({ id, minute, k, x }) => {
    const t = minute === null ? 'NULL' : `'${source === 'a' ? timeOf(minute) : timeOf(minute).slice(0, 10)}'`;
    return `(${id}::BIGINT, ${t}::${type}, ${k === null ? 'NULL' : `'${k}'`}::VARCHAR, ${x}::BIGINT${isWide ? `, 'w${id}'` : ''})`;
  });
  const none = `(NULL::BIGINT, NULL::${type}, NULL::VARCHAR, NULL::BIGINT${isWide ? ', NULL::VARCHAR' : ''})`;
  const names = `id, t, k, x${isWide ? ', w' : ''}`;
  return rows.length === 0
    ? `SELECT * FROM (VALUES ${none}) AS v(${names}) WHERE FALSE`
    : `SELECT * FROM (VALUES ${rows.join(', ')}) AS v(${names})`;
}

export function seedRows(model: ModelSpec): readonly (readonly [string, string, number])[] {
  return Array.from({ length: 3 }, (_, i) => [
    timeOf(((model.seed + i) % 5) * 1440 + 60 * i),
    'abc'[i] ?? '',
    model.seed + i,
  ]);
}

/** Minutes after the origin as text. */
export function timeOf(minute: number | null): string {
  if (minute === null) return '';
  return new Date(ORIGIN + minute * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}
