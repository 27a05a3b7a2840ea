/**
 * Small projects that between them touch every feature an author can write, for the fuzzer to spoil. Small, so that
 * compiling one takes a few milliseconds and a search of 20,000 fits into minutes.
 */
import type { Files } from './project.ts';

const SOURCES = `sources:
  raw:
    orders:
      file: data/*.csv
      columns: { id: BIGINT, customer: BIGINT, day: DATE, at: TIMESTAMP, amount: 'DECIMAL(12,2)', tags: 'VARCHAR[]' }
      csv: { delimiter: ',', header: true, null_values: ['', 'NULL'] }
    "odd ünï": { table: crm.customers, cron: '@hourly', columns: { id: BIGINT, name: VARCHAR } }
`;

const project: Files = {
  'project.yaml': `name: fuzz
start: 2024-01-01 # a comment with ünï and 🦆
warehouse: { path: .sluice/warehouse.duckdb, threads: 2, memory_limit: 2GB }
defaults: &d { cron: '@daily', owner: analytics }
variables: { currency: EUR, limit: 10, none: ~, yes: true, share: 0.5 }
${SOURCES}environments: { dev: { start: 7 days ago }, pr_1: ~ }
quarantine: { max_rows: 10 }
lint:
  no-select-star: error
  name-pattern: { severity: warn, patterns: { marts: '^[a-z_]+$', '*': '.' } }
`,
  'models/staging/orders.sql': `MODEL (kind VIEW, description 'ein Umlaut: ü, ein 🦆', columns (id BIGINT, customer BIGINT, day DATE, amount DECIMAL(12, 2)));
SELECT id, customer, day, amount FROM raw.orders WHERE customer IN (SELECT id FROM raw."odd ünï")
`,
  'models/marts/revenue.sql': `MODEL (
  name marts.revenue,
  kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d'), lookback 2, batch_size 10),
  cron '@daily', start '2025-01-01', grain (day, customer), tags (a, "b c"), owner 'me',
  column_descriptions (day = 'the day'),
  audits (not_null(columns := (day)), accepted_range(column := revenue, min_v := 0, condition := customer > 0), limit_of(least := 3, column := revenue))
);
@DEF(bound, 10);
-- a comment with 'quotes' and "names"
SELECT day::DATE AS day, customer, /* ünï */ @IF(@bound > 5, sum(amount), 0) AS revenue,
  @EACH([1, 2], x -> x + @x AS plus_@{x})
FROM staging.orders
WHERE day BETWEEN @start_ds AND @end_ds AND @AND(customer > 0, NULL) AND 'it''s' <> $$dollar$$
GROUP BY ALL
HAVING count(*) > @VAR('limit', 0);
`,
  'models/marts/star.sql': `MODEL (name marts.star, kind FULL);
SELECT @STAR(marts.revenue, r, exclude := [customer]), @GENERATE_SURROGATE_KEY(r.day, r.customer) AS key, '🦆' AS d
FROM marts.revenue AS r;
@IF(@runtime_stage = 'creating', DROP TABLE IF EXISTS x);
ON_VIRTUAL_UPDATE_BEGIN; GRANT SELECT ON @this_model TO PUBLIC; ON_VIRTUAL_UPDATE_END;
`,
  'audits/limit.sql': `AUDIT (name limit_of, defaults (least = 3), blocking false);
SELECT * FROM @this_model WHERE @column < @least AND 'ä' <> 'b';
`,
};

const kinds: Files = {
  'project.yaml': `name: kinds\nstart: 2024-01-01\n${SOURCES}`,
  'models/a/by_key.sql': `MODEL (name a.by_key, kind FULL, grains (id, day), columns (id BIGINT, day DATE, amount DECIMAL(38, 2)), enabled true);
SELECT id, day, sum(amount) AS amount FROM raw.orders GROUP BY 1, 2
`,
  'models/a/history.sql': `MODEL (name a.history, kind FULL, start '2024-01-01', cron '0 6 * * *', tags [x, y]);
SELECT id, any_value(amount) AS amount FROM a.by_key GROUP BY id
`,
  'models/a/embedded.sql': `MODEL (name a.embedded, kind EMBEDDED);
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3)
SELECT n, row_number() OVER (PARTITION BY n ORDER BY o.id DESC) AS rank, list_transform(tags, lambda t: upper(t)) AS tags
FROM r LEFT JOIN raw.orders o ON o.id = n QUALIFY rank = 1
`,
  'models/a/@{region}.sql': `MODEL (name a.@{region}_orders, kind VIEW, blueprints ((region := eu, least := 1), (region := us, least := 2)));
SELECT id, @BLUEPRINT_VAR('least') AS least FROM a.embedded JOIN raw.orders ON n = id WHERE id > @least
`,
  'models/a/pivot.sql': `MODEL (name a.pivot, kind FULL, audits [number_of_rows(threshold := 1, severity := warn)]);
FROM (PIVOT (SELECT id % 3 AS k, amount, customer FROM raw.orders) ON k IN (0, 1, 2) USING sum(amount) GROUP BY customer)
UNION ALL BY NAME SELECT NULL AS customer, 1 AS "0"
`,
};

