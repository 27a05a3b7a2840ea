/** `depends_on` in headers: names that a model reads anyway are nothing to speak of, others are. */
import { expect, test } from 'vitest';
import { openWorkspace } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { TestProject } from './support/project.ts';

async function said(project: TestProject): Promise<readonly string[]> {
  const workspace = await openWorkspace({ root: project.root, now: () => project.now, cache: true });
  try {
    const { diagnostics } = await workspace.compile();
    return diagnostics.map((d) => {
      const { path, start, end } = d.location ?? { path: '', start: 0, end: 0 };
      const text = path === '' ? '' : project.read(path).slice(start, end);
      return `${d.severity} ${d.code} ${text}: ${d.message}`;
    });
  } finally {
    await workspace.close();
  }
}

const NOT_READ = 'which neither the query nor an audit reads, so it has no effect';

test.each<[string, readonly string[]]>([
  ['depends_on (staging.orders)', []],
  ["depends_on [warehouse.staging.orders, 'STAGING.Orders']", []],
  ['depends_on staging.orders', []],
  // An audit reads it, and waits for it.
  ['depends_on (staging.customers), audits (known)', []],
  [
    'depends_on (staging.orders, staging.customers)',
    [`warning unused-property staging.customers: 'depends_on' names staging.customers, ${NOT_READ}`],
  ],
  [
    'depends_on (marts.sums)',
    [`warning unused-property marts.sums: 'depends_on' names marts.sums, ${NOT_READ}`],
  ],
  [
    'depends_on (staging.order)',
    [
      "warning unused-property staging.order: 'depends_on' names staging.order, and there is no such model or source",
    ],
  ],
  ['depends_on (1)', ["error invalid-property 1: 'depends_on' lists names of models and sources"]],
])('%s', async (header, expected) => {
  await using project = new TestProject({
    ...ORDERS,
    'audits/known.sql':
      'AUDIT (name known);\nSELECT * FROM @this_model WHERE customer NOT IN (SELECT customer FROM staging.customers)\n',
    'models/marts/sums.sql': `MODEL (name marts.sums, kind FULL, ${header});\nSELECT customer, sum(amount) AS amount FROM staging.orders GROUP BY ALL\n`,
  });
  expect(await said(project)).toEqual(expected);
  expect(await said(project), 'with a cache').toEqual(expected);
});

test('it changes no version, and a model that reads itself may name itself', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'models/marts/sums.sql': `MODEL (name marts.sums, kind INCREMENTAL_BY_TIME_RANGE (time_column day), columns (day DATE, n BIGINT));
SELECT @start_ds::DATE AS day, count(*) + coalesce((SELECT max(n) FROM marts.sums), 0) AS n FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
  });
  const version = async (): Promise<unknown> =>
    (await (await project.workspace()).compile()).document.models.find((m) => m.name === 'marts.sums')
      ?.version;
  const before = await version();
  project.edit('models/marts/sums.sql', 'columns (', 'depends_on (marts.sums, raw.orders), columns (');
  expect(await said(project)).toEqual([]);
  expect(await version()).toBe(before);
});
