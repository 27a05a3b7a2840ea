/**
 * What each audit of the library finds in data that pass, fail, and are full of NULLs. Rows are VALUES of the columns named;
 * `finds` is how many bad rows there are, counted by hand.
 */
export interface LibraryCase {
  readonly call: string;
  /** `a INTEGER, b VARCHAR` */
  readonly columns: string;
  readonly data: readonly { readonly rows: string; readonly finds: number }[];
  /** The other model, where one is read. */
  readonly other?: { readonly columns: string; readonly rows: string };
}

const passes = (rows: string): { rows: string; finds: number } => ({ rows, finds: 0 });
const finds = (count: number, rows: string): { rows: string; finds: number } => ({ rows, finds: count });

const TS = 't TIMESTAMP';

export const LIBRARY_CASES: readonly LibraryCase[] = [
  {
    call: 'not_null(columns := (a, b))',
    columns: 'a INTEGER, b INTEGER',
    data: [passes('(1, 2)'), finds(2, '(1, NULL), (NULL, NULL), (1, 1)'), passes('')],
  },
  {
    call: 'is_null(columns := a)',
    columns: 'a INTEGER',
    data: [passes('(NULL)'), finds(2, '(1), (NULL), (0)'), passes('')],
  },
  {
    call: 'at_least_one(column := a)',
    columns: 'a INTEGER',
    data: [passes('(NULL), (1)'), finds(1, '(NULL), (NULL)'), finds(1, '')],
  },
  {
    call: 'not_null_proportion(column := a, threshold := 0.5)',
    columns: 'a INTEGER',
    data: [passes('(1), (2), (NULL)'), finds(1, '(1), (NULL)'), passes('')],
  },
  {
    call: 'not_null_proportion(column := a, at_least := 0.5, at_most := 0.8)',
    columns: 'a INTEGER',
    data: [passes('(1), (NULL)'), finds(1, '(1), (1)'), finds(1, '(NULL)')],
  },
  {
    call: 'not_empty_list(column := a)',
    columns: 'a INTEGER[]',
    data: [passes('([1]), ([NULL])'), finds(1, '([]), (NULL), ([1])'), passes('(NULL)')],
  },
  {
    call: 'unique_values(columns := (a, b))',
    columns: 'a INTEGER, b INTEGER',
    data: [
      passes('(1, 2), (2, 1)'),
      finds(4, '(1, 5), (1, 6), (2, 7), (3, 7), (4, 8)'),
      passes('(NULL, NULL), (NULL, NULL)'),
    ],
  },
  {
    call: 'unique_combination_of_columns(columns := (a, b))',
    columns: 'a INTEGER, b INTEGER',
    data: [
      passes('(1, 2), (1, 3)'),
      finds(2, '(1, 2), (1, 2), (2, 2)'),
      finds(2, '(1, NULL), (1, NULL), (NULL, 1)'),
    ],
  },
  {
    call: 'unique_combination_of_columns(columns := (a))',
    columns: 'a INTEGER',
    data: [passes('(1), (2)'), finds(2, '(1), (1), (2)'), finds(2, '(NULL), (NULL)')],
  },
  {
    call: 'unique_within_row(columns := (a, b, c))',
    columns: 'a INTEGER, b INTEGER, c INTEGER',
    data: [passes('(1, 2, 3)'), finds(2, '(1, 2, 1), (3, 3, 3), (1, 2, 3)'), passes('(NULL, NULL, 1)')],
  },
  {
    call: 'not_constant(column := a)',
    columns: 'a INTEGER',
    data: [passes('(1), (2)'), finds(1, '(1), (1)'), finds(1, '(1), (NULL)')],
  },
  {
    call: 'distinct_count_in_range(column := a, min_v := 2, max_v := 3)',
    columns: 'a INTEGER',
    data: [passes('(1), (2), (2)'), finds(1, '(1), (1)'), finds(1, '(NULL), (1), (NULL)')],
  },
  {
    call: 'unique_proportion_in_range(column := a, min_v := 0.6)',
    columns: 'a INTEGER',
    data: [passes('(1), (2), (2)'), finds(1, '(1), (1)'), passes('(NULL), (NULL)')],
  },
  {
    call: 'functional_dependency(columns := (a), determines := (b, c))',
    columns: 'a INTEGER, b INTEGER, c INTEGER',
    data: [
      passes('(1, 2, 3), (1, 2, 3)'),
      finds(2, '(1, 2, 3), (1, 2, 4), (2, 2, 9)'),
      finds(2, '(NULL, 1, 1), (NULL, 2, 1), (1, NULL, 1), (1, 5, 1)'),
    ],
  },
  {
    call: 'cardinality_equality(column := a, to := staging.other, field := b)',
    columns: 'a INTEGER',
    other: { columns: 'b INTEGER', rows: '(1), (1), (2), (NULL)' },
    data: [passes('(1), (2), (1), (NULL)'), finds(2, '(1), (2), (3), (NULL)'), finds(3, '(NULL), (NULL)')],
  },
  {
    call: "accepted_values(column := a, is_in := ('x', 'y'))",
    columns: 'a VARCHAR',
    data: [passes("('x'), ('y')"), finds(1, "('x'), ('z')"), passes('(NULL)')],
  },
  {
    call: "not_accepted_values(column := a, is_in := ('x', 'y'))",
    columns: 'a VARCHAR',
    data: [passes("('z')"), finds(2, "('x'), ('y'), ('z')"), passes('(NULL)')],
  },
  {
    call: "contains_values(column := a, is_in := ('x', 'y'))",
    columns: 'a VARCHAR, value INTEGER',
    data: [passes("('x', 1), ('y', 1), ('z', 1)"), finds(1, "('x', 1), ('z', 1)"), finds(2, '(NULL, NULL)')],
  },
  {
    call: 'accepted_range(column := a, min_v := 0, max_v := 1)',
    columns: 'a DOUBLE',
    data: [passes('(0), (1), (0.5)'), finds(2, '(-0.1), (1.1), (1)'), passes('(NULL)')],
  },
  {
    call: 'accepted_range(column := a, min_v := 0, max_v := 1, inclusive := false)',
    columns: 'a DOUBLE',
    data: [passes('(0.5)'), finds(2, '(0), (1), (0.5)'), passes('(NULL)')],
  },
  {
    call: 'non_negative(columns := (a, b))',
    columns: 'a INTEGER, b INTEGER',
    data: [passes('(0, 1)'), finds(2, '(-1, 0), (0, -1), (1, 1)'), passes('(NULL, NULL)')],
  },
  {
    call: 'positive(columns := (a))',
    columns: 'a INTEGER',
    data: [passes('(1)'), finds(2, '(0), (-1), (1)'), passes('(NULL)')],
  },
  {
    call: "castable(column := a, type := 'DECIMAL(5,2)')",
    columns: 'a VARCHAR',
    data: [passes("('1.5')"), finds(2, "('x'), (''), ('1')"), passes('(NULL)')],
  },
  {
    call: 'forall(criteria := (a <= b, b < 10))',
    columns: 'a INTEGER, b INTEGER',
    data: [
      passes('(1, 2)'),
      finds(2, '(3, 2), (1, 10), (1, 1)'),
      finds(1, '(NULL, 1), (NULL, 11), (NULL, NULL)'),
    ],
  },
  {
    call: 'relationships(column := a, to := staging.other, field := b)',
    columns: 'a INTEGER',
    other: { columns: 'b INTEGER', rows: '(1), (2), (NULL)' },
    data: [passes('(1), (2), (1)'), finds(2, '(1), (3), (4)'), passes('(NULL)')],
  },
  {
    call: 'relationships(column := a, to := staging.other, field := b, to_condition := b > 1, condition := a < 9)',
    columns: 'a INTEGER',
    other: { columns: 'b INTEGER', rows: '(1), (2), (NULL)' },
    data: [passes('(2), (10)'), finds(1, '(1), (2), (10)'), passes('(NULL)')],
  },
  {
    call: 'not_empty_string(column := a)',
    columns: 'a VARCHAR',
    data: [passes("(' ')"), finds(1, "(''), ('x')"), passes('(NULL)')],
  },
  {
    call: 'string_length_equal(column := a, v := 2)',
    columns: 'a VARCHAR',
    data: [passes("('ab'), ('éß')"), finds(2, "('a'), ('abc'), ('ab')"), passes('(NULL)')],
  },
  {
    call: 'string_length_between(column := a, min_v := 1, max_v := 2)',
    columns: 'a VARCHAR',
    data: [passes("('a'), ('ab')"), finds(2, "(''), ('abc'), ('a')"), passes('(NULL)')],
  },
  {
    call: 'valid_uuid(column := a)',
    columns: 'a VARCHAR',
    data: [
      passes("('6F9619FF-8B86-d011-b42d-00c04fc964ff')"),
      finds(2, "('6f9619ff8b86d011b42d00c04fc964ff'), ('x'), ('6f9619ff-8b86-d011-b42d-00c04fc964ff')"),
      passes('(NULL)'),
    ],
  },
  {
    call: 'valid_email(column := a)',
    columns: 'a VARCHAR',
    data: [
      passes("('a.b+c@example.co.uk'), ('O''x@y.de')"),
      finds(5, "('a@b'), ('@b.de'), ('a b@c.de'), ('a@-b.de'), ('a@b..de'), ('a@b.de')"),
      passes('(NULL)'),
    ],
  },
  {
    call: 'valid_url(column := a)',
    columns: 'a VARCHAR',
    data: [
      passes("('https://example.com/a?b=c#d'), ('http://localhost:8080'), ('HTTP://A.B')"),
      finds(3, "('example.com'), ('ftp://a.b'), ('https://a b'), ('https://a.b')"),
      passes('(NULL)'),
    ],
  },
  {
    call: 'valid_http_method(column := a)',
    columns: 'a VARCHAR',
    data: [passes("('GET'), ('PATCH')"), finds(2, "('get'), ('FETCH'), ('PUT')"), passes('(NULL)')],
  },
  {
    call: "match_regex_pattern_list(column := a, patterns := ('^[A-Z]', '[0-9]$'))",
    columns: 'a VARCHAR',
    data: [passes("('Ab'), ('a1')"), finds(2, "('ab'), ('1b'), ('A')"), passes('(NULL)')],
  },
  {
    call: "not_match_regex_pattern_list(column := a, patterns := ('^!', '!$'))",
    columns: 'a VARCHAR',
    data: [passes("('a!b')"), finds(2, "('!a'), ('a!'), ('a')"), passes('(NULL)')],
  },
  {
    call: "match_like_pattern_list(column := a, patterns := ('jim%', 'pam%'))",
    columns: 'a VARCHAR',
    data: [passes("('jimmy'), ('pam')"), finds(1, "('xjim'), ('jim')"), passes('(NULL)')],
  },
  {
    call: "not_match_like_pattern_list(column := a, patterns := ('%test%'))",
    columns: 'a VARCHAR',
    data: [passes("('best')"), finds(1, "('a test'), ('x')"), passes('(NULL)')],
  },
  {
    call: 'consistent_casing(column := a)',
    columns: 'a VARCHAR',
    data: [passes("('A'), ('A'), ('b')"), finds(3, "('A'), ('a'), ('A'), ('b')"), passes('(NULL), (NULL)')],
  },
  {
    call: 'sequential_values(column := a)',
    columns: 'a INTEGER',
    data: [passes('(3), (1), (2)'), finds(2, '(1), (3), (4), (4)'), passes('(NULL), (1), (NULL), (2)')],
  },
  {
    call: 'sequential_values(column := t, interval := 1, datepart := month, partition_by := g)',
    columns: 't DATE, g INTEGER',
    data: [
      passes("('2024-01-31', 1), ('2024-02-29', 1), ('2020-01-01', 2)"),
      finds(1, "('2024-01-01', 1), ('2024-03-01', 1), ('2024-02-01', 2)"),
      passes('(NULL, NULL), (NULL, NULL)'),
    ],
  },
  {
    call: 'increasing(column := a, sort_column := s, partition_by := (g))',
    columns: 'a INTEGER, s INTEGER, g INTEGER',
    data: [
      passes('(1, 1, 1), (2, 2, 1), (0, 1, 2)'),
      finds(2, '(1, 1, 1), (1, 2, 1), (0, 3, 1)'),
      passes('(5, 1, 1), (NULL, 2, 1), (1, 3, 1)'),
    ],
  },
  {
    call: 'decreasing(column := a, sort_column := s, strictly := false)',
    columns: 'a INTEGER, s INTEGER',
    data: [passes('(2, 1), (2, 2), (1, 3)'), finds(1, '(2, 1), (3, 2), (3, 3)'), passes('(NULL, 1), (9, 2)')],
  },
  {
    call: 'mutually_exclusive_ranges(lower_bound_column := a, upper_bound_column := b, partition_by := (g))',
    columns: 'a INTEGER, b INTEGER, g INTEGER',
    data: [
      passes('(1, 3, 1), (3, 5, 1), (9, 10, 1), (1, 9, 2)'),
      finds(3, '(1, 4, 1), (3, 5, 1), (7, 6, 1), (8, 8, 1)'),
      finds(1, '(NULL, 1, 1), (1, NULL, 1), (NULL, NULL, 2), (1, NULL, 3), (2, 3, 3)'),
    ],
  },
  {
    call: 'mutually_exclusive_ranges(lower_bound_column := a, upper_bound_column := b, gaps := not_allowed, zero_length_range_allowed := true)',
    columns: 'a INTEGER, b INTEGER',
    data: [passes('(1, 3), (3, 3), (3, 5)'), finds(1, '(1, 2), (3, 4)'), passes('(1, 2), (2, NULL)')],
  },
  {
    call: 'mutually_exclusive_ranges(lower_bound_column := a, upper_bound_column := b, gaps := required)',
    columns: 'a INTEGER, b INTEGER',
    data: [passes('(1, 2), (3, 4)'), finds(1, '(1, 2), (2, 4)'), passes('(NULL, 2), (3, NULL)')],
  },
  {
    call: "recency(column := t, within := INTERVAL '1 day')",
    columns: TS,
    data: [
      passes("('2024-02-29 13:00'), ('2000-01-01')"),
      finds(1, "('2024-02-29 11:00')"),
      finds(1, '(NULL)'),
    ],
  },
  {
    call: 'recency(field := t, interval := 2, datepart := day)',
    columns: 't DATE',
    data: [passes("('2024-02-29')"), finds(1, "('2024-02-27')"), finds(1, '')],
  },
  {
    call: 'not_in_future(column := t)',
    columns: TS,
    data: [
      passes("('2024-03-01 12:00')"),
      finds(1, "('2024-03-01 12:01'), ('2024-01-01')"),
      passes('(NULL)'),
    ],
  },
  {
    call: 'no_missing_periods(column := t)',
    columns: TS,
    data: [
      passes("('2024-01-01'), ('2024-01-02'), ('infinity'), ('-infinity'), (NULL)"),
      finds(1, "('2024-01-01'), ('2024-01-03'), ('infinity')"),
      passes("('infinity')"),
    ],
  },
  {
    call: 'no_missing_periods(column := t, datepart := month)',
    columns: TS,
    data: [
      passes("('2024-01-31 10:00'), ('2024-02-01')"),
      finds(2, "('2024-01-31'), ('2024-04-01')"),
      passes('(NULL)'),
    ],
  },
  {
    call: 'number_of_rows(threshold := 1)',
    columns: 'a INTEGER',
    data: [passes('(1), (NULL)'), finds(1, '(1)'), finds(1, '')],
  },
  {
    call: 'row_count_in_range(min_v := 1, max_v := 2)',
    columns: 'a INTEGER',
    data: [passes('(1), (NULL)'), finds(1, '(1), (2), (3)'), finds(1, '')],
  },
  {
    call: 'row_count_equals(value := 2)',
    columns: 'a INTEGER',
    data: [passes('(1), (NULL)'), finds(1, '(1)'), finds(1, '')],
  },
  {
    call: 'row_count_equals(to := staging.other, factor := 2)',
    columns: 'a INTEGER',
    other: { columns: 'b INTEGER', rows: '(NULL)' },
    data: [passes('(1), (NULL)'), finds(1, '(1)'), finds(1, '')],
  },
  {
    call: 'fewer_rows_than(to := staging.other)',
    columns: 'a INTEGER',
    other: { columns: 'b INTEGER', rows: '(1), (NULL)' },
    data: [passes('(NULL)'), finds(1, '(1), (2)'), finds(1, '(NULL), (NULL)'), passes('')],
  },
  {
    call: 'equality(to := staging.other, columns := (a, b))',
    columns: 'a INTEGER, b INTEGER, c INTEGER',
    other: { columns: 'a INTEGER, b INTEGER', rows: '(1, 2), (1, 2), (3, NULL)' },
    data: [
      passes('(1, 2, 9), (3, NULL, 9), (1, 2, 8)'),
      finds(2, '(1, 2, 9), (3, NULL, 9), (4, 4, 4)'),
      finds(4, '(NULL, NULL, NULL)'),
    ],
  },
  {
    call: 'mean_in_range(column := a, min_v := 1, max_v := 2)',
    columns: 'a INTEGER',
    data: [passes('(1), (2)'), finds(1, '(1), (9)'), passes('(NULL)')],
  },
  {
    call: 'median_in_range(column := a, max_v := 2)',
    columns: 'a INTEGER',
    data: [passes('(1), (2), (99)'), finds(1, '(1), (3), (4)'), passes('(NULL)')],
  },
  {
    call: 'stddev_in_range(column := a, min_v := 1)',
    columns: 'a INTEGER',
    data: [passes('(1), (9)'), finds(1, '(1), (1)'), passes('(1), (NULL)')],
  },
  {
    call: 'stddev_in_range(column := a, max_v := 1)',
    columns: 'a DOUBLE',
    data: [
      passes("(1), (2), (NULL), ('NaN'), ('-Infinity')"),
      finds(1, "(1), (9), ('Infinity')"),
      passes("('NaN')"),
    ],
  },
  {
    call: 'min_in_range(column := a, min_v := 1)',
    columns: 'a INTEGER',
    data: [passes('(1), (9)'), finds(1, '(0), (1)'), passes('(NULL)')],
  },
  {
    call: 'max_in_range(column := a, max_v := 9, inclusive := false)',
    columns: 'a INTEGER',
    data: [passes('(8)'), finds(1, '(9), (1)'), passes('(NULL)')],
  },
  {
    call: 'sum_in_range(column := a, max_v := 9)',
    columns: 'a INTEGER',
    data: [passes('(8), (1)'), finds(1, '(9), (1)'), passes('(NULL)')],
  },
  {
    call: 'quantile_in_range(column := a, quantile := 0.5, max_v := 2)',
    columns: 'a INTEGER',
    data: [passes('(1), (3)'), finds(1, '(2), (3)'), passes('(NULL)')],
  },
  {
    call: 'z_score(column := a, threshold := 1)',
    columns: 'a INTEGER',
    data: [passes('(1), (1)'), finds(1, '(1), (1), (1), (10)'), passes('(NULL), (1)')],
  },
  {
    call: 'z_score(column := a, threshold := 1.2)',
    columns: 'a DOUBLE',
    data: [passes('(1), (2), (3)'), finds(3, "(1), (2), (3), (NULL), ('NaN'), ('Infinity'), ('-Infinity')")],
  },
  {
    call: 'kl_divergence(column := a, target_column := b, threshold := 0.1)',
    columns: 'a VARCHAR, b VARCHAR',
    data: [
      passes("('x', 'y'), ('y', 'x')"),
      // 0.75 ln(0.75 / 0.5) + 0.25 ln(0.25 / 0.5) = 0.131
      finds(1, "('x', 'x'), ('x', 'y'), ('x', 'x'), ('y', 'y')"),
      finds(1, "('z', 'x'), (NULL, NULL)"),
    ],
  },
  {
    call: 'chi_square(column := a, target_column := b, critical_value := 3.8)',
    columns: 'a INTEGER, b INTEGER',
    data: [
      passes('(1, 1), (1, 2), (2, 1), (2, 2)'),
      finds(1, '(1, 1), (1, 1), (2, 2), (2, 2)'),
      passes('(NULL, 1), (1, NULL)'),
    ],
  },
];