/** Kinds whose rows add up, with every property they have, and SQL around models and around everything. */
const history: Files = {
  'project.yaml': `name: history
start: 2024-01-01
before_all: ["CREATE SCHEMA IF NOT EXISTS extra"]
after_all: |
  SELECT 1
variables: { least: 1 }
${SOURCES}`,
  'models/h/merged.sql': `MODEL (
  name h.merged,
  kind INCREMENTAL_BY_UNIQUE_KEY (
    unique_key (id, coalesce(customer, 0)),
    when_matched (WHEN MATCHED AND source.amount IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET target.amount = source.amount),
    merge_filter target.id > 0, lookback 1, batch_size 3, on_destructive_change warn, on_additive_change ignore),
  cron '@hourly', cron_tz 'Europe/Zurich', allow_partials true
);
CREATE TEMP TABLE IF NOT EXISTS seen AS SELECT 1 AS n;
SELECT id, customer, max(amount) AS amount FROM raw.orders WHERE "at" BETWEEN @start_ts AND @end_ts GROUP BY ALL;
DROP TABLE IF EXISTS seen;
`,
  'models/h/parts.sql': `MODEL (name h.parts, kind INCREMENTAL_BY_PARTITION (forward_only true, disable_restatement false), partitioned_by (day, customer % 4));
SELECT day, customer, amount FROM raw.orders
`,
  'models/h/log.sql': `MODEL (name h.log, kind INCREMENTAL_UNMANAGED (insert_overwrite false, on_destructive_change allow), physical_properties (x = 'y', n = 1));
SELECT @start_ds::DATE AS day, @execution_ts::TIMESTAMP AS done_at, id FROM raw.orders WHERE day BETWEEN @start_ds AND @end_ds
`,
  'models/h/by_time.sql': `MODEL (name h.by_time, kind SCD_TYPE_2_BY_TIME (unique_key id, updated_at_name "at", updated_at_as_valid_from true,
  valid_from_name since, valid_to_name "until", time_data_type TIMESTAMP, invalidate_hard_deletes true));
SELECT id, customer, "at" FROM raw.orders
`,
  'models/h/by_column.sql': `MODEL (name h.by_column, kind SCD_TYPE_2_BY_COLUMN (unique_key (id), columns [customer, amount], execution_time_as_valid_from true));
SELECT id, customer, amount FROM h.merged
`,
  'models/h/living.sql': `MODEL (
  name h.living, description 'lebt ünd lebt 🦆', column_descriptions (day = 'Tag'),
  kind INCREMENTAL_BY_TIME_RANGE (time_column day, forward_only true, auto_restatement_cron '@weekly', auto_restatement_intervals 3),
  audits (accepted_range(column := amount, min_v := 0, severity := quarantine), not_null(columns := (day), max_share := 0.5), bad_rows(least := @least))
);
SELECT day, sum(amount) AS amount FROM raw.orders WHERE day BETWEEN @start_date AND @end_date GROUP BY 1
`,
  'models/h/copied.sql': `MODEL (name h.copied, kind VIEW (materialized true), depends_on (h.by_time), references (id));
SELECT id, since, "until" FROM h.by_time WHERE "until" IS NULL
`,
  'audits/bad_rows.sql': `AUDIT (name bad_rows, severity warn, defaults (least = 1));
SELECT * FROM @this_model WHERE amount < @least
`,
};

