import { nodeKey } from '../compile/index.ts';
import { SluiceError } from '../diagnostic/index.ts';
import { SCHEMA_VERSION, type AuditHistoryDocument } from '../report/index.ts';
import { readAuditHistory, readState } from '../state/index.ts';
import { isoInstant } from '../time/index.ts';
import type { Answer } from '../workspace.ts';
import { unknownModel } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { withWarehouse } from './with-warehouse.ts';

/** What audits found before, newest first. Reads the state alone: the project need not compile. */
export async function answerAuditHistory(
  w: OpenProject,
  model: string | undefined,
  limit: number,
): Promise<Answer<AuditHistoryDocument>> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: true }, async (connection) => {
    const past = await readAuditHistory(connection, model, limit);
    if (past.length === 0 && model !== undefined) {
      const state = await readState(connection);
      const names = new Set([
        ...project.models.map((m) => m.name),
        ...project.audits.filter((a) => a.standalone).map((a) => a.name),
        ...[...state.snapshots.values()].map((s) => s.model),
      ]);
      if (![...names].some((n) => nodeKey(n) === nodeKey(model)))
        throw new SluiceError(unknownModel(model, [...names]).diagnostics);
    }
    return {
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        model: model ?? null,
        results: past.map((a) => ({
          run: a.runId,
          audited_at: isoInstant(a.auditedAt),
          model: a.model,
          audit: a.audit,
          call: a.call ?? null,
          severity: a.severity,
          status: a.status,
          failing_rows: a.failingRows,
          rows_seen: a.rowsSeen,
          seconds: a.seconds,
          interval:
            a.interval === undefined
              ? null
              : { start: isoInstant(a.interval.start), end: isoInstant(a.interval.end) },
        })),
      },
    };
  });
}
