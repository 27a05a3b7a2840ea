// Unit tests of models: many small ones, beside the least a process can do with DuckDB in memory; and the same one at a time.
//
//   node --conditions=sluice-source bench/units.ts [--tests 500] [--runs 5] [--json]
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bundle } from './harness/bundle.ts';
import { usageOf, runChild, type Child } from './harness/child.ts';
import { median, runPairs } from './harness/pairs.ts';
import { BENCH, processScript } from './harness/paths.ts';
import { numbers, print, readArguments, type Measurement } from './harness/report.ts';

/** What 500 tests may take, whole process. */
const BUDGET = { tests: 500, seconds: 5 };

const MODELS = 25;

export async function measureUnits(
  bundle: Bundle,
  tests: number,
  runs: number,
): Promise<readonly Measurement[]> {
  const project = join(BENCH, 'data', `units-${tests}`);
  generateTests(project, tests);
  const beside: Child = { args: [processScript('select-one'), ':memory:'] };
  const measure = async (what: string, child: Child): Promise<Measurement> => {
    check((await runChild(child)).stdout, tests);
    const pairs = await runPairs({ child }, { child: beside }, runs);
    const usage = { measured: await usageOf(child), beside: await usageOf(beside) };
    const each = ((median(pairs.measured) - median(pairs.beside)) / tests) * 1000;
    return {
      what,
      against: 'opening DuckDB in memory, select 1',
      pairs,
      usage,
      ...(tests === BUDGET.tests ? { budget: { seconds: BUDGET.seconds } } : {}),
      notes: [`${each.toFixed(2)} ms a test, of two inputs with 4 rows each, a CTE and the query`],
    };
  };
  return [
    await measure(`${tests} unit tests`, bundle.inProject(project, 'test')),
    await measure(`${tests} unit tests, one at a time`, bundle.inProject(project, 'test', '--jobs', '1')),
  ];
}

function check(stdout: string, tests: number): void {
  const document = JSON.parse(stdout) as {
    readonly tests: readonly { readonly status: string }[];
    readonly summary: string;
  };
  const passed = document.tests.filter((t) => t.status === 'passed').length;
  if (passed !== tests) throw new Error(`${passed} of ${tests} tests passed: ${document.summary}`);
}

/** A few models that join, aggregate and ask the clock, and files of ten tests each. */
function generateTests(folder: string, tests: number): void {
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['models/m', 'tests']) mkdirSync(join(folder, part), { recursive: true });
  const columns =
    "{ id: BIGINT, customer: BIGINT, day: DATE, amount: 'DECIMAL(12,2)', share: DOUBLE, note: VARCHAR }";
  writeFileSync(
    join(folder, 'project.yaml'),
    `name: units\nstart: 2024-01-01\nsources:\n  raw:\n    orders: { table: outside.orders, columns: ${columns} }\n    customers: { table: outside.customers, columns: { customer: BIGINT, name: VARCHAR, country: VARCHAR } }\n`,
  );
  for (let m = 0; m < MODELS; m++) {
    writeFileSync(
      join(folder, `models/m/model_${m}.sql`),
      `MODEL (name m.model_${m}, kind INCREMENTAL_BY_TIME_RANGE (time_column day));
WITH good AS (
  SELECT customer, day, amount * ${m + 1} AS amount FROM raw.orders WHERE day BETWEEN @start_ds AND @end_ds AND amount > 0
)
SELECT g.day, c.country, count(*) AS orders, sum(g.amount) AS amount, date_diff('day', g.day, current_date) AS age
FROM good AS g LEFT JOIN raw.customers AS c USING (customer) GROUP BY ALL
`,
    );
  }
  let suite = '';
  for (let t = 0; t < tests; t++) {
    const m = t % MODELS;
    suite += `test_${t}:
  model: m.model_${m}
  vars: { start: 2024-03-01, end: 2024-03-02, execution_time: 2024-03-11 }
  inputs:
    raw.orders:
      - { id: 1, customer: 1, day: 2024-03-01, amount: 10.50, share: 0.1, note: 'first ${t}' }
      - { id: 2, customer: 2, day: 2024-03-01, amount: 20.00 }
      - { id: 3, customer: 9, day: 2024-03-02, amount: ${t}.25 }
      - { id: 4, customer: 1, day: 2024-03-03, amount: 1 }
    raw.customers:
      - { customer: 1, name: Ann, country: DE }
      - { customer: 2, name: Bob, country: DE }
      - { customer: 3, name: Cid, country: FR }
      - { customer: 4, name: Dan, country: FR }
  outputs:
    ctes:
      good: { partial: true, rows: [{ customer: 1 }, { customer: 2 }, { customer: 9 }] }
    query:
      - { day: 2024-03-01, country: DE, orders: 2, amount: ${(30.5 * (m + 1)).toFixed(2)}, age: 10 }
      - { day: 2024-03-02, orders: 1, amount: ${((t + 0.25) * (m + 1)).toFixed(2)}, age: 9 }
`;
    if (t % 10 < 9 && t < tests - 1) continue;
    writeFileSync(join(folder, `tests/suite_${Math.floor(t / 10)}.yaml`), suite);
    suite = '';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({ tests: '500', runs: '5' });
  const [runs = 1] = numbers(values.runs);
  const bundle = Bundle.take();
  try {
    const measured: Measurement[] = [];
    for (const tests of numbers(values.tests)) measured.push(...(await measureUnits(bundle, tests, runs)));
    print(measured, json);
  } finally {
    bundle.remove();
  }
}
