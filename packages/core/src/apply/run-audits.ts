/**
 * Audits of a model, in the order of its header. Those that are faster together are asked in one scan whether any of them finds a row;
 * one that does is then asked alone, with all that it has to tell, and the others have passed. It changes no result.
 */
import type { BoundAudit } from '../compile/compiled.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/planned.ts';
import { SHARED_ROWS, sharingAudits, type Scan, type SharedQuestion } from '../plan/shared-question.ts';
import type { SqlWriter } from '../plan/sql-writer.ts';
import type { TimeRange } from '../time/index.ts';
import {
  MANY_ROWS,
  problemOf,
  runAudit,
  secondsFrom,
  settledAudit,
  withSeconds,
  type AuditOutcome,
} from './audits.ts';

/** What is known of the rows that are audited; none of it changes what is found. */
export interface Audited {
  /** How many there are; 0 where nobody knows. */
  readonly rows: number;
  /** How they are scanned; undefined where audits must not share a scan. */
  readonly scan?: Scan;
  /** Conditions that divide them, for DuckDB to scan beside each other. */
  readonly parts?: readonly string[];
}

/** One after the other, as they are read. Nothing more is to be read after an error inside of a transaction: it may have ended it. */
export async function* runAudits(
  connection: Connection,
  writer: SqlWriter,
  planned: PlannedNode,
  audits: readonly BoundAudit[],
  range: TimeRange,
  maxRows: number,
  { rows, scan, parts = [] }: Audited,
): AsyncGenerator<AuditOutcome> {
  const look = { parts, many: rows >= MANY_ROWS };
  const sharing = scan === undefined || rows < SHARED_ROWS ? [] : sharingAudits(audits);
  const [first] = sharing;
  let shared: Shared = NOTHING;
  for (const bound of audits) {
    if (bound === first && scan !== undefined)
      shared = await askTogether(connection, await writer.shared(planned, sharing, range, scan));
    if (!shared.audits.has(bound)) {
      yield await runAudit(connection, writer, planned, bound, range, maxRows, look);
    } else if (shared.problem !== undefined) {
      yield settledAudit(planned, bound, range, { seconds: shared.seconds, problem: shared.problem });
    } else if (shared.found.has(bound)) {
      const outcome = await runAudit(connection, writer, planned, bound, range, maxRows, look);
      yield withSeconds(outcome, shared.seconds);
    } else yield settledAudit(planned, bound, range, { seconds: shared.seconds });
  }
}

/** What came of a question for several audits. */
interface Shared {
  readonly audits: ReadonlySet<BoundAudit>;
  /** Those that find rows, or may. */
  readonly found: ReadonlySet<BoundAudit>;
  /** What it took, an equal part for each. */
  readonly seconds: number;
  /** Why nothing can be asked any more. */
  readonly problem: string | undefined;
}

const NOTHING: Shared = { audits: new Set(), found: new Set(), seconds: 0, problem: undefined };

async function askTogether(connection: Connection, question: SharedQuestion | undefined): Promise<Shared> {
  if (question === undefined) return NOTHING;
  const audits = new Set(question.audits);
  const started = performance.now();
  const each = (): number => secondsFrom(started) / audits.size;
  try {
    const [answer] = await connection.rows(question.query);
    const found = new Set(question.audits.filter((_, i) => answer?.[String(i + 1)] === true));
    return { audits, found, seconds: each(), problem: undefined };
  } catch (error) {
    // Whatever it was, each alone says whether it is its own. In a transaction that has ended, none can.
    const canGoOn = await connection.rows('SELECT 1').then(
      () => true,
      () => false,
    );
    return { audits, found: audits, seconds: each(), problem: canGoOn ? undefined : problemOf(error) };
  }
}
