MODEL (
  name staging.customers,
  kind FULL,
  grain customer_id,
  description 'One row per customer: of several, the one that signed up last.',
  audits (
    not_null(columns := (customer_id, acquisition_channel)),
    unique_values(columns := (customer_id)),
    accepted_range(column := age, min_v := 16, max_v := 110),
    accepted_values(column := gender, is_in := ('female', 'male', 'diverse')),
    accepted_values(column := loyalty_tier, is_in := ('bronze', 'silver', 'gold', 'none')),
    -- The same person under two ids. Which of them is meant is for the shop to say.
    unique_values(columns := (email), severity := warn),
    accepted_values(
      column := acquisition_channel,
      is_in := ('email', 'paid_search', 'social', 'affiliate', 'display', 'organic', 'referral'),
      severity := warn
    )
  )
);

WITH cleaned AS (
  SELECT
    c.customer_id,
    coalesce(
      TRY_CAST(c.signup_date AS DATE),
      CAST(try_strptime(c.signup_date, '%d/%m/%Y') AS DATE)
    ) AS signup_date,
    CASE WHEN trim(c.country) NOT IN ('', 'NULL') THEN upper(trim(c.country)) END AS country,
    CASE WHEN TRY_CAST(c.age AS INTEGER) BETWEEN 16 AND 110 THEN TRY_CAST(c.age AS INTEGER) END AS age,
    CASE left(lower(trim(c.gender)), 1)
      WHEN 'f' THEN 'female'
      WHEN 'm' THEN 'male'
      WHEN 'd' THEN 'diverse'
    END AS gender,
    CASE WHEN trim(c.loyalty_tier) NOT IN ('', 'NULL') THEN lower(trim(c.loyalty_tier)) ELSE 'none' END AS loyalty_tier,
    coalesce(n.channel, 'other') AS acquisition_channel,
    lower(nullif(trim(c.email), '')) AS email
  FROM raw.customers AS c
  LEFT JOIN seeds.channel_names AS n
    ON n.spelling = lower(trim(c.acquisition_channel))
  WHERE c.customer_id IS NOT NULL
)

SELECT
  customer_id,
  signup_date,
  country,
  age,
  gender,
  loyalty_tier,
  acquisition_channel,
  email
FROM cleaned
-- Every column takes part in the order, so that rows which tie are the same row and any of them will do.
QUALIFY row_number() OVER (
  PARTITION BY customer_id
  ORDER BY
    signup_date DESC NULLS LAST,
    email NULLS LAST,
    loyalty_tier,
    acquisition_channel,
    country NULLS LAST,
    age NULLS LAST,
    gender NULLS LAST
) = 1