const macros: Files = {
  'project.yaml': `name: macros\nstart: 2024-01-01\nvariables: { z: 1 }\n${SOURCES}`,
  'macros/money.sql': `-- in cents
CREATE MACRO cents(x) AS (x * 100)::BIGINT;
CREATE OR REPLACE MACRO above(least, most := 10) AS TABLE SELECT range AS n FROM range(most) WHERE range > least;
`,
  'models/m/money.sql': `MODEL (name m.money, kind FULL);
SELECT cents(amount) AS cents, n FROM raw.orders, above(3, most := 7)
`,
  'models/m/rows.sql': `MODEL (name m.rows, kind FULL, audits (forall(criteria := (max_cents >= 0, max_n < 7))));
@DEF(cols, [cents, n]);
SELECT @EACH(@cols, c -> max(@c) AS max_@c), @REDUCE([1, 2, 3], (x, y) -> x + y) AS total, @SAFE_DIV(1, 0) AS ratio
FROM m.money @WHERE(@z > 0) cents > 1 @GROUP_BY(FALSE) n @LIMIT(TRUE) 3
`,
  'models/m/union.sql': `MODEL (name m.union_all, kind VIEW);
@UNION('all', m.money, m.money)
`,
  'models/m/spine.sql': `MODEL (name m.spine, kind FULL);
SELECT s.date_day, @EVAL(1 + 2) AS three, @SQL('4') AS four FROM (@DATE_SPINE('day', '2024-01-01', '2024-02-01')) AS s
`,
};

const sqlmesh: Files = {
  'config.yaml': `gateways:
  local:
    connection: { type: duckdb, database: data/w.duckdb }
    variables: { region: eu }
default_gateway: local
model_defaults: { dialect: duckdb, start: 2024-01-01, cron: '@daily' }
variables: { least: 3 }
`,
  'external_models.yaml': `- name: '"w"."raw"."orders"'
  description: orders, ünï
  columns: { id: BIGINT, amount: DOUBLE }
- name: raw.customers
  gateway: local
  columns:
    id: BIGINT
    name: VARCHAR
`,
  'models/orders.sql': `MODEL (name shop.orders, dialect duckdb, kind FULL, cron '@daily', grain id);
SELECT o.id, o.amount, c.name FROM raw.orders AS o JOIN raw.customers AS c ON c.id = o.id WHERE amount > @least AND @gateway = 'local'
`,
};

/** In memory, all columns declared. */
export const FUZZ_PROJECTS: readonly Files[] = [project, kinds, history, macros, sqlmesh];

/** In a folder: columns come from files of data, macros from code that runs, tests from files of their own. */
export const FUZZ_FOLDER: Files = {
  'project.yaml':
    "name: folder\nstart: 2024-01-01\nsources: { raw: { items: { file: 'data/items.csv' }, lines: { file: 'data/lines.jsonl' } } }\n",
  'data/items.csv': 'id,name,price\n1,"a ""b"" ünï",2.5\n2,🦆,3\n',
  'data/lines.jsonl': '{"item": 1, "count": 2}\n{"item": 2, "count": 3}\n',
  'seeds/channels.csv': 'id;name\n1;web\n2;"the; shop"\n',
  'macros/price.mjs': 'export function price(column, factor = 2) {\n  return `${column} * ${factor}`;\n}\n',
  'tests/items.yaml': `# tests with every property, ünï 🦆
items_have_a_channel:
  model: s.items
  description: "what is sold, where"
  inputs:
    raw.items: [{ id: 1, name: 'a "b"', price: 2.5 }, { id: 2, name: ~, price: 1e3 }]
    raw.lines:
      columns: { item: BIGINT, count: INTEGER }
      rows:
        - { item: 1, count: 2 }
        - item: 2
    s.channels: { format: csv, csv_settings: { delimiter: ';' }, rows: "id;name\\n1;web\\n" }
  outputs:
    tolerance: 0.01
    query:
      partial: true
      ordered: false
      rows: &rows
        - { id: 1, price: 5, channel: web }
nothing_comes_of_nothing:
  model: s.items
  vars: { execution_time: 2024-02-29 12:00:00, start: 2024-01-01, end: 2024-01-31 }
  inputs:
    raw.items: { query: "SELECT 1 AS id, 'x' AS name, 2 AS price WHERE false" }
    s.channels: { path: seeds/channels.csv, format: csv, csv_settings: { delimiter: ';' } }
  outputs: { query: [] }
`,
  'models/s/channels.sql':
    "MODEL (name s.channels, kind SEED (path '../../seeds/channels.csv', csv_settings (delimiter = ';')));\n",
  'models/s/items.sql':
    'MODEL (name s.items, kind FULL);\nSELECT i.id, i.name, @price(i.price) AS price, c.name AS channel\nFROM raw.items i JOIN raw.lines l ON l.item = i.id JOIN s.channels c ON c.id = i.id\n',
};
