/** Standalone audits that merging would run, and what they found over the tables that were just built. */
import type { AuditResultDocument, CiDocument, PlanDocument } from '@sluice/core';
import { blocks } from './audits.ts';
import { ciAudits } from './ci-junit.ts';
import { count } from './words.ts';

export interface StandaloneRun {
  readonly planned: PlanDocument['audits'][number];
  /** `passed`, `found 3 rows`, `was not run`. */
  readonly result: string;
  readonly status: 'passed' | 'warned' | 'failed' | 'skipped';
}

/** Those of the plan for the base, in its order. */
export function standaloneRuns(document: CiDocument): readonly StandaloneRun[] {
  const results = new Map(
    ciAudits(document)
      .filter((a) => a.standalone)
      .map((a) => [a.audit, a]),
  );
  return (document.plan?.audits ?? []).map((planned) => ({
    planned,
    ...outcome(results.get(planned.audit)),
  }));
}

function outcome(a: AuditResultDocument | undefined): Pick<StandaloneRun, 'result' | 'status'> {
  if (a === undefined) return { result: 'was not run', status: 'skipped' };
  if (a.status === 'error') return { result: 'could not be run', status: 'failed' };
  if (a.status === 'passed') return { result: 'passed', status: 'passed' };
  return { result: `found ${count(a.failing_rows, 'row')}`, status: blocks([a]) ? 'failed' : 'warned' };
}
