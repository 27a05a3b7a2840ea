import type { Cell } from '../engine/warehouse.ts';
import type { ColumnDocument, IntervalDocument, SCHEMA_VERSION } from './documents.ts';

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
