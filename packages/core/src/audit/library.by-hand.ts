/**
 * Each audit of the library beside a query that somebody wrote to count the same bad rows without it, over one table full of NULLs,
 * repeated and odd values. The queries say it in other words than the library does where there are others: joins for windows,
 * sums for shares, lists of the values that the data have for patterns.
 */

/** `this`: 3,000 rows; about every tenth value of each column but `id` is NULL. `staging.other`: some of the same values. */
export const TABLES: readonly string[] = [
  `CREATE OR REPLACE TABLE this AS SELECT
     i AS id,
     CASE WHEN hash(i, 1) % 10 > 0 THEN (hash(i, 2) % 50)::INTEGER - 5 END AS a,
     CASE WHEN hash(i, 3) % 10 > 0 THEN (hash(i, 4) % 50)::INTEGER END AS b,
     CASE WHEN hash(i, 5) % 10 > 0 THEN (hash(i, 6) % 7)::INTEGER END AS c,
     CASE WHEN hash(i, 7) % 10 > 0 THEN least(hash(i, 8) % 7, hash(i, 9) % 7)::INTEGER END AS e,
     CASE WHEN hash(i, 10) % 10 > 0 THEN (hash(i, 11) % 1000)::INTEGER / 100 END AS d,
     CASE WHEN hash(i, 12) % 10 > 0 THEN ['x', 'X', 'y', '', 'abc', 'not an e-mail', 'a@b.de', 'https://a.b', 'GET', '12',
       '6f9619ff-8b86-d011-b42d-00c04fc964ff'][(hash(i, 13) % 11)::INTEGER + 1] END AS s,
     CASE WHEN hash(i, 14) % 10 > 0 THEN TIMESTAMP '2024-02-01' + INTERVAL 1 HOUR * (hash(i, 15) % 1000)::INTEGER END AS t,
     CASE WHEN hash(i, 16) % 10 > 0 THEN [[], [1], [NULL, 2]][(hash(i, 17) % 3)::INTEGER + 1] END AS l
   FROM range(3000) AS r(i)`,
  `CREATE OR REPLACE TABLE staging.other AS SELECT nullif(j % 40, 0)::INTEGER AS a, (j % 50)::INTEGER AS b, nullif(j % 6, 5)::INTEGER AS c
   FROM range(2500) AS r(j)`,
];

/** How often each combination of values is in the one table and in the other. */
const both = (columns: string): string =>
  `(SELECT ${columns}, sum(here) AS here, sum(there) AS there FROM (SELECT ${columns}, 1 AS here, 0 AS there FROM this UNION ALL SELECT ${columns}, 0, 1 FROM staging.other) GROUP BY ${columns})`;
/** Sorted values with their places. */
const sorted = (column: string): string =>
  `(SELECT ${column} AS v, row_number() OVER (ORDER BY ${column}) AS k, count(*) OVER () AS n FROM this WHERE ${column} IS NOT NULL)`;
const odd = (good: string): string => `SELECT count(*) FROM this WHERE s IS NOT NULL AND s NOT IN (${good})`;

