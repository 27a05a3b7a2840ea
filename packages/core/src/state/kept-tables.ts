/** Tables of kept rows as today's layout has them, also in a state that an older Sluice wrote and nobody brought forward. */
import { raw, type Sql } from '../sql/quote.ts';

/** What the migration makes of rows that were kept without a reason. `q`: the table of the copies. */
export const REASON_FROM_HISTORY = `coalesce(
  (SELECT min(r.call) FROM _sluice.audit_result AS r WHERE r.run_id = q.run_id AND r.model = q.model AND r.audit = q.audit
     AND r.severity = q.severity HAVING count(DISTINCT r.call) = 1),
  q.audit)`;

/** How many records the newest load of a source could not read. `q`: the table of these records. */
export const FOUND_BY_LOAD = `(SELECT min(l.rejected_count) FROM _sluice.source_load AS l
  WHERE l.run_id = q.run_id AND l.source = q.source)`;

/** Copies of failing rows, for FROM. */
export function heldTable(version: number): Sql {
  if (version >= 6) return raw('_sluice.quarantine');
  const reason = version < 3 ? 'q.audit' : REASON_FROM_HISTORY;
  return raw(
    `(SELECT q.*, CAST(NULL AS JSON) AS "key", ${reason} AS reason FROM _sluice.quarantine AS q) AS held`,
  );
}

/** Records that could not be loaded, for FROM. */
export function rejectedTable(version: number): Sql {
  return raw(
    version >= 7
      ? '_sluice.rejected_row'
      : `(SELECT q.*, CAST(NULL AS JSON) AS "row", ${FOUND_BY_LOAD} AS found FROM _sluice.rejected_row AS q) AS rejected`,
  );
}
