-- What the marts must hold, computed straight from the CSV files and written by other means than the models: amounts
-- are whole cents and rates whole ten-thousandths, spellings are told apart here and not by the seed, and what parses
-- is decided cell by cell. It checks the models, Sluice and the load of the files at once.
--
-- Replace {{data}} by the folder of the CSV files, run it all in one connection (temporary objects only, so that
-- a warehouse opened read-only will do), and compare with EXCEPT ALL, both ways:
--   expected_campaign_performance, expected_daily_revenue, expected_customer_value, expected_product_performance,
--   expected_revenue_by_country.

-- A cell is fine if it is empty or is what its column claims; a line with one that is not was set aside by the load.
CREATE OR REPLACE TEMP TABLE independent_lines AS
SELECT
  TRY_CAST(transaction_id AS BIGINT) AS transaction_id,
  TRY_CAST(timestamp AS TIMESTAMP) AS bought_at,
  TRY_CAST(customer_id AS BIGINT) AS customer_id,
  TRY_CAST(product_id AS BIGINT) AS product_id,
  TRY_CAST(quantity AS INTEGER) AS quantity,
  TRY_CAST(TRY_CAST(discount_applied AS DECIMAL(5, 2)) * 100 AS BIGINT) AS discount_hundredths,
  TRY_CAST(TRY_CAST(gross_revenue AS DECIMAL(12, 2)) * 100 AS BIGINT) AS cents,
  TRY_CAST(campaign_id AS BIGINT) AS campaign_id,
  TRY_CAST(refund_flag AS BOOLEAN) AS refund_flag
FROM read_csv('{{data}}/transactions.csv', all_varchar = TRUE, header = TRUE, delim = ',', quote = '"')
WHERE (transaction_id IS NULL) = (TRY_CAST(transaction_id AS BIGINT) IS NULL)
  AND (timestamp IS NULL) = (TRY_CAST(timestamp AS TIMESTAMP) IS NULL)
  AND (customer_id IS NULL) = (TRY_CAST(customer_id AS BIGINT) IS NULL)
  AND (product_id IS NULL) = (TRY_CAST(product_id AS BIGINT) IS NULL)
  AND (quantity IS NULL) = (TRY_CAST(quantity AS INTEGER) IS NULL)
  AND (discount_applied IS NULL) = (TRY_CAST(discount_applied AS DECIMAL(5, 2)) IS NULL)
  AND (gross_revenue IS NULL) = (TRY_CAST(gross_revenue AS DECIMAL(12, 2)) IS NULL)
  AND (campaign_id IS NULL) = (TRY_CAST(campaign_id AS BIGINT) IS NULL)
  AND (refund_flag IS NULL) = (TRY_CAST(refund_flag AS BOOLEAN) IS NULL);

-- One line a sale: the first that says refunded, or any.
CREATE OR REPLACE TEMP TABLE independent_sales AS
SELECT
  transaction_id,
  CAST(date_trunc('day', bought_at) AS DATE) AS day,
  customer_id,
  product_id,
  campaign_id,
  CASE WHEN quantity < 1 THEN NULL ELSE quantity END AS pieces,
  cents,
  -- Ten-thousandths: 0.15 is 15 hundredths is 1500, and 15.00 means the same.
  CASE WHEN discount_hundredths > 100 THEN discount_hundredths ELSE coalesce(discount_hundredths, 0) * 100 END AS discount,
  refund_flag IS TRUE AS refunded,
  -- Rounded to the cent, half up; cents are not negative, or a blocking audit would have stopped them.
  CASE WHEN refund_flag IS TRUE THEN 0 ELSE (cents * (10000 - discount) + 5000) // 10000 END AS net_cents
FROM (
  SELECT *, row_number() OVER (PARTITION BY transaction_id ORDER BY refund_flag IS TRUE DESC) AS copy_no
  FROM independent_lines
  WHERE bought_at >= '2025-01-01'
)
WHERE copy_no = 1
  AND transaction_id IS NOT NULL
  AND cents IS NOT NULL;

