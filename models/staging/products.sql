MODEL (
  name staging.products,
  kind FULL,
  grain product_id,
  description 'One row per product. A price that is no price, or below zero, is unknown.',
  audits (
    not_null(columns := (product_id, category, is_premium)),
    unique_values(columns := (product_id)),
    non_negative(columns := (base_price)),
    not_null(columns := (base_price), severity := warn)
  )
);

WITH parsed AS (
  SELECT
    product_id,
    CASE WHEN trim(category) NOT IN ('', 'NULL') THEN lower(trim(category)) ELSE 'other' END AS category,
    brand,
    TRY_CAST(replace(base_price, ',', '') AS DECIMAL(12, 2)) AS base_price,
    coalesce(
      TRY_CAST(launch_date AS DATE),
      CAST(try_strptime(launch_date, '%d/%m/%Y') AS DATE)
    ) AS launch_date,
    lower(trim(is_premium)) IN ('true', 'yes', '1') AS is_premium
  FROM raw.products
)

SELECT
  product_id,
  category,
  brand,
  CASE WHEN base_price >= 0 THEN base_price END AS base_price,
  launch_date,
  is_premium
FROM parsed
