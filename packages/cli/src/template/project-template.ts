/**
 * The project that `sluice init` writes: a bakery with two dirty files, two staging models that clean them, two marts
 * and an audit. It must plan and apply without an error or a failing audit as it is.
 */
export interface TemplateFile {
  readonly path: string;
  readonly text: string;
}

export function projectTemplate(name: string): readonly TemplateFile[] {
  return [
    { path: 'project.yaml', text: projectYaml(name) },
    { path: '.gitignore', text: '.sluice/\n' },
    { path: 'data/customers.csv', text: CUSTOMERS },
    { path: 'data/orders.csv', text: ORDERS },
    { path: 'models/staging/customers.sql', text: STAGING_CUSTOMERS },
    { path: 'models/staging/orders.sql', text: STAGING_ORDERS },
    { path: 'models/marts/daily_revenue.sql', text: DAILY_REVENUE },
    { path: 'models/marts/customer_orders.sql', text: CUSTOMER_ORDERS },
    { path: 'audits/assert_refunds_are_few.sql', text: AUDIT },
  ];
}

function projectYaml(name: string): string {
  return `# The project. \`sluice schema\` prints what may stand here.
name: ${name}
start: 2025-01-01 # where history begins, UTC
warehouse: { path: .sluice/warehouse.duckdb }
variables: { currency: EUR }

# Files that Sluice loads. Declared columns are checked; what people typed by hand is text and mended in staging.
sources:
  raw:
    customers:
      file: data/customers.csv
      columns: { customer_id: BIGINT, name: VARCHAR, country: VARCHAR, signup_date: VARCHAR }
    orders:
      file: data/orders.csv
      time_column: ordered_at
      columns:
        order_id: BIGINT
        customer_id: BIGINT
        ordered_at: TIMESTAMP
        product: VARCHAR
        amount: 'DECIMAL(10,2)'
        status: VARCHAR
`;
}

// A customer twice, countries in three spellings, two date formats, a missing country.
const CUSTOMERS = `customer_id,name,country,signup_date
1,Ada Berg,de,2024-11-02
2,Bo Lind,SE,2024-11-19
3,Chiara Conti, it ,03/12/2024
4,Dilan Kaya,DE,2024-12-21
5,Emma Roux,,2025-01-04
6,Finn Olsen,se,2025-01-06
3,Chiara Conti,IT,2024-12-03
`;

// An order sent twice (the second time refunded), a product in capitals, an order without a customer.
const ORDERS = `order_id,customer_id,ordered_at,product,amount,status
1001,1,2025-01-01 07:12:00,rye bread,4.20,paid
1002,2,2025-01-01 08:40:00,croissant,2.10,paid
1003,3,2025-01-02 07:05:00,Rye Bread,4.20,paid
1004,1,2025-01-02 16:31:00,cake,28.00,paid
1005,4,2025-01-03 09:10:00,croissant,6.30,paid
1006,,2025-01-03 10:02:00,coffee,2.80,paid
1007,2,2025-01-04 08:15:00,cake,32.00,paid
1007,2,2025-01-04 08:15:00,cake,32.00,refunded
1008,5,2025-01-05 09:45:00,CROISSANT,4.20,paid
1009,6,2025-01-06 07:55:00,rye bread,8.40,paid
1010,3,2025-01-06 15:20:00,coffee,2.80,paid
1011,4,2025-01-07 08:00:00,rye bread,4.20,paid
`;

const STAGING_CUSTOMERS = `MODEL (
  name staging.customers,
  kind FULL,
  grain customer_id,
  description 'One row per customer, with countries spelled one way.',
  audits (
    not_null(columns := (customer_id, name)),
    unique_values(columns := (customer_id))
  )
);

SELECT DISTINCT
  customer_id,
  name,
  nullif(upper(trim(country)), '') AS country,
  coalesce(
    TRY_CAST(signup_date AS DATE),
    CAST(try_strptime(signup_date, '%d/%m/%Y') AS DATE)
  ) AS signup_date
FROM raw.customers
`;

const STAGING_ORDERS = `MODEL (
  name staging.orders,
  kind INCREMENTAL_BY_TIME_RANGE (time_column order_date),
  grain order_id,
  description 'One row per order. An order that was refunded counts as no revenue.',
  audits (
    not_null(columns := (order_id, order_date, amount)),
    unique_values(columns := (order_id)),
    non_negative(columns := (amount, revenue)),
    -- Reported, but no reason to stop: somebody paid without saying who they are.
    not_null(columns := (customer_id), severity := warn)
  )
);

-- The shop sends an order again when it is refunded: of its copies, one row is made.
SELECT
  order_id,
  customer_id,
  CAST(ordered_at AS DATE) AS order_date,
  lower(product) AS product,
  amount,
  bool_or(status = 'refunded') AS is_refunded,
  CASE WHEN bool_or(status = 'refunded') THEN 0 ELSE amount END AS revenue
FROM raw.orders
WHERE ordered_at BETWEEN @start_ts AND @end_ts
GROUP BY order_id, customer_id, ordered_at, lower(product), amount
`;

const DAILY_REVENUE = `MODEL (
  name marts.daily_revenue,
  kind INCREMENTAL_BY_TIME_RANGE (time_column order_date, lookback 2),
  grain order_date,
  description 'What each day brought in.',
  audits (
    unique_values(columns := (order_date)),
    non_negative(columns := (revenue)),
    assert_refunds_are_few(most := 5)
  )
);

SELECT
  order_date,
  count(*) AS orders,
  count(*) FILTER (is_refunded) AS refunds,
  sum(revenue) AS revenue,
  @var('currency') AS currency
FROM staging.orders
WHERE order_date BETWEEN @start_ds AND @end_ds
GROUP BY order_date
`;

const CUSTOMER_ORDERS = `MODEL (
  name marts.customer_orders,
  kind FULL,
  grain customer_id,
  description 'What each customer has bought so far.',
  audits (
    unique_values(columns := (customer_id)),
    relationships(column := customer_id, to := staging.customers, field := customer_id)
  )
);

SELECT
  c.customer_id,
  c.name,
  c.country,
  count(o.order_id) AS orders,
  coalesce(sum(o.revenue), 0) AS revenue,
  max(o.order_date) AS last_order_date
FROM staging.customers AS c
LEFT JOIN staging.orders AS o ON o.customer_id = c.customer_id
GROUP BY c.customer_id, c.name, c.country
`;

const AUDIT = `AUDIT (
  name assert_refunds_are_few,
  defaults (most = 10)
);

-- An audit is a query for bad rows: when it finds any, the table stays as it was.
SELECT *
FROM @this_model
WHERE refunds > @most
`;
