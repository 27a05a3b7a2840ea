/** Subqueries in expressions, correlated or not, and LATERAL. */
import type { Cases } from './cases.ts';

export const SUBQUERIES: Cases = {
  same: [
    [
      'a filter in a scalar subquery',
      'SELECT a FROM s.t WHERE b = (SELECT max(e) FROM s.u WHERE f > 1)',
      'WITH m AS (SELECT e FROM s.u WHERE f > 1) SELECT a FROM s.t WHERE b = (SELECT max(e) FROM m)',
    ],
    [
      'EXISTS and aliases',
      'SELECT b FROM s.t WHERE EXISTS (SELECT 1 FROM s.u WHERE u.a = t.a)',
      'SELECT y.b FROM s.t AS y WHERE EXISTS (SELECT x.e FROM s.u AS x WHERE y.a = x.a)',
    ],
    [
      'order of conjuncts in EXISTS',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a = t.a AND e > 1)',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE e > 1 AND u.a = t.a)',
    ],
    [
      'order in which outer columns are named',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a < t.a OR u.e > t.b)',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.e > t.b OR u.a < t.a)',
    ],
    [
      'a CTE in a subquery',
      'SELECT b FROM s.t WHERE a IN (SELECT a FROM s.u WHERE e > 1)',
      'SELECT b FROM s.t WHERE a IN (WITH x AS (SELECT * FROM s.u WHERE e > 1) SELECT a FROM x)',
    ],
    [
      'IN and = ANY',
      'SELECT b FROM s.t WHERE a IN (SELECT a FROM s.u)',
      'SELECT b FROM s.t WHERE a = ANY (SELECT a FROM s.u)',
    ],
    [
      'a filter beside EXISTS',
      'SELECT b FROM s.t WHERE b > 1 AND EXISTS (FROM s.u WHERE u.a = t.a)',
      'SELECT b FROM (SELECT * FROM s.t WHERE b > 1) t WHERE EXISTS (FROM s.u WHERE u.a = t.a)',
    ],
    [
      'a scalar subquery over a filter',
      'SELECT a, (SELECT max(e) FROM s.u WHERE u.a = t.a AND f > 1) AS x FROM s.t',
      'SELECT a, (SELECT max(e) FROM (SELECT * FROM s.u WHERE f > 1) u WHERE u.a = t.a) AS x FROM s.t',
    ],
    [
      'IN and OR in an aggregate of LATERAL',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT sum((u.e IN (1, u.a))::INTEGER) AS v FROM s.u WHERE u.a > t.a) x ON TRUE',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT sum((u.e = 1 OR u.e = u.a)::INTEGER) AS v FROM s.u WHERE u.a > t.a) x ON TRUE',
    ],
    [
      'BETWEEN and AND in an aggregate of LATERAL',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT max((u.e BETWEEN 1 AND u.a)::INTEGER) + 1 AS v FROM s.u WHERE u.a > t.a) x ON x.v > 0',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT 1 + max((u.e >= 1 AND u.a >= u.e)::INTEGER) AS v FROM s.u WHERE u.a > t.a) x ON 0 < x.v',
    ],
    [
      'IN and OR in an aggregate of a scalar subquery',
      'SELECT t.b, (SELECT sum((u.e IN (1, u.a))::INTEGER) FROM s.u WHERE u.a > t.a) AS v FROM s.t',
      'SELECT t.b, (SELECT sum((u.e = 1 OR u.e = u.a)::INTEGER) FROM s.u WHERE u.a > t.a) AS v FROM s.t',
    ],
    [
      'a collation, mentioned first or last in a subquery',
      `SELECT t.b, x.v FROM s.t CROSS JOIN LATERAL (SELECT count(*) AS v FROM s.u WHERE t.c COLLATE nocase = 'X' OR t.c > 'x') x`,
      `SELECT t.b, x.v FROM s.t CROSS JOIN LATERAL (SELECT count(*) AS v FROM s.u WHERE t.c > 'x' OR t.c COLLATE nocase = 'X') x`,
    ],
  ],
  different: [
    [
      'LEFT and CROSS JOIN LATERAL of an aggregate that may be missing',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT sum(u.e) AS v FROM s.u WHERE u.a > t.a HAVING count(*) > 0) x ON TRUE',
      'SELECT t.b, x.v FROM s.t CROSS JOIN LATERAL (SELECT sum(u.e) AS v FROM s.u WHERE u.a > t.a HAVING count(*) > 0) x',
    ],
    [
      'a missing aggregate that is NULL, and one that has another value',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT sum(u.e) AS v FROM s.u WHERE u.a > t.a) x ON TRUE',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT coalesce(sum(u.e), 0) AS v FROM s.u WHERE u.a > t.a) x ON TRUE',
    ],
    [
      'a missing count in LATERAL, and one that is NULL',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT count(u.e) AS v FROM s.u WHERE u.a > t.a) x ON TRUE',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT nullif(count(u.e), 0) AS v FROM s.u WHERE u.a > t.a) x ON TRUE',
    ],
    [
      'IN and NOT IN',
      'SELECT b FROM s.t WHERE a IN (SELECT a FROM s.u)',
      'SELECT b FROM s.t WHERE a NOT IN (SELECT a FROM s.u)',
    ],
    [
      'EXISTS and NOT EXISTS',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a = t.a)',
      'SELECT b FROM s.t WHERE NOT EXISTS (FROM s.u WHERE u.a = t.a)',
    ],
    [
      'a scalar subquery',
      'SELECT (SELECT max(e) FROM s.u WHERE u.a = t.a) AS x FROM s.t',
      'SELECT (SELECT max(e) FROM s.u WHERE u.a = t.b) AS x FROM s.t',
    ],
    [
      'EXISTS and its correlation',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a = t.a)',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a = t.b)',
    ],
    [
      'correlated and not',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a = t.a)',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a = u.e)',
    ],
    [
      'outer columns exchanged',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a < t.a OR u.e > t.b)',
      'SELECT b FROM s.t WHERE EXISTS (FROM s.u WHERE u.a < t.b OR u.e > t.a)',
    ],
    [
      'ANY and ALL',
      'SELECT b FROM s.t WHERE a > ANY (SELECT a FROM s.u)',
      'SELECT b FROM s.t WHERE a > ALL (SELECT a FROM s.u)',
    ],
    [
      'the comparison of ANY',
      'SELECT b FROM s.t WHERE a > ANY (SELECT a FROM s.u)',
      'SELECT b FROM s.t WHERE a >= ANY (SELECT a FROM s.u)',
    ],
    [
      'the column of IN',
      'SELECT b FROM s.t WHERE a IN (SELECT a FROM s.u)',
      'SELECT b FROM s.t WHERE a IN (SELECT e FROM s.u)',
    ],
    [
      'a filter in IN',
      'SELECT b FROM s.t WHERE a IN (SELECT a FROM s.u)',
      'SELECT b FROM s.t WHERE a IN (SELECT a FROM s.u WHERE e > 1)',
    ],
    [
      'IN as a value and as a filter',
      'SELECT b, a IN (SELECT a FROM s.u) AS x FROM s.t',
      'SELECT b, TRUE AS x FROM s.t WHERE a IN (SELECT a FROM s.u)',
    ],
    [
      'the aggregate of a scalar subquery',
      'SELECT (SELECT max(e) FROM s.u) AS x FROM s.t',
      'SELECT (SELECT min(e) FROM s.u) AS x FROM s.t',
    ],
    [
      'a scalar subquery and count of it',
      'SELECT (SELECT count(*) FROM s.u WHERE u.a = t.a) AS x FROM s.t',
      'SELECT (SELECT count(e) FROM s.u WHERE u.a = t.a) AS x FROM s.t',
    ],
    [
      'LATERAL',
      'SELECT b, v FROM s.t, LATERAL (SELECT e + t.b AS v FROM s.u WHERE u.a = t.a)',
      'SELECT b, v FROM s.t, LATERAL (SELECT e - t.b AS v FROM s.u WHERE u.a = t.a)',
    ],
    [
      'LATERAL and LEFT LATERAL',
      'SELECT b, v FROM s.t, LATERAL (SELECT e AS v FROM s.u WHERE u.a = t.a)',
      'SELECT b, v FROM s.t LEFT JOIN LATERAL (SELECT e AS v FROM s.u WHERE u.a = t.a) ON TRUE',
    ],
    [
      'an array of a subquery',
      'SELECT ARRAY(SELECT e FROM s.u WHERE u.a = t.a ORDER BY e) AS x FROM s.t',
      'SELECT ARRAY(SELECT e FROM s.u WHERE u.a = t.a ORDER BY e DESC) AS x FROM s.t',
    ],
  ],
};
