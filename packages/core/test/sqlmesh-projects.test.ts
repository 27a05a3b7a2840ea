/**
 * Projects in the form that SQLMesh's users have them on DuckDB, not one character of them for Sluice: config.yaml,
 * external_models.yaml, seeds, audits, headers in every spelling that its documentation and examples use. They compile as they
 * are and are built.
 */
import { expect, test } from 'vitest';
import { TestProject } from './support/project.ts';

/** What the scaffold for DuckDB looks like. */
const SCAFFOLD = {
  'config.yaml': `# --- Gateway Connection ---
gateways:
  duckdb:
    connection:
      # What the connection can be told.
      type: duckdb
      database: .sluice/warehouse.duckdb
default_gateway: duckdb

# --- Model Defaults ---
model_defaults:
  dialect: duckdb
  start: 2024-01-20 # Start date for backfill history
  cron: '@daily'    # Run models daily at 12am UTC (can override per model)

# --- Linting Rules ---
linter:
  enabled: true
  rules:
    - ambiguousorinvalidcolumn
    - invalidselectstarexpansion
`,
  'models/seed_model.sql': `MODEL (
  name shop_example.seed_model,
  kind SEED (
    path '../seeds/seed_data.csv'
  ),
  columns (
    id INTEGER,
    item_id INTEGER,
    event_date DATE
  ),
  grain (id, event_date)
);
`,
  'models/incremental_model.sql': `MODEL (
  name shop_example.incremental_model,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column event_date
  ),
  start '2024-01-20',
  cron '@daily',
  grain ARRAY[id, event_date]
);

SELECT
  id,
  item_id,
  event_date,
FROM
  shop_example.seed_model
WHERE
  event_date BETWEEN @start_date AND @end_date
`,
  'models/full_model.sql': `MODEL (
  name shop_example.full_model,
  kind FULL,
  cron '@daily',
  grain item_id,
  audits (assert_positive_order_ids),
);

SELECT
  item_id,
  COUNT(DISTINCT id) AS num_orders,
FROM
  shop_example.incremental_model
GROUP BY item_id
`,
  'audits/assert_positive_order_ids.sql': `AUDIT (
  name assert_positive_order_ids,
);

SELECT *
FROM @this_model
WHERE
  item_id < 0
`,
  'seeds/seed_data.csv': 'id,item_id,event_date\n1,2,2024-01-21\n2,1,2024-01-22\n3,3,2024-01-23\n',
  'macros/__init__.py': '',
  'tests/test_full_model.yaml': `test_example_full_model:
  model: shop_example.full_model
  inputs:
    shop_example.incremental_model:
      rows: [{ id: 1, item_id: 1 }]
  outputs:
    query:
      rows: [{ item_id: 1, num_orders: 1 }]
`,
};

/** A larger one, with the ways of writing that are met in the wild. */
const LARGE = {
  'config.yaml': `gateways:
  local:
    connection: { type: duckdb, database: .sluice/warehouse.duckdb }
    variables: { discount: 0.5 }
  prod:
    connection: { type: postgres, host: nowhere }
default_gateway: local
model_defaults: { dialect: 'duckdb', start: '2024-01-20', owner: kim }
variables:
  statuses: [active, gone]
  least: 1
`,
  'external_models.yaml': `- name: raw.people
  description: Everybody
  dialect: duckdb
  columns:
    person_id: int
    zip: text
- name: '"raw"."visits"'
  columns:
    person_id: bigint
    seen_at: timestamp
`,
  'external_models/more.yaml': `- name: raw.plans
  columns: { id: int, label: varchar }
`,
  'seeds/names.csv': 'id,name\n1,Ann\n2,Bob\n',
  'seeds/odd.csv': "id;note\n1;'x;y'\n",
  'models/names.sql': `MODEL (
  name cafe.names,
  kind SEED (
    path '../seeds/names.csv',
    batch_size 5
  ),
  dialect duckdb,
  owner jo
)`,
  'models/deep/odd.sql': `MODEL (
  name cafe.odd,
  kind SEED (path '$root/seeds/odd.csv', csv_settings (delimiter = ';', quotechar = ''''))
);`,
  'models/orders.sql': `/* All orders, one day at a time. */
MODEL (
  name cafe.orders,
  kind incremental_by_time_range (
    time_column (day, '%Y-%m-%d'),
    batch_size 10,
    lookback 1,
  ),
  owner jo,
  cron '@daily',
  interval_unit day,
  tags expensive,
  grain [person_id, day],
  references (person_id),
  audits [
    not_null(columns=[person_id, day]),
    NUMBER_OF_ROWS(threshold=0),
    forall(criteria = [person_id > 0, LENGTH(day) = 10]),
    assert_cheap(least=0, blocking=false),
  ],
  physical_properties (creatable_type = TRANSIENT),
);

@DEF(half, x -> x * @discount);

WITH days AS (
  SELECT
    v.person_id::INT AS person_id, /* Who */
    strftime(v.seen_at, '%Y-%m-%d')::TEXT AS day,
    @half(count(*))::DOUBLE AS price, -- what it cost
  FROM raw.visits AS v
  WHERE
    v.seen_at BETWEEN @start_dt AND @end_dt
  GROUP BY 1, 2
)
SELECT
  d.person_id, /* Who came */
  d.day /* When */,
  d.price -- What they paid
FROM days AS d
WHERE d.person_id >= @VAR('least', 0)
`,
  'models/people.sql': `MODEL (
  name cafe.people,
  kind FULL,
  owner jo,
  cron '@daily',
  tags (pii, fact),
  grains (person_id, (person_id, zip)),
  description "Everybody's postal code",
  column_descriptions (
    person_id = 'who it is',
    zip = 'where to'
  ),
  audits (
    unique_values(columns = (person_id)),
    accepted_values(column := zip, is_in := ('1010', '1020')),
  ),
);

CREATE SCHEMA IF NOT EXISTS scratch;

SELECT DISTINCT
  raw.people.person_id::INT AS person_id, -- not a description
  zip,
  @EACH(@statuses, s -> @IF(s = 'gone', 0, 1) AS is_@s),
  @GENERATE_SURROGATE_KEY(person_id, zip) AS key,
  p.label
FROM raw.people
LEFT JOIN raw.plans AS p ON p.id = person_id;

@IF(
  @runtime_stage = 'creating',
  DROP TABLE raw.people
);
`,
  'models/by_status.sql': `MODEL (
  name @name,
  kind VIEW,
  description 'One of many',
  blueprints (
    (
      name := cafe.count_old,
      pattern := '10%',
    ),
    (
      name := cafe.count_new,
      pattern := '20%',
    )
  )
);

SELECT
  count(person_id) AS people,
  @gateway AS gateway
FROM cafe.people
WHERE zip LIKE @pattern;`,
  'models/top.sql': `-- The best ones.
MODEL (
  name cafe.top,
  owner jo,
  audits (
    unique_values(columns=[person_id])
  ),
  grain person_id,
  enabled True,
  start '1 week ago',
  allow_partials false
);

SELECT
  person_id::INT AS person_id,
  n.name,
  price::DOUBLE AS price
FROM cafe.orders
JOIN cafe.names AS n ON n.id = person_id
WHERE
  day = (
    SELECT
      MAX(day)
    FROM cafe.orders
  )
ORDER BY
  price DESC
LIMIT 10;

ON_VIRTUAL_UPDATE_BEGIN;
COMMENT ON VIEW @this_model IS 'best';
ON_VIRTUAL_UPDATE_END;
`,
  'models/off.sql': 'MODEL (name cafe.off, kind FULL, enabled false); SELECT 1 AS n',
  'models/inline.sql': `MODEL (name cafe.inline, kind FULL, audits (assert_none(nothing = 0), not_null(columns = (n))));

SELECT 1 AS n;

AUDIT (name assert_none, defaults (nothing = 1), blocking false);
SELECT * FROM @this_model WHERE n = @nothing;
`,
  'audits/prices.sql': `AUDIT (
  name assert_cheap,
  dialect duckdb,
  defaults (
    least = 0,
    most = 100
  ),
  blocking true,
);
SELECT *
FROM @this_model
WHERE price < @least OR price > @most;


AUDIT (name assert_unused, skip true);
SELECT * FROM @this_model WHERE name IS NULL;
`,
};

