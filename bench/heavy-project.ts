/**
 * Makes a project like TPC-H: orders with lines, customers, parts, and marts over them that join, group, rank and write wide
 * tables. The data come from DuckDB's own `range` and `hash`, so that nothing is downloaded and every machine has the same.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** A whole number from 0 to n - 1 that looks drawn, by a row's number and a name for the draw. */
function drawn(row: string, what: string, n: number | string): string {
  return `(hash(${row}, '${what}') % (${n}))::BIGINT`;
}

/** The files, by name. Four lines an order on average, 2,400 days. */
function tables(orders: number): Readonly<Record<string, string>> {
  const customers = Math.max(10, Math.floor(orders / 10));
  const parts = Math.max(10, Math.floor(orders / 8));
  return {
    customers: `SELECT i AS customer_id, 'Customer ' || i AS name, ${drawn('i', 'nation', 25)} AS nation,
      ['BUILDING', 'MACHINERY', 'HOUSEHOLD', 'FURNITURE', 'AUTOMOBILE'][${drawn('i', 'segment', 5)} + 1] AS segment
      FROM range(1, ${customers} + 1) AS t (i)`,
    parts: `SELECT i AS part_id, 'Part ' || i AS name, 'Brand ' || ${drawn('i', 'brand', 25)} AS brand,
      (${drawn('i', 'cost', 90_000)} / 100.0)::DECIMAL(12,2) AS cost FROM range(1, ${parts} + 1) AS t (i)`,
    // In order of time, as orders come.
    orders: `SELECT i AS order_id, 1 + ${drawn('i', 'customer', customers)} AS customer_id,
      DATE '2019-01-01' + (i * 2400 // ${orders + 1})::INTEGER AS order_date,
      ${drawn('i', 'priority', 5)} AS priority FROM range(1, ${orders} + 1) AS t (i)`,
    lines: `SELECT o.i AS order_id, n AS line, 1 + ${drawn('o.i * 8 + n', 'part', parts)} AS part_id,
      1 + ${drawn('o.i * 8 + n', 'quantity', 50)} AS quantity,
      (${drawn('o.i * 8 + n', 'price', 1_000_000)} / 100.0)::DECIMAL(12,2) AS price,
      (${drawn('o.i * 8 + n', 'discount', 11)} / 100.0)::DECIMAL(12,2) AS discount,
      ['A', 'N', 'R'][${drawn('o.i * 8 + n', 'flag', 3)} + 1] AS flag,
      DATE '2019-01-01' + (o.i * 2400 // ${orders + 1})::INTEGER + 1 + ${drawn('o.i * 8 + n', 'shipped', 120)}::INTEGER AS shipped
      FROM range(1, ${orders} + 1) AS o (i), unnest(range(1, ${drawn('o.i', 'lines', 7)} + 2)) AS l (n)`,
  };
}

/** Writes the project into a folder; data of a size are made once. */
export async function generateHeavy(folder: string, orders: number): Promise<void> {
  const data = join(folder, 'data');
  if (!existsSync(data)) {
    // Half a data folder must not be taken for a whole one.
    const unfinished = `${data}-${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    for (const [name, query] of Object.entries(tables(orders)))
      await connection.run(`COPY (${query}) TO '${join(unfinished, name)}.parquet' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    renameSync(unfinished, data);
  }
  rmSync(join(folder, 'models'), { recursive: true, force: true });
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function model(name: string, kind: string, query: string, audits?: string): Readonly<Record<string, string>> {
  const header = `MODEL (\n  name ${name},\n  kind ${kind}${audits === undefined ? '' : `,\n  audits (${audits})`}\n);`;
  return { [`models/${name.replace('.', '/')}.sql`]: `${header}\n\n${query}\n` };
}

const FILES: Readonly<Record<string, string>> = {
  'project.yaml': `name: heavy
start: 2019-01-01
sources:
  raw:
    customers: { file: data/customers.parquet }
    parts: { file: data/parts.parquet }
    orders: { file: data/orders.parquet }
    lines: { file: data/lines.parquet }
`,
  ...model(
    'staging.lines',
    'VIEW',
    `SELECT
  *,
  (price * (1 - discount))::DECIMAL(18, 4) AS revenue
FROM raw.lines`,
  ),
  ...model(
    'marts.sales',
    'FULL',
    `SELECT
  l.order_id,
  l.line,
  o.order_date,
  l.shipped,
  o.customer_id,
  c.nation,
  c.segment,
  l.part_id,
  p.brand,
  l.quantity,
  l.revenue,
  (l.revenue - p.cost * l.quantity)::DECIMAL(18, 4) AS profit
FROM staging.lines AS l
INNER JOIN raw.orders AS o USING (order_id)
INNER JOIN raw.customers AS c USING (customer_id)
INNER JOIN raw.parts AS p USING (part_id)`,
    'not_null(columns := (order_id, line, order_date, revenue)), accepted_range(column := quantity, min_v := 1, max_v := 50)',
  ),
  ...model(
    'marts.pricing_summary',
    'FULL',
    `SELECT
  flag,
  date_trunc('month', shipped) AS month,
  sum(quantity) AS quantity,
  sum(price) AS price,
  sum(revenue) AS revenue,
  avg(discount) AS discount,
  count(*) AS lines
FROM staging.lines
GROUP BY ALL`,
    'not_null(columns := (flag, month))',
  ),
  ...model(
    'marts.order_revenue',
    'FULL',
    `SELECT
  order_id,
  order_date,
  customer_id,
  sum(revenue) AS revenue,
  sum(quantity) AS quantity,
  max(shipped) AS last_shipped
FROM marts.sales
GROUP BY ALL`,
    'unique_values(columns := (order_id)), not_null(columns := (customer_id))',
  ),
  ...model(
    'marts.customer_ranks',
    'FULL',
    `SELECT
  customer_id,
  order_id,
  revenue,
  row_number() OVER (PARTITION BY customer_id ORDER BY revenue DESC, order_id) AS position,
  sum(revenue) OVER (PARTITION BY customer_id ORDER BY order_date, order_id) AS running
FROM marts.order_revenue`,
  ),
  ...model(
    'marts.large_customers',
    'FULL',
    `SELECT
  c.customer_id,
  c.name,
  sum(o.revenue) AS revenue,
  count(*) AS orders
FROM marts.order_revenue AS o
INNER JOIN raw.customers AS c USING (customer_id)
WHERE o.quantity > 150
GROUP BY ALL`,
    'unique_values(columns := (customer_id))',
  ),
  ...model(
    'marts.profit_by_brand',
    'FULL',
    `SELECT
  nation,
  brand,
  year(order_date) AS year,
  sum(profit) AS profit,
  approx_count_distinct(customer_id) AS customers
FROM marts.sales
GROUP BY ALL`,
  ),
  ...model(
    'marts.daily_revenue',
    'INCREMENTAL_BY_TIME_RANGE (time_column order_date)',
    `SELECT
  order_date,
  segment,
  sum(revenue) AS revenue,
  count(DISTINCT order_id) AS orders
FROM marts.sales
WHERE order_date BETWEEN @start_ds AND @end_ds
GROUP BY ALL`,
    'non_negative(columns := (revenue))',
  ),
};
