/** WHERE: conjuncts, comparisons and their opposites. */
import type { Cases } from './cases.ts';

export const FILTERS: Cases = {
  same: [
    [
      'order of conjuncts',
      'SELECT a FROM s.t WHERE a > 1 AND b < 2',
      'SELECT a FROM s.t WHERE b < 2 AND a > 1',
    ],
    ['a conjunct twice', 'SELECT a FROM s.t WHERE a > 1', 'SELECT a FROM s.t WHERE a > 1 AND a > 1'],
    ['WHERE TRUE', 'SELECT a FROM s.t', 'SELECT a FROM s.t WHERE TRUE'],
    ['sides of a comparison', 'SELECT a FROM s.t WHERE a > b', 'SELECT a FROM s.t WHERE b < a'],
    ['BETWEEN', 'SELECT a FROM s.t WHERE a BETWEEN 1 AND 5', 'SELECT a FROM s.t WHERE a >= 1 AND a <= 5'],
    ['IN', 'SELECT a FROM s.t WHERE a IN (1, 2)', 'SELECT a FROM s.t WHERE a = 2 OR a = 1'],
    ['NOT of a comparison', 'SELECT a FROM s.t WHERE NOT a > 1', 'SELECT a FROM s.t WHERE a <= 1'],
    [
      'De Morgan',
      'SELECT a FROM s.t WHERE NOT (a = 1 OR b = 2)',
      'SELECT a FROM s.t WHERE a <> 1 AND b <> 2',
    ],
    ['NOT IS NULL', 'SELECT a FROM s.t WHERE NOT a IS NULL', 'SELECT a FROM s.t WHERE a IS NOT NULL'],
    [
      'a filter above a projection',
      'SELECT a + 1 AS x FROM s.t WHERE a + 1 > 3',
      'SELECT x FROM (SELECT a + 1 AS x FROM s.t) WHERE x > 3',
    ],
    [
      'nested filters',
      'SELECT a FROM s.t WHERE a > 1 AND b < 2 AND c IS NULL',
      'SELECT a FROM (SELECT * FROM (SELECT * FROM s.t WHERE c IS NULL) WHERE b < 2) WHERE a > 1',
    ],
    [
      'order of disjuncts',
      `SELECT a FROM s.t WHERE a = 1 OR b = 2 OR c = 'x'`,
      `SELECT a FROM s.t WHERE c = 'x' OR (b = 2 OR a = 1)`,
    ],
    ['NOT IN', 'SELECT a FROM s.t WHERE a NOT IN (1, 2)', 'SELECT a FROM s.t WHERE a <> 2 AND a <> 1'],
    [
      'NOT BETWEEN',
      'SELECT a FROM s.t WHERE a NOT BETWEEN 1 AND 5',
      'SELECT a FROM s.t WHERE a < 1 OR a > 5',
    ],
    ['double negation', 'SELECT a FROM s.t WHERE NOT (NOT (a > 1))', 'SELECT a FROM s.t WHERE a > 1'],
    [
      'NOT DISTINCT',
      'SELECT a FROM s.t WHERE NOT (a IS DISTINCT FROM b)',
      'SELECT a FROM s.t WHERE a IS NOT DISTINCT FROM b',
    ],
    ['sides of an equality', 'SELECT a FROM s.t WHERE a = b', 'SELECT a FROM s.t WHERE b = a'],
    [
      'AND TRUE inside OR',
      'SELECT a FROM s.t WHERE (a > 1 AND TRUE) OR b = 1',
      'SELECT a FROM s.t WHERE a > 1 OR b = 1',
    ],
    [
      'a filter on a computed column below another',
      'SELECT x FROM (SELECT a * 2 AS x, b FROM s.t) WHERE x > 1 AND b = 1',
      'SELECT a * 2 AS x FROM s.t WHERE b = 1 AND a * 2 > 1',
    ],
  ],
  different: [
    ['a filter constant', 'SELECT a FROM s.t WHERE b = 1', 'SELECT a FROM s.t WHERE b = 2'],
    [
      'a large constant',
      'SELECT a FROM s.t WHERE b = 9007199254740993',
      'SELECT a FROM s.t WHERE b = 9007199254740992',
    ],
    ['a text constant', `SELECT a FROM s.t WHERE c = 'x'`, `SELECT a FROM s.t WHERE c = 'X'`],
    ['a filter or none', 'SELECT a FROM s.t', 'SELECT a FROM s.t WHERE b = 1'],
    ['an operator', 'SELECT a FROM s.t WHERE b < 1', 'SELECT a FROM s.t WHERE b <= 1'],
    ['sides of an order', 'SELECT a FROM s.t WHERE a < b', 'SELECT a FROM s.t WHERE b < a'],
    ['AND and OR', 'SELECT a FROM s.t WHERE a = 1 AND b = 1', 'SELECT a FROM s.t WHERE a = 1 OR b = 1'],
    [
      '= and IS NOT DISTINCT FROM',
      'SELECT a FROM s.t WHERE a = b',
      'SELECT a FROM s.t WHERE a IS NOT DISTINCT FROM b',
    ],
    ['a column of a filter', 'SELECT a FROM s.t WHERE a = 1', 'SELECT a FROM s.t WHERE b = 1'],
    ['a conjunct more', 'SELECT a FROM s.t WHERE a > 1', 'SELECT a FROM s.t WHERE a > 1 AND b > 1'],
    [
      'BETWEEN and its upper bound',
      'SELECT a FROM s.t WHERE a BETWEEN 1 AND 5',
      'SELECT a FROM s.t WHERE a >= 1 AND a < 5',
    ],
    ['a value of IN', 'SELECT a FROM s.t WHERE a IN (1, 2)', 'SELECT a FROM s.t WHERE a IN (1, 3)'],
    ['LIKE and ILIKE', `SELECT a FROM s.t WHERE c LIKE 'x%'`, `SELECT a FROM s.t WHERE c ILIKE 'x%'`],
    ['LIKE and NOT LIKE', `SELECT a FROM s.t WHERE c LIKE 'x%'`, `SELECT a FROM s.t WHERE c NOT LIKE 'x%'`],
    ['IS NULL and IS NOT NULL', 'SELECT a FROM s.t WHERE a IS NULL', 'SELECT a FROM s.t WHERE a IS NOT NULL'],
    ['= NULL and IS NULL', 'SELECT a FROM s.t WHERE a = NULL::INTEGER', 'SELECT a FROM s.t WHERE a IS NULL'],
    [
      'a collation in a filter',
      `SELECT a FROM s.t WHERE c = 'x'`,
      `SELECT a FROM s.t WHERE c COLLATE nocase = 'x'`,
    ],
    [
      'brackets of AND and OR',
      'SELECT a FROM s.t WHERE a = 1 OR (b = 1 AND a = 2)',
      'SELECT a FROM s.t WHERE (a = 1 OR b = 1) AND a = 2',
    ],
    ['a filter that never holds', 'SELECT a FROM s.t', 'SELECT a FROM s.t WHERE FALSE'],
  ],
};
