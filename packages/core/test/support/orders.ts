import type { Files } from './project.ts';

/** A small project of each common kind: a source by time, staging, a daily mart, and two tables above. */
export const ORDERS = {
  'project.yaml': `name: orders
start: 2024-01-28
sources:
  raw:
    orders:
      file: data/orders.csv
      time_column: ts
      columns: { id: BIGINT, ts: TIMESTAMP, customer: VARCHAR, amount: 'DECIMAL(12,2)', note: VARCHAR }
    customers:
      file: data/customers.csv
      columns: { name: VARCHAR, country: VARCHAR }
`,
  'data/orders.csv': `id,ts,customer,amount,note
1,2024-01-28 10:00:00,ann,10.00,
2,2024-01-29 11:00:00,bob,20.00,
3,2024-01-30 12:00:00,ann,30.00,
4,2024-01-31 13:00:00,cy,40.00,
`,
  'data/customers.csv': 'name,country\nann,AT\nbob,BE\ncy,CZ\n',
  'models/staging/orders.sql': `MODEL (name staging.orders, kind VIEW);
SELECT id, ts, customer, amount FROM raw.orders
`,
  'models/staging/customers.sql': `MODEL (name staging.customers, kind FULL);
SELECT name AS customer, upper(country) AS country FROM raw.customers
`,
  'models/marts/daily.sql': `MODEL (
  name marts.daily,
  kind INCREMENTAL_BY_TIME_RANGE (time_column day),
  audits (non_negative(columns := (revenue)))
);
SELECT ts::DATE AS day, sum(amount) AS revenue, count(*) AS orders
FROM staging.orders
WHERE ts BETWEEN @start_ts AND @end_ts
GROUP BY ALL
`,
  'models/marts/monthly.sql': `MODEL (name marts.monthly, kind FULL);
SELECT date_trunc('month', day) AS month, sum(revenue) AS revenue FROM marts.daily GROUP BY ALL
`,
  'models/marts/countries.sql': `MODEL (name marts.countries, kind FULL);
SELECT country, count(*) AS customers FROM staging.customers GROUP BY ALL
`,
} satisfies Files;
