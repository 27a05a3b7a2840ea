MODEL (
  name staging.campaigns,
  kind FULL,
  grain campaign_id,
  description 'One row per campaign, its channel under one name and its dates and uplift as such.',
  audits (
    not_null(columns := (campaign_id, channel)),
    unique_values(columns := (campaign_id)),
    accepted_range(column := expected_uplift, min_v := 0, max_v := 1),
    -- Marketing mends these in its own tool; until then the report is right, and the plan of a campaign is not.
    forall(criteria := (end_date >= start_date), severity := warn),
    not_null(columns := (start_date), severity := warn),
    accepted_values(
      column := channel,
      is_in := ('email', 'paid_search', 'social', 'affiliate', 'display'),
      severity := warn
    )
  )
);

SELECT
  c.campaign_id,
  coalesce(n.channel, 'other') AS channel,
  CASE WHEN trim(c.objective) NOT IN ('', 'NULL') THEN lower(trim(c.objective)) END AS objective,
  TRY_CAST(c.start_date AS DATE) AS start_date,
  TRY_CAST(c.end_date AS DATE) AS end_date,
  CASE WHEN trim(c.target_segment) NOT IN ('', 'NULL') THEN lower(trim(c.target_segment)) END AS target_segment,
  -- An uplift is a rate; some are written in percent.
  CASE
    WHEN ends_with(c.expected_uplift, '%')
      THEN CAST(TRY_CAST(rtrim(c.expected_uplift, '%') AS DECIMAL(5, 2)) * 0.01 AS DECIMAL(5, 4))
    ELSE TRY_CAST(c.expected_uplift AS DECIMAL(5, 4))
  END AS expected_uplift
FROM raw.campaigns AS c
LEFT JOIN seeds.channel_names AS n
  ON n.spelling = lower(trim(c.channel))
WHERE c.campaign_id IS NOT NULL
