/** UNION, EXCEPT and INTERSECT, by position and by name. */
import type { Cases } from './cases.ts';

export const SETS: Cases = {
  same: [
    [
      'order of UNION ALL',
      'SELECT a FROM s.t UNION ALL SELECT e FROM s.u',
      'SELECT e FROM s.u UNION ALL SELECT a FROM s.t',
    ],
    [
      'nested UNION ALL',
      '(SELECT a FROM s.t UNION ALL SELECT b FROM s.t) UNION ALL SELECT e FROM s.u',
      'SELECT a FROM s.t UNION ALL (SELECT e FROM s.u UNION ALL SELECT b FROM s.t)',
    ],
    [
      'sides of UNION',
      'SELECT a FROM s.t UNION SELECT e FROM s.u',
      'SELECT e FROM s.u UNION SELECT a FROM s.t',
    ],
    [
      'UNION ALL BY NAME and by position',
      'SELECT a, b FROM s.t UNION ALL BY NAME SELECT e AS b, a FROM s.u',
      'SELECT a, b FROM s.t UNION ALL SELECT a, e FROM s.u',
    ],
    [
      'a CTE in a union',
      'SELECT a FROM s.t WHERE b > 1 UNION ALL SELECT a FROM s.u',
      'WITH x AS (SELECT a FROM s.t WHERE b > 1) SELECT a FROM x UNION ALL SELECT a FROM s.u',
    ],
    [
      'a filter inside a side of EXCEPT',
      'SELECT a FROM s.t WHERE b > 1 AND c IS NULL EXCEPT SELECT a FROM s.u',
      'SELECT a FROM (SELECT * FROM s.t WHERE c IS NULL) WHERE b > 1 EXCEPT SELECT a FROM s.u',
    ],
  ],
  different: [
    [
      'UNION and UNION ALL',
      'SELECT a FROM s.t UNION SELECT a FROM s.u',
      'SELECT a FROM s.t UNION ALL SELECT a FROM s.u',
    ],
    [
      'EXCEPT and EXCEPT ALL',
      'SELECT a FROM s.t EXCEPT SELECT a FROM s.u',
      'SELECT a FROM s.t EXCEPT ALL SELECT a FROM s.u',
    ],
    [
      'INTERSECT and INTERSECT ALL',
      'SELECT a FROM s.t INTERSECT SELECT a FROM s.u',
      'SELECT a FROM s.t INTERSECT ALL SELECT a FROM s.u',
    ],
    [
      'EXCEPT and INTERSECT',
      'SELECT a FROM s.t EXCEPT SELECT a FROM s.u',
      'SELECT a FROM s.t INTERSECT SELECT a FROM s.u',
    ],
    [
      'sides of EXCEPT',
      'SELECT a FROM s.t EXCEPT SELECT a FROM s.u',
      'SELECT a FROM s.u EXCEPT SELECT a FROM s.t',
    ],
    [
      'pairing of columns in UNION ALL',
      'SELECT a, b FROM s.t UNION ALL SELECT b, a FROM s.t',
      'SELECT a, a FROM s.t UNION ALL SELECT b, b FROM s.t',
    ],
    [
      'by name and by position',
      'SELECT a, b FROM s.t UNION ALL BY NAME SELECT b, a FROM s.t',
      'SELECT a, b FROM s.t UNION ALL SELECT b, a FROM s.t',
    ],
    [
      'a column that one side lacks',
      'SELECT a, b FROM s.t UNION ALL BY NAME SELECT a FROM s.u',
      'SELECT a, b FROM s.t UNION ALL BY NAME SELECT a, e AS b FROM s.u',
    ],
    [
      'a branch twice',
      'SELECT a FROM s.t UNION ALL SELECT a FROM s.u',
      'SELECT a FROM s.t UNION ALL SELECT a FROM s.u UNION ALL SELECT a FROM s.u',
    ],
    ['a branch less', 'SELECT a FROM s.t UNION ALL SELECT a FROM s.u', 'SELECT a FROM s.t'],
    [
      'sides of EXCEPT ALL',
      'SELECT a FROM s.t EXCEPT ALL SELECT a FROM s.u',
      'SELECT a FROM s.u EXCEPT ALL SELECT a FROM s.t',
    ],
    [
      'EXCEPT and ANTI JOIN',
      'SELECT a FROM s.t EXCEPT SELECT a FROM s.u',
      'SELECT a FROM s.t ANTI JOIN s.u USING (a)',
    ],
    [
      'brackets of UNION and EXCEPT',
      'SELECT a FROM s.t UNION (SELECT a FROM s.u EXCEPT SELECT e FROM s.u)',
      '(SELECT a FROM s.t UNION SELECT a FROM s.u) EXCEPT SELECT e FROM s.u',
    ],
    [
      'the type of a union',
      'SELECT a FROM s.t UNION ALL SELECT a FROM s.u',
      'SELECT a FROM s.t UNION ALL SELECT a::BIGINT FROM s.u',
    ],
  ],
};
