/**
 * Makes projects of any number of models, the same ones for the same number: layers of models as people write them (a
 * CTE and a join, aggregates, windows, plain projections), of every kind there is, with audits, over two small CSV files.
 *
 * All models have the same ten columns, so that each can read any above it. `id` stays unique through every shape, which
 * makes row counts small, windows deterministic and audits true.
 *
 *   node --conditions=sluice-source bench/project.ts --models 1000 --out bench/data/models-1000
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { numbers, readArguments } from './harness/report.ts';

/** Rows of the file that all models come from. */
const EVENTS = 500;
const CUSTOMERS = 50;
const LAYERS = 12;

/** What a query is; a join twice, since there are more of them. */
const SHAPES = ['projection', 'join', 'join', 'aggregate', 'window'] as const;

/** Of 100 models of the middle layers, how many are of each kind. The first layer holds no views, the last nothing inline. */
const SHARES = {
  VIEW: 28,
  FULL: 41,
  INCREMENTAL_BY_TIME_RANGE: 14,
  EMBEDDED: 10,
  INCREMENTAL_BY_UNIQUE_KEY: 2,
  INCREMENTAL_BY_PARTITION: 2,
  INCREMENTAL_UNMANAGED: 1,
  SCD_TYPE_2_BY_TIME: 1,
  SCD_TYPE_2_BY_COLUMN: 1,
} as const;
type Kind = keyof typeof SHARES;
const KINDS = Object.keys(SHARES) as readonly Kind[];

/** A kind as a header says it. */
const HEADERS: Readonly<Record<Kind, string>> = {
  VIEW: 'VIEW',
  FULL: 'FULL',
  INCREMENTAL_BY_TIME_RANGE: 'INCREMENTAL_BY_TIME_RANGE (time_column event_date)',
  EMBEDDED: 'EMBEDDED',
  INCREMENTAL_BY_UNIQUE_KEY: 'INCREMENTAL_BY_UNIQUE_KEY (unique_key id)',
  INCREMENTAL_BY_PARTITION: 'INCREMENTAL_BY_PARTITION,\n  partitioned_by category',
  INCREMENTAL_UNMANAGED: 'INCREMENTAL_UNMANAGED',
  SCD_TYPE_2_BY_TIME: 'SCD_TYPE_2_BY_TIME (unique_key id, updated_at_name event_at)',
  SCD_TYPE_2_BY_COLUMN: 'SCD_TYPE_2_BY_COLUMN (unique_key id, columns (quantity, amount))',
};

/** Writes a project of so many models (one of them a seed) into a folder, in place of what is there. */
export function generateProject(folder: string, models: number): void {
  rmSync(folder, { recursive: true, force: true });
  const write = (path: string, text: string): void => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  write('project.yaml', PROJECT);
  write('data/events.csv', eventsCsv());
  write('data/customers.csv', customersCsv());
  write('seeds/categories.csv', `category,label\n${CATEGORIES.map((c) => `${c},${c} goods`).join('\n')}\n`);
  write('models/seeds/categories.sql', SEED);
  write('audits/assert_no_future.sql', AUDIT);
  for (const model of modelsOf(models - 1)) write(`models/${model.schema}/${model.table}.sql`, sqlOf(model));
}

const CATEGORIES = ['books', 'games', 'garden', 'music', 'tools'] as const;

const PROJECT = `name: generated
start: 2025-01-01
defaults: { owner: bench }
variables: { currency: EUR }
sources:
  raw:
    events:
      file: data/events.csv
      time_column: event_at
      columns:
        id: BIGINT
        customer_id: BIGINT
        product_id: BIGINT
        event_at: TIMESTAMP
        quantity: BIGINT
        amount: 'DECIMAL(18,2)'
        category: VARCHAR
        is_active: BOOLEAN
    customers:
      file: data/customers.csv
      columns: { customer_id: BIGINT, country: VARCHAR, signed_up: DATE }
`;

const SEED = `MODEL (
  name seeds.categories,
  kind SEED (path '../../seeds/categories.csv'),
  columns (category VARCHAR, label VARCHAR),
  audits (not_null(columns := (category, label)), unique_values(columns := (category)))
);
`;

const AUDIT = `AUDIT (
  name assert_no_future
);

SELECT *
FROM @this_model
WHERE event_date > DATE '2025-06-30'
`;

