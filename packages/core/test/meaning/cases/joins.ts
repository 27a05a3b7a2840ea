/** Joins: inner, outer, semi, anti, ASOF and positional ones, and self-joins. */
import type { Cases } from './cases.ts';

export const JOINS: Cases = {
  same: [
    [
      'order of inner joins',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a',
      'SELECT b, e FROM s.u JOIN s.t ON u.a = t.a',
    ],
    [
      'ON and WHERE',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a AND b > 1',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a WHERE b > 1',
    ],
    [
      'comma and JOIN',
      'SELECT b, e FROM s.t, s.u WHERE t.a = u.a',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a',
    ],
    ['USING and ON', 'SELECT b, e FROM s.t JOIN s.u USING (a)', 'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a'],
    [
      'CROSS JOIN and WHERE',
      'SELECT b, e FROM s.t CROSS JOIN s.u WHERE t.a = u.a',
      'SELECT b, e FROM s.u JOIN s.t USING (a)',
    ],
    [
      'three joins',
      'SELECT x.b FROM s.t x JOIN s.u USING (a) JOIN s.t y ON y.b = u.e',
      'SELECT x.b FROM s.t y JOIN s.u ON y.b = u.e JOIN s.t x ON x.a = u.a',
    ],
    [
      'a filter below a join',
      'SELECT b, e FROM s.t JOIN s.u USING (a) WHERE b > 1',
      'SELECT b, e FROM (SELECT * FROM s.t WHERE b > 1) t JOIN s.u USING (a)',
    ],
    [
      'LEFT and RIGHT JOIN',
      'SELECT b, e FROM s.t LEFT JOIN s.u ON t.a = u.a',
      'SELECT b, e FROM s.u RIGHT JOIN s.t ON u.a = t.a',
    ],
    [
      'order of outer joins',
      'SELECT b, u.e, v.e FROM s.t LEFT JOIN s.u ON t.a = u.a LEFT JOIN s.u v ON t.b = v.a',
      'SELECT b, u.e, v.e FROM s.t LEFT JOIN s.u v ON t.b = v.a LEFT JOIN s.u ON t.a = u.a',
    ],
    [
      'SEMI JOIN and IN',
      'SELECT b FROM s.t WHERE a IN (SELECT a FROM s.u)',
      'SELECT b FROM s.t SEMI JOIN s.u ON t.a = u.a',
    ],
    [
      'both sides of a self-join exchanged',
      'SELECT x.c, y.c FROM s.t x JOIN s.t y ON x.a = y.b',
      'SELECT x.c, y.c FROM s.t y JOIN s.t x ON x.a = y.b',
    ],
    [
      'conditions of an inner join in another order',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a AND t.b = u.e',
      'SELECT b, e FROM s.t JOIN s.u ON t.b = u.e AND u.a = t.a',
    ],
    ['NATURAL and USING', 'SELECT b, e FROM s.t NATURAL JOIN s.u', 'SELECT b, e FROM s.t JOIN s.u USING (a)'],
    ['sides of a cross join', 'SELECT b, e FROM s.t CROSS JOIN s.u', 'SELECT b, e FROM s.u, s.t'],
    [
      'an inequality turned round',
      'SELECT b, e FROM s.t JOIN s.u ON t.a < u.a',
      'SELECT b, e FROM s.u JOIN s.t ON u.a > t.a',
    ],
    [
      'a CTE on one side',
      'SELECT b, e FROM s.t JOIN s.u USING (a) WHERE e > 1',
      'WITH x AS (SELECT a, e FROM s.u WHERE e > 1) SELECT b, e FROM x JOIN s.t USING (a)',
    ],
    [
      'sides of a symmetric self-join',
      'SELECT x.b, y.c FROM s.t x JOIN s.t y ON x.a = y.a',
      'SELECT x.b, y.c FROM s.t y JOIN s.t x ON y.a = x.a',
    ],
    [
      'a symmetric self-join below an aggregate',
      'SELECT x.b, max(y.c) AS m FROM s.t x JOIN s.t y ON x.a = y.a GROUP BY x.b',
      'SELECT x.b, max(y.c) AS m FROM s.t y JOIN s.t x ON y.a = x.a GROUP BY x.b',
    ],
    [
      'a self-join of three',
      'SELECT x.c, z.c FROM s.t x JOIN s.t y ON x.a = y.b JOIN s.t z ON y.a = z.b',
      'SELECT x.c, z.c FROM s.t z JOIN s.t y ON z.b = y.a JOIN s.t x ON x.a = y.b',
    ],
    [
      'a filter of one side in ON',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a AND e > 1',
      'SELECT b, e FROM s.t JOIN (SELECT * FROM s.u WHERE e > 1) u ON t.a = u.a',
    ],
    [
      'a condition on one side alone',
      'SELECT t.b, e FROM s.t JOIN s.u ON e > 1',
      'SELECT t.b, e FROM s.t, s.u WHERE e > 1',
    ],
    [
      'a filter above a LEFT JOIN or below it',
      'SELECT b, e FROM s.t LEFT JOIN s.u ON t.a = u.a WHERE b > 1',
      'SELECT b, e FROM (SELECT * FROM s.t WHERE b > 1) t LEFT JOIN s.u ON t.a = u.a',
    ],
    [
      'a filter of the optional side',
      'SELECT b, e FROM s.t LEFT JOIN (SELECT a, e FROM s.u WHERE e > 1) u ON t.a = u.a',
      'WITH u AS (SELECT e, a FROM s.u WHERE e > 1) SELECT b, e FROM u RIGHT JOIN s.t ON u.a = t.a',
    ],
    [
      'ANTI JOIN and NOT EXISTS written twice',
      'SELECT b FROM s.t ANTI JOIN s.u ON t.a = u.a',
      'SELECT x.b FROM s.t x ANTI JOIN (SELECT * FROM s.u) y ON y.a = x.a',
    ],
    [
      'a condition of a SEMI JOIN twice',
      'SELECT b FROM s.t SEMI JOIN s.u ON t.a = u.a',
      'SELECT b FROM s.t SEMI JOIN s.u ON t.a = u.a AND u.a = t.a',
    ],
    [
      'aliases of an ASOF join',
      'SELECT b, e FROM s.t ASOF JOIN s.u ON t.a >= u.a',
      'SELECT x.b, y.e FROM s.t x ASOF JOIN s.u y ON x.a >= y.a',
    ],
    [
      'ASOF JOIN of rows in another order',
      'SELECT b, x.e, y.f FROM (SELECT t.a, b, e FROM s.t JOIN s.u ON b = e) x ASOF JOIN s.u y ON x.a >= y.a',
      'SELECT b, x.e, y.f FROM (SELECT t.a, b, e FROM s.u JOIN s.t ON b = e) x ASOF JOIN s.u y ON x.a >= y.a',
    ],
    [
      'FULL JOIN of a self-join with columns that nobody reads',
      'SELECT x.a, x.b, e FROM (SELECT p.a, p.b FROM s.t p JOIN s.t q USING (c)) x FULL JOIN s.u ON x.a = u.a AND x.b > u.e',
      'SELECT x.a, x.b, e FROM (SELECT p.a, p.b, q.b AS y, lower(q.c) AS z, q.d FROM s.t q JOIN s.t p USING (c)) x FULL JOIN s.u ON x.a = u.a AND x.b > u.e',
    ],
    [
      'LEFT JOIN of a self-join with columns that nobody reads',
      'SELECT e, x.a, x.b FROM s.u LEFT JOIN (SELECT p.a, p.b FROM s.t p JOIN s.t q USING (c)) x ON x.a = u.a AND x.b > u.e',
      'SELECT e, x.a, x.b FROM s.u LEFT JOIN (SELECT p.a, p.b, q.b AS y, lower(q.c) AS z, q.d FROM s.t q JOIN s.t p USING (c)) x ON x.a = u.a AND x.b > u.e',
    ],
    [
      'SEMI JOIN with a self-join with columns that nobody reads',
      'SELECT e FROM s.u SEMI JOIN (SELECT p.a, p.b FROM s.t p JOIN s.t q USING (c)) x ON x.a = u.a AND x.b > u.e',
      'SELECT e FROM s.u SEMI JOIN (SELECT p.a, p.b, q.b AS y, lower(q.c) AS z, q.d FROM s.t q JOIN s.t p USING (c)) x ON x.a = u.a AND x.b > u.e',
    ],
    [
      'LEFT JOIN through a CTE',
      'SELECT b, e FROM s.t LEFT JOIN s.u USING (a)',
      'WITH x AS (FROM s.t) SELECT b, e FROM x LEFT JOIN s.u ON x.a = u.a',
    ],
    [
      'an ASOF join of rows in another order, of which only the nearest value is read',
      'SELECT t.b, x.e FROM s.t ASOF JOIN (SELECT u.e, p.b FROM s.u JOIN s.t p USING (a)) x ON t.b >= x.e',
      'SELECT t.b, x.e FROM s.t ASOF JOIN (SELECT u.e, p.b FROM s.t p JOIN s.u USING (a)) x ON t.b >= x.e',
    ],
    [
      'a self-join with one more instance that nothing tells apart',
      `SELECT x.c, rank() OVER (ORDER BY x.b) AS r FROM (SELECT p.c, q.b FROM s.t p, s.t q WHERE p.a > 1 AND q.b < 2) x`,
      `SELECT x.c, rank() OVER (ORDER BY x.b) AS r FROM (SELECT p.c, q.b, lower(q.c) AS y, p.d FROM s.t q, s.t p WHERE q.b < 2 AND p.a > 1) x`,
    ],
  ],
  different: [
    [
      'an ASOF join of rows in another order, of which more than the nearest value is read',
      'SELECT t.b, x.b FROM s.t ASOF JOIN (SELECT u.e, p.b FROM s.u JOIN s.t p USING (a)) x ON t.b >= x.e',
      'SELECT t.b, x.b FROM s.t ASOF JOIN (SELECT u.e, p.b FROM s.t p JOIN s.u USING (a)) x ON t.b >= x.e',
    ],
    [
      'an ASOF join of rows in another order with a condition on the row that is taken',
      'SELECT t.b FROM s.t ASOF JOIN (SELECT u.e, p.b FROM s.u JOIN s.t p USING (a)) x ON t.b >= x.e AND t.a + x.b > 1',
      'SELECT t.b FROM s.t ASOF JOIN (SELECT u.e, p.b FROM s.t p JOIN s.u USING (a)) x ON t.b >= x.e AND t.a + x.b > 1',
    ],
    [
      'INNER and LEFT JOIN',
      'SELECT b FROM s.t JOIN s.u USING (a)',
      'SELECT b FROM s.t LEFT JOIN s.u USING (a)',
    ],
    [
      'LEFT and FULL JOIN',
      'SELECT b FROM s.t LEFT JOIN s.u ON t.a = u.a',
      'SELECT b FROM s.t FULL JOIN s.u ON t.a = u.a',
    ],
    [
      'sides of a LEFT JOIN',
      'SELECT b, e FROM s.t LEFT JOIN s.u ON t.a = u.a',
      'SELECT b, e FROM s.u LEFT JOIN s.t ON t.a = u.a',
    ],
    [
      'ON and WHERE of a LEFT JOIN',
      'SELECT b FROM s.t LEFT JOIN s.u ON t.a = u.a AND e > 1',
      'SELECT b FROM s.t LEFT JOIN s.u ON t.a = u.a WHERE e > 1',
    ],
    [
      'SEMI and ANTI JOIN',
      'SELECT b FROM s.t SEMI JOIN s.u USING (a)',
      'SELECT b FROM s.t ANTI JOIN s.u USING (a)',
    ],
    [
      'SEMI and INNER JOIN',
      'SELECT b FROM s.t SEMI JOIN s.u USING (a)',
      'SELECT b FROM s.t JOIN s.u USING (a)',
    ],
    ['a join or none', 'SELECT t.a FROM s.t', 'SELECT t.a FROM s.t, s.u'],
    ['a join key', 'SELECT b FROM s.t JOIN s.u ON t.a = u.a', 'SELECT b FROM s.t JOIN s.u ON t.a = u.e'],
    [
      'a side of a self-join',
      'SELECT x.c FROM s.t x JOIN s.t y ON x.a = y.b',
      'SELECT y.c FROM s.t x JOIN s.t y ON x.a = y.b',
    ],
    [
      'a side of a symmetric self-join',
      'SELECT x.b, x.c FROM s.t x JOIN s.t y ON x.a = y.a',
      'SELECT x.b, y.c FROM s.t x JOIN s.t y ON x.a = y.a',
    ],
    ['ASOF', 'SELECT b FROM s.t ASOF JOIN s.u ON t.a >= u.a', 'SELECT b FROM s.t JOIN s.u ON t.a >= u.a'],
    [
      'INNER and CROSS JOIN',
      'SELECT b, e FROM s.t JOIN s.u USING (a)',
      'SELECT b, e FROM s.t CROSS JOIN s.u',
    ],
    ['an inequality', 'SELECT b FROM s.t JOIN s.u ON t.a < u.a', 'SELECT b FROM s.t JOIN s.u ON t.a <= u.a'],
    [
      '= and IS NOT DISTINCT FROM in a join',
      'SELECT b FROM s.t JOIN s.u ON t.a = u.a',
      'SELECT b FROM s.t JOIN s.u ON t.a IS NOT DISTINCT FROM u.a',
    ],
    [
      'a condition more',
      'SELECT b FROM s.t JOIN s.u ON t.a = u.a',
      'SELECT b FROM s.t JOIN s.u ON t.a = u.a AND t.b = u.e',
    ],
    [
      'LEFT and RIGHT JOIN',
      'SELECT b, e FROM s.t LEFT JOIN s.u ON t.a = u.a',
      'SELECT b, e FROM s.t RIGHT JOIN s.u ON t.a = u.a',
    ],
    [
      'RIGHT and FULL JOIN',
      'SELECT b, e FROM s.t RIGHT JOIN s.u ON t.a = u.a',
      'SELECT b, e FROM s.t FULL JOIN s.u ON t.a = u.a',
    ],
    [
      'a column of the other side of USING',
      'SELECT t.a FROM s.t LEFT JOIN s.u USING (a)',
      'SELECT u.a FROM s.t LEFT JOIN s.u USING (a)',
    ],
    [
      'a filter in ON and WHERE of a RIGHT JOIN',
      'SELECT b FROM s.t RIGHT JOIN s.u ON t.a = u.a AND b > 1',
      'SELECT b FROM s.t RIGHT JOIN s.u ON t.a = u.a WHERE b > 1',
    ],
    [
      'a join above or below an outer join',
      'SELECT x.b FROM s.t x LEFT JOIN (s.u JOIN s.t y ON u.e = y.b) ON x.a = u.a',
      'SELECT x.b FROM s.t x LEFT JOIN s.u ON x.a = u.a JOIN s.t y ON u.e = y.b',
    ],
    [
      'two outer joins in a chain and in a star',
      'SELECT u.e FROM s.t LEFT JOIN s.u ON t.a = u.a LEFT JOIN s.u v ON t.b = v.a',
      'SELECT u.e FROM s.t LEFT JOIN s.u ON t.a = u.a LEFT JOIN s.u v ON u.e = v.a',
    ],
    [
      'sides of a SEMI JOIN',
      'SELECT a FROM s.t SEMI JOIN s.u USING (a)',
      'SELECT a FROM s.u SEMI JOIN s.t USING (a)',
    ],
    [
      'ANTI JOIN and NOT IN',
      'SELECT b FROM s.t ANTI JOIN s.u ON t.a = u.a',
      'SELECT b FROM s.t WHERE a NOT IN (SELECT a FROM s.u)',
    ],
    [
      'the direction of ASOF',
      'SELECT b, e FROM s.t ASOF JOIN s.u ON t.a >= u.a',
      'SELECT b, e FROM s.t ASOF JOIN s.u ON t.a <= u.a',
    ],
    [
      'the order of what ASOF looks in',
      'SELECT b, y.e FROM s.t ASOF JOIN (SELECT * FROM s.u ORDER BY e) y ON t.a >= y.a',
      'SELECT b, y.e FROM s.t ASOF JOIN (SELECT * FROM s.u ORDER BY e DESC) y ON t.a >= y.a',
    ],
    [
      'which side of a self-join a FULL JOIN compares',
      'SELECT x.a, e FROM (SELECT p.a, p.b, q.b AS y FROM s.t p JOIN s.t q USING (c)) x FULL JOIN s.u ON x.b = u.e',
      'SELECT x.a, e FROM (SELECT p.a, p.b, q.b AS y FROM s.t p JOIN s.t q USING (c)) x FULL JOIN s.u ON x.y = u.e',
    ],
    [
      'ASOF with its bound',
      'SELECT b, e FROM s.t ASOF JOIN s.u ON t.a >= u.a',
      'SELECT b, e FROM s.t ASOF JOIN s.u ON t.a > u.a',
    ],
    [
      'ASOF and ASOF LEFT',
      'SELECT b, e FROM s.t ASOF JOIN s.u ON t.a >= u.a',
      'SELECT b, e FROM s.t ASOF LEFT JOIN s.u ON t.a >= u.a',
    ],
    [
      'an equality of ASOF',
      'SELECT t.b, e FROM s.t ASOF JOIN s.u ON t.a >= u.a',
      'SELECT t.b, e FROM s.t ASOF JOIN s.u ON t.b = u.e AND t.a >= u.a',
    ],
    [
      'POSITIONAL and CROSS JOIN',
      'SELECT b, e FROM s.t POSITIONAL JOIN s.u',
      'SELECT b, e FROM s.t CROSS JOIN s.u',
    ],
    [
      'sides of a POSITIONAL JOIN',
      'SELECT x.a, y.b FROM s.t x POSITIONAL JOIN s.t y',
      'SELECT x.a, y.b FROM s.t x POSITIONAL JOIN (SELECT * FROM s.t WHERE a > 1) y',
    ],
  ],
};
