import type { Arguments, AuditParameter, LibraryAudit } from './library-audit.ts';
import {
  COLUMN,
  IGNORES_NULL,
  oneOf,
  partition,
  PARTITION_BY,
  report,
  rows,
  rowsByWindow,
  together,
} from './parts.ts';

const SORT: AuditParameter = { name: 'sort_column', aliases: ['order_by'] };
const UNITS = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];
const GAPS = ['allowed', 'not_allowed', 'required'];

/** An audit that values go one way. */
function monotone(name: string, alias: string, way: string, wrong: '<' | '>'): LibraryAudit {
  return {
    name,
    aliases: [alias],
    parameters: [COLUMN, { ...SORT, required: true }, { name: 'strictly', isFlag: true }, PARTITION_BY],
    asks: `In the order of \`sort_column\` the values ${way} from row to row; with \`strictly := false\` they may stay.`,
    nulls: 'is left out, and so is what stands beside it',
    example: `${name}(column := a, sort_column := t, partition_by := (g))`,
    bad: (given) => {
      const before = `lag(${given.sql('column')}) OVER (${partition(given)}ORDER BY ${given.sql('sort_column')})`;
      const compare = given.flag('strictly', true) ? `${wrong}=` : wrong;
      return rowsByWindow(`${given.sql('column')} ${compare} ${before}`);
    },
  };
}

/** Audits about rows that follow each other, and about time. */
export const ORDER_AUDITS: readonly LibraryAudit[] = [
  {
    name: 'sequential_values',
    aliases: [],
    parameters: [COLUMN, { name: 'interval' }, { name: 'datepart' }, PARTITION_BY],
    asks: 'Sorted, each value is the one before plus `interval` (1), or `interval` times `datepart` for times.',
    nulls: IGNORES_NULL,
    example: 'sequential_values(column := a, interval := 1)',
    problem: (given) => oneOf(given, 'datepart', UNITS),
    bad: (given) => {
      const column = given.sql('column');
      const count = given.has('interval') ? given.sql('interval') : '1';
      const unit = given.word('datepart');
      const step = unit === undefined ? count : `(${count}) * INTERVAL 1 ${unit}`;
      const before = `lag(${column}) OVER (${partition(given)}ORDER BY ${column} NULLS LAST)`;
      return rowsByWindow(`${column} <> ${before} + ${step}`);
    },
  },
  monotone('increasing', 'expect_column_values_to_be_increasing', 'grow', '<'),
  monotone('decreasing', 'expect_column_values_to_be_decreasing', 'fall', '>'),
  {
    name: 'mutually_exclusive_ranges',
    aliases: [],
    parameters: [
      { name: 'lower_bound_column', required: true },
      { name: 'upper_bound_column', required: true },
      PARTITION_BY,
      { name: 'gaps' },
      { name: 'zero_length_range_allowed', isFlag: true },
    ],
    asks: 'Ranges do not overlap and none ends before it starts. `gaps` between them are `allowed`, `not_allowed` or `required`.',
    nulls: 'is an open end: only the last range may have no upper bound, only the first no lower one',
    example:
      'mutually_exclusive_ranges(lower_bound_column := a, upper_bound_column := b, partition_by := (g), gaps := not_allowed)',
    problem: (given) => oneOf(given, 'gaps', GAPS),
    bad: (given) => {
      const [lower, upper] = [given.sql('lower_bound_column'), given.sql('upper_bound_column')];
      const over = `OVER (${partition(given)}ORDER BY ${lower} NULLS FIRST, ${upper} NULLS LAST)`;
      const next = `lead(${lower}) ${over}`;
      const empty = given.flag('zero_length_range_allowed', false) ? '>' : '>=';
      const touches =
        { allowed: '<', not_allowed: '<>', required: '<=' }[given.word('gaps') ?? 'allowed'] ?? '<';
      return rowsByWindow(
        `${lower} ${empty} ${upper} OR (lead(TRUE) ${over} AND (${upper} IS NULL OR ${next} IS NULL OR ${next} ${touches} ${upper}))`,
      );
    },
    blames: (given) => together([given.sql('lower_bound_column'), given.sql('upper_bound_column')]),
  },
  {
    name: 'recency',
    aliases: ['expect_row_values_to_have_recent_data'],
    parameters: [
      { ...COLUMN, aliases: ['column_name', 'field'] },
      { name: 'within' },
      { name: 'interval' },
      { name: 'datepart' },
    ],
    asks: 'The newest value is not older than `within` (or `interval` times `datepart`) before now. No value at all is not recent.',
    nulls: 'is no value',
    example: "recency(column := a, within := INTERVAL '1 day')",
    problem: (given) =>
      given.has('within') || (given.has('interval') && given.has('datepart'))
        ? oneOf(given, 'datepart', UNITS)
        : "needs within, such as within := INTERVAL '1 day'",
    bad: (given, { relation, now }) => {
      const column = given.sql('column');
      return report(
        `SELECT max(${column}) AS newest, count(*) AS row_count FROM ${relation} HAVING count(${column}) = 0 OR max(${column}) < ${now} - ${age(given)}`,
      );
    },
  },
  {
    name: 'not_in_future',
    aliases: [],
    parameters: [COLUMN],
    asks: 'No value is after now.',
    nulls: IGNORES_NULL,
    example: 'not_in_future(column := a)',
    bad: (given, { now }) => rows(`${given.sql('column')} > ${now}`),
  },
  {
    name: 'no_missing_periods',
    aliases: ['expect_row_values_to_have_data_for_every_n_datepart'],
    parameters: [COLUMN, { name: 'datepart', aliases: ['date_part', 'unit'] }],
    asks: 'From the first value to the last there is a row in every `datepart` (`day`). It reports the periods without one. An infinite value is left out.',
    nulls: 'is no value',
    example: 'no_missing_periods(column := a, datepart := day)',
    problem: (given) => oneOf(given, 'datepart', UNITS),
    bad: (given, { relation }) => {
      const unit = given.word('datepart') ?? 'day';
      const period = `date_trunc('${unit}', CAST(${given.sql('column')} AS TIMESTAMP))`;
      const ends = ['min', 'max'].map((end) => `${end}(${period}) FILTER (isfinite(${period}))`).join(', ');
      return report(
        `SELECT period AS missing FROM (SELECT unnest(generate_series(${ends}, INTERVAL 1 ${unit})) AS period FROM ${relation}) AS wanted ` +
          `WHERE period NOT IN (SELECT ${period} FROM ${relation} WHERE ${given.sql('column')} IS NOT NULL)`,
      );
    },
  },
];

function age(given: Arguments): string {
  return given.has('within')
    ? `(${given.sql('within')})`
    : `(${given.sql('interval')}) * INTERVAL 1 ${given.word('datepart') ?? 'day'}`;
}
