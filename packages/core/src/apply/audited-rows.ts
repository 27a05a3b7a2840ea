import type { WarehouseStatistics } from '../engine/warehouse.ts';
import { scanOfView, type PlannedNode, type Scan } from '../plan/index.ts';

/** What is known of the rows that audits look at; none of it changes what they find. */
export interface AuditedRows {
  /** How many there are; 0 where nobody knows. */
  readonly rows: number;
  /** The same, where it is certain. */
  readonly exact?: number | undefined;
  /** Whether they lie in a table, which knows how many rows it has. */
  readonly isTable?: boolean;
  /** How they are scanned; undefined where audits must not share a scan. */
  readonly scan?: Scan;
  /** Conditions that divide them, for DuckDB to scan beside each other. */
  readonly parts?: readonly string[];
  /** Whether they are looked at once more from the start, should a scan for several audits end the transaction. */
  readonly canRepeat?: boolean;
}

/** What the warehouse knows of a relation that stands, without looking; a view may show all of the largest table. */
export function standingRows({ tables }: WarehouseStatistics, planned: PlannedNode): AuditedRows {
  const { schema, name } = planned.physical;
  const own = tables.get(`${schema}.${name}`.toLowerCase())?.rows;
  if (own !== undefined) return { rows: own, isTable: true, scan: 'standing' };
  return { rows: Math.max(0, ...[...tables.values()].map((t) => t.rows)), scan: scanOfView(planned) };
}