/** Calls, and what counts their bad rows by hand. */
export const BY_HAND: Readonly<Record<string, string>> = {
  'not_null(columns := (a, b))': 'SELECT sum(CASE WHEN a IS NULL OR b IS NULL THEN 1 ELSE 0 END) FROM this',
  'is_null(columns := (a, b))': 'SELECT count(*) FROM this WHERE NOT (a IS NULL AND b IS NULL)',
  'at_least_one(column := a)': 'SELECT CASE WHEN max(a) IS NULL THEN 1 ELSE 0 END FROM this',
  'not_null_proportion(column := a, threshold := 0.95)':
    'SELECT CASE WHEN sum(CASE WHEN a IS NULL THEN 0 ELSE 1 END) <= 0.95 * count(*) THEN 1 ELSE 0 END FROM this',
  'not_null_proportion(column := a, at_least := 0.5, at_most := 0.6)':
    'SELECT CASE WHEN sum(CASE WHEN a IS NULL THEN 0 ELSE 1 END) BETWEEN 0.5 * count(*) AND 0.6 * count(*) THEN 0 ELSE 1 END FROM this',
  'not_empty_list(column := l)': 'SELECT count(*) FROM this WHERE l = []',
  'unique_values(columns := (a, e))':
    'SELECT count(*) FROM (SELECT a, e, count(*) OVER (PARTITION BY a) AS n, count(*) OVER (PARTITION BY e) AS m FROM this) WHERE (a IS NOT NULL AND n > 1) OR (e IS NOT NULL AND m > 1)',
  'unique_values(columns := id)': 'SELECT count(id) - count(DISTINCT id) FROM this',
  'unique_combination_of_columns(columns := (a, b))':
    'SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM this GROUP BY a, b) WHERE n > 1',
  'unique_within_row(columns := (a, b, c))': 'SELECT count(*) FROM this WHERE a = b OR a = c OR b = c',
  'not_constant(column := c)': 'SELECT CASE WHEN min(c) < max(c) THEN 0 ELSE 1 END FROM this',
  'distinct_count_in_range(column := c, min_v := 2, max_v := 5)':
    'SELECT CASE WHEN count(*) BETWEEN 2 AND 5 THEN 0 ELSE 1 END FROM (SELECT DISTINCT c FROM this WHERE c IS NOT NULL)',
  'unique_proportion_in_range(column := a, min_v := 0.9)':
    'SELECT CASE WHEN count(*) >= 0.9 * (SELECT count(a) FROM this) THEN 0 ELSE 1 END FROM (SELECT DISTINCT a FROM this WHERE a IS NOT NULL)',
  'functional_dependency(columns := (a, c), determines := b)':
    'SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n, count(DISTINCT b) AS m FROM this GROUP BY a, c) WHERE m > 1',
  'cardinality_equality(column := c, to := staging.other, field := c)': `SELECT count(*) FROM ${both('c')} WHERE here <> there`,
  'accepted_values(column := c, is_in := (1, 2, 3))': 'SELECT count(*) FROM this WHERE c = 0 OR c > 3',
  'not_accepted_values(column := c, is_in := (1, 2, 3))':
    'SELECT count(*) FROM this WHERE c = 1 OR c = 2 OR c = 3',
  'contains_values(column := c, is_in := (1, 98, 99))':
    'SELECT 3 - count(DISTINCT c) FROM this WHERE c = 1 OR c = 98 OR c = 99',
  'accepted_range(column := a, min_v := 0, max_v := 40)':
    'SELECT count(*) FROM this WHERE a NOT BETWEEN 0 AND 40',
  'accepted_range(column := a, min_v := 0, max_v := 40, inclusive := false)':
    'SELECT count(*) FROM this WHERE a NOT BETWEEN 1 AND 39',
  'accepted_range(column := a, min_v := 0)': 'SELECT count(*) FROM this WHERE a IN (-5, -4, -3, -2, -1)',
  'non_negative(columns := (a, b))': 'SELECT count(*) FROM this WHERE sign(a) = -1 OR sign(b) = -1',
  'positive(columns := (a, b))': 'SELECT count(*) FROM this WHERE sign(a) < 1 OR sign(b) < 1',
  "castable(column := s, type := 'INTEGER')": odd("'12'"),
  'forall(criteria := (a <= b, c < 6))': 'SELECT count(*) FROM this WHERE a > b OR c >= 6',
  'relationships(column := a, to := staging.other, field := a)':
    'SELECT count(*) FROM this AS x WHERE a IS NOT NULL AND NOT EXISTS (FROM staging.other AS o WHERE o.a = x.a)',
  'relationships(column := a, to := staging.other, field := a, to_condition := c > 2)':
    'SELECT count(a) FROM this ANTI JOIN (SELECT a FROM staging.other WHERE c > 2) USING (a)',
  'not_empty_string(column := s)': "SELECT count(*) FROM this WHERE s = ''",
  'string_length_equal(column := s, v := 1)': odd("'x', 'X', 'y'"),
  'string_length_between(column := s, min_v := 1, max_v := 3)': odd("'x', 'X', 'y', 'abc', 'GET', '12'"),
  'valid_uuid(column := s)': odd("'6f9619ff-8b86-d011-b42d-00c04fc964ff'"),
  'valid_email(column := s)': odd("'a@b.de'"),
  'valid_url(column := s)': odd("'https://a.b'"),
  'valid_http_method(column := s)': odd("'GET'"),
  "match_regex_pattern_list(column := s, patterns := ('^[a-z]', '[0-9]$'))": odd(
    "'x', 'y', 'abc', 'not an e-mail', 'a@b.de', 'https://a.b', '12'",
  ),
  "not_match_regex_pattern_list(column := s, patterns := ('^x', 'e$'))":
    "SELECT count(*) FROM this WHERE s = 'x' OR s = 'a@b.de'",
  "match_like_pattern_list(column := s, patterns := ('a%', '%t%'))": odd(
    "'abc', 'a@b.de', 'not an e-mail', 'https://a.b'",
  ),
  "not_match_like_pattern_list(column := s, patterns := ('%b%'))":
    "SELECT count(*) FROM this WHERE strpos(s, 'b') > 0",
  'consistent_casing(column := s)': "SELECT count(*) FROM this WHERE s = 'x' OR s = 'X'",
  'sequential_values(column := a)':
    'SELECT count(a) - 1 - (SELECT count(DISTINCT x.a) FROM this AS x JOIN this AS y ON y.a = x.a - 1) FROM this',
  'increasing(column := b, sort_column := id)': `SELECT count(*) FROM this AS x ASOF JOIN this AS y ON x.id > y.id WHERE x.b <= y.b`,
  'decreasing(column := b, sort_column := id, strictly := false)': `SELECT count(*) FROM this AS x ASOF JOIN this AS y ON x.id > y.id WHERE x.b > y.b`,
  'mutually_exclusive_ranges(lower_bound_column := a, upper_bound_column := b, partition_by := c)': `
    WITH r AS (SELECT a, b, c, row_number() OVER (PARTITION BY c ORDER BY a NULLS FIRST, b NULLS LAST) AS k FROM this)
    SELECT count(*) FROM r LEFT JOIN r AS n ON n.c IS NOT DISTINCT FROM r.c AND n.k = r.k + 1
    WHERE r.a >= r.b OR (n.k IS NOT NULL AND (r.b IS NULL OR n.a IS NULL OR n.a < r.b))`,
  "recency(column := t, within := INTERVAL '1 day')":
    "SELECT CASE WHEN max(t) >= TIMESTAMP '2024-02-29 12:00:00' THEN 0 ELSE 1 END FROM this",
  'not_in_future(column := t)': "SELECT count(*) FROM this WHERE t > '2024-03-01 12:00:00'",
  'no_missing_periods(column := t, datepart := hour)':
    "SELECT date_diff('hour', min(t), max(t)) + 1 - count(DISTINCT date_trunc('hour', t)) FROM this",
  'number_of_rows(threshold := 3000)': 'SELECT CASE WHEN count(*) > 3000 THEN 0 ELSE 1 END FROM this',
  'row_count_in_range(min_v := 1, max_v := 10)':
    'SELECT CASE WHEN count(*) BETWEEN 1 AND 10 THEN 0 ELSE 1 END FROM this',
  'row_count_equals(value := 3000)': 'SELECT CASE WHEN count(*) = 3000 THEN 0 ELSE 1 END FROM this',
  'row_count_equals(to := staging.other, factor := 2)':
    'SELECT CASE WHEN count(*) = 2 * (SELECT count(*) FROM staging.other) THEN 0 ELSE 1 END FROM this',
  'fewer_rows_than(to := staging.other)':
    'SELECT CASE WHEN count(*) < (SELECT count(*) FROM staging.other) THEN 0 ELSE 1 END FROM this',
  'equality(to := staging.other, columns := (a, b))': `SELECT sum(abs(here - there)) FROM ${both('a, b')}`,
  'mean_in_range(column := d, max_v := 1)':
    'SELECT CASE WHEN sum(d) / count(d) > 1 THEN 1 ELSE 0 END FROM this',
  'median_in_range(column := a, max_v := 15)': `SELECT CASE WHEN avg(v) > 15 THEN 1 ELSE 0 END FROM ${sorted('a')} WHERE k IN ((n + 1) // 2, n // 2 + 1)`,
  'stddev_in_range(column := d, max_v := 1)':
    'SELECT CASE WHEN (sum(d * d) - sum(d) * sum(d) / count(d)) / (count(d) - 1) > 1 THEN 1 ELSE 0 END FROM this',
  'min_in_range(column := a, min_v := -4)':
    'SELECT CASE WHEN count(*) > 0 THEN 1 ELSE 0 END FROM this WHERE a < -4',
  'max_in_range(column := a, max_v := 44, inclusive := false)':
    'SELECT CASE WHEN count(*) > 0 THEN 1 ELSE 0 END FROM this WHERE a >= 44',
  'sum_in_range(column := c, max_v := 100)':
    'SELECT CASE WHEN avg(c) * count(c) > 100 THEN 1 ELSE 0 END FROM this',
  'quantile_in_range(column := a, quantile := 0.9, max_v := 30)': `SELECT CASE WHEN min(v) > 30 THEN 1 ELSE 0 END FROM ${sorted('a')} WHERE k >= 0.9 * n`,
  'z_score(column := a, threshold := 1.5)':
    'SELECT count(*) FROM this, (SELECT avg(a) AS m, (sum(a * a) - sum(a) * sum(a) / count(a)) / (count(a) - 1) AS v FROM this) WHERE (a - m) * (a - m) > 1.5 * 1.5 * v',
  'kl_divergence(column := c, target_column := e, threshold := 0.1)': `
    SELECT CASE WHEN sum(p * ln(p)) - sum(p * ln(q)) > 0.1 THEN 1 ELSE 0 END FROM
      (SELECT c AS v, count(*) / (SELECT count(c) FROM this) AS p FROM this WHERE c IS NOT NULL GROUP BY c)
      JOIN (SELECT e AS v, count(*) / (SELECT count(e) FROM this) AS q FROM this WHERE e IS NOT NULL GROUP BY e) USING (v)`,
  'chi_square(column := c, target_column := e, critical_value := 1)': `
    WITH pairs AS (SELECT c, e FROM this WHERE c IS NOT NULL AND e IS NOT NULL)
    SELECT CASE WHEN (SELECT count(*) FROM pairs) * (sum(met * met / (of_c * of_e)) - 1) > 1 THEN 1 ELSE 0 END
    FROM (SELECT c, e, count(*) AS met FROM pairs GROUP BY c, e) JOIN (SELECT c, count(*) AS of_c FROM pairs GROUP BY c) USING (c)
      JOIN (SELECT e, count(*) AS of_e FROM pairs GROUP BY e) USING (e)`,
};
