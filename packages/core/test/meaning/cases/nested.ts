/** Lists, structs, maps, lambdas and unnest. */
import type { Cases } from './cases.ts';

export const NESTED: Cases = {
  same: [
    [
      'names inside lambdas',
      'SELECT list_filter([a, b], x -> x > 1) AS l FROM s.t',
      'SELECT list_filter([a, b], y -> y > 1) AS l FROM s.t',
    ],
    [
      'unnest in FROM under other names',
      'SELECT a, x FROM s.t, unnest([a, b]) AS l(x)',
      'SELECT t.a, m.y FROM s.t, unnest([t.a, t.b]) AS m(y)',
    ],
    [
      'unnest in FROM of a join in another order',
      'SELECT b, e, x FROM (SELECT b, e FROM s.t JOIN s.u ON t.a = u.a) q, unnest([q.b, q.e]) AS l(x)',
      'SELECT b, e, x FROM (SELECT b, e FROM s.u JOIN s.t ON t.a = u.a) q, unnest([q.b, q.e]) AS l(x)',
    ],
    [
      'unnest of a self-join with columns that nobody reads',
      'SELECT a, unnest([b, a]) AS x FROM (SELECT p.a, p.b FROM s.t p JOIN s.t q USING (c))',
      'SELECT a, unnest([b, a]) AS x FROM (SELECT p.a, p.b, q.b AS y, lower(q.c) AS z, q.d FROM s.t q JOIN s.t p USING (c))',
    ],
    [
      'names inside a reduction',
      'SELECT list_reduce([a, b, 1], (x, y) -> x - y) AS v FROM s.t',
      'SELECT list_reduce([a, b, 1], (p, q) -> p - q) AS v FROM s.t',
    ],
  ],
  different: [
    ['unnest', 'SELECT a FROM s.t', 'SELECT a FROM (SELECT a, unnest([a, b]) FROM s.t)'],
    [
      'a lambda',
      'SELECT list_filter([a], x -> x > 1) AS l FROM s.t',
      'SELECT list_filter([a], x -> x > 2) AS l FROM s.t',
    ],
    [
      'a field of a struct',
      `SELECT {'x': a, 'y': b}.x AS v FROM s.t`,
      `SELECT {'x': a, 'y': b}.y AS v FROM s.t`,
    ],
    ['order in a list', 'SELECT [a, b] AS l FROM s.t', 'SELECT [b, a] AS l FROM s.t'],
    ['an index of a list', 'SELECT [a, b][1] AS x FROM s.t', 'SELECT [a, b][2] AS x FROM s.t'],
    ['a slice', 'SELECT [a, b, a][1:2] AS x FROM s.t', 'SELECT [a, b, a][2:3] AS x FROM s.t'],
    ['names of fields', `SELECT {'x': a, 'y': b} AS v FROM s.t`, `SELECT {'x': a, 'z': b} AS v FROM s.t`],
    [
      'order of operands in a lambda',
      'SELECT list_reduce([a, b, 1], (x, y) -> x - y) AS v FROM s.t',
      'SELECT list_reduce([a, b, 1], (x, y) -> y - x) AS v FROM s.t',
    ],
    [
      'what a lambda sees',
      'SELECT list_transform([1, 2], x -> x + a) AS l FROM s.t',
      'SELECT list_transform([1, 2], x -> x + b) AS l FROM s.t',
    ],
    [
      'the index in a lambda',
      'SELECT list_transform([a, b], (x, i) -> x + i) AS l FROM s.t',
      'SELECT list_transform([a, b], (x, i) -> x + x) AS l FROM s.t',
    ],
    ['what is unnested', 'SELECT a, unnest([a, b]) AS x FROM s.t', 'SELECT a, unnest([b, b]) AS x FROM s.t'],
    [
      'two lists beside each other and one within the other',
      'SELECT unnest([a, b]) AS x, unnest([b]) AS y FROM s.t',
      'SELECT x, unnest([b]) AS y FROM (SELECT b, unnest([a, b]) AS x FROM s.t)',
    ],
    [
      'unnest in FROM of another list',
      'SELECT a, x FROM s.t, unnest([a, b]) AS l(x)',
      'SELECT a, x FROM s.t, unnest([a]) AS l(x)',
    ],
    [
      'which side of a self-join is unnested',
      'SELECT p.a, unnest([p.b]) AS x FROM s.t p JOIN s.t q USING (c)',
      'SELECT p.a, unnest([q.b]) AS x FROM s.t p JOIN s.t q USING (c)',
    ],
    ['a map', `SELECT MAP {'k': a} AS m FROM s.t`, `SELECT MAP {'l': a} AS m FROM s.t`],
    [
      'a sorted list',
      `SELECT list_sort([a, b], 'ASC') AS l FROM s.t`,
      `SELECT list_sort([a, b], 'DESC') AS l FROM s.t`,
    ],
  ],
};
