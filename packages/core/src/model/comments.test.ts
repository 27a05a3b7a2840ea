import { expect, test } from 'vitest';
import { inlineDescriptions, leadingComment } from './comments.ts';

function check(text: string, expected: Readonly<Record<string, string>>): void {
  expect(inlineDescriptions({ text, offset: 0 }), text).toEqual(expected);
}

test('comments in the select list describe columns', () => {
  check(
    `SELECT
      id, -- the key
      o.name /* who */, -- and how
      -- What was paid,
      -- in euro.
      sum(amount) FILTER (WHERE x) AS "paid €", /* not counted: tax */
      count(*) n, -- how many
      day::DATE, -- when
      a + b, -- has no name
      CASE WHEN a THEN 1 END -- neither
    FROM t -- no column`,
    {
      id: 'the key',
      name: 'who\nand how',
      'paid €': 'What was paid,\nin euro.\nnot counted: tax',
      n: 'how many',
      day: 'when',
    },
  );
});

test('only the outermost list counts', () => {
  check(
    `WITH a AS (SELECT x -- inner
      FROM t) -- of a
    SELECT x, -- outer
      (SELECT max(y /* deep */) FROM u) AS y,
    FROM a
    UNION ALL SELECT z /* second */, y FROM b`,
    { x: 'outer', y: 'deep' },
  );
  check("SELECT '-- no' AS a, $$ /* no */ $$ AS b FROM t", {});
  check('FROM t', {});
});

test('the comment before MODEL', () => {
  expect(leadingComment('-- Orders.\n-- All.\nMODEL (kind FULL);')).toBe('Orders.\nAll.');
  expect(leadingComment('/**\n * Orders\n * of all.\n */\nMODEL')).toBe('Orders\nof all.');
  expect(leadingComment('MODEL (); -- x')).toBeUndefined();
});