CREATE OR REPLACE TEMP MACRO independent_channel(spelling) AS CASE
  WHEN regexp_full_match(lower(trim(spelling)), 'e[- ]?mail|newsletter') THEN 'email'
  WHEN regexp_full_match(lower(trim(spelling)), 'paid[_ ]search|ppc|google ads') THEN 'paid_search'
  WHEN regexp_full_match(lower(trim(spelling)), 'social( media)?|paid social|facebook') THEN 'social'
  WHEN regexp_full_match(lower(trim(spelling)), 'affiliates?|partner') THEN 'affiliate'
  WHEN regexp_full_match(lower(trim(spelling)), 'display( ads)?|banner') THEN 'display'
  WHEN regexp_full_match(lower(trim(spelling)), 'organic( search)?|seo|direct') THEN 'organic'
  WHEN regexp_full_match(lower(trim(spelling)), 'referral|refer a friend|word of mouth') THEN 'referral'
  ELSE 'other'
END;

CREATE OR REPLACE TEMP MACRO independent_word(cell) AS nullif(nullif(lower(trim(cell)), ''), 'null');

CREATE OR REPLACE TEMP MACRO independent_date(cell) AS CASE
  WHEN regexp_full_match(cell, '\d{4}-\d{2}-\d{2}') THEN CAST(try_strptime(cell, '%Y-%m-%d') AS DATE)
  WHEN regexp_full_match(cell, '\d{2}/\d{2}/\d{4}')
    THEN TRY_CAST(concat_ws('-', substr(cell, 7, 4), substr(cell, 4, 2), substr(cell, 1, 2)) AS DATE)
END;

-- Campaigns and what was sold under their ids, one below the other, then grouped: no join.
CREATE OR REPLACE TEMP VIEW expected_campaign_performance AS
WITH stacked AS (
  SELECT
    CAST(campaign_id AS BIGINT) AS campaign_id,
    independent_channel(channel) AS channel,
    independent_word(objective) AS objective,
    independent_word(target_segment) AS target_segment,
    0 AS sales,
    0 AS net_cents,
    0 AS discount,
    0 AS refunds
  FROM read_csv('{{data}}/campaigns.csv', all_varchar = TRUE, header = TRUE, delim = ',', quote = '"')
  UNION ALL
  SELECT campaign_id, NULL, NULL, NULL, 1, net_cents, discount, CAST(refunded AS INTEGER)
  FROM independent_sales
)
SELECT
  coalesce(max(channel), if(campaign_id IS NULL, 'organic', 'unknown')) AS channel,
  campaign_id,
  max(objective) AS objective,
  max(target_segment) AS target_segment,
  CAST(sum(net_cents) * 0.01 AS DECIMAL(18, 2)) AS total_net_revenue,
  CAST(sum(sales) AS BIGINT) AS total_transactions,
  CAST(CAST(sum(discount) AS DOUBLE) / 10000 / nullif(sum(sales), 0) AS DECIMAL(5, 4)) AS average_discount_rate,
  CAST(CAST(sum(refunds) AS DOUBLE) / nullif(sum(sales), 0) AS DECIMAL(5, 4)) AS refund_rate
FROM stacked
GROUP BY campaign_id;

CREATE OR REPLACE TEMP VIEW expected_daily_revenue AS
SELECT
  day AS order_date,
  count(transaction_id) AS orders,
  len(list_distinct(list(customer_id))) AS customers,
  CAST(sum(CASE WHEN refunded THEN 1 ELSE 0 END) AS BIGINT) AS refunds,
  CAST(sum(cents) * 0.01 AS DECIMAL(18, 2)) AS gross_revenue,
  CAST(sum(CASE WHEN refunded THEN cents ELSE 0 END) * 0.01 AS DECIMAL(18, 2)) AS refunded_amount,
  CAST(sum(net_cents) * 0.01 AS DECIMAL(18, 2)) AS revenue,
  'EUR' AS currency
FROM independent_sales
GROUP BY day;

