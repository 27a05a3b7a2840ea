MODEL (
  name staging.transactions,
  kind INCREMENTAL_BY_TIME_RANGE (time_column order_date),
  grain transaction_id,
  description 'One row per transaction that has an id and a time. What was refunded counts as no revenue.',
  column_descriptions (
    quantity = 'Pieces sold; unknown where the shop sent none or fewer.',
    discount_rate = 'Share of the price that was taken off, from 0 to 1.',
    gross_revenue = 'What the pieces cost before the discount.',
    net_revenue = 'Gross revenue less the discount, rounded to the cent; 0 if refunded, never below.'
  ),
  audits (
    not_null(columns := (transaction_id, ordered_at, order_date, product_id)),
    unique_values(columns := (transaction_id)),
    -- Staging must not make an amount right that it cannot know: below zero, nothing of the batch is published.
    non_negative(columns := (gross_revenue, net_revenue)),
    accepted_range(column := discount_rate, min_v := 0, max_v := 1),
    relationships(column := product_id, to := staging.products, field := product_id),
    -- Money counts, whoever paid it and whatever brought them: orphans are reported and stay.
    relationships(column := customer_id, to := staging.customers, field := customer_id, severity := warn),
    relationships(column := campaign_id, to := staging.campaigns, field := campaign_id, severity := warn)
  )
);

-- The shop sends a transaction again when it is refunded. All copies have the same time, so that they fall into the
-- same interval, and agree on all but the refund; copies that disagree on more stay two rows, for unique_values.
WITH sent AS (
  SELECT
    transaction_id,
    timestamp AS ordered_at,
    customer_id,
    product_id,
    quantity,
    discount_applied,
    gross_revenue,
    campaign_id,
    coalesce(bool_or(refund_flag), FALSE) AS is_refunded
  FROM raw.transactions
  WHERE timestamp BETWEEN @start_ts AND @end_ts
    AND transaction_id IS NOT NULL
  GROUP BY ALL
),

discounted AS (
  SELECT
    transaction_id,
    ordered_at,
    customer_id,
    product_id,
    quantity,
    gross_revenue,
    campaign_id,
    is_refunded,
    -- A discount is a rate; what is above 1 was sent in percent.
    CAST(
      CASE
        WHEN discount_applied IS NULL THEN 0
        WHEN discount_applied > 1 THEN discount_applied * 0.01
        ELSE discount_applied
      END AS DECIMAL(5, 4)
    ) AS discount_rate
  FROM sent
)

SELECT
  transaction_id,
  CAST(ordered_at AS DATE) AS order_date,
  ordered_at,
  customer_id,
  product_id,
  campaign_id,
  CASE WHEN quantity > 0 THEN quantity END AS quantity,
  discount_rate,
  gross_revenue,
  is_refunded,
  CASE
    WHEN is_refunded THEN CAST(0 AS DECIMAL(12, 2))
    ELSE CAST(round(gross_revenue * (1 - discount_rate), 2) AS DECIMAL(12, 2))
  END AS net_revenue
FROM discounted
