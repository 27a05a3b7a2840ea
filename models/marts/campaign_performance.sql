MODEL (
  name marts.campaign_performance,
  kind FULL,
  grain (channel, campaign_id),
  description 'What each campaign brought in. Sales without a campaign are organic, those of an unknown one unknown.',
  column_descriptions (
    total_net_revenue = 'Net revenue of all sales; refunded ones count as 0.',
    total_transactions = 'Sales, refunded or not.',
    average_discount_rate = 'Mean of the discount rates of the sales, from 0 to 1; unknown without sales.',
    refund_rate = 'Share of the sales that were refunded, from 0 to 1; unknown without sales.'
  ),
  audits (
    not_null(columns := (channel, total_net_revenue, total_transactions)),
    unique_combination_of_columns(columns := (channel, campaign_id)),
    accepted_values(
      column := channel,
      is_in := ('email', 'paid_search', 'social', 'affiliate', 'display', 'organic', 'referral', 'other', 'unknown')
    ),
    non_negative(columns := (total_net_revenue, total_transactions)),
    accepted_range(column := average_discount_rate, min_v := 0, max_v := 1),
    accepted_range(column := refund_rate, min_v := 0, max_v := 1),
    assert_sums_to_net_revenue(amount := total_net_revenue)
  )
);

WITH sales AS (
  SELECT
    campaign_id,
    sum(net_revenue) AS net_revenue,
    count(*) AS transactions,
    sum(discount_rate) AS discount_rates,
    count(*) FILTER (is_refunded) AS refunds
  FROM staging.valid_sales
  GROUP BY campaign_id
)

-- A full join: campaigns that sold nothing are shown, and sales of unknown campaigns are not lost.
SELECT
  CASE
    WHEN c.campaign_id IS NOT NULL THEN c.channel
    WHEN s.campaign_id IS NULL THEN 'organic'
    ELSE 'unknown'
  END AS channel,
  coalesce(c.campaign_id, s.campaign_id) AS campaign_id,
  c.objective,
  c.target_segment,
  CAST(coalesce(s.net_revenue, 0) AS DECIMAL(18, 2)) AS total_net_revenue,
  coalesce(s.transactions, 0) AS total_transactions,
  CAST(s.discount_rates / s.transactions AS DECIMAL(5, 4)) AS average_discount_rate,
  CAST(s.refunds / s.transactions AS DECIMAL(5, 4)) AS refund_rate
FROM staging.campaigns AS c
FULL JOIN sales AS s
  ON s.campaign_id = c.campaign_id
