import type { BoundAudit } from '../compile/compiled.ts';
import { diagnostic, storageProblem, type Diagnostic, type Location } from '../diagnostic/index.ts';

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
  // Before the disk: what DuckDB says of a full spill folder speaks of both.
  if (/out of memory/i.test(message)) return outOfMemory(message, model, location);
  const problem = storageProblem(error, `${model} was rolled back`, location);
  if (problem !== undefined) return problem;
  const place = /^LINE \d+:.*$/m.exec(message)?.[0];
  return diagnostic('query-failed', `${model}: ${firstLine(message)}`, {
    location,
    hint:
      place === undefined
        ? 'Nothing of this task was written. Mend the cause, then apply again.'
        : `In the generated SQL, ${place.trim()}`,
  });
}

/** Why something could not be noted beside the data, which are safe. `what`: what is lacking now. */
export function keepingDiagnostic(error: unknown, what: string): Diagnostic {
  const message = error instanceof Error ? error.message : String(error);
  return (
    storageProblem(error, what) ??
    diagnostic('query-failed', `${what}: ${firstLine(message)}`, {
      hint: 'The tables hold what this run tells of them.',
    })
  );
}

/** DuckDB says how much it wanted and how much it may have: `failed to allocate data of size 4.0 KiB (1.9 GiB/1.9 GiB used)`. */
function outOfMemory(message: string, model: string, location: Location | undefined): Diagnostic {
  const limit = /\([^)/]*\/([^)]+) used\)/.exec(message)?.[1];
  if (/failed to offload|max_temp_directory_size/i.test(message)) {
    const room = /max_temp_directory_size/i.test(message) ? limit : undefined;
    return diagnostic(
      'disk-full',
      `${model} does not fit into memory, and ${room === undefined ? 'there is no room on disk' : `the ${room} on disk do not suffice`} for the rest; it was rolled back`,
      {
        location,
        hint: 'Free some space where it spills to, name a larger disk with warehouse.temp_directory in project.yaml, or let it use more with warehouse.max_temp_directory_size.',
      },
    );
  }
  return diagnostic(
    'out-of-memory',
    `${model} needs more memory than the ${limit ?? 'share'} it may use; it was rolled back`,
    {
      location,
      notes: [{ message: firstLine(message) }],
      hint: 'Raise warehouse.memory_limit in project.yaml, lower warehouse.threads, or compute fewer intervals at once with batch_size. Joins, sorts and groups go to disk when they do not fit, as far as warehouse.max_temp_directory_size lets them; lists and texts of whole groups cannot.',
    },
  );
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
