import type { LibraryAudit } from './library-audit.ts';
import { BOUNDS, needsBound, outside, report, TO } from './parts.ts';

/** Audits about tables as a whole. */
export const TABLE_AUDITS: readonly LibraryAudit[] = [
  {
    name: 'number_of_rows',
    aliases: [],
    parameters: [{ name: 'threshold', required: true }],
    asks: 'There are more rows than the threshold.',
    nulls: 'has no part in it',
    example: 'number_of_rows(threshold := 10)',
    bad: (given, { relation }) =>
      report(`SELECT count(*) AS row_count FROM ${relation} HAVING count(*) <= ${given.sql('threshold')}`),
  },
  {
    name: 'row_count_in_range',
    aliases: ['expect_table_row_count_to_be_between'],
    parameters: [...BOUNDS],
    asks: 'The number of rows is within the bounds.',
    nulls: 'has no part in it',
    example: 'row_count_in_range(min_v := 1, max_v := 1000)',
    problem: needsBound,
    bad: (given, { relation }) =>
      report(`SELECT count(*) AS row_count FROM ${relation} HAVING ${outside('count(*)', given)}`),
  },
  {
    name: 'row_count_equals',
    aliases: [
      'equal_rowcount',
      'equal_row_count',
      'expect_table_row_count_to_equal',
      'expect_table_row_count_to_equal_other_table',
    ],
    parameters: [{ name: 'value', aliases: ['v'] }, { ...TO, required: false }, { name: 'factor' }],
    asks: 'There are `value` rows, or as many as in the other model, times `factor` (1).',
    nulls: 'has no part in it',
    example: 'row_count_equals(to := other)',
    problem: (given) =>
      given.has('value') === given.has('to') ? 'needs either value or to, and not both' : undefined,
    bad: (given, { relation }) => {
      const factor = given.has('factor') ? ` * (${given.sql('factor')})` : '';
      const wanted = given.has('value')
        ? given.sql('value')
        : `(SELECT count(*) FROM ${given.sql('to')})${factor}`;
      return report(
        `SELECT count(*) AS row_count, ${wanted} AS wanted FROM ${relation} HAVING count(*) <> ${wanted}`,
      );
    },
  },
  {
    name: 'fewer_rows_than',
    aliases: [],
    parameters: [TO],
    asks: 'There are fewer rows than in the other model.',
    nulls: 'has no part in it',
    example: 'fewer_rows_than(to := other)',
    bad: (given, { relation }) => {
      const there = `(SELECT count(*) FROM ${given.sql('to')})`;
      return report(
        `SELECT count(*) AS row_count, ${there} AS rows_there FROM ${relation} HAVING count(*) >= ${there}`,
      );
    },
  },
  {
    name: 'equality',
    aliases: [],
    parameters: [TO, { name: 'columns', aliases: ['compare_columns'] }],
    asks: 'The other model has the same rows, as often, in the `columns` (all). It reports the rows of one side.',
    nulls: 'counts as a value of its own',
    example: 'equality(to := other, columns := (a, b))',
    bad: (given, { relation }) => {
      const list = given.has('columns') ? given.list('columns').join(', ') : '*';
      const [here, there] = [`SELECT ${list} FROM ${relation}`, `SELECT ${list} FROM ${given.sql('to')}`];
      return report(
        `SELECT 'only here' AS side, * FROM (${here} EXCEPT ALL ${there}) AS here UNION ALL SELECT 'only there', * FROM (${there} EXCEPT ALL ${here}) AS there`,
      );
    },
  },
];
