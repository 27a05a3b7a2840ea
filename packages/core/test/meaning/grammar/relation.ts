/** A query over the tables: one operator over others, each in a file of its own. */
import { cteTwice, recursion } from './ctes.ts';
import { filter, projection, unnest } from './rows.ts';
import { group, distinct, distinctOn } from './groups.ts';
import { join, lateral } from './joins.ts';
import { limit, order, sample } from './limits.ts';
import { pivot, unpivot } from './pivots.ts';
import type { Query, Relation, Type } from './query.ts';
import { setOperation } from './sets.ts';
import { window } from './windows.ts';

export const TABLES: Readonly<Record<string, readonly Type[]>> = {
  t: ['integer', 'integer', 'text', 'date'],
  u: ['integer', 'text', 'integer'],
  w: ['integer', 'list', 'integer'],
};

const OPERATORS = {
  filter,
  projection,
  join,
  group,
  window,
  distinct,
  setOperation,
  lateral,
  unnest,
  cteTwice,
  recursion,
  unpivot,
  pivot,
  order,
  limit,
  sample,
  distinctOn,
} as const;

export type Operator = keyof typeof OPERATORS;

/** Operators that bring the same rows whatever the order of their input's; those people use more often stand more often. */
const CALM: readonly Operator[] = [
  ...(['filter', 'filter', 'filter', 'projection', 'projection'] as const),
  ...(['join', 'join', 'join', 'join', 'group', 'group', 'group', 'window', 'window'] as const),
  ...(['distinct', 'setOperation', 'setOperation', 'lateral', 'unnest', 'cteTwice'] as const),
  ...(['recursion', 'unpivot', 'pivot', 'order'] as const),
];
const ALL: readonly Operator[] = [...CALM, 'limit', 'sample', 'distinctOn'];

/** `first`: the operator on top, chosen by chance when it is not given. */
export function relation(query: Query, depth: number, first?: Operator): Relation {
  return query.choices.part('relation', () => {
    if (depth === 0) return leaf(query);
    const known = query.options.calm ? CALM : ALL;
    const chosen = known[query.choices.number('operator', known.length)] ?? 'filter';
    return OPERATORS[first ?? chosen](query, depth - 1);
  });
}

function leaf(query: Query): Relation {
  const name = query.of('table', ['t', 't', 'u', 'u', 'w', 'values', 'range']);
  if (name === 'values') {
    const rows = query.many(
      'row',
      1,
      3,
      () => `(${query.of('integer', ['0', '1', '2', 'NULL'])}, ${query.of('text', [`'a'`, `'A'`, `'1'`])})`,
    );
    return {
      sql: `SELECT c0::INTEGER AS c0, c1 FROM (VALUES ${rows.join(', ')}) v(c0, c1)`,
      types: ['integer', 'text'],
    };
  }
  if (name === 'range')
    return {
      sql: `SELECT c0::INTEGER AS c0 FROM ${query.of('function', ['range', 'generate_series'])}(${query.of('to', ['2', '3', '0'])}) r(c0)`,
      types: ['integer'],
    };
  const types = TABLES[name] ?? [];
  return { sql: query.way('table', [`FROM s.${name}`, `SELECT * FROM s.${name}`]), types, table: name };
}
