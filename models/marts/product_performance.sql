MODEL (
  name marts.product_performance,
  kind FULL,
  grain product_id,
  description 'What each product sold, those never sold included, and where it stands in its category.',
  audits (
    not_null(columns := (product_id, category, revenue, rank_in_category)),
    unique_values(columns := (product_id)),
    non_negative(columns := (orders, units_sold, revenue)),
    accepted_range(column := refund_rate, min_v := 0, max_v := 1),
    number_of_rows(threshold := 10),
    assert_sums_to_net_revenue(amount := revenue)
  )
);

WITH sales AS (
  SELECT
    product_id,
    count(*) AS orders,
    sum(quantity) FILTER (NOT is_refunded) AS units_sold,
    count(*) FILTER (is_refunded) AS refunds,
    sum(discount_rate) AS discount_rates,
    sum(net_revenue) AS revenue
  FROM staging.valid_sales
  GROUP BY product_id
)

SELECT
  p.product_id,
  p.category,
  p.brand,
  p.is_premium,
  p.base_price,
  coalesce(s.orders, 0) AS orders,
  CAST(coalesce(s.units_sold, 0) AS BIGINT) AS units_sold,
  CAST(coalesce(s.revenue, 0) AS DECIMAL(18, 2)) AS revenue,
  CAST(s.discount_rates / s.orders AS DECIMAL(5, 4)) AS average_discount_rate,
  CAST(s.refunds / s.orders AS DECIMAL(5, 4)) AS refund_rate,
  -- Equal revenue is equal rank; row_number would depend on the order of rows.
  rank() OVER (PARTITION BY p.category ORDER BY coalesce(s.revenue, 0) DESC) AS rank_in_category
FROM staging.products AS p
LEFT JOIN sales AS s
  ON s.product_id = p.product_id
