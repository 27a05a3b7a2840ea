/** PIVOT with its values named, and UNPIVOT. */
import type { Cases } from './cases.ts';

export const PIVOTS: Cases = {
  same: [
    [
      'PIVOT and its aggregates',
      'SELECT x0, x1 FROM (PIVOT (SELECT a, b FROM s.t) ON a IN (0 AS x0, 1 AS x1) USING sum(b))',
      'SELECT p, q FROM (PIVOT (SELECT a, b FROM s.t) ON a IN (0 AS p, 1 AS q) USING sum(b))',
    ],
    [
      'UNPIVOT under other names',
      'SELECT v FROM (SELECT a, b FROM s.t) UNPIVOT (v FOR n IN (a, b))',
      'SELECT w FROM (SELECT a, b FROM s.t) UNPIVOT (w FOR k IN (a, b))',
    ],
  ],
  different: [
    [
      'values of PIVOT',
      'FROM (PIVOT (SELECT a, b FROM s.t) ON a IN (0, 1) USING sum(b))',
      'FROM (PIVOT (SELECT a, b FROM s.t) ON a IN (0, 2) USING sum(b))',
    ],
    [
      'the aggregate of PIVOT',
      'FROM (PIVOT (SELECT a, b FROM s.t) ON a IN (0, 1) USING sum(b))',
      'FROM (PIVOT (SELECT a, b FROM s.t) ON a IN (0, 1) USING max(b))',
    ],
    [
      'groups of PIVOT',
      'FROM (PIVOT (SELECT a, b, c FROM s.t) ON a IN (0, 1) USING sum(b) GROUP BY c)',
      'FROM (PIVOT (SELECT a, b, d AS c FROM s.t) ON a IN (0, 1) USING sum(b) GROUP BY c)',
    ],
    [
      'columns of UNPIVOT',
      'SELECT v FROM (SELECT a, b FROM s.t) UNPIVOT (v FOR n IN (a, b))',
      'SELECT v FROM (SELECT a, b FROM s.t) UNPIVOT (v FOR n IN (a))',
    ],
    [
      'INCLUDE NULLS',
      'SELECT v FROM (SELECT a, b FROM s.t) UNPIVOT (v FOR n IN (a, b))',
      'SELECT v FROM (SELECT a, b FROM s.t) UNPIVOT INCLUDE NULLS (v FOR n IN (a, b))',
    ],
    [
      'names as values of UNPIVOT',
      'SELECT n, v FROM (SELECT a, b FROM s.t) UNPIVOT (v FOR n IN (a, b))',
      'SELECT n, v FROM (SELECT a, b AS z FROM s.t) UNPIVOT (v FOR n IN (a, z))',
    ],
  ],
};
