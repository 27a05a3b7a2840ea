import { expect, test } from 'vitest';
import { changedClauses } from './changed-clauses.ts';

test.each<[string, string, readonly string[]]>([
  ['SELECT a FROM t WHERE b > 1', 'SELECT a FROM t WHERE b > 2', ['filter']],
  ['SELECT a FROM t', 'SELECT a FROM t WHERE b > 2', ['filter']],
  ['SELECT a FROM t WHERE b IN (SELECT 1)', 'SELECT a FROM t WHERE b IN (SELECT 2)', []],
  ['SELECT a FROM t JOIN u USING (a)', 'SELECT a FROM t LEFT JOIN u USING (a)', ['joins']],
  ['SELECT a FROM t JOIN u ON t.a = u.a', 'SELECT a FROM t JOIN u ON t.a = u.b', ['joins']],
  ['SELECT a, sum(b) FROM t GROUP BY a', 'SELECT a, sum(b) FROM t GROUP BY a, c', ['grouping']],
  ['SELECT a FROM t', 'SELECT DISTINCT a FROM t', ['DISTINCT']],
  ['SELECT DISTINCT a FROM t', 'SELECT DISTINCT b FROM t', []],
  ['SELECT a FROM t UNION SELECT a FROM u', 'SELECT a FROM t UNION ALL SELECT a FROM u', ['set operations']],
  ['SELECT a FROM t ORDER BY a LIMIT 1', 'SELECT a FROM t ORDER BY b LIMIT 2', ['order', 'limit']],
  ['SELECT a FROM t HAVING 1 < 2', 'SELECT a FROM t -- the same\n having 1<2', []],
  ['SELECT a + 1 FROM t', 'SELECT a + 2 FROM t', []],
  [
    'WITH x AS (SELECT a FROM t WHERE b > 1) SELECT a FROM x',
    'WITH x AS (SELECT a FROM t WHERE b > 2) SELECT a FROM x GROUP BY a',
    ['filter', 'grouping'],
  ],
])('%s became %s', (old, now, expected) => {
  expect(changedClauses(old, now)).toEqual(expected);
});
