// The shop's audits as somebody would write them without a library: one query each, in the order in which `sluice audit` runs them.

const nulls = (...columns: readonly string[]): string => columns.map((c) => `${c} IS NULL`).join(' OR ');
const below = (...columns: readonly string[]): string => columns.map((c) => `${c} < 0`).join(' OR ');
const repeated = (table: string, ...key: readonly string[]): string =>
  `SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ${table} GROUP BY ${key.join(', ')} HAVING count(*) > 1)`;
const repeatedValue = (table: string, column: string): string =>
  `SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ${table} WHERE ${column} IS NOT NULL GROUP BY ${column} HAVING count(*) > 1)`;
const orphans = (table: string, column: string, to: string): string =>
  `SELECT count(*) FROM ${table} AS a LEFT JOIN (SELECT DISTINCT ${column} AS k FROM ${to}) AS b ON a.${column} = b.k WHERE a.${column} IS NOT NULL AND b.k IS NULL`;
const where = (table: string, condition: string): string =>
  `SELECT count(*) FROM ${table} WHERE ${condition}`;
const differs = (table: string, amount: string): string =>
  `SELECT CASE WHEN (SELECT coalesce(sum(${amount}), 0) FROM ${table}) <> (SELECT coalesce(sum(net_revenue), 0) FROM staging.transactions WHERE gross_revenue IS NOT NULL) THEN 1 ELSE 0 END`;
const CHANNELS = "'email', 'paid_search', 'social', 'affiliate', 'display'";

/** By model. */
export const SHOP_AUDITS: Readonly<Record<string, readonly string[]>> = {
  'seeds.channel_names': [
    where('seeds.channel_names', nulls('spelling', 'channel')),
    repeatedValue('seeds.channel_names', 'spelling'),
  ],
  'staging.campaigns': [
    where('staging.campaigns', nulls('campaign_id', 'channel')),
    repeatedValue('staging.campaigns', 'campaign_id'),
    where('staging.campaigns', 'expected_uplift NOT BETWEEN 0 AND 1'),
    where('staging.campaigns', 'end_date < start_date'),
    where('staging.campaigns', nulls('start_date')),
    where('staging.campaigns', `channel NOT IN (${CHANNELS})`),
  ],
  'staging.customers': [
    where('staging.customers', nulls('customer_id', 'acquisition_channel')),
    repeatedValue('staging.customers', 'customer_id'),
    where('staging.customers', 'age NOT BETWEEN 16 AND 110'),
    where('staging.customers', "gender NOT IN ('female', 'male', 'diverse')"),
    where('staging.customers', "loyalty_tier NOT IN ('bronze', 'silver', 'gold', 'none')"),
    repeatedValue('staging.customers', 'email'),
    where('staging.customers', `acquisition_channel NOT IN (${CHANNELS}, 'organic', 'referral')`),
  ],
  'staging.products': [
    where('staging.products', nulls('product_id', 'category', 'is_premium')),
    repeatedValue('staging.products', 'product_id'),
    where('staging.products', below('base_price')),
    where('staging.products', nulls('base_price')),
  ],
  'staging.transactions': [
    where('staging.transactions', nulls('transaction_id', 'ordered_at', 'order_date', 'product_id')),
    repeatedValue('staging.transactions', 'transaction_id'),
    where('staging.transactions', below('gross_revenue', 'net_revenue')),
    where('staging.transactions', 'discount_rate NOT BETWEEN 0 AND 1'),
    orphans('staging.transactions', 'product_id', 'staging.products'),
    orphans('staging.transactions', 'customer_id', 'staging.customers'),
    orphans('staging.transactions', 'campaign_id', 'staging.campaigns'),
  ],
  'marts.campaign_performance': [
    where('marts.campaign_performance', nulls('channel', 'total_net_revenue', 'total_transactions')),
    repeated('marts.campaign_performance', 'channel', 'campaign_id'),
    where(
      'marts.campaign_performance',
      `channel NOT IN (${CHANNELS}, 'organic', 'referral', 'other', 'unknown')`,
    ),
    where('marts.campaign_performance', below('total_net_revenue', 'total_transactions')),
    where('marts.campaign_performance', 'average_discount_rate NOT BETWEEN 0 AND 1'),
    where('marts.campaign_performance', 'refund_rate NOT BETWEEN 0 AND 1'),
    differs('marts.campaign_performance', 'total_net_revenue'),
  ],
  'marts.customer_value': [
    where('marts.customer_value', nulls('customer_id', 'orders', 'revenue', 'value_segment')),
    repeatedValue('marts.customer_value', 'customer_id'),
    orphans('marts.customer_value', 'customer_id', 'staging.customers'),
    where('marts.customer_value', below('orders', 'refunds', 'revenue')),
    where('marts.customer_value', 'last_order_date < first_order_date OR refunds > orders'),
    where('marts.customer_value', "value_segment NOT IN ('none', 'low', 'medium', 'high')"),
    'SELECT CASE WHEN count(average_order_value) = 0 THEN 1 ELSE 0 END FROM marts.customer_value',
  ],
  'marts.daily_revenue': [
    where('marts.daily_revenue', nulls('order_date', 'revenue', 'orders')),
    repeatedValue('marts.daily_revenue', 'order_date'),
    where('marts.daily_revenue', below('gross_revenue', 'refunded_amount', 'revenue')),
    where('marts.daily_revenue', 'revenue > gross_revenue OR refunds > orders OR customers > orders'),
    where('marts.daily_revenue', 'refunded_amount > gross_revenue * 0.5'),
  ],
  'marts.product_performance': [
    where('marts.product_performance', nulls('product_id', 'category', 'revenue', 'rank_in_category')),
    repeatedValue('marts.product_performance', 'product_id'),
    where('marts.product_performance', below('orders', 'units_sold', 'revenue')),
    where('marts.product_performance', 'refund_rate NOT BETWEEN 0 AND 1'),
    'SELECT CASE WHEN count(*) <= 10 THEN 1 ELSE 0 END FROM marts.product_performance',
    differs('marts.product_performance', 'revenue'),
  ],
  'marts.revenue_by_country': [
    where('marts.revenue_by_country', nulls('country', 'revenue')),
    repeatedValue('marts.revenue_by_country', 'country'),
  ],
};
