import type { BoundAudit } from '../compile/compiled.ts';
import { diagnostic, type Diagnostic, type Location } from '../diagnostic/index.ts';

/** Thrown inside a task's transaction when a blocking audit finds rows: the rows leave, the transaction rolls back. */
export class AuditFailed extends Error {
  readonly audit: BoundAudit;

  constructor(audit: BoundAudit) {
    super(`audit ${audit.audit.name} failed`);
    this.name = 'AuditFailed';
    this.audit = audit;
  }
}

/** Thrown when the person in front stops the run. */
export class Interrupted extends Error {}

/** Why a task failed, for people. */
export function taskDiagnostic(error: unknown, model: string, location: Location | undefined): Diagnostic {
  if (error instanceof Interrupted) {
    return diagnostic('interrupted', `${model} was stopped; nothing of it was written`, { location });
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/no space left on device|disk (is )?full|could not write all bytes|ENOSPC/i.test(message)) {
    return diagnostic('disk-full', `the disk is full; ${model} was rolled back`, {
      location,
      hint: 'Free some space, then apply again: what is done stays done.',
    });
  }
  if (/out of memory/i.test(message)) {
    return diagnostic('query-failed', `${model}: ${firstLine(message)}`, {
      location,
      hint: 'Raise warehouse.memory_limit in project.yaml, or compute fewer intervals at once with batch_size.',
    });
  }
  const place = /^LINE \d+:.*$/m.exec(message)?.[0];
  return diagnostic('query-failed', `${model}: ${firstLine(message)}`, {
    location,
    hint:
      place === undefined
        ? 'Nothing of this task was written. Mend the cause, then apply again.'
        : `In the generated SQL, ${place.trim()}`,
  });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