-- Of several lines for a customer the last signup counts, then the first in the order of what else is known of them.
CREATE OR REPLACE TEMP VIEW expected_customer_value AS
WITH people AS (
  SELECT DISTINCT ON (id)
    CAST(customer_id AS BIGINT) AS id,
    upper(independent_word(country)) AS country,
    coalesce(independent_word(loyalty_tier), 'none') AS tier,
    independent_channel(acquisition_channel) AS channel,
    independent_date(signup_date) AS signup,
    independent_word(email) AS mail,
    TRY_CAST(age AS INTEGER) AS years,
    CASE
      WHEN independent_word(gender) IN ('f', 'female') THEN 'female'
      WHEN independent_word(gender) IN ('m', 'male') THEN 'male'
      WHEN independent_word(gender) IN ('d', 'diverse') THEN 'diverse'
    END AS sex
  FROM read_csv('{{data}}/customers.csv', all_varchar = TRUE, header = TRUE, delim = ',', quote = '"')
  WHERE customer_id <> ''
  ORDER BY
    id,
    coalesce(signup, '0001-01-01') DESC,
    coalesce(mail, '~'),
    tier,
    channel,
    coalesce(country, '~'),
    if(years BETWEEN 16 AND 110, years, 1000),
    coalesce(sex, '~')
)
SELECT
  id AS customer_id,
  any_value(country) AS country,
  any_value(tier) AS loyalty_tier,
  any_value(channel) AS acquisition_channel,
  any_value(signup) AS signup_date,
  count(transaction_id) AS orders,
  count(CASE WHEN refunded THEN 1 END) AS refunds,
  min(day) AS first_order_date,
  max(day) AS last_order_date,
  CAST(coalesce(sum(net_cents), 0) * 0.01 AS DECIMAL(18, 2)) AS revenue,
  CAST(CAST(sum(net_cents) AS DOUBLE) / 100 / nullif(count(transaction_id) - count(CASE WHEN refunded THEN 1 END), 0) AS DECIMAL(12, 2))
    AS average_order_value,
  CASE
    WHEN coalesce(sum(net_cents), 0) = 0 THEN 'none'
    WHEN sum(net_cents) >= 100000 THEN 'high'
    WHEN sum(net_cents) >= 25000 THEN 'medium'
    ELSE 'low'
  END AS value_segment
FROM people
LEFT JOIN independent_sales ON customer_id = id
GROUP BY id;

-- The rank is counted: one more than there are products of the category with more revenue.
CREATE OR REPLACE TEMP VIEW expected_product_performance AS
WITH goods AS (
  SELECT
    CAST(product_id AS BIGINT) AS id,
    coalesce(independent_word(category), 'other') AS category,
    any_value(brand) AS brand,
    any_value(lower(is_premium) SIMILAR TO 'true|yes|1') AS is_premium,
    any_value(
      CASE
        WHEN regexp_full_match(base_price, '[0-9,]+\.[0-9]{2}') THEN CAST(replace(base_price, ',', '') AS DECIMAL(12, 2))
      END
    ) AS base_price
  FROM read_csv('{{data}}/products.csv', all_varchar = TRUE, header = TRUE, delim = ',', quote = '"')
  GROUP BY 1, 2
),
sold AS (
  SELECT
    g.*,
    (SELECT count(*) FROM independent_sales WHERE product_id = g.id) AS orders,
    (SELECT coalesce(sum(pieces), 0) FROM independent_sales WHERE product_id = g.id AND NOT refunded) AS units_sold,
    (SELECT coalesce(sum(net_cents), 0) FROM independent_sales WHERE product_id = g.id) AS net_cents,
    (SELECT sum(discount) FROM independent_sales WHERE product_id = g.id) AS discount,
    (SELECT count(*) FROM independent_sales WHERE product_id = g.id AND refunded) AS refunds
  FROM goods AS g
)
SELECT
  id AS product_id,
  category,
  brand,
  is_premium,
  base_price,
  orders,
  CAST(units_sold AS BIGINT) AS units_sold,
  CAST(net_cents * 0.01 AS DECIMAL(18, 2)) AS revenue,
  CAST(CAST(discount AS DOUBLE) / 10000 / nullif(orders, 0) AS DECIMAL(5, 4)) AS average_discount_rate,
  CAST(CAST(refunds AS DOUBLE) / nullif(orders, 0) AS DECIMAL(5, 4)) AS refund_rate,
  1 + (SELECT count(*) FROM sold AS other WHERE other.category = sold.category AND other.net_cents > sold.net_cents)
    AS rank_in_category
FROM sold;

CREATE OR REPLACE TEMP VIEW expected_revenue_by_country AS
SELECT
  coalesce(country, 'unknown') AS country,
  count(*) AS customers,
  count(first_order_date) AS buyers,
  CAST(sum(orders) AS BIGINT) AS orders,
  CAST(sum(revenue) AS DECIMAL(18, 2)) AS revenue
FROM expected_customer_value
GROUP BY 1;
