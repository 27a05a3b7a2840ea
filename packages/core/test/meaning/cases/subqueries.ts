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
  ],
  different: [
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
