import type { Cell } from '../engine/warehouse.ts';
import type {
  AuditResultDocument,
  ColumnDocument,
  DiagnosticDocument,
  IntervalDocument,
  SCHEMA_VERSION,
} from './documents.ts';

/** Documents of `sluice quarantine`: what is kept of bad rows. */
interface Document {
  readonly schema_version: typeof SCHEMA_VERSION;
}

/** `sluice quarantine list`. */
export interface QuarantineDocument extends Document {
  /** Newest first. */
  readonly groups: readonly QuarantineGroupDocument[];
  readonly summary: string;
}

/** Rows that one audit of one run, or one load of a source, left behind. */
export interface QuarantineGroupDocument {
  /** `held`: copies of rows that an audit found. `diverted`: rows taken out of the table. `rejected`: lines of files that could not be read. */
  readonly kind: 'held' | 'diverted' | 'rejected';
  /** The model, or the source. */
  readonly model: string;
  /** Null for rejected lines. */
  readonly audit: string | null;
  readonly severity: string | null;
  /** The call of the audit as the header had it; null for rejected lines. */
  readonly reason: string | null;
  /** Up to five keys of its rows: the values of the model's grain or unique key by column. None where it has none. */
  readonly keys: readonly Cell[];
  readonly run: string;
  readonly kept_at: string;
  readonly rows: number;
  /** How many there were in all; null when that is not remembered any more. */
  readonly found: number | null;
  readonly interval: IntervalDocument | null;
}

/** `sluice quarantine show`. */
export interface QuarantineRowsDocument extends Document {
  readonly model: string;
  /** Columns that begin with `_sluice_` tell of the row where it is from. */
  readonly columns: readonly ColumnDocument[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** How many there are, shown or not. */
  readonly total: number;
}

/** `sluice quarantine export`. */
export interface QuarantineExportDocument extends Document {
  readonly model: string;
  /** Absolute. */
  readonly file: string;
  readonly format: 'parquet' | 'csv' | 'json';
  readonly rows: number;
  readonly summary: string;
}

/** `sluice quarantine replay`. */
export interface QuarantineReplayDocument extends Document {
  readonly model: string;
  readonly environment: string;
  /** Null when nothing was changed. */
  readonly run: string | null;
  readonly status: 'done' | 'planned' | 'nothing-to-do';
  /** How many rows in quarantine were looked at. */
  readonly rows: number;
  /** How many went into the table. */
  readonly merged: number;
  /** What is in quarantine still, and why. */
  readonly refused: readonly { readonly reason: string; readonly rows: number }[];
  /** Rows of the file that are not in quarantine. */
  readonly missing: number;
  /** Which parts of the table were changed; empty for a whole table. */
  readonly intervals: readonly IntervalDocument[];
  /** Models that read the table and are computed again by the next `run` or `apply`. */
  readonly readers: readonly string[];
  /** Of the audits that looked at the table with the rows in it. */
  readonly audits: readonly AuditResultDocument[];
  readonly diagnostics: readonly DiagnosticDocument[];
  readonly summary: string;
}
