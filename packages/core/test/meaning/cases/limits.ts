/** ORDER BY, LIMIT, OFFSET and SAMPLE. */
import type { Cases } from './cases.ts';

export const LIMITS: Cases = {
  same: [
    ['ORDER BY without LIMIT', 'SELECT a FROM s.t', 'SELECT a FROM s.t ORDER BY b'],
    [
      'LIMIT in a CTE',
      'SELECT a FROM s.t ORDER BY a, b LIMIT 2',
      'WITH x AS (SELECT a, b FROM s.t) SELECT a FROM x ORDER BY a, b LIMIT 2',
    ],
    [
      'ORDER BY ALL and its columns',
      'SELECT a, b FROM s.t ORDER BY ALL LIMIT 2',
      'SELECT a, b FROM s.t ORDER BY a, b LIMIT 2',
    ],
    [
      'ORDER BY a place',
      'SELECT a, b FROM s.t ORDER BY 2 LIMIT 2',
      'SELECT a, b FROM s.t ORDER BY b LIMIT 2',
    ],
    [
      'ORDER BY below an aggregate',
      'SELECT sum(a) AS s FROM s.t',
      'SELECT sum(a) AS s FROM (SELECT a FROM s.t ORDER BY b)',
    ],
    [
      'ASC and what is there anyway',
      'SELECT a FROM s.t ORDER BY a LIMIT 1',
      'SELECT a FROM s.t ORDER BY a ASC NULLS LAST LIMIT 1',
    ],
    [
      'LIMIT of a total order over rows in another order',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a ORDER BY e, b LIMIT 3',
      'SELECT b, e FROM s.u JOIN s.t ON t.a = u.a ORDER BY e, b LIMIT 3',
    ],
  ],
  different: [
    [
      'LIMIT of rows that tie over rows in another order',
      'SELECT b, e FROM s.t JOIN s.u ON t.a = u.a ORDER BY e LIMIT 3',
      'SELECT b, e FROM s.u JOIN s.t ON t.a = u.a ORDER BY e LIMIT 3',
    ],
    [
      'LIMIT of rows that tie by a collation over rows in another order',
      'SELECT c, e FROM s.t JOIN s.u ON t.a = u.a ORDER BY e, c COLLATE nocase LIMIT 3',
      'SELECT c, e FROM s.u JOIN s.t ON t.a = u.a ORDER BY e, c COLLATE nocase LIMIT 3',
    ],
    ['LIMIT', 'SELECT a FROM s.t ORDER BY a LIMIT 1', 'SELECT a FROM s.t ORDER BY a LIMIT 2'],
    ['OFFSET', 'SELECT a FROM s.t ORDER BY a LIMIT 1', 'SELECT a FROM s.t ORDER BY a LIMIT 1 OFFSET 1'],
    [
      'order before LIMIT',
      'SELECT a FROM s.t ORDER BY a LIMIT 1',
      'SELECT a FROM s.t ORDER BY a DESC LIMIT 1',
    ],
    [
      'a filter below LIMIT',
      'SELECT a FROM (SELECT * FROM s.t WHERE b = 1 ORDER BY a LIMIT 1)',
      'SELECT a FROM (SELECT * FROM s.t ORDER BY a LIMIT 1) WHERE b = 1',
    ],
    [
      'a collation',
      'SELECT a FROM s.t ORDER BY c COLLATE nocase LIMIT 1',
      'SELECT a FROM s.t ORDER BY c LIMIT 1',
    ],
    ['percent', 'SELECT a FROM s.t ORDER BY a LIMIT 40%', 'SELECT a FROM s.t ORDER BY a LIMIT 50%'],
    ['rows and percent', 'SELECT a FROM s.t ORDER BY a LIMIT 40', 'SELECT a FROM s.t ORDER BY a LIMIT 40%'],
    [
      'NULLS before LIMIT',
      'SELECT a FROM s.t ORDER BY a NULLS FIRST LIMIT 1',
      'SELECT a FROM s.t ORDER BY a NULLS LAST LIMIT 1',
    ],
    ['a second key', 'SELECT a FROM s.t ORDER BY a LIMIT 1', 'SELECT a FROM s.t ORDER BY a, b LIMIT 1'],
    ['LIMIT and none', 'SELECT a FROM s.t', 'SELECT a FROM s.t ORDER BY a LIMIT 3'],
    ['how far OFFSET goes', 'SELECT a FROM s.t ORDER BY a OFFSET 1', 'SELECT a FROM s.t ORDER BY a OFFSET 2'],
    [
      'a limit that is computed',
      'SELECT a FROM s.t ORDER BY a LIMIT (SELECT min(e) FROM s.u)',
      'SELECT a FROM s.t ORDER BY a LIMIT (SELECT max(e) FROM s.u)',
    ],
    [
      'an aggregate above LIMIT',
      'SELECT sum(a) AS s FROM (SELECT a FROM s.t ORDER BY a LIMIT 2)',
      'SELECT sum(a) AS s FROM s.t',
    ],
    [
      'the size of a sample',
      'SELECT a FROM s.t USING SAMPLE reservoir(2 ROWS) REPEATABLE (1)',
      'SELECT a FROM s.t USING SAMPLE reservoir(3 ROWS) REPEATABLE (1)',
    ],
    [
      'the seed of a sample',
      'SELECT a FROM s.t USING SAMPLE reservoir(2 ROWS) REPEATABLE (1)',
      'SELECT a FROM s.t USING SAMPLE reservoir(2 ROWS) REPEATABLE (2)',
    ],
    [
      'the method of a sample',
      'SELECT a FROM s.t USING SAMPLE bernoulli(50%) REPEATABLE (1)',
      'SELECT a FROM s.t USING SAMPLE system(50%) REPEATABLE (1)',
    ],
  ],
};
