/** What is known of DuckDB's functions. A test compares the lists with `duckdb_functions()`. */

/** Give another value every time they are called. */
export const VOLATILE: ReadonlySet<string> = words(`
  random gen_random_uuid uuid uuidv4 uuidv7 nextval currval setseed stats write_log sleep_ms current_query
  current_query_id current_connection_id current_transaction_id
`);

/** Give a value of the session or the moment. */
export const CONTEXT: ReadonlySet<string> = words(`
  current_date now today transaction_timestamp get_current_time get_current_timestamp current_timestamp current_time
  current_localtime current_localtimestamp txid_current current_database current_schema current_schemas
  in_search_path current_setting getvariable
`);

/** Aggregates whose value does not depend on the order of their input, rounding of floating-point sums aside. */
export const UNORDERED: ReadonlySet<string> = words(`
  count count_star sum sum_no_overflow kahan_sum fsum sumkahan min max avg mean favg bool_and bool_or bit_and bit_or
  bit_xor count_if countif stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_slope
  regr_intercept regr_count regr_r2 regr_avgx regr_avgy regr_sxx regr_syy regr_sxy quantile_cont quantile_disc median
  quantile histogram bitstring_agg mad product skewness kurtosis kurtosis_pop entropy approx_count_distinct sem
`);

/** Of these, those that DuckDB gives other values for in windows over rows in another order (`mad` in a frame with EXCLUDE). */
export const NOT_IN_WINDOWS: ReadonlySet<string> = words('mad');

/**
 * Of the others, aggregates whose value in a window over DISTINCT values does not depend on it either. (Sums of squares are
 * rounded in the order of rows.)
 */
export const DISTINCT_IN_WINDOWS: ReadonlySet<string> = words(`
  count sum sum_no_overflow min max avg mean bool_and bool_or bit_and bit_or bit_xor quantile_disc quantile median
`);

/** Aggregates that list all values, in the order of rows. */
export const LISTS: ReadonlySet<string> = words('list array_agg');

/** Functions of a list that do not depend on the order of its elements, where equal elements are the same. */
export const SORTS: ReadonlySet<string> = words('list_sort array_sort list_reverse_sort array_reverse_sort');

/** Aggregates that are NULL over no rows; there are more, but these are the ones people write. */
export const NULL_OF_NONE: ReadonlySet<string> = words(
  'sum min max avg mean first last any_value bool_and bool_or stddev median',
);

/** Scalar functions of numbers that give NULL when an argument is NULL; there are more, but these stand around aggregates. */
export const STRICT: ReadonlySet<string> = words('+ - * / // % abs ceil floor round');

/** Window functions that give peers the same value. */
export const RANKS: ReadonlySet<string> = words(
  'WINDOW_RANK WINDOW_RANK_DENSE WINDOW_PERCENT_RANK WINDOW_CUME_DIST',
);

/** Table functions that are determined by their arguments. */
export const PURE_TABLE_FUNCTIONS: ReadonlySet<string> = words(
  'range generate_series unnest repeat repeat_row',
);

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
