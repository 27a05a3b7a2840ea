import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, resultsOf, TestProject } from './support/project.ts';

test('a second apply says that nothing is to do, and runs no model', async () => {
  await using project = new TestProject(ORDERS);
  const first = await project.apply();
  expect(first.status).toBe('done');
  expect(first.promoted).toBe(true);
  expect(resultsOf(first)).toHaveLength(7);
  const before = await project.shown();

  const second = await project.apply();
  expect(second).toMatchObject({ status: 'nothing-to-do', run: null, promoted: false, results: [] });
  expect(second.summary).toBe('Nothing to do: 7 models are up to date in prod.');
  expect(second.sequence).toBe(first.sequence);
  expect(await project.shown()).toEqual(before);
  expect(await project.value('SELECT count(*) FROM _sluice.run')).toBe('1');
});

test('a failed model stops its descendants and not its cousins; the next apply does only what is left', async () => {
  const broken = {
    ...ORDERS,
    // Only the data show that this is wrong.
    'models/staging/customers.sql': `MODEL (name staging.customers, kind FULL);
SELECT name AS customer, CAST(name AS INTEGER)::VARCHAR AS country FROM raw.customers
`,
    'models/marts/wide.sql': `MODEL (name marts.wide, kind FULL);
SELECT c.country, d.day FROM marts.countries AS c CROSS JOIN marts.daily AS d
`,
  };
  await using project = new TestProject(broken);
  const failed = await project.apply();
  expect(failed.status).toBe('failed');
  expect(failed.promoted).toBe(false);
  expect(new Set(resultsOf(failed))).toEqual(
    new Set([
      'raw.orders done',
      'raw.customers done',
      'staging.orders done',
      'staging.customers failed',
      'marts.countries skipped',
      'marts.daily done',
      'marts.monthly done',
      'marts.wide skipped',
    ]),
  );
  expect(failed.diagnostics.map((d) => [d.code, d.path, d.line])).toContainEqual([
    'query-failed',
    'models/staging/customers.sql',
    1,
  ]);
  expect(await project.value("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'marts'")).toBe('0');

  project.write('models/staging/customers.sql', ORDERS['models/staging/customers.sql'] ?? '');
  const mended = await project.build();
  expect(resultsOf(mended)).toEqual(['staging.customers done', 'marts.countries done', 'marts.wide done']);
  expect(mended.promoted).toBe(true);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test.each([
  [false, ['m.a failed', 'm.b done', 'm.c done']],
  [true, ['m.a failed', 'm.b skipped', 'm.c skipped']],
])('after a failure others are begun, unless to fail fast (%s)', async (failFast, expected) => {
  await using project = new TestProject(
    {
      'project.yaml': ORDERS['project.yaml'] ?? '',
      'data/orders.csv': ORDERS['data/orders.csv'] ?? '',
      'data/customers.csv': ORDERS['data/customers.csv'] ?? '',
      'models/m/a.sql': model('a', 'INTEGER'),
      'models/m/b.sql': model('b', 'VARCHAR'),
      'models/m/c.sql': model('c', 'VARCHAR'),
    },
    { jobs: 1, failFast },
  );
  const applied = await project.apply();
  expect(applied.status).toBe('failed');
  expect(resultsOf(applied).filter((r) => r.startsWith('m.'))).toEqual(expected);
  // What was not begun is no failure of its own, and is done by the next apply.
  expect(applied.diagnostics.filter((d) => d.severity === 'error')).toHaveLength(1);
  project.write('models/m/a.sql', model('a', 'VARCHAR'));
  expect((await project.build()).promoted).toBe(true);
});

test('how long models will take is told from what they took, as far as that is known', async () => {
  const expected: Readonly<Record<string, number>>[] = [];
  await using project = new TestProject(
    { ...ORDERS, 'models/m/large.sql': large(3_000_000) },
    { observer: (e) => e.kind === 'apply-started' && expected.push(e.expected) },
  );
  await project.build();
  expect(expected).toEqual([{}]);
  project.write('models/m/large.sql', large(3_000_001));
  project.write('models/m/new.sql', 'MODEL (name m.new, kind FULL);\nSELECT 1 AS x\n');
  // Four days took as long as they took; one more takes a fourth.
  const [four] = await project.rows(
    "SELECT seconds FROM _sluice.run_task WHERE model = 'marts.daily' AND end_at - start_at = INTERVAL 4 DAY",
  );
  project.now += 86_400_000;
  await project.build();
  expect(Object.keys(expected[1] ?? {}).toSorted()).toEqual(['m.large', 'marts.daily', 'marts.monthly']);
  expect(expected[1]?.['m.large']).toBeGreaterThan(0);
  expect(expected[1]?.['marts.daily']).toBeCloseTo(Number(four?.['seconds']) / 4, 9);
});

function large(rows: number): string {
  return `MODEL (name m.large, kind FULL);\nSELECT sum(range) AS n FROM range(${rows})\n`;
}

test('--jobs: independent models are built at the same time, and no more than that many', async () => {
  expect([await mostAtOnce(1), await mostAtOnce(2), await mostAtOnce(3)]).toEqual([1, 2, 3]);
});

test('an interrupted apply leaves nothing half-written, and the next one goes on', async () => {
  let isAsked = false;
  const slow = 'SELECT sum(a.range * b.range)::HUGEINT AS n FROM range(1000000) AS a, range(100000) AS b';
  await using project = new TestProject(
    { ...ORDERS, 'models/marts/zslow.sql': `MODEL (name marts.zslow, kind FULL);\n${slow}\n` },
    {
      observer: (event) => {
        if (event.kind !== 'model-started' || event.model !== 'marts.zslow' || isAsked) return;
        isAsked = true;
        setTimeout(() => void project.workspace().then((w) => w.interrupt()), 300);
      },
    },
  );
  const stopped = await project.apply();
  expect(stopped.status).toBe('interrupted');
  expect(stopped.promoted).toBe(false);
  expect(resultsOf(stopped)).toContain('marts.zslow interrupted');
  expect(stopped.diagnostics.map((d) => d.code)).toContain('interrupted');
  expect((await project.physical()).filter((n) => n.includes('zslow'))).toEqual([]);
  expect(await project.value('SELECT status FROM _sluice.run')).toBe('interrupted');

  project.write('models/marts/zslow.sql', 'MODEL (name marts.zslow, kind FULL);\nSELECT 1 AS n\n');
  const done = new Set(stopped.results.filter((r) => r.status === 'done').map((r) => r.model));
  const rest = await project.build();
  expect(
    rest.results.filter((r) => done.has(r.model)),
    'what was done is not done again',
  ).toEqual([]);
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

test('nothing runs that the plan does not list, and refusing the plan changes nothing', async () => {
  await using project = new TestProject(ORDERS);
  const listed: string[] = [];
  const applied = await project.apply('prod', {
    confirm: async (plan) => {
      listed.push(...actionsOf(plan));
      return true;
    },
  });
  expect(applied.results.map((r) => `${r.model} ${r.action}`)).toEqual(listed);
  project.remove('models/marts/countries.sql');
  await expect(project.apply('prod', { confirm: async () => false })).rejects.toThrow('nothing was changed');
  expect(await project.value('SELECT count(*) FROM marts.countries')).toBe('3');
});

function model(name: string, type: string): string {
  return `MODEL (name m.${name}, kind FULL);
SELECT CAST(name AS ${type}) AS x FROM raw.customers
`;
}

/** How many models were at work at the same time. */
async function mostAtOnce(jobs: number): Promise<number> {
  let [now, highest] = [0, 0];
  const files = Object.fromEntries(
    [1, 2, 3, 4, 5].map((i) => [
      `models/m/t${i}.sql`,
      `MODEL (name m.t${i}, kind FULL);\nSELECT count(*) AS n, ${i} AS i FROM range(3000000) WHERE range % 7 = 3\n`,
    ]),
  );
  await using project = new TestProject(
    { 'project.yaml': 'name: wide\nstart: 2024-01-01\n', ...files },
    {
      jobs,
      observer: (event) => {
        if (event.kind === 'model-started') highest = Math.max(highest, ++now);
        if (event.kind === 'model-finished') now -= 1;
      },
    },
  );
  await project.build();
  return highest;
}
