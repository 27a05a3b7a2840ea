import type { AuditTolerance } from '../audit/index.ts';
import type { BoundAudit, StandaloneAudit } from '../compile/compiled.ts';
import { firstLine } from '../diagnostic/index.ts';
import { countRows } from '../engine/count-rows.ts';
import type { Connection, Row } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/planned.ts';
import type { AuditQueries, SeenQuery, SqlWriter } from '../plan/sql-writer.ts';
import type { AuditResultDocument } from '../report/index.ts';
import { failingColumns, MOST, totalOf } from './failing-columns.ts';
import { keyColumns } from './key-columns.ts';
import type { AuditRecord, FailingRows } from '../state/index.ts';
import { isAllTime, isoInstant, type TimeRange } from '../time/index.ts';
import { secondsSince } from './node-tasks.ts';
import { SeenRows } from './seen-rows.ts';

/** The outcome of one audit over one range. */
export interface AuditOutcome {
  readonly bound: BoundAudit;
  readonly document: AuditResultDocument;
  readonly record: AuditRecord;
  /** Rows to keep in quarantine; undefined when none failed. */
  readonly failing: FailingRows | undefined;
}

const SAMPLES = 5;

/** From so many rows on, a look at all of them costs more than planning a longer query. */
export const MANY_ROWS = 1_000_000;

/** How an audit's rows are best looked at; none of it changes what it finds. */
export interface Look {
  /** Conditions that divide them, for DuckDB to scan beside each other. */
  readonly parts?: readonly string[];
  /** Whether there are {@link MANY_ROWS}. */
  readonly many?: boolean;
  /** Shared by audits of the same rows. */
  readonly counter?: SeenRows;
}

/** Runs one audit of a model's rows. */
export async function runAudit(
  connection: Connection,
  writer: SqlWriter,
  planned: PlannedNode,
  bound: BoundAudit,
  range: TimeRange,
  maxRows: number,
  { parts = [], many = false, counter = new SeenRows(connection, {}) }: Look = {},
): Promise<AuditOutcome> {
  const interval = isAllTime(range) ? undefined : range;
  const asked = { model: planned.node.name, bound, isStandalone: false, key: keyColumns(planned) };
  const queries = async (): Promise<Queries> => ({
    ...(await writer.audit(planned, bound, range, parts)),
    many,
    counter,
  });
  return runQueries(connection, asked, queries, interval, maxRows);
}

/** Runs one audit of no one model, over the tables of the writer's plan. */
export async function runStandalone(
  connection: Connection,
  writer: SqlWriter,
  audit: StandaloneAudit,
  maxRows: number,
): Promise<AuditOutcome> {
  const asked = { model: audit.name, bound: audit, isStandalone: true, key: [] };
  const queries = async (): Promise<Queries> => ({ bad: await writer.standalone(audit), seen: undefined });
  return runQueries(connection, asked, queries, undefined, maxRows);
}

/** An audit, and whose. */
interface Asked {
  readonly model: string;
  readonly bound: BoundAudit;
  readonly isStandalone: boolean;
  /** Columns that tell which row is which. */
  readonly key: readonly string[];
}

interface Queries {
  readonly bad: string;
  /** Undefined where nobody can say. */
  readonly seen: SeenQuery | undefined;
  readonly counter?: SeenRows;
  readonly many?: boolean;
  readonly rowsFirst?: boolean;
  readonly blame?: AuditQueries['blame'];
}

/** Only when rows fail are they fetched, up to `maxRows`; the count is always exact. */
async function runQueries(
  connection: Connection,
  asked: Asked,
  queries: () => Promise<Queries>,
  interval: TimeRange | undefined,
  maxRows: number,
): Promise<AuditOutcome> {
  const started = performance.now();
  let count = 0;
  let rows: readonly Row[] = [];
  let seen: number | null = null;
  let columns: AuditResultDocument['columns'] = [];
  let problem: string | undefined;
  try {
    const query = await queries();
    const fetch = (most: number): Promise<readonly Row[]> =>
      connection.rows(`SELECT * FROM (\n${query.bad}\n) AS failing LIMIT ${most}`);
    const early = query.rowsFirst === true ? await fetch(maxRows + 1) : undefined;
    const isAll = early !== undefined && early.length <= maxRows;
    const blame = await query.blame?.(MOST);
    // Which values fail, of how many rows in all, is one look; a count and then the values are two.
    const telling =
      isAll || (early === undefined && query.many !== true)
        ? undefined
        : blame?.find((b) => b.plain !== undefined);
    const told = telling && { of: telling, rows: await connection.rows(telling.query) };
    count = isAll
      ? early.length
      : told === undefined
        ? await countRows(connection, `SELECT count(*) AS n FROM (\n${query.bad}\n) AS failing`)
        : totalOf(told.rows);
    if (query.seen !== undefined) {
      const counter = query.counter ?? new SeenRows(connection, {});
      seen = await (count > 0 ? counter.count(query.seen) : counter.told(query.seen));
    }
    if (count > 0) {
      // DuckDB stops looking once it has them.
      rows = early?.slice(0, maxRows) ?? (await fetch(Math.min(count, maxRows)));
      columns = await failingColumns(connection, blame ?? [], rows, count, told);
    }
  } catch (error) {
    problem = firstLine(error);
  }
  const status = problem !== undefined ? 'error' : verdict(asked.bound.audit.tolerance, count, seen ?? count);
  const seconds = secondsSince(started);
  return outcomeOf(asked, { status, count, seen, seconds, interval, problem, rows, columns });
}

