// Audits and diffs against the same questions put to DuckDB by hand: the shop's audits; audits of single rows, which share a scan;
// uniqueness and orphans of many rows within a limit of memory; two tables compared by grain.
//
//   node --conditions=sluice-source bench/audit.ts [--transactions 10000000] [--checked 10000000] [--rows 100000000] [--diff 10000000] [--runs 5] [--json]
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bundle } from './harness/bundle.ts';
import { runChild, usageOf, type Child } from './harness/child.ts';
import { runPairs } from './harness/pairs.ts';
import { BENCH, processScript, scratch } from './harness/paths.ts';
import { numbers, print, readArguments, type Measurement } from './harness/report.ts';
import { shopProject } from './shop.ts';
import { SHOP_AUDITS } from './shop-audits.ts';

/** What the audits of many rows have to do with. */
const MEMORY_LIMIT = '4GB';

export async function measureAudits(
  bundle: Bundle,
  size: {
    readonly transactions: number;
    readonly checked: number;
    readonly rows: number;
    readonly diff: number;
  },
  runs: number,
): Promise<readonly Measurement[]> {
  return [
    await measureShopAudits(bundle, size.transactions, runs),
    await measureRowAudits(bundle, size.checked, runs),
    ...(await measureMany(bundle, size.rows, runs)),
    await measureDiff(bundle, size.diff, runs),
  ];
}

interface AuditAnswer {
  readonly audits: readonly { readonly model: string; readonly failing_rows: number }[];
}

async function measureShopAudits(bundle: Bundle, transactions: number, runs: number): Promise<Measurement> {
  const project = await shopProject(transactions);
  rmSync(join(project, '.sluice'), { recursive: true, force: true });
  await runChild(bundle.inProject(project, 'apply', 'prod', '--yes'));
  const child = bundle.inProject(project, 'audit');
  const { audits } = JSON.parse((await runChild(child)).stdout) as AuditAnswer;
  const models = [...new Set(audits.map((a) => a.model))];
  const queries = models.flatMap((m) => SHOP_AUDITS[m] ?? []);
  const measured = await besideHand(
    child,
    join(project, '.sluice/warehouse.duckdb'),
    {},
    queries,
    runs,
    (counts) => {
      const own = audits.map((a) => a.failing_rows);
      if (JSON.stringify(counts) !== JSON.stringify(own))
        throw new Error(`the counts differ: by hand ${counts.join(' ')}, by Sluice ${own.join(' ')}`);
    },
  );
  return {
    what: `the shop's ${audits.length} audits, ${transactions.toLocaleString('en')} transactions`,
    ...measured,
    notes: ['all counts are equal on both sides'],
  };
}

/** Conditions on the rows of one table, none of which is true of any; by hand each is a scan. */
const ROW_AUDITS: readonly (readonly [audit: string, bad: string])[] = [
  ['not_null(columns := (id, channel, code))', 'id IS NULL OR channel IS NULL OR code IS NULL'],
  [
    "accepted_values(column := channel, is_in := ('email', 'social', 'none'))",
    "channel NOT IN ('email', 'social', 'none')",
  ],
  ['string_length_between(column := code, min_v := 5, max_v := 20)', 'length(code) NOT BETWEEN 5 AND 20'],
  [
    "match_regex_pattern_list(column := code, patterns := ('^code [0-9]+$'))",
    "NOT regexp_matches(code, '^code [0-9]+$')",
  ],
  ['forall(criteria := (net <= gross))', 'net > gross'],
  ['non_negative(columns := (net, gross))', 'net < 0 OR gross < 0'],
];

