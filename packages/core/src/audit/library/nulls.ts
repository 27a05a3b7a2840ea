import type { LibraryAudit } from './library-audit.ts';
import { any, COLUMN, COLUMNS, eachColumn, report, rows } from './parts.ts';

/** Audits about values that are missing. */
export const NULL_AUDITS: readonly LibraryAudit[] = [
  {
    name: 'not_null',
    aliases: ['expect_column_values_to_not_be_null'],
    parameters: [COLUMNS],
    asks: 'Every row has a value in each of the columns.',
    nulls: 'is bad',
    example: 'not_null(columns := (a, b))',
    ...eachColumn((c) => `${c} IS NULL`),
  },
  {
    name: 'is_null',
    aliases: ['expect_column_values_to_be_null'],
    parameters: [COLUMNS],
    asks: 'No row has a value in any of the columns.',
    nulls: 'is what it asks for',
    example: 'is_null(columns := (a, b))',
    ...eachColumn((c) => `${c} IS NOT NULL`),
  },
  {
    name: 'at_least_one',
    aliases: [],
    parameters: [COLUMN],
    asks: 'At least one row has a value. It reports the counts; of a table without rows, too.',
    nulls: 'is no value',
    example: 'at_least_one(column := a)',
    bad: (given, { relation }) =>
      report(
        `SELECT count(*) AS row_count, count(${given.sql('column')}) AS value_count FROM ${relation} HAVING count(${given.sql('column')}) = 0`,
      ),
  },
  {
    name: 'not_null_proportion',
    aliases: ['not_null_share'],
    parameters: [COLUMN, { name: 'threshold' }, { name: 'at_least' }, { name: 'at_most' }],
    asks: 'The share of rows with a value is above `threshold`, or from `at_least` to `at_most`. A table without rows has no share.',
    nulls: 'is no value',
    example: 'not_null_proportion(column := a, threshold := 0.95)',
    problem: (given) =>
      given.has('threshold') || given.has('at_least') || given.has('at_most')
        ? undefined
        : 'needs threshold, at_least or at_most: without one it can never fail',
    bad: (given, { relation }) => {
      const share = `(count(${given.sql('column')}) / count(*))`;
      const wrong = [
        ...(given.has('threshold') ? [`${share} <= ${given.sql('threshold')}`] : []),
        ...(given.has('at_least') ? [`${share} < ${given.sql('at_least')}`] : []),
        ...(given.has('at_most') ? [`${share} > ${given.sql('at_most')}`] : []),
      ];
      return report(
        `SELECT count(*) AS row_count, count(${given.sql('column')}) AS value_count FROM ${relation} HAVING count(*) > 0 AND (${any(wrong)})`,
      );
    },
  },
  {
    name: 'not_empty_list',
    aliases: ['not_empty_array', 'expect_array_column_to_not_be_empty'],
    parameters: [COLUMN],
    asks: 'No list or map is empty.',
    nulls: 'is never bad',
    example: 'not_empty_list(column := a)',
    bad: (given) => rows(`len(${given.sql('column')}) = 0`),
  },
];
