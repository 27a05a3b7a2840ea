/** Window functions, frames with EXCLUDE, and QUALIFY. */
import type { Cases } from './cases.ts';

export const WINDOWS: Cases = {
  same: [
    [
      'QUALIFY',
      'SELECT a FROM s.t QUALIFY rank() OVER (ORDER BY b) = 1',
      'SELECT a FROM (SELECT a, rank() OVER (ORDER BY b) AS r FROM s.t) WHERE r = 1',
    ],
    [
      'order of PARTITION BY',
      'SELECT sum(a) OVER (PARTITION BY b, c) AS x FROM s.t',
      'SELECT sum(a) OVER (PARTITION BY c, b) AS x FROM s.t',
    ],
    [
      'a named window',
      'SELECT sum(a) OVER (PARTITION BY c ORDER BY b) AS x FROM s.t',
      'SELECT sum(a) OVER w AS x FROM s.t WINDOW w AS (PARTITION BY c ORDER BY b)',
    ],
    [
      'the frame that is there anyway',
      'SELECT sum(a) OVER (ORDER BY b) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS x FROM s.t',
    ],
    [
      'EXCLUDE NO OTHERS',
      'SELECT sum(a) OVER (ORDER BY b ROWS 1 PRECEDING) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE NO OTHERS) AS x FROM s.t',
    ],
    [
      'QUALIFY by an alias',
      'SELECT a, rank() OVER (ORDER BY b) AS r FROM s.t QUALIFY r = 1',
      'SELECT a, r FROM (SELECT a, rank() OVER (ORDER BY b) AS r FROM s.t) WHERE r = 1',
    ],
    [
      'a window in a CTE',
      'SELECT a, rank() OVER (ORDER BY b) AS r FROM s.t WHERE a > 1',
      'WITH x AS (SELECT a, b FROM s.t WHERE a > 1) SELECT a, rank() OVER (ORDER BY b) AS r FROM x',
    ],
    [
      'DISTINCT in a window over rows in another order',
      'SELECT b, sum(DISTINCT e) OVER (PARTITION BY b ORDER BY c) AS x FROM s.t JOIN s.u ON t.a = u.a',
      'SELECT b, sum(DISTINCT e) OVER (PARTITION BY b ORDER BY c) AS x FROM s.u JOIN s.t ON t.a = u.a',
    ],
    [
      'a window over a self-join with columns that nobody reads',
      'SELECT a, max(b) OVER (PARTITION BY c) AS x FROM (SELECT p.a, p.b, p.c FROM s.t p JOIN s.t q USING (a))',
      'SELECT a, max(b) OVER (PARTITION BY c) AS x FROM (SELECT p.a, p.b, p.c, q.b AS y, lower(q.c) AS z, q.d FROM s.t q JOIN s.t p USING (a))',
    ],
    [
      'EXCLUDE CURRENT ROW over rows in another order',
      'SELECT b, sum(e) OVER (PARTITION BY b ORDER BY c GROUPS 1 PRECEDING EXCLUDE CURRENT ROW) AS x FROM s.t JOIN s.u ON t.a = u.a',
      'SELECT b, sum(e) OVER (PARTITION BY b ORDER BY c GROUPS 1 PRECEDING EXCLUDE CURRENT ROW) AS x FROM s.u JOIN s.t ON t.a = u.a',
    ],
    [
      'numbers of rows in a total order over rows in another order',
      'SELECT b, e, row_number() OVER (PARTITION BY b ORDER BY e DESC) AS x FROM (SELECT b, e FROM s.t JOIN s.u ON t.a = u.a)',
      'SELECT b, e, row_number() OVER (PARTITION BY b ORDER BY e DESC) AS x FROM (SELECT b, e FROM s.u JOIN s.t ON t.a = u.a)',
    ],
  ],
  different: [
    [
      'numbers of rows that tie over rows in another order',
      'SELECT b, e, row_number() OVER (ORDER BY e DESC) AS x FROM (SELECT b, e FROM s.t JOIN s.u ON t.a = u.a)',
      'SELECT b, e, row_number() OVER (ORDER BY e DESC) AS x FROM (SELECT b, e FROM s.u JOIN s.t ON t.a = u.a)',
    ],
    [
      'numbers of rows that tie but for their sign of zero',
      'SELECT b, f, row_number() OVER (ORDER BY b, f) AS x FROM (SELECT b, f FROM s.t JOIN s.u ON t.a = u.a)',
      'SELECT b, f, row_number() OVER (ORDER BY b, f) AS x FROM (SELECT b, f FROM s.u JOIN s.t ON t.a = u.a)',
    ],
    [
      'two numbers of rows in a total order over rows in another order',
      'SELECT b, row_number() OVER (ORDER BY b) AS x, row_number() OVER (ORDER BY b DESC) AS y FROM (SELECT b FROM s.t JOIN s.u ON t.a = u.a)',
      'SELECT b, row_number() OVER (ORDER BY b) AS x, row_number() OVER (ORDER BY b DESC) AS y FROM (SELECT b FROM s.u JOIN s.t ON t.a = u.a)',
    ],
    [
      'mad in a window with EXCLUDE over rows in another order',
      'SELECT b, mad(e) OVER (ORDER BY c RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES) AS x FROM s.t JOIN s.u ON t.a = u.a',
      'SELECT b, mad(e) OVER (ORDER BY c RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES) AS x FROM s.u JOIN s.t ON t.a = u.a',
    ],
    [
      'DISTINCT in a window of rows over rows in another order',
      'SELECT b, sum(DISTINCT e) OVER (ORDER BY c ROWS 1 PRECEDING) AS x FROM s.t JOIN s.u ON t.a = u.a',
      'SELECT b, sum(DISTINCT e) OVER (ORDER BY c ROWS 1 PRECEDING) AS x FROM s.u JOIN s.t ON t.a = u.a',
    ],
    [
      'rounding of DISTINCT values in a window over rows in another order',
      'SELECT b, stddev_pop(DISTINCT e) OVER (PARTITION BY b ORDER BY c) AS x FROM s.t JOIN s.u ON t.a = u.a',
      'SELECT b, stddev_pop(DISTINCT e) OVER (PARTITION BY b ORDER BY c) AS x FROM s.u JOIN s.t ON t.a = u.a',
    ],
    [
      'which side of a self-join a window reads',
      'SELECT p.a, max(p.b) OVER (PARTITION BY p.c) AS x FROM s.t p JOIN s.t q USING (a)',
      'SELECT p.a, max(q.b) OVER (PARTITION BY p.c) AS x FROM s.t p JOIN s.t q USING (a)',
    ],
    [
      'a frame',
      'SELECT sum(a) OVER (ORDER BY b ROWS 1 PRECEDING) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b ROWS 2 PRECEDING) AS x FROM s.t',
    ],
    [
      'a kind of frame',
      'SELECT sum(a) OVER (ORDER BY b ROWS 1 PRECEDING) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b RANGE 1 PRECEDING) AS x FROM s.t',
    ],
    [
      'order of a window',
      'SELECT rank() OVER (ORDER BY b) AS x FROM s.t',
      'SELECT rank() OVER (ORDER BY b DESC) AS x FROM s.t',
    ],
    [
      'NULLS FIRST',
      'SELECT rank() OVER (ORDER BY b NULLS FIRST) AS x FROM s.t',
      'SELECT rank() OVER (ORDER BY b NULLS LAST) AS x FROM s.t',
    ],
    [
      'PARTITION BY',
      'SELECT rank() OVER (PARTITION BY a ORDER BY b) AS x FROM s.t',
      'SELECT rank() OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'a filter below a window',
      'SELECT a FROM (SELECT a, b, rank() OVER (ORDER BY a) AS r FROM s.t) WHERE b > 1 AND r = 1',
      'SELECT a FROM (SELECT a, b, rank() OVER (ORDER BY a) AS r FROM s.t WHERE b > 1) WHERE r = 1',
    ],
    [
      'EXCLUDE',
      'SELECT sum(a) OVER (ORDER BY b ROWS 1 PRECEDING) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS x FROM s.t',
    ],
    [
      'EXCLUDE GROUP and TIES',
      'SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES) AS x FROM s.t',
    ],
    [
      'the end of a frame',
      'SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS x FROM s.t',
    ],
    [
      'GROUPS and RANGE',
      'SELECT sum(a) OVER (ORDER BY b GROUPS 1 PRECEDING) AS x FROM s.t',
      'SELECT sum(a) OVER (ORDER BY b RANGE 1 PRECEDING) AS x FROM s.t',
    ],
    [
      'an order or none',
      'SELECT sum(a) OVER (PARTITION BY c) AS x FROM s.t',
      'SELECT sum(a) OVER (PARTITION BY c ORDER BY b) AS x FROM s.t',
    ],
    [
      'order of keys in ORDER BY',
      'SELECT rank() OVER (ORDER BY a, b) AS x FROM s.t',
      'SELECT rank() OVER (ORDER BY b, a) AS x FROM s.t',
    ],
    [
      'DISTINCT in a window',
      'SELECT sum(a) OVER (ORDER BY b) AS x FROM s.t',
      'SELECT sum(DISTINCT a) OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'FILTER in a window',
      'SELECT sum(a) OVER (ORDER BY b) AS x FROM s.t',
      'SELECT sum(a) FILTER (WHERE a > 1) OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'IGNORE NULLS',
      'SELECT lag(a) OVER (ORDER BY b) AS x FROM s.t',
      'SELECT lag(a IGNORE NULLS) OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'lag and lead',
      'SELECT lag(a) OVER (ORDER BY b) AS x FROM s.t',
      'SELECT lead(a) OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'how far lag looks',
      'SELECT lag(a, 1) OVER (ORDER BY b) AS x FROM s.t',
      'SELECT lag(a, 2) OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'the default of lag',
      'SELECT lag(a, 1, 0) OVER (ORDER BY b) AS x FROM s.t',
      'SELECT lag(a, 1, 1) OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'rank and dense_rank',
      'SELECT rank() OVER (ORDER BY b) AS x FROM s.t',
      'SELECT dense_rank() OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'rank and row_number',
      'SELECT rank() OVER (ORDER BY b) AS x FROM s.t',
      'SELECT row_number() OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'buckets of ntile',
      'SELECT ntile(2) OVER (ORDER BY b) AS x FROM s.t',
      'SELECT ntile(3) OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'nth_value',
      'SELECT nth_value(a, 1) OVER (ORDER BY b) AS x FROM s.t',
      'SELECT nth_value(a, 2) OVER (ORDER BY b) AS x FROM s.t',
    ],
    [
      'the constant of QUALIFY',
      'SELECT a FROM s.t QUALIFY rank() OVER (ORDER BY b) = 1',
      'SELECT a FROM s.t QUALIFY rank() OVER (ORDER BY b) = 2',
    ],
    [
      'QUALIFY and WHERE',
      'SELECT a FROM s.t WHERE a > 1 QUALIFY rank() OVER (ORDER BY b) = 1',
      'SELECT a FROM (SELECT a FROM s.t QUALIFY rank() OVER (ORDER BY b) = 1) WHERE a > 1',
    ],
  ],
};