/** What is known of an audit once it has run. */
interface Found {
  readonly status: AuditResultDocument['status'];
  readonly count: number;
  readonly seen: number | null;
  readonly seconds: number;
  readonly interval: TimeRange | undefined;
  readonly problem: string | undefined;
  readonly columns: AuditResultDocument['columns'];
  /** Failing rows, not more than are to be kept. */
  readonly rows: readonly Row[];
}

export function outcomeOf({ model, bound, isStandalone, key }: Asked, found: Found): AuditOutcome {
  const { status, count, seen, seconds, interval, problem, rows, columns } = found;
  const { name, severity } = bound.audit;
  const call = bound.audit.call.text;
  return {
    bound,
    document: {
      model,
      standalone: isStandalone,
      audit: name,
      call,
      severity,
      status,
      failing_rows: count,
      rows_seen: seen,
      kept_rows: rows.length,
      seconds,
      interval:
        interval === undefined ? null : { start: isoInstant(interval.start), end: isoInstant(interval.end) },
      message: problem ?? null,
      columns,
      samples: rows.slice(0, SAMPLES),
    },
    record: {
      model,
      audit: name,
      call,
      severity,
      status,
      failingRows: count,
      rowsSeen: seen,
      seconds,
      interval,
    },
    failing:
      rows.length === 0 ? undefined : { model, audit: name, severity, reason: call, interval, key, rows },
  };
}

/** The outcome of an audit that was not asked alone: it has passed, or nothing can be asked. `seen`: rows it looked at, as far as known. */
export function settledAudit(
  planned: PlannedNode,
  bound: BoundAudit,
  range: TimeRange,
  { seconds, problem }: { readonly seconds: number; readonly problem: string | undefined },
  seen: number | null,
): AuditOutcome {
  return outcomeOf(
    { model: planned.node.name, bound, isStandalone: false, key: keyColumns(planned) },
    {
      status: problem === undefined ? 'passed' : 'error',
      count: 0,
      seen,
      seconds: toMilliseconds(seconds),
      interval: isAllTime(range) ? undefined : range,
      problem,
      columns: [],
      rows: [],
    },
  );
}

/** The same, having taken longer. */
export function withSeconds(outcome: AuditOutcome, more: number): AuditOutcome {
  const seconds = toMilliseconds(outcome.record.seconds + more);
  return { ...outcome, document: { ...outcome.document, seconds }, record: { ...outcome.record, seconds } };
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** The same of an audit that moved its rows into the quarantine of the table, where all of them are. */
export function moved(outcome: AuditOutcome): AuditOutcome {
  const { document } = outcome;
  return { ...outcome, document: { ...document, kept_rows: document.failing_rows }, failing: undefined };
}

/** The same of a task that was rolled back: what was diverted is where it was. */
export function undone(outcome: AuditOutcome): AuditOutcome {
  if (outcome.document.status !== 'diverted') return outcome;
  return {
    ...outcome,
    document: { ...outcome.document, status: 'undone', kept_rows: 0 },
    record: { ...outcome.record, status: 'undone' },
  };
}

/** Rows that fail are one too many, unless a limit was set for each of the two and both are kept. */
export function verdict(
  { maxRows, maxShare }: AuditTolerance,
  failing: number,
  seen: number,
): 'passed' | 'tolerated' | 'failed' {
  if (failing === 0) return 'passed';
  if (maxRows === undefined && maxShare === undefined) return 'failed';
  // A report about what is missing may have more rows than the table.
  const isFew =
    failing <= (maxRows ?? Number.POSITIVE_INFINITY) &&
    (maxShare === undefined || failing <= maxShare * seen);
  return isFew ? 'tolerated' : 'failed';
}

/** Whether an audit stops what it is part of. */
export function isBlocking({ document }: AuditOutcome): boolean {
  const { status, severity } = document;
  return status === 'error' || (status === 'failed' && severity !== 'warn');
}
