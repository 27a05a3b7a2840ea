import type { BoundAudit } from '../compile/compiled.ts';
import { firstLine } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/planned.ts';
import { SHARED_ROWS, sharingAudits, type Scan } from '../plan/shared-question.ts';
import type { SqlWriter } from '../plan/sql-writer.ts';
import type { TimeRange } from '../time/index.ts';
import { secondsSince } from './node-tasks.ts';

/** What came of a question for several audits. */
export interface Shared {
  /** Those that were asked; none where each is as well asked alone. */
  readonly audits: ReadonlySet<BoundAudit>;
  /** Those of them that find rows, or may. */
  readonly found: ReadonlySet<BoundAudit>;
  /** What it took, an equal part for each. */
  readonly seconds: number;
  /** Why nothing can be asked any more. */
  readonly problem: string | undefined;
}

const NOTHING: Shared = { audits: new Set(), found: new Set(), seconds: 0, problem: undefined };

/** Asks those audits that are faster together whether any of them finds a row. */
export async function askTogether(
  connection: Connection,
  writer: SqlWriter,
  planned: PlannedNode,
  asked: readonly BoundAudit[],
  range: TimeRange,
  { rows, scan }: { readonly rows: number; readonly scan: Scan | undefined },
): Promise<Shared> {
  if (rows < SHARED_ROWS || scan === undefined) return NOTHING;
  const sharing = sharingAudits(asked);
  const question = sharing.length === 0 ? undefined : await writer.shared(planned, sharing, range, scan);
  if (question === undefined) return NOTHING;
  const audits = new Set(question.audits);
  const started = performance.now();
  const each = (): number => secondsSince(started) / audits.size;
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
    return { audits, found: audits, seconds: each(), problem: canGoOn ? undefined : firstLine(error) };
  }
}
