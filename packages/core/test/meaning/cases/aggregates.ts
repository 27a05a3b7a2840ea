/** Groups, grouping sets, and aggregates with DISTINCT, FILTER and ORDER BY. */
import type { Cases } from './cases.ts';

export const AGGREGATES: Cases = {
  same: [
    [
      'order of groups',
      'SELECT a, b, sum(a) AS s FROM s.t GROUP BY a, b',
      'SELECT a, b, sum(a) AS s FROM s.t GROUP BY b, a',
    ],
    [
      'GROUP BY ALL',
      'SELECT a, count(*) AS n FROM s.t GROUP BY ALL',
      'SELECT a, count(*) AS n FROM s.t GROUP BY 1',
    ],
    [
      'HAVING and WHERE above',
      'SELECT a FROM s.t GROUP BY a HAVING sum(b) > 1',
      'SELECT a FROM (SELECT a, sum(b) AS s FROM s.t GROUP BY a) WHERE s > 1',
    ],
    ['count(1)', 'SELECT count(*) AS n FROM s.t', 'SELECT count(1) AS n FROM s.t'],
    [
      'an aggregate over an unread join column',
      'SELECT sum(b) AS s FROM s.t JOIN s.u USING (a)',
      'SELECT sum(b) AS s FROM (SELECT e, b FROM s.u, s.t WHERE t.a = u.a)',
    ],
    ['count()', 'SELECT count(*) AS n FROM s.t', 'SELECT count() AS n FROM s.t'],
    [
      'HAVING and a filter above',
      'SELECT a, count(*) AS n FROM s.t GROUP BY a HAVING count(*) > 1',
      'SELECT a, n FROM (SELECT a, count(*) AS n FROM s.t GROUP BY a) WHERE n > 1',
    ],
    [
      'a group by its place and its name',
      'SELECT a + 1 AS x, sum(b) AS s FROM s.t GROUP BY a + 1',
      'SELECT a + 1 AS x, sum(b) AS s FROM s.t GROUP BY x',
    ],
    [
      'a key twice',
      'SELECT a, sum(b) AS s FROM s.t GROUP BY a',
      'SELECT a, sum(b) AS s FROM s.t GROUP BY a, a',
    ],
    [
      'ROLLUP and grouping sets',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY ROLLUP (a, b)',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a, b), (a), ())',
    ],
    [
      'order of grouping sets',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a), (b))',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((b), (a))',
    ],
    [
      'CUBE and its keys in another order',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY CUBE (a, b)',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY CUBE (b, a)',
    ],
    [
      'order of conjuncts of FILTER',
      'SELECT sum(a) FILTER (WHERE b > 1 AND a > 2) AS x FROM s.t',
      'SELECT sum(a) FILTER (WHERE a > 2 AND b > 1) AS x FROM s.t',
    ],
    [
      'an aggregate over a CTE',
      'SELECT c, sum(a) AS s FROM s.t WHERE b > 1 GROUP BY c',
      'WITH x AS (SELECT c, a AS z FROM s.t WHERE b > 1) SELECT c, sum(z) AS s FROM x GROUP BY ALL',
    ],
    [
      'operands of a sum in an aggregate',
      'SELECT sum(a + b) AS x FROM s.t',
      'SELECT sum(b + a) AS x FROM s.t',
    ],
    ['the empty group', 'SELECT count(*) AS n FROM s.t', 'SELECT count(*) AS n FROM s.t GROUP BY ()'],
    [
      'a list sorted by what it lists over rows in another order',
      'SELECT b, list(e ORDER BY e) AS x FROM s.t JOIN s.u ON t.a = u.a GROUP BY b',
      'SELECT b, list(e ORDER BY e) AS x FROM s.u JOIN s.t ON t.a = u.a GROUP BY b',
    ],
    [
      'texts sorted by themselves over rows in another order',
      `SELECT b, string_agg(c, ',' ORDER BY e, c) AS x FROM s.t JOIN s.u ON t.a = u.a GROUP BY b`,
      `SELECT b, string_agg(c, ',' ORDER BY e, c) AS x FROM s.u JOIN s.t ON t.a = u.a GROUP BY b`,
    ],
  ],
  different: [
    [
      'a list of numbers that tie but for their sign of zero',
      'SELECT b, list(f ORDER BY f) AS x FROM s.t JOIN s.u ON t.a = u.a GROUP BY b',
      'SELECT b, list(f ORDER BY f) AS x FROM s.u JOIN s.t ON t.a = u.a GROUP BY b',
    ],
    [
      'a list sorted by something else over rows in another order',
      'SELECT b, list(c ORDER BY e) AS x FROM s.t JOIN s.u ON t.a = u.a GROUP BY b',
      'SELECT b, list(c ORDER BY e) AS x FROM s.u JOIN s.t ON t.a = u.a GROUP BY b',
    ],
    ['GROUP BY', 'SELECT sum(a) AS s FROM s.t', 'SELECT sum(a) AS s FROM s.t GROUP BY b'],
    ['a group', 'SELECT sum(a) AS s FROM s.t GROUP BY b', 'SELECT sum(a) AS s FROM s.t GROUP BY c'],
    [
      'grouping sets',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY ROLLUP (a, b)',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY CUBE (a, b)',
    ],
    [
      'an empty grouping set',
      'SELECT a, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a), ())',
      'SELECT a, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a))',
    ],
    [
      'one key under two names in grouping sets',
      'SELECT x, y FROM (SELECT a AS x, a AS y FROM s.t) GROUP BY GROUPING SETS ((x), (y))',
      'SELECT x, x FROM (SELECT a AS x, a AS y FROM s.t) GROUP BY GROUPING SETS ((x), (y))',
    ],
    ['an aggregate', 'SELECT sum(a) AS x FROM s.t', 'SELECT max(a) AS x FROM s.t'],
    ['DISTINCT in an aggregate', 'SELECT sum(a) AS x FROM s.t', 'SELECT sum(DISTINCT a) AS x FROM s.t'],
    ['FILTER', 'SELECT sum(a) AS x FROM s.t', 'SELECT sum(a) FILTER (WHERE b = 1) AS x FROM s.t'],
    [
      'the constant of FILTER',
      'SELECT count(*) FILTER (WHERE b = 1) AS x FROM s.t',
      'SELECT count(*) FILTER (WHERE b = 2) AS x FROM s.t',
    ],
    ['count(*) and count(a)', 'SELECT count(*) AS x FROM s.t', 'SELECT count(a) AS x FROM s.t'],
    [
      'ORDER in list',
      'SELECT list(a ORDER BY b) AS x FROM s.t',
      'SELECT list(a ORDER BY b DESC) AS x FROM s.t',
    ],
    [
      'a quantile',
      'SELECT quantile_cont(a, 0.5) AS x FROM s.t',
      'SELECT quantile_cont(a, 0.9) AS x FROM s.t',
    ],
    [
      'a separator',
      `SELECT string_agg(c, ',' ORDER BY c) AS x FROM s.t`,
      `SELECT string_agg(c, ';' ORDER BY c) AS x FROM s.t`,
    ],
    [
      'a key of groups',
      'SELECT count(*) AS n FROM s.t GROUP BY a',
      'SELECT count(*) AS n FROM s.t GROUP BY a, b',
    ],
    [
      'a grouping set',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a), (b))',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a), (a, b))',
    ],
    [
      'a grouping set twice',
      'SELECT a, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a), ())',
      'SELECT a, count(*) AS n FROM s.t GROUP BY GROUPING SETS ((a), (), ())',
    ],
    [
      'order in ROLLUP',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY ROLLUP (a, b)',
      'SELECT a, b, count(*) AS n FROM s.t GROUP BY ROLLUP (b, a)',
    ],
    [
      'plain groups and ROLLUP',
      'SELECT a, count(*) AS n FROM s.t GROUP BY a',
      'SELECT a, count(*) AS n FROM s.t GROUP BY ROLLUP (a)',
    ],
    [
      'GROUPING of another key',
      'SELECT grouping(a) AS g FROM s.t GROUP BY CUBE (a, b)',
      'SELECT grouping(b) AS g FROM s.t GROUP BY CUBE (a, b)',
    ],
    [
      'order in GROUPING',
      'SELECT grouping(a, b) AS g FROM s.t GROUP BY CUBE (a, b)',
      'SELECT grouping(b, a) AS g FROM s.t GROUP BY CUBE (a, b)',
    ],
    [
      'HAVING',
      'SELECT a FROM s.t GROUP BY a HAVING count(*) > 1',
      'SELECT a FROM s.t GROUP BY a HAVING count(*) > 2',
    ],
    [
      'HAVING and WHERE',
      'SELECT a, sum(b) AS s FROM s.t GROUP BY a HAVING sum(b) > 1',
      'SELECT a, sum(b) AS s FROM s.t WHERE b > 1 GROUP BY a',
    ],
    [
      'count(a) and count(DISTINCT a)',
      'SELECT count(a) AS x FROM s.t',
      'SELECT count(DISTINCT a) AS x FROM s.t',
    ],
    [
      'DISTINCT of FILTER',
      'SELECT count(DISTINCT a) FILTER (WHERE b = 1) AS x FROM s.t',
      'SELECT count(a) FILTER (WHERE b = 1) AS x FROM s.t',
    ],
    ['the column of an aggregate', 'SELECT sum(a) AS x FROM s.t', 'SELECT sum(b) AS x FROM s.t'],
    [
      'arguments of arg_max',
      'SELECT arg_max(a, b ORDER BY a, b) AS x FROM s.t',
      'SELECT arg_max(b, a ORDER BY a, b) AS x FROM s.t',
    ],
    [
      'NULLS in the order of list',
      'SELECT list(a ORDER BY a NULLS FIRST) AS x FROM s.t',
      'SELECT list(a ORDER BY a NULLS LAST) AS x FROM s.t',
    ],
    [
      'DISTINCT in list',
      'SELECT list(a ORDER BY a) AS x FROM s.t',
      'SELECT list(DISTINCT a ORDER BY a) AS x FROM s.t',
    ],
    ['first and last', 'SELECT first(a ORDER BY b) AS x FROM s.t', 'SELECT last(a ORDER BY b) AS x FROM s.t'],
    [
      'the empty group twice',
      'SELECT count(*) AS n FROM s.t',
      'SELECT count(*) AS n FROM s.t GROUP BY GROUPING SETS ((), ())',
    ],
    [
      'an aggregate of an aggregate',
      'SELECT max(s) AS x FROM (SELECT sum(a) AS s FROM s.t GROUP BY b)',
      'SELECT max(s) AS x FROM (SELECT sum(a) AS s FROM s.t GROUP BY c)',
    ],
  ],
};
