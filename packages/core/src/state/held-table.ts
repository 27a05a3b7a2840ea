/** The copies of failing rows as today's layout has them, also in a state that an older Sluice wrote and nobody brought forward. */
import { raw, type Sql } from '../sql/quote.ts';

/** What the migration makes of rows that were kept without a reason. `q`: the table of the copies. */
export const REASON_FROM_HISTORY = `coalesce(
  (SELECT min(r.call) FROM _sluice.audit_result AS r WHERE r.run_id = q.run_id AND r.model = q.model AND r.audit = q.audit
     AND r.severity = q.severity HAVING count(DISTINCT r.call) = 1),
  q.audit)`;

/** A relation for FROM. */
export function heldTable(version: number): Sql {
  if (version >= 6) return raw('_sluice.quarantine');
  const reason = version < 3 ? 'q.audit' : REASON_FROM_HISTORY;
  return raw(
    `(SELECT q.*, CAST(NULL AS JSON) AS "key", ${reason} AS reason FROM _sluice.quarantine AS q) AS held`,
  );
}
