/**
 * Audits of a model, in the order of its header. Those that are faster together are asked in one scan whether any of them finds a row;
 * one that does is then asked alone, with all that it has to tell, and the others have passed. It changes no result.
 */
import type { BoundAudit } from '../compile/compiled.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { PlannedNode } from '../plan/planned.ts';
import type { SqlWriter } from '../plan/sql-writer.ts';
import type { TimeRange } from '../time/index.ts';
import { askTogether } from './ask-together.ts';
import type { AuditedRows } from './audited-rows.ts';
import { SeenRows } from './seen-rows.ts';
import { MANY_ROWS, runAudit, settledAudit, withSeconds, type AuditOutcome } from './audits.ts';

/**
 * Thrown where a scan for several audits has ended the transaction, and all that was done in it can be done again: asked alone, one of
 * them may raise that error, or none.
 */
export class SharedScanFailed extends Error {}

/** One after the other, as they are read. Nothing more is to be read after an error inside of a transaction: it may have ended it. */
export async function* runAudits(
  connection: Connection,
  writer: SqlWriter,
  planned: PlannedNode,
  audits: readonly BoundAudit[],
  range: TimeRange,
  maxRows: number,
  { rows, exact, isTable = false, scan, parts = [], canRepeat = false }: AuditedRows,
): AsyncGenerator<AuditOutcome> {
  const counter = new SeenRows(connection, { exact, isTable });
  const look = { parts, many: rows >= MANY_ROWS, counter };
  const shared = await askTogether(connection, writer, planned, audits, range, { rows, scan });
  if (shared.problem !== undefined) {
    if (canRepeat) throw new SharedScanFailed(shared.problem);
    const [first] = shared.audits;
    if (first !== undefined) yield settledAudit(planned, first, range, shared, null);
    return;
  }
  for (const bound of audits) {
    if (!shared.audits.has(bound)) {
      yield await runAudit(connection, writer, planned, bound, range, maxRows, look);
    } else if (shared.found.has(bound)) {
      const outcome = await runAudit(connection, writer, planned, bound, range, maxRows, look);
      yield withSeconds(outcome, shared.seconds);
    } else {
      const seen = await counter.told(await writer.seen(planned, bound, range));
      yield settledAudit(planned, bound, range, shared, seen);
    }
  }
}
