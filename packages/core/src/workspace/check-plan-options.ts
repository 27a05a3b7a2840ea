import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { PlanOptions } from '../workspace.ts';

/**
 * Options of a plan that contradict each other.
 * @throws {SluiceError} `invalid-option`
 */
export function checkPlanOptions(
  { start, end, restate, backfill, forwardOnly, effectiveFrom }: PlanOptions,
  now: number,
): void {
  if (effectiveFrom !== undefined && forwardOnly !== true)
    throw invalid(
      '--effective-from goes with --forward-only',
      'It says from when on a changed definition counts.',
    );
  if (effectiveFrom !== undefined && effectiveFrom > now)
    throw invalid(
      '--effective-from lies in the future',
      'Without it a changed definition counts for all intervals that are not computed yet.',
    );
  if (backfill === undefined) return;
  const flag = backfill === 'skip' ? '--skip-backfill' : '--empty';
  const others = [
    ...(restate === undefined ? [] : ['--restate']),
    ...(start === undefined ? [] : ['--start']),
    ...(end === undefined ? [] : ['--end']),
    ...(effectiveFrom === undefined ? [] : ['--effective-from']),
  ];
  if (others.length === 0) return;
  throw invalid(
    `${others.join(', ')} and ${flag} are given together`,
    `With ${flag} no rows are computed, so there is nothing to limit or to compute again.`,
  );
}

function invalid(message: string, hint: string): SluiceError {
  return new SluiceError(diagnostic('invalid-option', message, { hint }));
}
