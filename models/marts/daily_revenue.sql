MODEL (
  name marts.daily_revenue,
  kind INCREMENTAL_BY_TIME_RANGE (time_column order_date, lookback 2),
  grain order_date,
  description 'What each day brought in. Days without sales have no row.',
  column_descriptions (
    gross_revenue = 'Before discounts, refunded sales included.',
    refunded_amount = 'Gross revenue of the refunded sales.',
    revenue = 'After discounts; refunded sales count as 0.'
  ),
  audits (
    not_null(columns := (order_date, revenue, orders)),
    unique_values(columns := (order_date)),
    non_negative(columns := (gross_revenue, refunded_amount, revenue)),
    forall(criteria := (revenue <= gross_revenue, refunds <= orders, customers <= orders)),
    assert_refunds_within_sales(threshold := 0.5)
  )
);

SELECT
  order_date,
  count(*) AS orders,
  count(DISTINCT customer_id) AS customers,
  count(*) FILTER (is_refunded) AS refunds,
  CAST(sum(gross_revenue) AS DECIMAL(18, 2)) AS gross_revenue,
  CAST(coalesce(sum(gross_revenue) FILTER (is_refunded), 0) AS DECIMAL(18, 2)) AS refunded_amount,
  CAST(sum(net_revenue) AS DECIMAL(18, 2)) AS revenue,
  @var('currency') AS currency
FROM staging.valid_sales
WHERE order_date BETWEEN @start_ds AND @end_ds
GROUP BY order_date
