/**
 * For every code that compiling can give: a bad example and a good one. `«…»` marks the place that the bad one is told at;
 * the marks are no part of the file. Both stand in the project of `SURROUNDINGS`, whose files an example may replace.
 */
import type { CODES } from '../src/diagnostic/index.ts';

export interface Example {
  readonly code: keyof typeof CODES;
  /** The file the two examples are. */
  readonly path: string;
  /** With `«…»`; without marks it is told without a place. Undefined: the file is missing. */
  readonly bad: string | undefined;
  readonly good: string;
  /** Further files of both. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Where it is told, if not in the bad file: `path:start-end`. */
  readonly at?: string;
  /** Codes that come along with the bad one. */
  readonly along?: readonly (keyof typeof CODES)[];
}

const HEAD = 'name: shop\nstart: 2024-01-01\n';
const ORDERS_SOURCE =
  'sources:\n  raw:\n    orders:\n      file: data/orders.csv\n      columns: { id: BIGINT, customer: BIGINT, ordered_at: TIMESTAMP, amount: DOUBLE }\n';

/** The project that examples stand in. */
export const SURROUNDINGS: Readonly<Record<string, string>> = {
  'project.yaml': HEAD + ORDERS_SOURCE,
  'data/orders.csv': 'id,customer,ordered_at,amount\n1,1,2024-01-01 10:00:00,9.5\n',
  'models/staging/orders.sql':
    'MODEL (kind VIEW);\n\nSELECT id, customer, ordered_at, amount FROM raw.orders\n',
};

const PATH = 'models/marts/revenue.sql';
const model = (query: string, header = 'kind FULL'): string => `MODEL (${header});\n\n${query}\n`;

