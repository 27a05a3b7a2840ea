MODEL (
  name marts.revenue_by_country,
  kind VIEW,
  grain country,
  description 'Customers and their revenue by country.',
  audits (
    not_null(columns := (country, revenue)),
    unique_values(columns := (country))
  )
);

SELECT
  coalesce(country, 'unknown') AS country,
  count(*) AS customers,
  count(*) FILTER (orders > 0) AS buyers,
  CAST(sum(orders) AS BIGINT) AS orders,
  CAST(sum(revenue) AS DECIMAL(18, 2)) AS revenue
FROM marts.customer_value
GROUP BY ALL
