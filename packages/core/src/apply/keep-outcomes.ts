import type { Diagnostic } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import { keepFailingRows, recordAudits } from '../state/index.ts';
import type { AuditOutcome } from './audits.ts';
import { keepingDiagnostic } from './failure.ts';
import type { TaskContext } from './task-context.ts';

/** Results and failing rows are kept although their transaction is gone. Answers what is wrong with keeping them. */
export async function keepOutcomes(
  at: TaskContext,
  connection: Connection,
  outcomes: readonly AuditOutcome[],
): Promise<readonly Diagnostic[]> {
  const bad = outcomes.filter((o) => o.document.status !== 'passed');
  if (bad.length === 0) return [];
  try {
    await connection.transaction(async () => {
      await recordAudits(
        connection,
        at.run,
        outcomes.map((o) => o.record),
      );
      for (const o of bad) if (o.failing !== undefined) await keepFailingRows(connection, at.run, o.failing);
    });
    return [];
  } catch (error) {
    return [keepingDiagnostic(error, 'what audits found is not kept')];
  }
}
