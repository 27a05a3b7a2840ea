import type { ResolvedAudit } from './bind-audit.ts';
import { libraryAudit } from './library.ts';
import { Arguments } from './library/library-audit.ts';

/**
 * The condition on one row by which an audit of the library finds it bad, its own `condition` among it. Undefined where an audit
 * looks at other rows too, asks for the time, reports about the table as a whole, or is the project's.
 */
export function rowCondition(audit: ResolvedAudit): string | undefined {
  if (audit.definition !== undefined) return undefined;
  const over = { relation: MARK, grouped: MARK, now: MARK };
  const bad = libraryAudit(audit.name)?.bad(new Arguments(audit.arguments), over);
  if (bad?.kind !== 'rows' || bad.clause !== 'WHERE' || bad.condition.includes(MARK)) return undefined;
  const condition = audit.arguments.get('condition')?.sql;
  return condition === undefined ? bad.condition : `(\n${condition}\n) AND (\n${bad.condition}\n)`;
}

/** Stands for whatever a condition on one row does not name. */
const MARK = '"more than this row"';
