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
    [
      'a CTE or a table, in an aggregate inside of LATERAL',
      'SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT max(u.e) AS v FROM s.u WHERE t.a = u.e + (SELECT min(y.a) FROM s.u y)) x ON x.v > 0',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT max(u.e) AS v FROM s.u WHERE t.a = u.e + (SELECT min(y.a) FROM w y)) x ON x.v > 0',
    ],
    [
      'a CTE or a table, in a scalar subquery inside of another',
      'SELECT b, (SELECT count(*) FROM s.u WHERE u.a >= t.a AND u.e < (SELECT y.e FROM s.u y WHERE y.f = 17)) AS v FROM s.t',
      'WITH w AS (FROM s.u) SELECT b, (SELECT count(*) FROM w u WHERE u.a >= t.a AND u.e < (SELECT y.e FROM w y WHERE y.f = 17)) AS v FROM s.t',
    ],
    [
      'a CTE or a table, counted inside of a scalar subquery',
      'SELECT b, (SELECT sum(u.a) FROM s.u WHERE u.a >= t.a AND u.e <= (SELECT count(*) FROM s.u y WHERE y.f > 17)) AS v FROM s.t',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.a) FROM s.u WHERE u.a >= t.a AND u.e <= (SELECT count(*) FROM w y WHERE y.f > 17)) AS v FROM s.t',
    ],
    [
      'a CTE or a table, in IN inside of a subquery',
      'SELECT b, (SELECT sum(u.e) FROM s.u WHERE u.a >= t.a AND u.a NOT IN (SELECT y.e FROM s.u y)) AS v FROM s.t',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.e) FROM s.u WHERE u.a >= t.a AND u.a NOT IN (SELECT y.e FROM w y)) AS v FROM s.t',
    ],
    [
      'a CTE or a table, in groups inside of LATERAL',
      'SELECT t.b, x.v FROM s.t, LATERAL (SELECT sum(y.v) AS v FROM (SELECT e, max(a) AS v FROM s.u GROUP BY e) y WHERE y.e >= t.a) x',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM s.t, LATERAL (SELECT sum(y.v) AS v FROM (SELECT e, max(a) AS v FROM w GROUP BY e) y WHERE y.e >= t.a) x',
    ],
    [
      'a CTE or a table, on both sides of a LEFT JOIN inside of a subquery',
      'SELECT b, (SELECT count(y.f) FROM s.u LEFT JOIN s.u y ON y.e = u.a AND y.a > 1 WHERE u.e >= t.a) AS v FROM s.t',
      'WITH w AS (FROM s.u) SELECT b, (SELECT count(y.f) FROM w u LEFT JOIN w y ON y.e = u.a AND y.a > 1 WHERE u.e >= t.a) AS v FROM s.t',
    ],
    [
      'a CTE or a table, where a subquery sees a list',
      'SELECT t.b, x.v FROM (SELECT b, [a, b] AS l FROM s.t) t LEFT JOIN LATERAL (SELECT max(u.e) AS v FROM s.u WHERE u.a = len(t.l) - (SELECT min(a) FROM s.t) AND u.e >= t.l[1]) x ON x.v > 0',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM (SELECT b, [a, b] AS l FROM s.t) t LEFT JOIN LATERAL (SELECT max(u.e) AS v FROM w u WHERE u.a = len(t.l) - (SELECT min(a) FROM s.t) AND u.e >= t.l[1]) x ON x.v > 0',
    ],
  ],
  different: [
    [
      'the aggregate of a CTE inside of LATERAL',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT max(u.e) AS v FROM s.u WHERE t.a = u.e + (SELECT min(y.a) FROM w y)) x ON x.v > 0',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM s.t LEFT JOIN LATERAL (SELECT max(u.e) AS v FROM s.u WHERE t.a = u.e + (SELECT max(y.a) FROM w y)) x ON x.v > 0',
    ],
    [
      'no row of a CTE, and one of nothing',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM s.t, LATERAL (SELECT coalesce(y.v, 0) + t.a AS v FROM (SELECT min(e) AS v FROM w WHERE f > 17) y) x',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM s.t, LATERAL (SELECT coalesce(y.v, 0) + t.a AS v FROM (SELECT min(e) AS v FROM w WHERE f > 17 HAVING count(*) > 0) y) x',
    ],
    [
      'a count of a CTE, and a count that is NULL',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.a) FROM s.u WHERE u.a >= t.a AND u.e >= (SELECT count(*) FROM w y WHERE y.f > 17)) AS v FROM s.t',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.a) FROM s.u WHERE u.a >= t.a AND u.e >= (SELECT nullif(count(*), 0) FROM w y WHERE y.f > 17)) AS v FROM s.t',
    ],
    [
      'a count of a CTE, and the sum of it',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.a) FROM s.u WHERE u.a >= t.a AND u.e >= (SELECT count(y.a) FROM w y)) AS v FROM s.t',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.a) FROM s.u WHERE u.a >= t.a AND u.e >= (SELECT sum(y.a) FROM w y)) AS v FROM s.t',
    ],
    [
      'a CTE in IN inside of a subquery, correlated and not',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.e) FROM s.u WHERE u.a >= t.a AND u.a IN (SELECT y.e FROM w y)) AS v FROM s.t',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.e) FROM s.u WHERE u.a >= t.a AND u.a IN (SELECT y.e FROM w y WHERE y.a = t.a)) AS v FROM s.t',
    ],
    [
      'a CTE in IN and in NOT IN inside of a subquery',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.e) FROM s.u WHERE u.a >= t.a AND u.a IN (SELECT y.e FROM w y)) AS v FROM s.t',
      'WITH w AS (FROM s.u) SELECT b, (SELECT sum(u.e) FROM s.u WHERE u.a >= t.a AND u.a NOT IN (SELECT y.e FROM w y)) AS v FROM s.t',
    ],
    [
      'groups of a CTE inside of LATERAL, by more and by nothing',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM s.t, LATERAL (SELECT sum(y.v) AS v FROM (SELECT max(a) AS v FROM w GROUP BY e) y WHERE y.v >= t.a) x',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM s.t, LATERAL (SELECT sum(y.v) AS v FROM (SELECT max(a) AS v FROM w) y WHERE y.v >= t.a) x',
    ],
    [
      'JOIN and LEFT JOIN of CTEs inside of a subquery',
      'WITH w AS (FROM s.u) SELECT b, (SELECT count(*) FROM w u LEFT JOIN w y ON y.e = u.a WHERE u.e >= t.a) AS v FROM s.t',
      'WITH w AS (FROM s.u) SELECT b, (SELECT count(*) FROM w u JOIN w y ON y.e = u.a WHERE u.e >= t.a) AS v FROM s.t',
    ],
    [
      'what of a list a subquery sees',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM (SELECT b, [a, b] AS l FROM s.t) t LEFT JOIN LATERAL (SELECT max(u.e) AS v FROM w u WHERE u.e >= t.l[1]) x ON x.v > 0',
      'WITH w AS (FROM s.u) SELECT t.b, x.v FROM (SELECT b, [a, b] AS l FROM s.t) t LEFT JOIN LATERAL (SELECT max(u.e) AS v FROM w u WHERE u.e >= t.l[2]) x ON x.v > 0',
    ],
    [
      'an error of one row, and which row is the first',
      "SELECT CASE WHEN first(b) > 1000 THEN error('x') ELSE first(b) + count(*) END AS x FROM (FROM s.t ORDER BY ALL)",
      "SELECT CASE WHEN first(b) > 1000 THEN error('x') ELSE first(b) + count(*) END AS x FROM (FROM s.t ORDER BY ALL DESC)",
    ],
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
