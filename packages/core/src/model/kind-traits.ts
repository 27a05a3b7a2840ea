import type { Evolving, ModelKind, ScdByColumnKind, ScdByTimeKind } from './model-kind.ts';

/** What several rooms ask of a kind, answered once. */

/** Kinds whose tables can outlive their definition. */
export function isEvolving(kind: ModelKind): kind is Extract<ModelKind, Evolving> {
  return 'forwardOnly' in kind;
}

/** Kinds that keep a row for each version of a key. */
export function isScd(kind: ModelKind): kind is ScdByTimeKind | ScdByColumnKind {
  return kind.kind === 'SCD_TYPE_2_BY_TIME' || kind.kind === 'SCD_TYPE_2_BY_COLUMN';
}

/** Kinds without a time column whose rows add up run by run. */
export function isAccumulating(
  kind: ModelKind,
): kind is Extract<
  ModelKind,
  { kind: 'INCREMENTAL_BY_UNIQUE_KEY' | 'INCREMENTAL_BY_PARTITION' | 'INCREMENTAL_UNMANAGED' }
> {
  return (
    kind.kind === 'INCREMENTAL_BY_UNIQUE_KEY' ||
    kind.kind === 'INCREMENTAL_BY_PARTITION' ||
    kind.kind === 'INCREMENTAL_UNMANAGED'
  );
}

/** Whether a model is computed by intervals. `usesTime`: its query has time macros. */
export function isByInterval(kind: ModelKind, usesTime: boolean): boolean {
  switch (kind.kind) {
    case 'INCREMENTAL_BY_TIME_RANGE':
    case 'INCREMENTAL_UNMANAGED':
      return true;
    case 'INCREMENTAL_BY_UNIQUE_KEY':
    case 'INCREMENTAL_BY_PARTITION':
      return usesTime;
    default:
      return false;
  }
}

/** Whether a model's rows cannot be told from what its inputs hold now: then they are not the same as from scratch. */
export function keepsHistory(kind: ModelKind, byInterval: boolean): boolean {
  if (isScd(kind)) return true;
  if (!isEvolving(kind)) return false;
  if (kind.forwardOnly || kind.disableRestatement) return true;
  return isAccumulating(kind) && !(kind.kind === 'INCREMENTAL_BY_UNIQUE_KEY' && byInterval);
}
