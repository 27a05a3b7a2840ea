/** Columns: arithmetic, functions, CASE, casts and types. */
import type { Cases } from './cases.ts';

export const EXPRESSIONS: Cases = {
  same: [
    ['comments and white space', 'SELECT a, b FROM s.t', 'select a , -- first\n b /* second */ from s.t'],
    ['column aliases', 'SELECT a + b AS x FROM s.t', 'SELECT a + b AS y FROM s.t'],
    ['sum of numbers', 'SELECT a + b AS x FROM s.t', 'SELECT b + a AS x FROM s.t'],
    [
      'nested COALESCE',
      'SELECT coalesce(a, b, 0) AS x FROM s.t',
      'SELECT coalesce(coalesce(a, b), 0) AS x FROM s.t',
    ],
    ['product of numbers', 'SELECT a * b AS x FROM s.t', 'SELECT b * a AS x FROM s.t'],
    ['brackets', 'SELECT a + (b * 2) AS x FROM s.t', 'SELECT a + b * 2 AS x FROM s.t'],
    [
      'a projection over a projection',
      'SELECT (a + b) - 1 AS x FROM s.t',
      'SELECT y - 1 AS x FROM (SELECT a + b AS y FROM s.t)',
    ],
    ['CAST and ::', 'SELECT CAST(a AS VARCHAR) AS x FROM s.t', 'SELECT a::VARCHAR AS x FROM s.t'],
    ['a star', 'SELECT * FROM s.u', 'SELECT a, e, f FROM s.u'],
    ['a star less a column', 'SELECT * EXCLUDE (f) FROM s.u', 'SELECT a, e FROM s.u'],
    ['REPLACE', 'SELECT * REPLACE (e + 1 AS e) FROM s.u', 'SELECT a, e + 1, f FROM s.u'],
    ['function chaining', 'SELECT upper(c) AS x FROM s.t', 'SELECT c.upper() AS x FROM s.t'],
  ],
  different: [
    ['operands of minus', 'SELECT a - b AS x FROM s.t', 'SELECT b - a AS x FROM s.t'],
    ['operands of a text join', `SELECT c || 'x' AS x FROM s.t`, `SELECT 'x' || c AS x FROM s.t`],
    ['a column', 'SELECT a FROM s.t', 'SELECT b FROM s.t'],
    ['order of columns', 'SELECT a, b FROM s.t', 'SELECT b, a FROM s.t'],
    ['a table', 'SELECT a FROM s.t', 'SELECT a FROM s.u'],
    ['a type', 'SELECT a::BIGINT AS a FROM s.t', 'SELECT a::SMALLINT AS a FROM s.t'],
    ['CAST and TRY_CAST', 'SELECT c::INTEGER AS x FROM s.t', 'SELECT TRY_CAST(c AS INTEGER) AS x FROM s.t'],
    ['operands of a division', 'SELECT a // b AS x FROM s.t', 'SELECT b // a AS x FROM s.t'],
    ['whole and real division', 'SELECT a / b AS x FROM s.t', 'SELECT a // b AS x FROM s.t'],
    ['operands of a remainder', 'SELECT a % b AS x FROM s.t', 'SELECT b % a AS x FROM s.t'],
    ['brackets of a difference', 'SELECT a - (b - 1) AS x FROM s.t', 'SELECT (a - b) - 1 AS x FROM s.t'],
    ['order in COALESCE', 'SELECT coalesce(a, b) AS x FROM s.t', 'SELECT coalesce(b, a) AS x FROM s.t'],
    [
      'branches of CASE',
      'SELECT CASE WHEN a > 1 THEN 1 ELSE 2 END AS x FROM s.t',
      'SELECT CASE WHEN a > 1 THEN 2 ELSE 1 END AS x FROM s.t',
    ],
    [
      'the test of CASE',
      'SELECT CASE WHEN a > 1 THEN 1 END AS x FROM s.t',
      'SELECT CASE WHEN a >= 1 THEN 1 END AS x FROM s.t',
    ],
    [
      'order of branches of CASE',
      'SELECT CASE WHEN a > 1 THEN 1 WHEN b > 1 THEN 2 END AS x FROM s.t',
      'SELECT CASE WHEN b > 1 THEN 2 WHEN a > 1 THEN 1 END AS x FROM s.t',
    ],
    ['greatest and least', 'SELECT greatest(a, b) AS x FROM s.t', 'SELECT least(a, b) AS x FROM s.t'],
    ['a function of text', 'SELECT upper(c) AS x FROM s.t', 'SELECT lower(c) AS x FROM s.t'],
    ['a part of a date', 'SELECT year(d) AS x FROM s.t', 'SELECT month(d) AS x FROM s.t'],
    [
      'a unit of date_trunc',
      `SELECT date_trunc('month', d) AS x FROM s.t`,
      `SELECT date_trunc('year', d) AS x FROM s.t`,
    ],
    ['a date and days', 'SELECT d + 1 AS x FROM s.t', 'SELECT d - 1 AS x FROM s.t'],
    [
      'months and days',
      `SELECT d + INTERVAL '1 month' AS x FROM s.t`,
      `SELECT d + INTERVAL '30 days' AS x FROM s.t`,
    ],
    [
      'scale of a decimal',
      'SELECT a::DECIMAL(10, 2) AS x FROM s.t',
      'SELECT a::DECIMAL(10, 3) AS x FROM s.t',
    ],
    ['a cast on the way', 'SELECT f::INTEGER::VARCHAR AS x FROM s.u', 'SELECT f::VARCHAR AS x FROM s.u'],
    ['a cast and none', 'SELECT a AS x FROM s.t', 'SELECT a::VARCHAR AS x FROM s.t'],
    ['NULL of another type', 'SELECT NULL::INTEGER AS x FROM s.t', 'SELECT NULL::VARCHAR AS x FROM s.t'],
    ['an enum', `SELECT c::ENUM('x', 'y') AS x FROM s.t`, `SELECT c::ENUM('y', 'x') AS x FROM s.t`],
    [
      'TRY_CAST below',
      'SELECT x + 1 AS y FROM (SELECT c::INTEGER AS x FROM s.t)',
      'SELECT x + 1 AS y FROM (SELECT TRY_CAST(c AS INTEGER) AS x FROM s.t)',
    ],
    [
      'a separator of concat_ws',
      `SELECT concat_ws(',', c, c) AS x FROM s.t`,
      `SELECT concat_ws(';', c, c) AS x FROM s.t`,
    ],
  ],
};