async function measureRowAudits(bundle: Bundle, rows: number, runs: number): Promise<Measurement> {
  const project = join(BENCH, 'data', `checked-${rows}`);
  const warehouse = join(project, '.sluice/warehouse.duckdb');
  mkdirSync(join(project, 'models/m'), { recursive: true });
  writeFileSync(
    join(project, 'project.yaml'),
    `name: checked\nstart: 2024-01-01\nsources:\n  raw:\n    rows: { table: outside.rows, columns: { id: BIGINT, channel: VARCHAR, code: VARCHAR, gross: 'DECIMAL(12,2)', net: 'DECIMAL(12,2)' } }\n`,
  );
  writeFileSync(
    join(project, 'models/m/checked.sql'),
    `MODEL (name m.checked, kind VIEW, audits (\n  ${ROW_AUDITS.map(([audit]) => audit).join(',\n  ')}\n));\nSELECT id, channel, code, gross, net FROM raw.rows\n`,
  );
  if (!existsSync(warehouse))
    await byHand(warehouse, [
      'CREATE SCHEMA outside',
      `CREATE TABLE outside.rows AS SELECT i AS id, ['email', 'social', 'none'][1 + i % 3] AS channel, 'code ' || (i * 7919) % 100000 AS code,
         CAST(i % 10000 * 0.01 AS DECIMAL(12,2)) AS gross, CAST(i % 10000 * 0.008 AS DECIMAL(12,2)) AS net FROM range(${rows}) AS r(i)`,
    ]);
  await runChild(bundle.inProject(project, 'apply', 'prod', '--yes'));
  const child = bundle.inProject(project, 'audit');
  const { audits } = JSON.parse((await runChild(child)).stdout) as AuditAnswer;
  const queries = ROW_AUDITS.map(([, bad]) => `SELECT count(*) FROM outside.rows WHERE ${bad}`);
  const measured = await besideHand(child, warehouse, {}, queries, runs, (counts) => {
    const found = [...counts, ...audits.map((a) => a.failing_rows)];
    if (audits.length !== counts.length || found.some((n) => n > 0))
      throw new Error(`no row should be bad: ${found.join(' ')}`);
  });
  return {
    what: `${ROW_AUDITS.length} audits of single rows, ${rows.toLocaleString('en')} rows`,
    ...measured,
  };
}

/** Ids of which one is there twice, and customers of whom one does not exist. */
async function measureMany(bundle: Bundle, rows: number, runs: number): Promise<readonly Measurement[]> {
  const project = join(BENCH, 'data', `many-${rows}`);
  const warehouse = join(project, '.sluice/warehouse.duckdb');
  const models: Readonly<Record<string, readonly [audit: string, byHand: string]>> = {
    unique: [
      'unique_values(columns := (id), severity := warn)',
      'SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM outside.facts GROUP BY id HAVING count(*) > 1)',
    ],
    orphans: [
      'relationships(column := customer, to := raw.customers, field := customer, severity := warn)',
      'SELECT count(*) FROM outside.facts ANTI JOIN outside.customers USING (customer)',
    ],
  };
  mkdirSync(join(project, 'models/m'), { recursive: true });
  writeFileSync(
    join(project, 'project.yaml'),
    `name: many\nstart: 2024-01-01\nwarehouse: { path: .sluice/warehouse.duckdb, memory_limit: ${MEMORY_LIMIT} }\nsources:\n  raw:\n    facts: { table: outside.facts, columns: { id: BIGINT, customer: BIGINT } }\n    customers: { table: outside.customers, columns: { customer: BIGINT } }\n`,
  );
  for (const [name, [audit]] of Object.entries(models))
    writeFileSync(
      join(project, `models/m/${name}.sql`),
      `MODEL (name m.${name}, kind VIEW, audits (${audit}));\nSELECT id, customer FROM raw.facts\n`,
    );
  if (!existsSync(warehouse)) {
    const customers = Math.max(10, Math.floor(rows / 100));
    await byHand(warehouse, [
      'CREATE SCHEMA outside',
      `CREATE TABLE outside.customers AS SELECT i AS customer FROM range(1, ${customers}) AS r(i)`,
      `CREATE TABLE outside.facts AS SELECT (i * 7919) % ${rows} AS id, 1 + (i * 31) % ${customers - 1} AS customer FROM range(${rows}) AS r(i)`,
      'INSERT INTO outside.facts VALUES (7, 0)',
    ]);
  }
  await runChild(bundle.inProject(project, 'apply', 'prod', '--yes'));
  const measured: Measurement[] = [];
  for (const [name, [, query]] of Object.entries(models)) {
    const child = bundle.inProject(project, 'audit', `m.${name}`);
    const { audits } = JSON.parse((await runChild(child)).stdout) as AuditAnswer;
    const found = audits.map((a) => a.failing_rows);
    measured.push({
      what: `${name} among ${rows.toLocaleString('en')} rows, ${MEMORY_LIMIT} of memory`,
      ...(await besideHand(child, warehouse, { memory_limit: MEMORY_LIMIT }, [query], runs, (counts) => {
        if (JSON.stringify(counts) !== JSON.stringify(found))
          throw new Error(`the counts differ: by hand ${counts.join(' ')}, by Sluice ${found.join(' ')}`);
      })),
    });
  }
  return measured;
}

