/** VALUES, constants and ranges. */
import type { Cases } from './cases.ts';

export const VALUES: Cases = {
  same: [
    [
      'VALUES under other names',
      `SELECT x FROM (VALUES (1, 'a'), (2, 'b')) v(x, y)`,
      `SELECT p FROM (VALUES (1, 'a'), (2, 'b')) w(p, q)`,
    ],
    ['a SELECT without FROM', `SELECT 1 AS x, 'a' AS y`, `SELECT 1 AS p, 'a' AS q`],
  ],
  different: [
    ['VALUES', 'SELECT * FROM (VALUES (1), (2)) v(x)', 'SELECT * FROM (VALUES (1), (3)) v(x)'],
    ['a range', 'SELECT * FROM range(3)', 'SELECT * FROM range(4)'],
    ['a row of VALUES', 'SELECT x FROM (VALUES (1), (2)) v(x)', 'SELECT x FROM (VALUES (1), (2), (2)) v(x)'],
    [
      'the type of VALUES',
      'SELECT x FROM (VALUES (1), (2)) v(x)',
      'SELECT x FROM (VALUES (1::BIGINT), (2::BIGINT)) v(x)',
    ],
    [
      'rows of VALUES across',
      'SELECT x, y FROM (VALUES (1, 2), (3, 4)) v(x, y)',
      'SELECT x, y FROM (VALUES (1, 4), (3, 2)) v(x, y)',
    ],
    ['range and generate_series', 'SELECT * FROM range(3)', 'SELECT * FROM generate_series(3)'],
    ['the step of a range', 'SELECT * FROM range(0, 10, 2)', 'SELECT * FROM range(0, 10, 3)'],
  ],
};
