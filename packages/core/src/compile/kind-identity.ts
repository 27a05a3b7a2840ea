import { isAccumulating, isScd, type ModelKind, type SqlFragment } from '../model/index.ts';
import { plainText } from '../sql/plain-text.ts';

/**
 * What of a kind's properties decides over rows. Batch sizes, look-back, policies and whether a table lives on are not
 * here: they never change a version.
 */

/** What a table must have in common with an older one to carry on with its rows. */
export function kindIdentity(kind: ModelKind): readonly unknown[] {
  switch (kind.kind) {
    case 'INCREMENTAL_BY_TIME_RANGE':
      return [kind.kind, kind.timeColumn.toLowerCase(), kind.timeFormat ?? null];
    case 'INCREMENTAL_BY_UNIQUE_KEY':
      return [kind.kind, textsOf(kind.uniqueKey)];
    case 'INCREMENTAL_BY_PARTITION':
      return [kind.kind, textsOf(kind.partitionedBy)];
    case 'SCD_TYPE_2_BY_TIME':
    case 'SCD_TYPE_2_BY_COLUMN':
      return [
        kind.kind,
        textsOf(kind.uniqueKey),
        [kind.validFrom, kind.validTo].map((n) => n.toLowerCase()),
        plainText(kind.timeDataType),
      ];
    default:
      return [kind.kind];
  }
}

/** Everything of a kind that decides what its rows become; nothing for kinds that hold exactly their query's result. */
export function kindRules(kind: ModelKind): readonly unknown[] {
  if (!isAccumulating(kind) && !isScd(kind)) return [];
  return [kindIdentity(kind), ownRules(kind)];
}

function ownRules(kind: Parameters<typeof kindIdentity>[0]): readonly unknown[] {
  switch (kind.kind) {
    case 'INCREMENTAL_BY_UNIQUE_KEY':
      return [
        kind.whenMatched?.map((c) => [
          c.condition === undefined ? null : plainText(c.condition.text),
          c.action.kind === 'update'
            ? c.action.set.map((a) => [a.column.name.toLowerCase(), plainText(a.value.text)])
            : c.action.kind,
        ]) ?? null,
        kind.mergeFilter === undefined ? null : plainText(kind.mergeFilter.text),
      ];
    case 'INCREMENTAL_UNMANAGED':
      return [kind.insertOverwrite];
    case 'SCD_TYPE_2_BY_TIME':
      return [kind.updatedAt.name.toLowerCase(), kind.updatedAtAsValidFrom, kind.invalidateHardDeletes];
    case 'SCD_TYPE_2_BY_COLUMN':
      return [
        kind.columns === '*' ? '*' : kind.columns.map((c) => c.name.toLowerCase()).toSorted(),
        kind.executionTimeAsValidFrom,
        kind.invalidateHardDeletes,
      ];
    default:
      return [];
  }
}

function textsOf(fragments: readonly SqlFragment[]): readonly string[] {
  return fragments.map((f) => plainText(f.text));
}