async function measureDiff(bundle: Bundle, rows: number, runs: number): Promise<Measurement> {
  const project = join(BENCH, 'data', `diff-${rows}`);
  const warehouse = join(project, '.sluice/warehouse.duckdb');
  mkdirSync(join(project, '.sluice'), { recursive: true });
  writeFileSync(join(project, 'project.yaml'), 'name: diff\nstart: 2024-01-01\n');
  if (!existsSync(warehouse))
    await byHand(warehouse, [
      'CREATE SCHEMA old; CREATE SCHEMA new',
      `CREATE TABLE old.t AS SELECT i AS id, i % 1000 AS a, i * 0.5 AS b, 'text ' || i % 10000 AS c, DATE '2024-01-01' + (i % 365)::INTEGER AS d FROM range(${rows}) AS r(i)`,
      `CREATE TABLE new.t AS SELECT * REPLACE (CASE WHEN id % 100 = 0 THEN b + 1 ELSE b END AS b) FROM old.t WHERE id % 1000 <> 7`,
    ]);
  const query = `SELECT count(*) FILTER (o.id IS NULL OR n.id IS NULL OR o.a IS DISTINCT FROM n.a OR o.b IS DISTINCT FROM n.b OR o.c IS DISTINCT FROM n.c OR o.d IS DISTINCT FROM n.d)
    FROM old.t AS o FULL JOIN new.t AS n ON o.id = n.id`;
  const child = bundle.inProject(project, 'diff', 'old.t', 'new.t', '--grain', 'id');
  const { models } = JSON.parse((await runChild(child)).stdout) as {
    readonly models: readonly {
      readonly rows: { readonly added: number; readonly removed: number; readonly changed: number } | null;
    }[];
  };
  const { added = 0, removed = 0, changed = 0 } = models[0]?.rows ?? {};
  return {
    what: `diff of two tables of ${rows.toLocaleString('en')} rows and 5 columns, by grain`,
    ...(await besideHand(child, warehouse, {}, [query], runs, ([count]) => {
      if (count !== added + removed + changed)
        throw new Error(
          `the counts differ: by hand ${count ?? 'none'}, by Sluice ${added} ${removed} ${changed}`,
        );
    })),
    notes: [
      `${removed} rows removed and ${changed} changed, counted on both sides; Sluice also counts by column and fetches samples`,
    ],
  };
}

/** One process that asks DuckDB itself; what it counts is checked once. */
async function besideHand(
  child: Child,
  warehouse: string,
  options: Readonly<Record<string, string>>,
  queries: readonly string[],
  runs: number,
  check: (counts: readonly number[]) => void,
): Promise<Pick<Measurement, 'against' | 'pairs' | 'usage'>> {
  const script = join(scratch(), `count-${process.pid}.json`);
  writeFileSync(script, JSON.stringify({ options, queries }));
  const beside: Child = { args: [processScript('count-by-hand'), script, warehouse] };
  check(JSON.parse((await runChild(beside)).stdout) as readonly number[]);
  const pairs = await runPairs({ child }, { child: beside }, runs);
  const usage = { measured: await usageOf(child), beside: await usageOf(beside) };
  rmSync(script);
  return { against: queries.length === 1 ? 'one query by hand' : 'a query by hand for each', pairs, usage };
}

/** Makes a warehouse; half a file must not be taken for a whole one. */
async function byHand(warehouse: string, statements: readonly string[]): Promise<void> {
  mkdirSync(join(warehouse, '..'), { recursive: true });
  const script = join(scratch(), `make-${process.pid}.json`);
  writeFileSync(script, JSON.stringify({ options: {}, transactions: [statements] }));
  const unfinished = `${warehouse}-${process.pid}`;
  await runChild({ args: [processScript('by-hand'), script, unfinished, 'alone'] });
  renameSync(unfinished, warehouse);
  rmSync(script);
}

/** The one number of an option. */
function one(text: string): number {
  return numbers(text)[0] ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({
    transactions: '10000000',
    checked: '10000000',
    rows: '100000000',
    diff: '10000000',
    runs: '5',
  });
  const bundle = Bundle.take();
  try {
    const size = {
      transactions: one(values.transactions),
      checked: one(values.checked),
      rows: one(values.rows),
      diff: one(values.diff),
    };
    print(await measureAudits(bundle, size, one(values.runs)), json);
  } finally {
    bundle.remove();
  }
}
