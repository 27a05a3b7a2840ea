import { ALL_TIME, type TimeRange } from '../time/index.ts';

/**
 * Of which rows the audits of a task ask: of those of its range, or of all.
 *
 * @param how.reaudits whether rows that stand passed other audits than today's
 * @param how.carries whether the table begins with rows of another
 */
export function auditedRange(
  [only, ...more]: readonly TimeRange[],
  { reaudits, carries }: { readonly reaudits: boolean; readonly carries: boolean },
): TimeRange {
  return reaudits || carries || more.length > 0 ? ALL_TIME : (only ?? ALL_TIME);
}
