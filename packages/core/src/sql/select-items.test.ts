import { expect, test } from 'vitest';
import { selectItems } from './select-items.ts';

/** Each item's name and where that stands; `*` for one that stands for many. */
const shown = (text: string): readonly string[] =>
  selectItems(text).map((i) =>
    i.isStar ? `* ${text.slice(i.start, i.end)}` : `${i.name ?? '?'}: ${text.slice(i.nameStart, i.end)}`,
  );

test.each<readonly [string, readonly string[]]>([
  ['SELECT a, t.b, c AS d, e f FROM t', ['a: a', 'b: b', 'd: d', 'f: f']],
  ['SELECT sum(a, (b)) AS total, count(*)', ['total: total', '?: count(*)']],
  ['WITH x AS (SELECT 1 AS no, 2 AS not_either) SELECT yes FROM x', ['yes: yes']],
  ['FROM t SELECT DISTINCT ON (a, b) a, "B ""c"""', ['a: a', 'B "c": "B ""c"""']],
  [
    'SELECT *, t.*, * EXCLUDE (a), COLUMNS(x -> x), a * b AS p FROM t',
    ['* *', '* t.*', '* * EXCLUDE (a)', '* COLUMNS(x -> x)', 'p: p'],
  ],
  [
    'SELECT CASE WHEN a THEN 1 END, CASE WHEN b THEN 2 END "end", [1, 2][1] AS one',
    ['?: CASE WHEN a THEN 1 END', 'end: "end"', 'one: one'],
  ],
  ['SELECT a UNION ALL SELECT b, c', ['a: a']],
  ["SELECT 'a, b', -- c, d\n 1 + a, x::INT", ["?: 'a, b'", '?: 1 + a', '?: x::INT']],
  ['FROM t', []],
  ['VALUES (1)', []],
  ['', []],
])('%s', (text, items) => {
  expect(shown(text)).toEqual(items);
});
