import type { LibraryAudit } from './library-audit.ts';
import {
  any,
  BOUNDS,
  COLUMN,
  COLUMNS,
  eachColumn,
  IGNORES_NULL,
  needsBound,
  outside,
  report,
  rows,
  together,
  TO,
} from './parts.ts';

/** Audits about values that occur again. */
export const UNIQUENESS_AUDITS: readonly LibraryAudit[] = [
  {
    name: 'unique_values',
    aliases: ['unique', 'expect_column_values_to_be_unique'],
    parameters: [COLUMNS],
    asks: 'No value of a column occurs twice; each column by itself.',
    nulls: IGNORES_NULL,
    example: 'unique_values(columns := (a, b))',
    // A semi join with an empty right side costs nothing: when all is well, only the aggregate runs.
    ...eachColumn(
      (c, { grouped }) => `${c} IN (SELECT ${c} FROM ${grouped} GROUP BY ALL HAVING count(*) > 1)`,
    ),
  },
  {
    name: 'unique_combination_of_columns',
    aliases: ['unique_combination', 'expect_compound_columns_to_be_unique'],
    parameters: [{ ...COLUMNS, aliases: ['combination_of_columns', 'column_list'] }],
    asks: 'No combination of values occurs twice.',
    nulls: 'counts as a value of its own',
    example: 'unique_combination_of_columns(columns := (a, b))',
    bad: (given, { grouped }) => {
      const key = keyOf(given.list('columns'));
      return rows(`${key} IN (SELECT ${key} FROM ${grouped} GROUP BY ALL HAVING count(*) > 1)`);
    },
    blames: (given) => together(given.list('columns')),
  },
  {
    name: 'unique_within_row',
    aliases: ['expect_select_column_values_to_be_unique_within_record'],
    parameters: [{ ...COLUMNS, aliases: ['column_list'] }],
    asks: 'The columns of a row all differ from each other.',
    nulls: 'differs from all',
    example: 'unique_within_row(columns := (a, b, c))',
    problem: (given) =>
      given.list('columns').length < 2
        ? 'needs two columns or more: one cannot differ from itself'
        : undefined,
    bad: (given) => {
      const columns = given.list('columns');
      return rows(any(columns.flatMap((a, i) => columns.slice(i + 1).map((b) => `${a} = ${b}`))));
    },
    blames: (given) => together(given.list('columns')),
  },
  {
    name: 'not_constant',
    aliases: [],
    parameters: [COLUMN],
    asks: 'The column has at least two different values.',
    nulls: 'is no value',
    example: 'not_constant(column := a)',
    bad: (given, { relation }) =>
      report(
        `SELECT count(DISTINCT ${given.sql('column')}) AS distinct_values FROM ${relation} HAVING count(DISTINCT ${given.sql('column')}) <= 1`,
      ),
  },
  {
    name: 'distinct_count_in_range',
    aliases: ['expect_column_unique_value_count_to_be_between'],
    parameters: [COLUMN, ...BOUNDS],
    asks: 'The number of different values is within the bounds.',
    nulls: 'is no value',
    example: 'distinct_count_in_range(column := a, min_v := 2, max_v := 10)',
    problem: needsBound,
    bad: (given, { relation }) =>
      report(
        `SELECT count(DISTINCT ${given.sql('column')}) AS distinct_values FROM ${relation} HAVING ${outside(`count(DISTINCT ${given.sql('column')})`, given)}`,
      ),
  },
  {
    name: 'unique_proportion_in_range',
    aliases: ['expect_column_proportion_of_unique_values_to_be_between'],
    parameters: [COLUMN, ...BOUNDS],
    asks: 'Different values divided by values are within the bounds. Without a value there is no share.',
    nulls: 'is no value',
    example: 'unique_proportion_in_range(column := a, min_v := 0.9)',
    problem: needsBound,
    bad: (given, { relation }) => {
      const column = given.sql('column');
      return report(
        `SELECT count(DISTINCT ${column}) AS distinct_values, count(${column}) AS value_count FROM ${relation} HAVING count(${column}) > 0 AND (${outside(`(count(DISTINCT ${column}) / count(${column}))`, given)})`,
      );
    },
  },
  {
    name: 'functional_dependency',
    aliases: [],
    parameters: [
      { name: 'columns', aliases: ['determinants'], required: true },
      { name: 'determines', aliases: ['dependents', 'column'], required: true },
    ],
    asks: 'Rows that agree on `columns` agree on each column that they determine.',
    nulls: 'counts as a value of its own among `columns`, and as none among what they determine',
    example: 'functional_dependency(columns := (a), determines := (b))',
    bad: (given, { grouped }) => {
      const key = keyOf(given.list('columns'));
      const differs = any(given.list('determines').map((c) => `min(${c}) <> max(${c})`));
      return rows(`${key} IN (SELECT ${key} FROM ${grouped} GROUP BY ALL HAVING ${differs})`);
    },
    blames: (given) => together(given.list('columns')),
  },
  {
    name: 'cardinality_equality',
    aliases: [],
    parameters: [COLUMN, TO, { name: 'field', aliases: ['to_column', 'target_column'], required: true }],
    asks: 'Each value occurs as often here as in the other model.',
    nulls: 'counts as a value of its own',
    example: 'cardinality_equality(column := a, to := other, field := b)',
    bad: (given, { relation }) => {
      const here = `SELECT ${given.sql('column')} AS value, count(*) AS n FROM ${relation} GROUP BY ALL`;
      const there = `SELECT ${given.sql('field')} AS value, count(*) AS n FROM ${given.sql('to')} GROUP BY ALL`;
      return report(
        `SELECT coalesce(here.value, there.value) AS value, here.n AS rows_here, there.n AS rows_there FROM (${here}) AS here ` +
          `FULL JOIN (${there}) AS there ON here.value IS NOT DISTINCT FROM there.value WHERE here.n IS DISTINCT FROM there.n`,
      );
    },
  },
];

/** Columns as one value, in which NULLs are equal. A row of one column would be taken for the column itself. */
function keyOf(columns: readonly string[]): string {
  const [only] = columns;
  return columns.length === 1 ? `struct_pack(key := ${only})` : `row(${columns.join(', ')})`;
}
