/**
 * Which clauses of a query are written differently, in words. Hashes tell that other rows come out, not why; so where they
 * say so, the texts are asked what an author touched. This is for people to read: nothing is decided by it.
 */
import { significantTokens } from '../sql/tokens.ts';

const CLAUSES = ['filter', 'joins', 'grouping', 'DISTINCT', 'set operations', 'order', 'limit'] as const;
type Clause = (typeof CLAUSES)[number];

/** What begins a clause; `select` is what a clause of rows ends at. */
const STARTS: Readonly<Record<string, Clause | 'select'>> = {
  where: 'filter',
  having: 'filter',
  qualify: 'filter',
  from: 'joins',
  join: 'joins',
  group: 'grouping',
  distinct: 'DISTINCT',
  union: 'set operations',
  except: 'set operations',
  intersect: 'set operations',
  order: 'order',
  limit: 'limit',
  offset: 'limit',
  sample: 'limit',
  select: 'select',
  with: 'select',
  window: 'select',
};

/** The clauses that differ between two queries, in the order above; none when only columns do. */
export function changedClauses(old: string, now: string): readonly Clause[] {
  const [before, after] = [clausesOf(old), clausesOf(now)];
  return CLAUSES.filter((clause) => before.get(clause) !== after.get(clause));
}

/** What stands in each clause, subqueries included. */
function clausesOf(sql: string): ReadonlyMap<Clause, string> {
  const texts = new Map<Clause, string>();
  /** The clause at each depth of brackets; one inside brackets goes on until they close. */
  const open: (Clause | 'select')[] = [];
  let current: Clause | 'select' = 'select';
  for (const token of significantTokens(sql)) {
    const piece = sql.slice(token.start, token.end);
    const text = token.kind === 'word' ? piece.toLowerCase() : piece;
    const starts = token.kind === 'word' ? STARTS[text] : undefined;
    if (text === '(') open.push(current);
    else if (text === ')') current = open.pop() ?? 'select';
    else if (starts !== undefined) current = starts;
    if (current !== 'select') texts.set(current, `${texts.get(current) ?? ''} ${text}`);
    // What follows is a column again.
    if (current === 'DISTINCT') current = 'select';
  }
  return texts;
}
