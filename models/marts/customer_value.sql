MODEL (
  name marts.customer_value,
  kind FULL,
  grain customer_id,
  description 'What each customer is worth so far, those who never bought included. Sales to strangers are not in it.',
  audits (
    not_null(columns := (customer_id, orders, revenue, value_segment)),
    unique_values(columns := (customer_id)),
    relationships(column := customer_id, to := staging.customers, field := customer_id),
    non_negative(columns := (orders, refunds, revenue)),
    forall(criteria := (last_order_date >= first_order_date, refunds <= orders)),
    accepted_values(column := value_segment, is_in := ('none', 'low', 'medium', 'high')),
    at_least_one(column := average_order_value)
  )
);

WITH sales AS (
  SELECT
    customer_id,
    count(*) AS orders,
    count(*) FILTER (is_refunded) AS refunds,
    min(order_date) AS first_order_date,
    max(order_date) AS last_order_date,
    sum(net_revenue) AS revenue
  FROM staging.valid_sales
  GROUP BY customer_id
),

valued AS (
  SELECT
    c.customer_id,
    c.country,
    c.loyalty_tier,
    c.acquisition_channel,
    c.signup_date,
    coalesce(s.orders, 0) AS orders,
    coalesce(s.refunds, 0) AS refunds,
    s.first_order_date,
    s.last_order_date,
    CAST(coalesce(s.revenue, 0) AS DECIMAL(18, 2)) AS revenue
  FROM staging.customers AS c
  LEFT JOIN sales AS s
    ON s.customer_id = c.customer_id
)

SELECT
  customer_id,
  country,
  loyalty_tier,
  acquisition_channel,
  signup_date,
  orders,
  refunds,
  first_order_date,
  last_order_date,
  revenue,
  -- A refunded order brought nothing, so it is not one of those averaged.
  CAST(revenue / nullif(orders - refunds, 0) AS DECIMAL(12, 2)) AS average_order_value,
  CASE
    WHEN revenue = 0 THEN 'none'
    WHEN revenue < 250 THEN 'low'
    WHEN revenue < 1000 THEN 'medium'
    ELSE 'high'
  END AS value_segment
FROM valued
