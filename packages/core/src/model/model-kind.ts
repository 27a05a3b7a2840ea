import type { Location } from '../diagnostic/index.ts';

/**
 * How a model's rows are kept, as its header says it. Defaults are SQLMesh's and are filled in here, so that nobody else
 * knows them.
 */
export type ModelKind =
  | { readonly kind: 'VIEW' }
  | { readonly kind: 'FULL' }
  | { readonly kind: 'EMBEDDED' }
  | { readonly kind: 'EXTERNAL' }
  | SeedKind
  | TimeRangeKind
  | UniqueKeyKind
  | PartitionKind
  | UnmanagedKind
  | ScdByTimeKind
  | ScdByColumnKind;

/** The name of a kind, as written in a header. */
export type KindName = ModelKind['kind'];

/** A piece of SQL of the author's, with where it stands in the file. */
export interface SqlFragment {
  readonly text: string;
  /** UTF-16 offset of `text` in the file. */
  readonly offset: number;
}

/** The name of a column in a header. */
export interface NamedColumn {
  readonly name: string;
  readonly location: Location;
}

/** What is to happen when a change takes columns from a table that lives on, or gives it new ones. */
export type ChangePolicy = 'allow' | 'warn' | 'error' | 'ignore';

/** Kinds whose tables can outlive their definition. */
export interface Evolving {
  /** A changed definition keeps the rows that stand and counts for new ones only. */
  readonly forwardOnly: boolean;
  readonly onDestructiveChange: ChangePolicy;
  readonly onAdditiveChange: ChangePolicy;
  /** Nothing that was computed is computed again. */
  readonly disableRestatement: boolean;
}

/** Kinds that are computed by intervals of time. */
export interface ByInterval {
  /** How many intervals before the newest one are computed again, for late rows. */
  readonly lookback: number;
  /** How many intervals go into one computation at most; undefined: all that are missing. */
  readonly batchSize: number | undefined;
}

export interface SeedKind {
  readonly kind: 'SEED';
  /** The CSV file, relative to the project folder. */
  readonly file: string;
  /** SHA-256 of the file's bytes, so that a changed row is another version. */
  readonly contentHash: string;
  readonly csv: {
    readonly delimiter?: string;
    readonly quotechar?: string;
    readonly escapechar?: string;
    readonly header?: boolean;
    readonly naValues?: readonly string[];
  };
}

export interface TimeRangeKind extends ByInterval, Evolving {
  readonly kind: 'INCREMENTAL_BY_TIME_RANGE';
  readonly timeColumn: string;
  readonly timeColumnLocation: Location;
  /** strftime format when the time column is text; undefined for DATE and TIMESTAMP columns. */
  readonly timeFormat: string | undefined;
  /** At each of its ticks the newest intervals are computed again. */
  readonly autoRestatement: { readonly cron: string; readonly intervals: number | undefined } | undefined;
}

export interface UniqueKeyKind extends ByInterval, Evolving {
  readonly kind: 'INCREMENTAL_BY_UNIQUE_KEY';
  /** Columns or expressions over the model's columns. */
  readonly uniqueKey: readonly SqlFragment[];
  /** What happens to rows whose key is there; undefined: all columns are replaced. */
  readonly whenMatched: readonly MatchedClause[] | undefined;
  /** A condition beside equal keys, over `source` and `target`. */
  readonly mergeFilter: SqlFragment | undefined;
}

/** `WHEN MATCHED [AND condition] THEN …`. */
export interface MatchedClause {
  readonly condition: SqlFragment | undefined;
  readonly action:
    | { readonly kind: 'update'; readonly set: readonly Assignment[] }
    | { readonly kind: 'update-all' }
    | { readonly kind: 'delete' }
    | { readonly kind: 'nothing' };
}

/** `target.column = value`. */
export interface Assignment {
  readonly column: NamedColumn;
  readonly value: SqlFragment;
}

export interface PartitionKind extends ByInterval, Evolving {
  readonly kind: 'INCREMENTAL_BY_PARTITION';
  /** `partitioned_by` of the header: columns or expressions over the model's columns. */
  readonly partitionedBy: readonly SqlFragment[];
}

export interface UnmanagedKind extends ByInterval, Evolving {
  readonly kind: 'INCREMENTAL_UNMANAGED';
  /** Each run replaces what stands instead of adding to it. */
  readonly insertOverwrite: boolean;
}

interface ScdKind extends Evolving {
  readonly uniqueKey: readonly SqlFragment[];
  readonly validFrom: string;
  readonly validTo: string;
  /** Type of the two columns. */
  readonly timeDataType: string;
  /** Whether a key that is gone from the query ends its row. */
  readonly invalidateHardDeletes: boolean;
}

export interface ScdByTimeKind extends ScdKind {
  readonly kind: 'SCD_TYPE_2_BY_TIME';
  readonly updatedAt: NamedColumn;
  readonly updatedAtAsValidFrom: boolean;
}

export interface ScdByColumnKind extends ScdKind {
  readonly kind: 'SCD_TYPE_2_BY_COLUMN';
  /** The columns that are compared; `*`: all but the key. */
  readonly columns: readonly NamedColumn[] | '*';
  readonly executionTimeAsValidFrom: boolean;
}
