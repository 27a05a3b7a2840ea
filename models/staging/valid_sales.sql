MODEL (
  name staging.valid_sales,
  kind EMBEDDED,
  description 'The transactions that the marts count: those with an amount. The others wait for one.'
);

SELECT
  transaction_id,
  order_date,
  customer_id,
  product_id,
  campaign_id,
  quantity,
  discount_rate,
  gross_revenue,
  is_refunded,
  net_revenue
FROM staging.transactions
WHERE gross_revenue IS NOT NULL
