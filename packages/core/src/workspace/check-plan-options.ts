import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { PlanOptions } from '../workspace.ts';

/**
 * Options of a plan that contradict each other.
 * @throws {SluiceError} `invalid-option`
 */
export function checkPlanOptions({ start, end, restate, backfill }: PlanOptions): void {
  if (backfill === undefined) return;
  const flag = backfill === 'skip' ? '--skip-backfill' : '--empty';
  const others = [
    ...(restate === undefined ? [] : ['--restate']),
    ...(start === undefined ? [] : ['--start']),
    ...(end === undefined ? [] : ['--end']),
  ];
  if (others.length === 0) return;
  throw new SluiceError(
    diagnostic('invalid-option', `${others.join(', ')} and ${flag} are given together`, {
      hint: `With ${flag} no rows are computed, so there is nothing to limit or to compute again.`,
    }),
  );
}
