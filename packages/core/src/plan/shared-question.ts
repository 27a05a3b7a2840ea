/**
 * Audits that are conditions on single rows can be asked in one scan whether any of them finds a row. That is up to twice as fast as
 * a scan each, and slower where a scan each costs next to nothing: `docs/performance.md` has the figures behind the rule here.
 */
import { anyBadSql, rowCondition, type AuditScope } from '../audit/index.ts';
import type { ParseResult } from '../compile/binder.ts';
import type { BoundAudit, Column } from '../compile/compiled.ts';
import { significantTokens } from '../sql/tokens.ts';
import type { PlannedNode } from './planned.ts';
import { rowTest, type RowTest } from './row-test.ts';

/** One question for several audits. */
export interface SharedQuestion {
  readonly audits: readonly BoundAudit[];
  /** One row: for each of them, by its number from 1, whether it finds a row; null is no. */
  readonly query: string;
}

/**
 * What is scanned. `fresh`: rows that this transaction has written; `standing`: rows of a table that are committed, of which DuckDB keeps
 * statistics, or a view that shows these; `derived`: what a view computes from several rows, each time anew.
 */
export type Scan = 'fresh' | 'standing' | 'derived';

/** From so many rows on, a scan costs more than telling which audits can share it. */
export const SHARED_ROWS = 250_000;

/** Audits that may share a scan, as far as can be told without looking at their types. */
export function sharingAudits(audits: readonly BoundAudit[]): readonly BoundAudit[] {
  const found = audits.filter((a) => a.dependencies.length === 0 && rowCondition(a.audit) !== undefined);
  return found.length < 2 ? [] : found;
}

/** Undefined where each is as well asked alone. */
export async function sharedQuestion(
  audits: readonly BoundAudit[],
  scope: AuditScope,
  columns: readonly Column[],
  scan: Scan,
  parse: (text: string) => Promise<ParseResult>,
): Promise<SharedQuestion | undefined> {
  const asked = sharingAudits(audits).map((bound) => ({ bound, condition: rowCondition(bound.audit) ?? '' }));
  const tested = await Promise.all(
    asked.map(async (a) => {
      const parsed = await parse(`SELECT * FROM audited WHERE ${a.condition}`);
      const [only, ...more] = parsed.ok ? parsed.statements : [];
      return { ...a, test: more.length > 0 ? undefined : rowTest(only, columns) };
    }),
  );
  const sharing = tested.filter(({ test }) => test !== undefined && isCostly(test, scan));
  if (sharing.length < 2) return undefined;
  return {
    audits: sharing.map((s) => s.bound),
    query: anyBadSql(
      sharing.map((s) => s.condition),
      scope,
    ),
  };
}

/** Whether it costs a look at the rows to find that no row is bad. */
function isCostly({ looks, columns, readsTexts }: RowTest, scan: Scan): boolean {
  switch (scan) {
    case 'derived':
      return true;
    // Bounds and missing values are told by statistics.
    case 'standing':
      return looks === 'values';
    // One column of fixed width is scanned quickly, and bounds are told by the statistics of what was written.
    case 'fresh':
      return looks === 'values' || readsTexts || columns.size > 1;
    default:
      return scan satisfies never;
  }
}

/** How a view is scanned: the text of its query tells whether it is more than rows of a table. */
export function scanOfView({ node }: PlannedNode): Scan {
  const text = node.node === 'model' ? (node.sql ?? '') : '';
  const isDerived = significantTokens(text).some(
    (t) => t.kind === 'word' && DERIVES.test(text.slice(t.start, t.end)),
  );
  return isDerived ? 'derived' : 'standing';
}

const DERIVES = /^(?:join|group|distinct|over|union|except|intersect|limit|unnest)$/i;
