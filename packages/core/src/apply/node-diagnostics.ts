import { countedRows, diagnostic, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import type { PlannedNode } from '../plan/index.ts';
import { isBlocking, type AuditOutcome } from './audits.ts';
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
  const where =
    planned.work?.kind === 'audit' ? 'they were there already' : 'nothing of this task was published';
  return outcomes.filter(isBlocking).map((o) => auditDiagnostic(o, `of ${node.name}`, where, runId));
}

/**
 * What an audit that blocks has to say.
 *
 * @param whose `of marts.daily`, behind its name
 * @param consequence behind the semicolon
 */
export function auditDiagnostic(
  { document, bound }: AuditOutcome,
  whose: string,
  consequence: string,
  runId: string,
): Diagnostic {
  const { failing_rows: count, audit, message, kept_rows: kept, standalone } = document;
  const { location } = bound.audit.call;
  const name = `${standalone ? 'standalone ' : ''}audit ${audit}${whose === '' ? '' : ` ${whose}`}`;
  if (document.status === 'error')
    return diagnostic('query-failed', `${name} could not run: ${message ?? ''}`, { location });
  const which = kept < count ? `The first ${kept} are` : kept === 1 ? 'It is' : 'They are';
  // Rows of an audit over several models are of no one of them, and have no types but those they were found with.
  const command = standalone
    ? `sluice query "SELECT * FROM _sluice.quarantine WHERE run_id = '${runId}'"`
    : `sluice quarantine show ${document.model} --run ${runId}`;
  return diagnostic('audit-failed', `${name} found ${countedRows(count)}; ${consequence}`, {
    location,
    hint: kept === 0 ? undefined : `${which} kept: ${command}`,
  });
}