const OUTSIDE = `CREATE SCHEMA raw;
CREATE TABLE raw.people AS SELECT * FROM (VALUES (1, '1010'), (2, '1020')) AS t (person_id, zip);
CREATE TABLE raw.plans (id INTEGER, label VARCHAR);
CREATE TABLE raw.visits AS SELECT * FROM (VALUES (1::BIGINT, TIMESTAMP '2024-01-21 10:00:00'), (1, '2024-01-21 11:00:00'), (2, '2024-01-30 09:00:00')) AS t (person_id, seen_at);`;

async function told(project: TestProject): Promise<readonly string[]> {
  const { diagnostics } = await (await project.workspace()).compile();
  return diagnostics.map((d) => `${d.severity} ${d.location?.path}:${d.location?.line} ${d.message}`);
}

test('the scaffold compiles and is built as it is', async () => {
  await using project = new TestProject(SCAFFOLD);
  expect(await told(project)).toEqual(["warning config.yaml:17 'linter' has no effect in Sluice"]);
  const applied = await project.build();
  expect(applied.results.flatMap((r) => r.audits).map((a) => `${a.audit} ${a.status}`)).toEqual([
    'assert_positive_order_ids passed',
  ]);
  expect(await project.rows('SELECT * FROM shop_example.full_model ORDER BY item_id')).toEqual([
    { item_id: 1, num_orders: '1' },
    { item_id: 2, num_orders: '1' },
    { item_id: 3, num_orders: '1' },
  ]);
});

test('a larger one compiles and is built as it is', async () => {
  await using project = new TestProject(LARGE);
  project.write('.sluice/empty', '');
  await project.execute(OUTSIDE);
  expect(await told(project)).toEqual([
    "warning models/names.sql:5 'batch_size' has no effect in this version of Sluice",
    "warning models/orders.sql:11 'interval_unit' has no effect in this version of Sluice",
    "warning models/orders.sql:14 'references' has no effect in this version of Sluice",
    "warning models/orders.sql:21 'physical_properties' has no effect in this version of Sluice",
    "warning models/top.sql:10 'start' moves with the clock, so it has no effect: history begins where the project says",
  ]);
  const applied = await project.build();
  expect(applied.results.flatMap((r) => r.audits).filter((a) => a.status !== 'passed')).toEqual([]);
  expect(applied.results.flatMap((r) => r.audits).map((a) => a.audit)).toContain('assert_none');
  expect(await project.rows('SELECT * FROM cafe.top')).toEqual([{ person_id: 2, name: 'Bob', price: 0.5 }]);
  expect(await project.rows('SELECT * FROM cafe.count_old')).toEqual([{ people: '2', gateway: 'local' }]);
  expect(await project.rows('SELECT * EXCLUDE (key) FROM cafe.people ORDER BY 1 LIMIT 1')).toEqual([
    { person_id: 1, zip: '1010', is_active: 1, is_gone: 0, label: null },
  ]);
  expect(await project.rows('SELECT id, note FROM cafe.odd')).toEqual([{ id: '1', note: 'x;y' }]);
});