function eventsCsv(): string {
  const lines = ['id,customer_id,product_id,event_at,quantity,amount,category,is_active'];
  const dice = diceOf(7);
  for (let id = 1; id <= EVENTS; id++) {
    // In order of time, over the 181 days of the first half of the year.
    const minute = Math.floor((id * 181 * 1440) / (EVENTS + 1));
    const at = new Date(Date.UTC(2025, 0, 1) + minute * 60_000).toISOString().slice(0, 19).replace('T', ' ');
    const amount = `${dice(500)}.${String(dice(100)).padStart(2, '0')}`;
    lines.push(
      [
        id,
        1 + dice(CUSTOMERS),
        1 + dice(20),
        at,
        1 + dice(9),
        amount,
        pick(CATEGORIES, dice),
        dice(4) > 0,
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}

function customersCsv(): string {
  const lines = ['customer_id,country,signed_up'];
  for (let id = 1; id <= CUSTOMERS; id++) {
    lines.push(`${id},${['DE', 'FR', 'IT', 'PL'][id % 4] ?? ''},2024-0${1 + (id % 9)}-15`);
  }
  return `${lines.join('\n')}\n`;
}

interface GeneratedModel {
  readonly schema: string;
  readonly table: string;
  readonly kind: Kind;
  /** Models above it, full names; none: it reads the source. */
  readonly inputs: readonly string[];
  readonly shape: (typeof SHAPES)[number];
  /** A number that makes its constants its own. */
  readonly salt: number;
}

function modelsOf(count: number): readonly GeneratedModel[] {
  const dice = diceOf(42);
  const layers: GeneratedModel[][] = Array.from({ length: Math.min(LAYERS, count) }, () => []);
  for (let i = 0; i < count; i++) {
    const depth = Math.floor((i * layers.length) / count);
    const above = layers[depth - 1] ?? [];
    const earlier = layers.slice(0, depth).flat();
    const isLast = depth === layers.length - 1;
    const shape: GeneratedModel['shape'] = depth === 0 ? 'projection' : pick(SHAPES, dice);
    const inputs = depth === 0 ? [] : [fullName(pick(above, dice))];
    if (shape === 'join') inputs.push(fullName(pick(earlier, dice)));
    layers[depth]?.push({
      schema: depth < 2 ? 'staging' : isLast ? 'marts' : 'intermediate',
      table: `model_${String(i).padStart(5, '0')}`,
      kind: kindAt(depth, isLast, dice),
      inputs: [...new Set(inputs)],
      shape: shape === 'join' && new Set(inputs).size < 2 ? 'window' : shape,
      salt: i,
    });
  }
  return layers.flat();
}

function kindAt(depth: number, isLast: boolean, dice: Dice): Kind {
  let left = dice(100);
  const drawn = KINDS.find((kind) => (left -= SHARES[kind]) < 0) ?? 'FULL';
  if (depth === 0) return drawn === 'INCREMENTAL_BY_TIME_RANGE' ? drawn : 'FULL';
  return isLast && drawn === 'EMBEDDED' ? 'FULL' : drawn;
}

function fullName(model: Pick<GeneratedModel, 'schema' | 'table'>): string {
  return `${model.schema}.${model.table}`;
}

function sqlOf(model: GeneratedModel): string {
  return `${headerOf(model)}\n\n${queryOf(model)}\n`;
}

function headerOf(model: GeneratedModel): string {
  const audits = [
    'not_null(columns := (id, customer_id, event_date))',
    ...(model.salt % 2 === 0 ? ['unique_values(columns := (id))'] : []),
    ...(model.salt % 5 === 0 ? ['accepted_range(column := quantity, min_v := 0, max_v := 1000000)'] : []),
    ...(model.salt % 10 === 0 ? ['assert_no_future'] : []),
  ];
  const isAudited = model.kind !== 'EMBEDDED' && model.salt % 5 < 3;
  return `MODEL (
  name ${fullName(model)},
  kind ${HEADERS[model.kind]},
  grain id,
  description 'Model ${model.salt}, a ${model.shape} over ${model.inputs.join(' and ') || 'the source'}.'${
    isAudited ? `,\n  audits (\n    ${audits.join(',\n    ')}\n  )` : ''
  }
);`;
}

function queryOf(model: GeneratedModel): string {
  const [input = 'raw.events', other = ''] = model.inputs;
  const where =
    model.kind === 'INCREMENTAL_BY_TIME_RANGE' ? ' AND event_date BETWEEN @start_ds AND @end_ds' : '';
  const rate = `1.00${model.salt % 10}`;
  if (model.inputs.length === 0) return sourceQuery(rate, where);
  switch (model.shape) {
    case 'projection':
      return `-- Plain columns, one of them corrected.
SELECT
  id,
  customer_id,
  product_id,
  event_at,
  event_date,
  quantity + ${model.salt % 3} AS quantity,
  CAST(amount * ${rate} AS DECIMAL(18, 2)) AS amount,
  upper(category) AS category,
  score,
  is_active AND quantity > 1 AS is_active
FROM ${input}
WHERE id % 97 <> ${model.salt % 97}${where}`;
    case 'join':
      return `-- Each row with what its customer did elsewhere.
WITH base AS (
  SELECT id, customer_id, product_id, event_at, event_date, quantity, amount, category, score, is_active
  FROM ${input}
  WHERE id % 89 <> ${model.salt % 89}${where}
),

per_customer AS (
  SELECT
    customer_id,
    count(*) AS events,
    sum(amount) AS total,
    max(event_at) AS last_event_at
  FROM ${other}
  GROUP BY customer_id
)

SELECT
  b.id,
  b.customer_id,
  b.product_id,
  greatest(b.event_at, coalesce(c.last_event_at, b.event_at)) AS event_at,
  b.event_date,
  b.quantity,
  CAST(b.amount + coalesce(c.total, 0) * 0.01 AS DECIMAL(18, 2)) AS amount,
  b.category,
  coalesce(c.events, 0) / 2.0 AS score,
  b.is_active
FROM base AS b
LEFT JOIN per_customer AS c
  ON c.customer_id = b.customer_id`;
    case 'aggregate':
      return `-- One row per customer, product and day.
SELECT
  min(id) AS id,
  customer_id,
  product_id,
  max(event_at) AS event_at,
  event_date,
  CAST(sum(quantity) AS BIGINT) AS quantity,
  CAST(sum(amount) FILTER (is_active OR id % 7 = ${model.salt % 7} OR amount >= 0) AS DECIMAL(18, 2)) AS amount,
  max(category) AS category,
  max(score) + ${model.salt % 4} AS score,
  bool_or(is_active) AS is_active
FROM ${input}
WHERE quantity >= 0${where}
GROUP BY customer_id, product_id, event_date`;
    case 'window':
      return `-- The latest rows of each customer, and how they run up.
WITH ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY customer_id ORDER BY event_at DESC, id) AS position,
    sum(amount) OVER (PARTITION BY customer_id ORDER BY event_at, id) AS running
  FROM ${input}
  WHERE customer_id IS NOT NULL${where}
)

SELECT
  id,
  customer_id,
  product_id,
  event_at,
  event_date,
  quantity,
  CAST(running * 0.1 + amount AS DECIMAL(18, 2)) AS amount,
  category,
  CASE WHEN position = 1 THEN 1.0 ELSE score / position END AS score,
  is_active
FROM ranked
WHERE position <= ${20 + (model.salt % 20)}`;
    default:
      return model.shape satisfies never;
  }
}

function sourceQuery(rate: string, where: string): string {
  return `SELECT
  e.id,
  e.customer_id,
  e.product_id,
  e.event_at,
  CAST(e.event_at AS DATE) AS event_date,
  e.quantity,
  CAST(e.amount * ${rate} AS DECIMAL(18, 2)) AS amount,
  coalesce(k.label, 'other') AS category,
  CASE WHEN c.country = 'DE' THEN 1.0 ELSE 0.5 END AS score,
  e.is_active
FROM raw.events AS e
LEFT JOIN raw.customers AS c
  ON c.customer_id = e.customer_id
LEFT JOIN seeds.categories AS k
  ON k.category = e.category
WHERE e.id > 0${where.replaceAll('event_date', 'CAST(e.event_at AS DATE)')}`;
}

/** A number from 0 to n - 1. */
type Dice = (n: number) => number;

/** The numbers of a 32-bit generator (mulberry32), the same for the same seed on every machine. */
function diceOf(seed: number): Dice {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

function pick<T>(from: readonly T[], dice: Dice): T {
  const picked = from[dice(from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = readArguments({ models: '1000', out: '' });
  const [models = 1] = numbers(values.models);
  if (values.out === '') throw new Error('--out FOLDER is missing');
  generateProject(values.out, models);
}
