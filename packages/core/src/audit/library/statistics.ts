import { ident } from '../../sql/quote.ts';
import type { LibraryAudit } from './library-audit.ts';
import { BOUNDS, COLUMN, IGNORES_NULL, needsBound, outside, report, rows } from './parts.ts';

const TARGET = { name: 'target_column', required: true };
const SKIPS_NULL = 'is left out';

/** An audit that a number made of all values is within bounds. Without values there is none. */
function aggregate(
  name: string,
  aliases: readonly string[],
  label: string,
  made: (column: string) => string,
  more?: string,
): LibraryAudit {
  return {
    name,
    aliases,
    parameters: [COLUMN, ...BOUNDS],
    asks: [`The ${label} of the values is within the bounds. Without values there is none.`, more ?? []]
      .flat()
      .join(' '),
    nulls: SKIPS_NULL,
    example: `${name}(column := a, min_v := 1, max_v := 10)`,
    problem: needsBound,
    bad: (given, { relation }) => {
      const value = made(given.sql('column'));
      return report(
        `SELECT ${value} AS ${ident(label.replaceAll(' ', '_'))}, count(${given.sql('column')}) AS value_count FROM ${relation} HAVING ${outside(value, given)}`,
      );
    },
  };
}

/** DuckDB's own is an error where a value is infinite or no number. */
function standardDeviation(column: string): string {
  return `stddev_samp(${column}) FILTER (${finite(column)})`;
}

function finite(column: string): string {
  return `isfinite(CAST(${column} AS DOUBLE))`;
}

/** Audits about how values are spread. */
export const STATISTICS_AUDITS: readonly LibraryAudit[] = [
  aggregate('mean_in_range', ['expect_column_mean_to_be_between'], 'mean', (c) => `avg(${c})`),
  aggregate('median_in_range', ['expect_column_median_to_be_between'], 'median', (c) => `median(${c})`),
  aggregate(
    'stddev_in_range',
    ['expect_column_stdev_to_be_between'],
    'standard deviation',
    standardDeviation,
    'A value that is not finite is left out.',
  ),
  aggregate('min_in_range', ['expect_column_min_to_be_between'], 'smallest', (c) => `min(${c})`),
  aggregate('max_in_range', ['expect_column_max_to_be_between'], 'largest', (c) => `max(${c})`),
  aggregate('sum_in_range', ['expect_column_sum_to_be_between'], 'sum', (c) => `sum(${c})`),
  {
    name: 'quantile_in_range',
    aliases: ['expect_column_quantile_values_to_be_between'],
    parameters: [COLUMN, { name: 'quantile', required: true }, ...BOUNDS],
    asks: 'The quantile of the values, between two if need be, is within the bounds. Without values there is none.',
    nulls: SKIPS_NULL,
    example: 'quantile_in_range(column := a, quantile := 0.95, max_v := 100)',
    problem: needsBound,
    bad: (given, { relation }) => {
      const value = `quantile_cont(${given.sql('column')}, ${given.sql('quantile')})`;
      return report(
        `SELECT ${value} AS quantile, count(${given.sql('column')}) AS value_count FROM ${relation} HAVING ${outside(value, given)}`,
      );
    },
  },
  {
    name: 'z_score',
    aliases: ['z_score_audit', 'expect_column_values_to_be_within_n_stdevs'],
    parameters: [COLUMN, { name: 'threshold', aliases: ['sigma_threshold'], required: true }],
    asks: 'No value is further from the mean than that many standard deviations, both of the finite values. One that is not finite is further than any.',
    nulls: IGNORES_NULL,
    example: 'z_score(column := a, threshold := 3)',
    bad: (given, { relation }) => {
      const column = given.sql('column');
      return rows(
        `abs(${column} - (SELECT avg(${column}) FILTER (${finite(column)}) FROM ${relation})) > (${given.sql('threshold')}) * (SELECT ${standardDeviation(column)} FROM ${relation})`,
      );
    },
  },
  {
    name: 'kl_divergence',
    aliases: ['kl_divergence_audit'],
    parameters: [COLUMN, TARGET, { name: 'threshold', required: true }],
    asks: 'Values are spread much as those of `target_column`: the Kullback-Leibler divergence of the first from the second, in nats, is not above the threshold. A value that the second never has makes it infinite.',
    nulls: SKIPS_NULL,
    example: 'kl_divergence(column := a, target_column := b, threshold := 0.1)',
    bad: (given, { relation }) => {
      const shares = (column: string): string =>
        `SELECT ${column} AS value, count(*) / sum(count(*)) OVER () AS share FROM ${relation} WHERE ${column} IS NOT NULL GROUP BY ${column}`;
      return report(
        `SELECT sum(CASE WHEN q.share IS NULL THEN CAST('inf' AS DOUBLE) ELSE p.share * ln(p.share / q.share) END) AS divergence ` +
          `FROM (${shares(given.sql('column'))}) AS p LEFT JOIN (${shares(given.sql('target_column'))}) AS q ON p.value = q.value HAVING divergence > ${given.sql('threshold')}`,
      );
    },
  },
  {
    name: 'chi_square',
    aliases: ['chi_square_audit'],
    parameters: [COLUMN, TARGET, { name: 'critical_value', aliases: ['threshold'], required: true }],
    asks: 'The two columns look independent of each other: the chi-square of how often their values meet is not above the critical value.',
    nulls: 'in either column leaves the row out',
    example: 'chi_square(column := a, target_column := b, critical_value := 6.635)',
    bad: (given, { relation }) => {
      const pairs = `SELECT ${given.sql('column')} AS a, ${given.sql('target_column')} AS b FROM ${relation} WHERE ${given.sql('column')} IS NOT NULL AND ${given.sql('target_column')} IS NOT NULL`;
      return report(
        `WITH pairs AS (${pairs}), total AS (SELECT count(*) AS n FROM pairs), of_a AS (SELECT a, count(*) AS n FROM pairs GROUP BY a), ` +
          `of_b AS (SELECT b, count(*) AS n FROM pairs GROUP BY b), met AS (SELECT a, b, count(*) AS n FROM pairs GROUP BY a, b) ` +
          `SELECT sum((coalesce(met.n, 0) - of_a.n * of_b.n / total.n) ** 2 / (of_a.n * of_b.n / total.n)) AS chi_square ` +
          `FROM of_a CROSS JOIN of_b CROSS JOIN total LEFT JOIN met ON met.a = of_a.a AND met.b = of_b.b HAVING chi_square > ${given.sql('critical_value')}`,
      );
    },
  },
];
