import type { Column } from '../compile/compiled.ts';
import type { Row } from '../engine/warehouse.ts';

/** How two relations differ: columns, rows, and values of rows that are in both. Counts are exact. */
export interface RelationDiff {
  readonly schema: SchemaDiff;
  /** The columns that rows were told apart by; empty when they were compared as a whole, as often as they occur. */
  readonly grain: readonly string[];
  /** Why the grain was not used, if one was given. */
  readonly note: string | undefined;
  readonly rows: RowCounts;
  /** Columns of both relations with another value in rows of both, in the order of the columns. */
  readonly columns: readonly ColumnChange[];
  readonly samples: DiffSamples;
}

export interface SchemaDiff {
  readonly added: readonly Column[];
  readonly removed: readonly Column[];
  readonly retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[];
}

export interface RowCounts {
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
  /** Rows of both with another value somewhere; 0 without a grain: then such a row is one removed and one added. */
  readonly changed: number;
}

export interface ColumnChange {
  readonly name: string;
  readonly changed: number;
  /** Of the rows that are in both, 0 to 1. */
  readonly share: number;
}

export interface DiffSamples {
  readonly added: readonly Row[];
  readonly removed: readonly Row[];
  readonly changed: readonly {
    readonly key: Row;
    readonly values: readonly {
      readonly column: string;
      readonly before: Row[string];
      readonly after: Row[string];
    }[];
  }[];
}

/** Whether anything differs. */
export function differs({ schema, rows }: RelationDiff): boolean {
  return (
    schema.added.length + schema.removed.length + schema.retyped.length > 0 ||
    rows.added + rows.removed + rows.changed > 0
  );
}
