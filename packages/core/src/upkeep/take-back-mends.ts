import { countedRows, diagnostic, SluiceError } from '../diagnostic/index.ts';
import { physicalKey, type MendFilter, type MendGroup, type Snapshot, type State } from '../state/index.ts';
import type { TimeRange } from '../time/index.ts';
import { NO_MODELS, type Upkeep } from './upkeep.ts';

/** A physical table that may hold mended rows, and in which intervals. */
export interface MendedTableFound {
  readonly snapshot: Snapshot;
  readonly ranges: readonly TimeRange[];
}

/**
 * Takes mends back: they are forgotten, and the tables that hold what was made of their rows are to compute those intervals again.
 * No row is moved here, so that what a table holds is its query's rows at every moment, with the mends or without.
 *
 * @throws {SluiceError} `cannot-replay` when a table has rows that could not be computed again.
 */
export function takeBackMends(
  { ledger }: State,
  filter: MendFilter,
  groups: readonly MendGroup[],
  tables: readonly MendedTableFound[],
): Upkeep {
  const rows = countedRows(groups.reduce((sum, g) => sum + g.rows, 0));
  const kept = groups.length === 0 ? undefined : tables.find((t) => t.snapshot.fingerprint.history === true);
  if (kept !== undefined) {
    throw new SluiceError(
      diagnostic(
        'cannot-replay',
        `what was made of rows of ${filter.model} cannot be taken back: ${physicalKey(kept.snapshot.physical)} has rows that could not be computed again`,
        {
          hint: 'Only computing its intervals anew could tell mended rows from others. Mend the source, or correct the rows downstream.',
        },
      ),
    );
  }
  return {
    kind: 'quarantine-unmend',
    environment: null,
    ...NO_MODELS,
    steps:
      groups.length === 0
        ? []
        : [
            ...groups.map((g) => ({
              kind: 'take-back-mends' as const,
              filter: { ...filter, audit: g.audit, run: g.runId },
              name: `what was made of ${countedRows(g.rows)} of ${g.model}`,
              reason: `diverted by ${g.audit}, mended in ${g.runId}`,
            })),
            ...tables.map(({ snapshot, ranges }) => ({
              kind: 'compute-again' as const,
              physical: snapshot.physical,
              entries: ledger.get(physicalKey(snapshot.physical)) ?? [],
              ranges,
              reason: 'again, by the next apply or run of an environment that has it',
            })),
          ],
    summary:
      groups.length === 0
        ? `Nothing was made of rows of ${filter.model} that could be taken back.`
        : `Take back what was made of ${rows} of ${filter.model}.`,
    done: `Took back what was made of ${rows} of ${filter.model}. The next sluice apply diverts them again.`,
  };
}