export const EXAMPLES: readonly Example[] = [
  // project
  { code: 'project-not-found', path: 'project.yaml', bad: undefined, good: HEAD + ORDERS_SOURCE },
  {
    code: 'yaml-syntax',
    path: 'project.yaml',
    bad: `${HEAD}variables: { currency: EUR\n«»`,
    good: `${HEAD}variables: { currency: EUR }\n${ORDERS_SOURCE}`,
  },
  {
    code: 'config-invalid',
    path: 'project.yaml',
    bad: `name: shop\nstart: «yesterday»\n${ORDERS_SOURCE}`,
    good: `name: shop\nstart: 2024-01-01\n${ORDERS_SOURCE}`,
  },
  {
    code: 'config-unknown-property',
    path: 'project.yaml',
    bad: `${HEAD}«variabels»: { currency: EUR }\n${ORDERS_SOURCE}`,
    good: `${HEAD}variables: { currency: EUR }\n${ORDERS_SOURCE}`,
  },
  {
    code: 'source-files-missing',
    path: 'project.yaml',
    bad: `${HEAD}${ORDERS_SOURCE.replace('orders:\n', '«orders»:\n').replace('data/orders.csv', 'data/order.csv')}`,
    good: HEAD + ORDERS_SOURCE,
  },
  {
    code: 'source-unreadable',
    path: 'project.yaml',
    bad: `${HEAD}${ORDERS_SOURCE}    «items»: { file: data/items.parquet }\n`,
    good: `${HEAD}${ORDERS_SOURCE}    items: { file: data/items.csv }\n`,
    beside: { 'data/items.parquet': 'no parquet', 'data/items.csv': 'id,price\n1,2.5\n' },
  },
  {
    code: 'unused-file',
    path: 'models/marts/scores.py',
    bad: '«»from sqlmesh import model\n',
    good: '\n',
  },
  // header
  {
    code: 'header-missing',
    path: PATH,
    bad: '«SELECT» 1 AS one\n',
    good: model('SELECT 1 AS one'),
  },
  {
    code: 'header-syntax',
    path: PATH,
    bad: 'MODEL «kind» FULL;\n\nSELECT 1 AS one\n',
    good: model('SELECT 1 AS one'),
  },
  {
    code: 'unknown-property',
    path: PATH,
    bad: 'MODEL (kind FULL, «grian» day);\n\nSELECT 1 AS day\n',
    good: model('SELECT 1 AS day', 'kind FULL, grain day'),
  },
  {
    code: 'unused-property',
    path: PATH,
    bad: 'MODEL (kind FULL, «clustered_by» day);\n\nSELECT 1 AS day\n',
    good: model('SELECT 1 AS day'),
  },
  {
    code: 'duplicate-property',
    path: PATH,
    bad: 'MODEL (kind FULL, owner a, «owner» b);\n\nSELECT 1 AS one\n',
    good: model('SELECT 1 AS one', 'kind FULL, owner b'),
  },
  {
    code: 'invalid-property',
    path: PATH,
    bad: "MODEL (kind FULL, cron «'every day'»);\n\nSELECT 1 AS one\n",
    good: model('SELECT 1 AS one', "kind FULL, cron '@daily'"),
  },
  {
    code: 'invalid-kind',
    path: PATH,
    bad: 'MODEL (kind «TABLE»);\n\nSELECT 1 AS one\n',
    good: model('SELECT 1 AS one', 'kind FULL'),
  },
  {
    code: 'invalid-name',
    path: PATH,
    bad: 'MODEL (name «a.b.c.d», kind FULL);\n\nSELECT 1 AS one\n',
    good: model('SELECT 1 AS one', 'name marts.revenue, kind FULL'),
  },
  { code: 'missing-query', path: PATH, bad: '«MODEL» (kind FULL);\n', good: model('SELECT 1 AS one') },
  {
    code: 'extra-statement',
    path: PATH,
    bad: 'MODEL (kind FULL);\n\nSELECT 1 AS one;\n\n«SELECT 2 AS two»\n',
    good: model('SELECT 1 AS one, 2 AS two'),
  },
  {
    code: 'duplicate-model',
    path: 'models/staging/sales.sql',
    bad: 'MODEL (name «staging.orders», kind FULL);\n\nSELECT 1 AS one\n',
    good: model('SELECT 1 AS one', 'name staging.sales, kind FULL'),
  },
  {
    code: 'duplicate-audit',
    path: 'audits/b.sql',
    bad: 'AUDIT (name «positive»);\n\nSELECT * FROM @this_model WHERE amount < 0\n',
    good: 'AUDIT (name negative);\n\nSELECT * FROM @this_model WHERE amount < 0\n',
    beside: { 'audits/a.sql': 'AUDIT (name positive);\n\nSELECT * FROM @this_model WHERE amount <= 0\n' },
  },
  {
    code: 'seed-file-missing',
    path: 'models/seeds/channels.sql',
    bad: "MODEL (kind SEED (path «'../../seeds/chanels.csv'»));\n",
    good: "MODEL (kind SEED (path '../../seeds/channels.csv'));\n",
    beside: { 'seeds/channels.csv': 'id,name\n1,web\n' },
  },
  // macros
  {
    code: 'unknown-macro',
    path: PATH,
    bad: model('SELECT id FROM staging.orders WHERE ordered_at < «@end_tz»'),
    good: model('SELECT id FROM staging.orders WHERE ordered_at < @end_ts'),
  },
  {
    code: 'invalid-macro',
    path: PATH,
    bad: model('SELECT «@IF(true)» AS x FROM staging.orders'),
    good: model('SELECT @IF(true, 1, 2) AS x FROM staging.orders'),
  },
  {
    code: 'unknown-variable',
    path: PATH,
    bad: model("SELECT @VAR(«'curency'») AS currency FROM staging.orders"),
    good: model("SELECT @VAR('currency', 'EUR') AS currency FROM staging.orders"),
  },
  // SQL
  {
    code: 'syntax-error',
    path: PATH,
    bad: model('SELECT id,\nFROM staging.orders\nWERE «amount» > 0'),
    good: model('SELECT id\nFROM staging.orders\nWHERE amount > 0'),
  },
  {
    code: 'not-a-query',
    path: PATH,
    bad: model('«WITH» new AS (SELECT 1 AS id) INSERT INTO staging.orders SELECT id FROM new'),
    good: model('SELECT 1 AS one'),
  },
  {
    code: 'unknown-table',
    path: PATH,
    bad: model('SELECT id FROM «stagging.orders»'),
    good: model('SELECT id FROM staging.orders'),
  },
  {
    code: 'unknown-column',
    path: PATH,
    bad: model('SELECT sum(«amont») AS revenue FROM staging.orders'),
    good: model('SELECT sum(amount) AS revenue FROM staging.orders'),
  },
  {
    code: 'unknown-function',
    path: PATH,
    bad: model('SELECT «summ»(amount) AS revenue FROM staging.orders'),
    good: model('SELECT sum(amount) AS revenue FROM staging.orders'),
  },
  {
    code: 'ambiguous-column',
    path: PATH,
    bad: model('SELECT «id» FROM staging.orders a JOIN staging.orders b ON a.id = b.customer'),
    good: model('SELECT a.id FROM staging.orders a JOIN staging.orders b ON a.id = b.customer'),
  },
  {
    code: 'ambiguous-table',
    path: PATH,
    bad: model('«SELECT» o.id FROM staging.orders o JOIN raw.orders o ON true'),
    good: model('SELECT o.id FROM staging.orders o JOIN raw.orders r ON true'),
  },
  {
    code: 'type-mismatch',
    path: PATH,
    bad: model("SELECT «sum»('amount') AS revenue FROM staging.orders"),
    good: model('SELECT sum(amount) AS revenue FROM staging.orders'),
  },
  {
    code: 'invalid-query',
    path: PATH,
    bad: model('SELECT customer, «amount» FROM staging.orders GROUP BY customer'),
    good: model('SELECT customer, sum(amount) AS amount FROM staging.orders GROUP BY customer'),
  },
  {
    code: 'duplicate-column',
    path: PATH,
    bad: model('SELECT id, amount AS «ID» FROM staging.orders'),
    good: model('SELECT id, amount AS id_1 FROM staging.orders'),
  },
  {
    code: 'duplicate-column',
    path: PATH,
    bad: model('SELECT o.id, «r.*» FROM staging.orders AS o JOIN raw.orders AS r ON r.id = o.id'),
    good: model('SELECT o.id, r.* EXCLUDE (id) FROM staging.orders AS o JOIN raw.orders AS r ON r.id = o.id'),
  },
  {
    code: 'column-contract',
    path: PATH,
    bad: 'MODEL (kind FULL, columns (id BIGINT, «amount DECIMAL(12, 2)»));\n\nSELECT id, amount FROM staging.orders\n',
    good: model('SELECT id, amount FROM staging.orders', 'kind FULL, columns (id BIGINT, amount DOUBLE)'),
  },
  {
    code: 'unresolved-columns',
    path: PATH,
    bad: model('FROM («PIVOT» staging.orders ON customer USING sum(amount))'),
    good: model('FROM (PIVOT staging.orders ON customer IN (1, 2) USING sum(amount))'),
  },
  {
    code: 'unresolved-columns',
    path: PATH,
    bad: model(
      'WITH p AS («PIVOT» staging.orders ON customer USING sum(amount)) SELECT * FROM p',
      'kind VIEW, columns (id BIGINT)',
    ),
    good: model('SELECT id FROM staging.orders', 'kind VIEW, columns (id BIGINT)'),
  },
  {
    code: 'cycle',
    path: PATH,
    bad: 'MODEL (name «marts.revenue», kind FULL);\n\nSELECT id FROM marts.aim\n',
    good: model('SELECT id FROM staging.orders', 'name marts.revenue, kind FULL'),
    beside: { 'models/marts/aim.sql': model('SELECT id FROM marts.revenue') },
  },
  {
    code: 'upstream-broken',
    path: PATH,
    bad: model('SELECT 1 AS one FROM staging.orders WHERE idd = 1', 'name marts.revenue, kind FULL'),
    good: model('SELECT id FROM staging.orders', 'name marts.revenue, kind FULL'),
    beside: { 'models/marts/totals.sql': model('SELECT id FROM marts.revenue', 'name marts.totals') },
    along: ['unknown-column'],
    at: 'models/marts/totals.sql:12-24',
  },
  // kinds
  {
    code: 'unknown-time-column',
    path: PATH,
    bad: model(
      'SELECT id, ordered_at FROM staging.orders WHERE ordered_at BETWEEN @start_ts AND @end_ts',
      'kind INCREMENTAL_BY_TIME_RANGE (time_column «orderd_at»)',
    ),
    good: model(
      'SELECT id, ordered_at FROM staging.orders WHERE ordered_at BETWEEN @start_ts AND @end_ts',
      'kind INCREMENTAL_BY_TIME_RANGE (time_column ordered_at)',
    ),
  },
  {
    code: 'invalid-time-column',
    path: PATH,
    bad: model(
      'SELECT id, ordered_at FROM staging.orders',
      'kind INCREMENTAL_BY_TIME_RANGE (time_column «id»)',
    ),
    good: model(
      'SELECT id, ordered_at FROM staging.orders',
      'kind INCREMENTAL_BY_TIME_RANGE (time_column ordered_at)',
    ),
  },
  {
    code: 'kind-mismatch',
    path: PATH,
    bad: model(
      'SELECT id FROM staging.orders',
      'kind INCREMENTAL_BY_UNIQUE_KEY (unique_key «lower(order_id)»)',
    ),
    good: model('SELECT id FROM staging.orders', 'kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id)'),
  },
  {
    code: 'kind-mismatch',
    path: PATH,
    bad: model(
      "SELECT id, TIMESTAMP '2024-01-01' AS updated_at FROM staging.orders",
      'kind «SCD_TYPE_2_BY_TIME» (unique_key id, time_data_type VARCHAR)',
    ),
    good: model(
      "SELECT id, TIMESTAMP '2024-01-01' AS updated_at FROM staging.orders",
      'kind SCD_TYPE_2_BY_TIME (unique_key id, time_data_type TIMESTAMPTZ)',
    ),
  },
  {
    code: 'external-without-columns',
    path: 'models/outside/crm.sql',
    bad: 'MODEL (kind «EXTERNAL»);\n',
    good: 'MODEL (kind EXTERNAL, columns (id BIGINT));\n',
  },
  // signals
  {
    code: 'unknown-signal',
    path: PATH,
    bad: model('SELECT id FROM staging.orders', 'kind FULL, signals («orders_there(days := 1)»)'),
    good: model('SELECT id FROM staging.orders', 'kind FULL, signals (orders_are_there(days := 1))'),
    beside: { 'signals/orders_are_there.sql': 'SELECT count(*) > 0 FROM staging.orders\n' },
  },
  // audits
  {
    code: 'unknown-audit',
    path: PATH,
    bad: model('SELECT id FROM staging.orders', 'kind FULL, audits («notnull(columns := (id))»)'),
    good: model('SELECT id FROM staging.orders', 'kind FULL, audits (not_null(columns := (id)))'),
  },
  {
    code: 'invalid-audit-argument',
    path: PATH,
    bad: model('SELECT id FROM staging.orders', 'kind FULL, audits (not_null(«colums := (id)»))'),
    good: model('SELECT id FROM staging.orders', 'kind FULL, audits (not_null(columns := (id)))'),
  },
  {
    code: 'cannot-divert',
    path: PATH,
    bad: model(
      'SELECT id FROM staging.orders',
      'kind VIEW, audits («not_null(columns := (id), severity := quarantine)»)',
    ),
    good: model(
      'SELECT id FROM staging.orders',
      'kind FULL, audits (not_null(columns := (id), severity := quarantine))',
    ),
  },
];
