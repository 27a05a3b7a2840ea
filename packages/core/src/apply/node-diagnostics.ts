import { diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { PlannedNode } from '../plan/index.ts';
import type { AuditOutcome } from './audits.ts';
import { AuditFailed, taskDiagnostic } from './failure.ts';
import { locationOf } from './node-tasks.ts';

/** Why the tasks of a node failed, for people; one diagnostic for each audit that blocked. */
export function nodeDiagnostics(
  planned: PlannedNode,
  error: unknown,
  outcomes: readonly AuditOutcome[],
  runId: string,
): readonly Diagnostic[] {
  const { node } = planned;
  if (error instanceof SluiceError) return error.diagnostics;
  if (!(error instanceof AuditFailed)) return [taskDiagnostic(error, node.name, locationOf(planned))];
  return outcomes
    .filter(
      (o) =>
        o.document.status === 'error' || (o.document.status === 'failed' && o.document.severity !== 'warn'),
    )
    .map((o) => {
      const { failing_rows: count, audit, message, kept_rows: kept } = o.document;
      if (o.document.status === 'error') {
        return diagnostic('query-failed', `audit ${audit} of ${node.name} could not run: ${message ?? ''}`, {
          location: o.bound.audit.call.location,
        });
      }
      const rows = count === 1 ? '1 row' : `${count} rows`;
      return diagnostic(
        'audit-failed',
        `audit ${audit} of ${node.name} found ${rows}; ${
          planned.work?.kind === 'audit' ? 'they were there already' : 'nothing of this task was published'
        }`,
        {
          location: o.bound.audit.call.location,
          hint: `${kept < count ? `The first ${kept} are` : kept === 1 ? 'It is' : 'They are'} kept: sluice query "SELECT * FROM _sluice.quarantine WHERE run_id = '${runId}'"`,
        },
      );
    });
}
