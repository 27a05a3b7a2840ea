/** Aliases, subqueries in FROM, CTEs and recursion. */
import type { Cases } from './cases.ts';

export const CTES: Cases = {
  same: [
    ['table aliases', 'SELECT a FROM s.t WHERE b = 1', 'SELECT x.a FROM s.t AS x WHERE x.b = 1'],
    ['a CTE', 'SELECT a FROM s.t WHERE b = 1', 'WITH x AS (SELECT * FROM s.t) SELECT a FROM x WHERE b = 1'],
    [
      'a materialised CTE',
      'SELECT a FROM s.t WHERE b = 1',
      'WITH x AS MATERIALIZED (SELECT * FROM s.t) SELECT a FROM x WHERE b = 1',
    ],
    ['a subquery', 'SELECT a FROM s.t WHERE b = 1', 'SELECT a FROM (SELECT a, b FROM s.t) x WHERE b = 1'],
    ['a dead CTE', 'SELECT a FROM s.t', 'WITH dead AS (SELECT * FROM s.u) SELECT a FROM s.t'],
    [
      'unread columns of a CTE',
      'SELECT a FROM s.t',
      'WITH x AS (SELECT a, b * 2 AS y FROM s.t) SELECT a FROM x',
    ],
    [
      'a filter in a CTE',
      'SELECT a FROM s.t WHERE b > 1',
      'WITH f AS (SELECT a FROM s.t WHERE b > 1) FROM f',
    ],
    [
      'names of CTEs in a recursion',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
      'WITH RECURSIVE q(z) AS (SELECT a FROM s.t UNION ALL SELECT z + 1 FROM q WHERE z < 3) FROM q',
    ],
    [
      'CTEs in a chain',
      'SELECT a + 1 AS x FROM s.t WHERE b > 1',
      'WITH x AS (SELECT * FROM s.t WHERE b > 1), y AS (SELECT a + 1 AS z FROM x) SELECT z FROM y',
    ],
    [
      'a CTE read twice',
      'WITH x AS (SELECT a FROM s.t WHERE b > 1) SELECT p.a FROM x p JOIN x q ON p.a = q.a + 1',
      'SELECT p.a FROM (SELECT a FROM s.t WHERE b > 1) p JOIN (SELECT a FROM s.t WHERE b > 1) q ON p.a = q.a + 1',
    ],
    [
      'MATERIALIZED and NOT MATERIALIZED',
      'WITH x AS MATERIALIZED (SELECT a FROM s.t WHERE b > 1) SELECT p.a FROM x p, x q',
      'WITH x AS NOT MATERIALIZED (SELECT a FROM s.t WHERE b > 1) SELECT p.a FROM x p, x q',
    ],
    [
      'names of columns of a CTE',
      'WITH x(p, q) AS (SELECT a, b FROM s.t) SELECT q FROM x WHERE p = 1',
      'SELECT b FROM s.t WHERE a = 1',
    ],
    [
      'a CTE inside a CTE',
      'WITH x AS (WITH y AS (SELECT a FROM s.t) SELECT a FROM y WHERE a > 1) SELECT a FROM x',
      'SELECT a FROM s.t WHERE a > 1',
    ],
    [
      'a recursion over a CTE',
      'WITH RECURSIVE r AS (SELECT a FROM s.t WHERE b = 1 UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
      'WITH RECURSIVE x AS (SELECT a FROM s.t WHERE b = 1), r AS (SELECT a FROM x UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
    ],
  ],
  different: [
    [
      'UNION and UNION ALL in a recursion',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION SELECT a + 1 FROM r WHERE a < 3) FROM r',
    ],
    [
      'the step of a recursion',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 2 FROM r WHERE a < 3) FROM r',
    ],
    [
      `a recursion's start`,
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
      'WITH RECURSIVE r AS (SELECT b FROM s.t UNION ALL SELECT b + 1 FROM r WHERE b < 3) FROM r',
    ],
    [
      'where a recursion stops',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION ALL SELECT a + 1 FROM r WHERE a < 4) FROM r',
    ],
    [
      'a recursion that joins a table',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION SELECT e FROM s.u JOIN r ON u.a = r.a) FROM r',
      'WITH RECURSIVE r AS (SELECT a FROM s.t UNION SELECT e FROM s.u JOIN r ON u.e = r.a) FROM r',
    ],
    [
      'a CTE read twice and once',
      'WITH x AS (SELECT a FROM s.t) SELECT p.a FROM x p, x q',
      'WITH x AS (SELECT a FROM s.t) SELECT p.a FROM x p',
    ],
  ],
};
