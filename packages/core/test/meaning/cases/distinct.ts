/** DISTINCT and DISTINCT ON. */
import type { Cases } from './cases.ts';

export const DISTINCT: Cases = {
  same: [
    ['DISTINCT and GROUP BY', 'SELECT DISTINCT a, b FROM s.t', 'SELECT a, b FROM s.t GROUP BY a, b'],
    ['DISTINCT and GROUP BY ALL', 'SELECT DISTINCT a, c FROM s.t', 'SELECT a, c FROM s.t GROUP BY ALL'],
    [
      'DISTINCT of computed columns',
      'SELECT DISTINCT a + 1 AS x FROM s.t',
      'SELECT a + 1 AS x FROM s.t GROUP BY x',
    ],
    [
      'UNION and DISTINCT of UNION ALL',
      'SELECT a FROM s.t UNION SELECT a FROM s.u',
      'SELECT DISTINCT a FROM (SELECT a FROM s.t UNION ALL SELECT a FROM s.u)',
    ],
    [
      'DISTINCT ON in a CTE',
      'SELECT DISTINCT ON (a) a, b FROM s.t ORDER BY a, b',
      'WITH x AS (SELECT a AS y, b FROM s.t) SELECT DISTINCT ON (y) y, b FROM x ORDER BY y, b',
    ],
    [
      'DISTINCT ON in a total order over rows in another order',
      'SELECT DISTINCT ON (b) b, e FROM s.t JOIN s.u ON t.a = u.a ORDER BY b, e DESC',
      'SELECT DISTINCT ON (b) b, e FROM s.u JOIN s.t ON t.a = u.a ORDER BY b, e DESC',
    ],
  ],
  different: [
    [
      'DISTINCT ON of rows that tie over rows in another order',
      'SELECT DISTINCT ON (b) b, e, c FROM s.t JOIN s.u ON t.a = u.a ORDER BY b, e',
      'SELECT DISTINCT ON (b) b, e, c FROM s.u JOIN s.t ON t.a = u.a ORDER BY b, e',
    ],
    ['DISTINCT', 'SELECT a FROM s.t', 'SELECT DISTINCT a FROM s.t'],
    ['DISTINCT keys', 'SELECT DISTINCT a, b FROM s.t', 'SELECT a, b FROM (SELECT DISTINCT a, b, c FROM s.t)'],
    [
      'DISTINCT ON',
      'SELECT DISTINCT ON (a) a, b FROM s.t ORDER BY b',
      'SELECT DISTINCT ON (a) a, b FROM s.t ORDER BY b DESC',
    ],
    [
      'keys of DISTINCT ON',
      'SELECT DISTINCT ON (a) a, b FROM s.t ORDER BY a, b',
      'SELECT DISTINCT ON (b) a, b FROM s.t ORDER BY a, b',
    ],
    [
      'DISTINCT and DISTINCT ON',
      'SELECT DISTINCT a, b FROM s.t',
      'SELECT DISTINCT ON (a) a, b FROM s.t ORDER BY a, b',
    ],
    [
      'a filter above DISTINCT ON or below',
      'SELECT a, b FROM (SELECT DISTINCT ON (a) a, b FROM s.t ORDER BY b) WHERE b > 1',
      'SELECT DISTINCT ON (a) a, b FROM s.t WHERE b > 1 ORDER BY b',
    ],
    ['a type of DISTINCT', 'SELECT DISTINCT c FROM s.t', 'SELECT DISTINCT c COLLATE nocase FROM s.t'],
  ],
};
