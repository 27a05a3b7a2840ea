/**
 * A project with twelve different mistakes in twelve files, such as people make. `«…»` marks the place each is told at; the
 * marks are no part of the files.
 */
import type { Files } from './project.ts';

export const TWELVE_MISTAKES: Files = {
  'project.yaml': `name: shop
start: 2024-01-01
sources:
  raw:
    orders:
      file: data/orders.csv
      columns: { order_id: BIGINT, customer_id: BIGINT, ordered_at: TIMESTAMP, amount: 'DECIMAL(12,2)' }
`,
  'data/orders.csv': 'order_id,customer_id,ordered_at,amount\n',
  'sources.yaml': `crm:
  customers:
    columns:
      id: BIGINT
     «n»ame: VARCHAR
`,
  'models/staging/orders.sql': `MODEL (kind VIEW, description 'Nothing is wrong here');

SELECT order_id, customer_id, ordered_at::DATE AS order_date, amount FROM raw.orders
`,
  'models/staging/refunds.sql': `MODEL (
  kind FULL,
  «discription» 'Orders that went back'
);

SELECT order_id, amount FROM staging.orders WHERE amount < 0
`,
  'models/marts/daily.sql': `MODEL (
  kind INCREMENTAL_BY_TIME_RANGE (time_column order_date, «loockback» 2)
);

SELECT order_date, sum(amount) AS revenue FROM staging.orders GROUP BY ALL
`,
  'models/marts/hen.sql': `MODEL (name «marts.hen»);

SELECT order_id FROM marts.egg
`,
  'models/marts/egg.sql': `MODEL (name marts.egg);

SELECT order_id FROM marts.hen
`,
  'models/marts/customers.sql': `MODEL (kind FULL);

SELECT customer_id, -- Umsatz in €, 🦆
       /* 🦆 */ sum(«amuont») AS revenue
FROM staging.orders
GROUP BY customer_id
`,
  'models/marts/returns.sql': `MODEL (kind FULL);

SELECT order_id FROM «staging.order» WHERE amount < 0
`,
  'models/marts/late.sql': `MODEL (kind FULL);

SELECT order_id, amount FROM staging.orders WHERE order_date «>» amount
`,
  'models/marts/contract.sql': `MODEL (kind FULL, columns (order_id BIGINT, «amount INTEGER»));

SELECT order_id, amount FROM staging.orders
`,
  'models/marts/shares.sql': `MODEL (kind FULL);

SELECT order_id, «@SAFE_DIV(amount)» AS share FROM staging.orders
`,
  'models/marts/orders_again.sql': `MODEL (name «staging.orders», kind FULL);

SELECT 1 AS order_id
`,
  'models/marts/checked.sql': `MODEL (kind FULL, audits (accepted_range(column := amount, «min_w := 0»)));

SELECT order_id, amount FROM staging.orders
`,
  'models/marts/typing.sql': `MODEL (kind FULL);

SELECT order_id, amount
FORM «staging.orders»
`,
};
