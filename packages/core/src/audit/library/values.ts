import type { Arguments, LibraryAudit } from './library-audit.ts';
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
  TO,
} from './parts.ts';

const IS_IN = { name: 'is_in', aliases: ['values', 'value_set'], required: true };

/** Audits about what single values may be. */
export const VALUE_AUDITS: readonly LibraryAudit[] = [
  {
    name: 'accepted_values',
    aliases: ['expect_column_values_to_be_in_set'],
    parameters: [COLUMN, IS_IN],
    asks: 'Every value is one of the list.',
    nulls: IGNORES_NULL,
    example: "accepted_values(column := a, is_in := ('x', 'y'))",
    problem: (given) =>
      given.list('is_in').some((item) => item.toUpperCase() === 'NULL')
        ? 'cannot have NULL among the accepted values: then it can never fail. NULL is accepted anyway'
        : undefined,
    bad: (given) => rows(`${given.sql('column')} NOT IN (${given.list('is_in').join(', ')})`),
  },
  {
    name: 'not_accepted_values',
    aliases: ['expect_column_values_to_not_be_in_set'],
    parameters: [COLUMN, IS_IN],
    asks: 'No value is one of the list.',
    nulls: IGNORES_NULL,
    example: "not_accepted_values(column := a, is_in := ('x', 'y'))",
    bad: (given) => rows(`${given.sql('column')} IN (${given.list('is_in').join(', ')})`),
  },
  {
    name: 'contains_values',
    aliases: ['expect_column_distinct_values_to_contain_set'],
    parameters: [COLUMN, IS_IN],
    asks: 'Each value of the list occurs. It reports those that do not.',
    nulls: 'is no value',
    example: "contains_values(column := a, is_in := ('x', 'y'))",
    bad: (given, { relation }) =>
      report(
        `SELECT value AS missing FROM (SELECT unnest([${given.list('is_in').join(', ')}]) AS value) AS wanted WHERE value NOT IN (SELECT ${given.sql('column')} FROM ${relation} WHERE ${given.sql('column')} IS NOT NULL)`,
      ),
  },
  {
    name: 'accepted_range',
    aliases: ['expect_column_values_to_be_between'],
    parameters: [COLUMN, ...BOUNDS],
    asks: 'Every value is within the bounds; with `inclusive := false`, the bounds themselves are outside.',
    nulls: IGNORES_NULL,
    example: 'accepted_range(column := a, min_v := 0, max_v := 1)',
    problem: needsBound,
    bad: (given) => rows(outside(given.sql('column'), given)),
  },
  {
    name: 'non_negative',
    aliases: [],
    parameters: [COLUMNS],
    asks: 'No value is below zero.',
    nulls: IGNORES_NULL,
    example: 'non_negative(columns := (a, b))',
    ...eachColumn((c) => `${c} < 0`),
  },
  {
    name: 'positive',
    aliases: [],
    parameters: [COLUMNS],
    asks: 'Every value is above zero.',
    nulls: IGNORES_NULL,
    example: 'positive(columns := (a, b))',
    ...eachColumn((c) => `${c} <= 0`),
  },
  {
    name: 'castable',
    aliases: [],
    parameters: [COLUMN, { name: 'type', required: true }],
    asks: 'Every value can be read as the type.',
    nulls: IGNORES_NULL,
    example: "castable(column := a, type := 'DATE')",
    bad: (given) =>
      rows(
        `${given.sql('column')} IS NOT NULL AND TRY_CAST(${given.sql('column')} AS ${typeOf(given.sql('type'))}) IS NULL`,
      ),
  },
  {
    name: 'forall',
    aliases: ['expression_is_true'],
    parameters: [{ name: 'criteria', aliases: ['expression'], required: true }],
    asks: 'Each condition holds in every row.',
    nulls: 'that makes a condition unknown is not bad',
    example: 'forall(criteria := (a <= b, b < 10))',
    bad: (given) => rows(any(given.list('criteria').map((c) => `NOT (${c})`))),
    blames: (given) => given.list('criteria').map((c) => ({ name: c, condition: `NOT (${c})` })),
  },
  {
    name: 'relationships',
    aliases: ['relationship', 'relationships_where'],
    parameters: [
      { ...COLUMN, aliases: ['column_name', 'from_column', 'source_column'] },
      TO,
      { name: 'field', aliases: ['to_column', 'target_column'], required: true },
      { name: 'to_condition' },
    ],
    asks: 'Every value occurs in a column of another model: no orphans. The other model is then built before this one.',
    nulls: IGNORES_NULL,
    example: 'relationships(column := a, to := staging.customers, field := customer_id)',
    bad: (given) =>
      rows(`${given.sql('column')} IS NOT NULL AND ${given.sql('column')} NOT IN (${known(given)})`),
    alone: (given) => [known(given)],
  },
];

/** The values that others may refer to. */
function known(given: Arguments): string {
  const field = given.sql('field');
  const where = given.has('to_condition') ? ` AND (${given.sql('to_condition')})` : '';
  return `SELECT ${field} FROM ${given.sql('to')} WHERE ${field} IS NOT NULL${where}`;
}

/** A type is a name, or a text where it has parentheses. */
function typeOf(written: string): string {
  return /^'(?:[^']|'')*'$/.test(written) ? written.slice(1, -1).replaceAll("''", "'") : written;
}
