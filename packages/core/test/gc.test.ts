/** gc drops what nobody needs: no environment, no promotion that can be gone back to, no apply that is to be finished. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, refusal, resultsOf, TestProject } from './support/project.ts';

const DAY = 86_400_000;

function plainNames(steps: readonly { readonly name: string }[]): readonly string[] {
  return steps.map((s) => s.name.replace(/__[0-9a-f]{12}$/, '')).toSorted();
}

test('tables of promotions that can be gone back to stay, others go', async () => {
  await using project = new TestProject(ORDERS);
  project.append('project.yaml', 'history: { keep: 1 }\n');
  await project.build();
  for (const n of [1, 2]) {
    project.edit('models/marts/countries.sql', 'count(*)', `count(*) + ${n}`);
    await project.build();
  }
  const w = await project.workspace();
  const shown = await project.shown();
  const before = await project.physical();
  const planned = (await w.gc({ dryRun: true })).document;
  expect(planned.status).toBe('planned');
  expect(planned.steps.map((s) => `${s.action} ${s.what}`)).toEqual(['forget record', 'drop table']);
  expect(planned.summary).toBe('Drop 1 physical table or view. Forget 1 old promotion.');
  expect(await project.physical(), 'a dry run drops nothing').toEqual(before);

  const done = (await w.gc()).document;
  expect(done.steps).toEqual(planned.steps);
  expect(await project.physical()).toEqual(before.filter((n) => n !== done.steps[1]?.name));
  expect(await project.shown()).toEqual(shown);
  expect(await refusal(w.rollback('prod', { to: 1 }))).toMatchObject([
    { code: 'rollback-impossible', message: 'what promotion 1 of prod showed is no longer known' },
  ]);
  expect((await w.rollback('prod')).document).toMatchObject({ status: 'done', from: { sequence: 2 } });
  expect((await w.checkState()).document.status).toBe('sound');
  project.edit('models/marts/countries.sql', 'count(*) + 2 + 1', 'count(*)');
  expect(actionsOf(await project.plan())).toEqual(['marts.countries rebuild']);
  await project.build();
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

test('what a failed apply has built waits for the next one', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  project.edit('models/marts/countries.sql', 'count(*)', 'count(*) + CAST(error(min(country)) AS BIGINT)');
  const failed = await project.apply();
  expect(resultsOf(failed)).toEqual(['staging.customers done', 'marts.countries failed']);
  const w = await project.workspace();
  expect((await w.gc()).document.status).toBe('nothing-to-do');
  project.edit(
    'models/marts/countries.sql',
    'count(*) + CAST(error(min(country)) AS BIGINT)',
    'count(*) + 1',
  );
  expect(resultsOf(await project.build())).toEqual(['marts.countries done']);

  // Given up for something else, it goes.
  project.edit('models/staging/customers.sql', 'lower(country)', 'trim(country)');
  project.edit(
    'models/marts/countries.sql',
    'count(*) + 1',
    'count(*) + CAST(error(min(country)) AS BIGINT)',
  );
  await project.apply();
  project.edit('models/staging/customers.sql', 'trim(country)', 'lower(country)');
  project.edit(
    'models/marts/countries.sql',
    'count(*) + CAST(error(min(country)) AS BIGINT)',
    'count(*) + 2',
  );
  await project.build();
  expect(plainNames((await w.gc()).document.steps)).toEqual(['sluice__staging.customers']);
});

test('an environment that nobody used for its time is removed, prod never', async () => {
  await using project = new TestProject(ORDERS);
  project.append('project.yaml', 'environment_ttl: 10 days\nenvironments: { dev: { ttl: 2 days } }\n');
  await project.build('prod');
  project.edit('models/marts/countries.sql', 'count(*)', 'count(*) + 1');
  await project.build('dev');
  await project.build('qa');
  const w = await project.workspace();
  expect(
    (await w.environments()).document.environments.map((e) => `${e.name} ${e.expires_at ?? 'never'}`),
  ).toEqual(['dev 2024-02-03T06:00:00.000Z', 'prod never', 'qa 2024-02-11T06:00:00.000Z']);
  project.now += DAY;
  project.append('data/orders.csv', '5,2024-02-01 14:00:00,ann,50.00,\n');
  await project.run('dev');
  project.now += 1.5 * DAY;
  expect((await w.gc()).document.status, 'it was used since').toBe('nothing-to-do');
  project.now += DAY;
  const gone = (await w.gc()).document;
  expect(gone.summary).toBe('Dropped 1 expired environment.');
  expect((await w.environments()).document.environments.map((e) => e.name)).toEqual(['prod', 'qa']);
  expect(
    await project.value(
      "SELECT count(*) FROM duckdb_views() WHERE schema_name LIKE '%\\_\\_dev' ESCAPE '\\'",
    ),
  ).toBe('0');
  project.now += 100 * DAY;
  const rest = (await w.gc()).document;
  expect(
    rest.steps.filter((s) => s.what === 'table').map((s) => s.name.replace(/__[0-9a-f]{12}$/, '')),
  ).toEqual(['sluice__marts.countries']);
  expect((await w.environments()).document.environments.map((e) => e.name)).toEqual(['prod']);
  const history = (await w.history()).document.runs.map((r) => `${r.command} ${r.environment}`);
  expect(history, 'old runs are forgotten, the one that promoted prod is not').toEqual([
    'env drop qa',
    'gc ',
    'apply prod',
  ]);
  expect((await w.checkState()).document.status).toBe('sound');
});

test('numbers of the ledger are not given out twice, and rows of a dropped source are remembered', async () => {
  await using project = new TestProject({
    'project.yaml': `name: p
start: 2024-01-28
history: { keep: 0 }
sources: { raw: { a: { file: a.csv, columns: { id: BIGINT, x: BIGINT } } } }
`,
    'a.csv': 'id,x,w\n1,10,u\n2,20,v\n',
    'models/m/sums.sql': 'MODEL (name m.sums, kind FULL);\nSELECT sum(x)::BIGINT AS x FROM raw.a\n',
  });
  await project.build();
  // dev reads the source under another declaration, with newer rows, into the same version of the model.
  project.edit('project.yaml', 'x: BIGINT }', 'x: BIGINT, w: VARCHAR }');
  project.append('a.csv', '3,30,w\n');
  await project.build('dev');
  const w = await project.workspace();
  const before = await project.value('SELECT max(greatest(sequence, data_sequence)) FROM _sluice.ledger');
  await w.dropEnvironment('dev');
  await w.gc();
  project.edit('project.yaml', 'x: BIGINT, w: VARCHAR }', 'x: BIGINT }');
  project.write('a.csv', 'id,x,w\n1,10,u\n2,20,v\n');
  await project.build();
  expect(await project.value('SELECT x FROM m.sums')).toBe('30');
  expect(Number(await project.value('SELECT max(sequence) FROM _sluice.ledger'))).toBeGreaterThan(
    Number(before),
  );
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

/** A model of each kind, and whether its rows could be computed again. */
const KINDS: readonly (readonly [kind: string, query: string, kept: boolean])[] = [
  ['kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [x])', 'SELECT id, x FROM raw.a', true],
  ['kind SCD_TYPE_2_BY_TIME (unique_key id, updated_at_name ts)', 'SELECT id, x, ts FROM raw.a', true],
  ['kind INCREMENTAL_UNMANAGED', 'SELECT id, x FROM raw.a', true],
  ['kind INCREMENTAL_BY_PARTITION, partitioned_by id', 'SELECT id, x FROM raw.a', true],
  ['kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id)', 'SELECT id, x FROM raw.a', true],
  [
    'kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id)',
    'SELECT id, x FROM raw.a WHERE ts BETWEEN @start_ts AND @end_ts',
    false,
  ],
  [
    'kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, disable_restatement true)',
    'SELECT id, x FROM raw.a WHERE ts BETWEEN @start_ts AND @end_ts',
    true,
  ],
  ['kind INCREMENTAL_BY_TIME_RANGE (time_column ts)', 'SELECT id, x, ts FROM raw.a', false],
  [
    'kind INCREMENTAL_BY_TIME_RANGE (time_column ts, disable_restatement true)',
    'SELECT id, x, ts FROM raw.a',
    true,
  ],
  ['kind INCREMENTAL_BY_TIME_RANGE (time_column ts, forward_only true)', 'SELECT id, x, ts FROM raw.a', true],
  ['kind FULL', 'SELECT id, x FROM raw.a', false],
];

const ONE_MODEL = {
  'project.yaml': `name: p
start: 2024-01-28
history: { keep: 0 }
sources: { raw: { a: { file: a.csv, columns: { id: BIGINT, x: BIGINT, ts: TIMESTAMP } } } }
`,
  'a.csv': 'id,x,ts\n1,10,2024-01-29 01:00:00\n2,20,2024-01-30 01:00:00\n',
};

function modelOf(kind: string, query: string): string {
  return `MODEL (name m.kept, ${kind});\n${query}\n`;
}

async function keptTables(project: TestProject): Promise<readonly string[]> {
  return (await project.physical()).filter((n) => n.startsWith('sluice__m.kept'));
}

test.each(KINDS)('rows that could not be computed again: %s, %s', async (kind, query, kept) => {
  await using project = new TestProject({ ...ONE_MODEL, 'models/m/kept.sql': modelOf(kind, query) });
  await project.build();
  project.edit('models/m/kept.sql', 'SELECT id, x', 'SELECT id, x + 1 AS x');
  await project.build();
  const w = await project.workspace();
  const before = await keptTables(project);
  expect(before).toHaveLength(2);
  const steps = (await w.gc()).document.steps.filter((s) => s.what === 'table');
  expect(steps.map((s) => s.action)).toEqual([kept ? 'keep' : 'drop']);
  expect(await keptTables(project)).toHaveLength(kept ? 2 : 1);
  if (kept) {
    expect(steps[0]?.reason).toContain('--allow-destructive');
    expect((await w.gc()).document.status).toBe('nothing-to-do');
    await w.gc({ allowDestructive: true });
  }
  expect(await keptTables(project)).toHaveLength(1);
  expect((await w.checkState()).document.status).toBe('sound');
});

test('another header does not make kept rows ones that could be computed again; starting over does', async () => {
  const file = 'models/m/kept.sql';
  const kind = 'kind INCREMENTAL_BY_TIME_RANGE (time_column ts, disable_restatement true)';
  await using project = new TestProject({
    ...ONE_MODEL,
    [file]: modelOf(kind, 'SELECT id, x, ts FROM raw.a WHERE ts BETWEEN @start_ts AND @end_ts'),
  });
  await project.build();
  project.edit(file, ', disable_restatement true', '');
  project.append('a.csv', '3,30,2024-02-01 01:00:00\n');
  project.now += DAY;
  await project.build();
  const held = "SELECT fingerprint->>'history' FROM _sluice.snapshot WHERE model = 'm.kept'";
  expect(await project.value(held)).toBe('true');
  project.edit(file, 'SELECT id, x', 'SELECT id, x + 1 AS x');
  await project.build();
  const w = await project.workspace();
  expect((await w.gc()).document.steps.filter((s) => s.what === 'table').map((s) => s.action)).toEqual([
    'keep',
  ]);
  await w.gc({ allowDestructive: true });
  expect(await project.value(held)).toBe('false');
});

test('a header that keeps rows from now on is remembered before they differ from what would be computed', async () => {
  const file = 'models/m/kept.sql';
  const query = 'SELECT id, x, ts FROM raw.a WHERE ts BETWEEN @start_ts AND @end_ts';
  await using project = new TestProject({
    ...ONE_MODEL,
    [file]: modelOf('kind INCREMENTAL_BY_TIME_RANGE (time_column ts)', query),
  });
  await project.build();
  const held = "SELECT fingerprint->>'history' FROM _sluice.snapshot WHERE model = 'm.kept'";
  expect(await project.value(held)).toBe('false');
  project.edit(file, '(time_column ts)', '(time_column ts, disable_restatement true)');
  project.edit('a.csv', '1,10', '1,11');
  expect(resultsOf(await project.build())).toEqual(['raw.a done']);
  expect(await project.rows('SELECT x::INTEGER AS x FROM m.kept WHERE id = 1')).toEqual([{ x: 10 }]);
  expect(await project.value(held)).toBe('true');
});

test('of tables that an older Sluice wrote, all that may hold history stay', async () => {
  await using project = new TestProject({
    ...ONE_MODEL,
    'models/m/kept.sql': modelOf(
      'kind INCREMENTAL_BY_PARTITION, partitioned_by id',
      'SELECT id, x FROM raw.a',
    ),
  });
  await project.build();
  project.edit('models/m/kept.sql', 'SELECT id, x', 'SELECT id, x + 1 AS x');
  await project.build();
  await project.execute(
    'UPDATE _sluice.snapshot SET fingerprint = json_merge_patch(fingerprint, \'{"history": null, "carried": null}\')',
  );
  const w = await project.workspace();
  expect((await w.gc()).document.steps.filter((s) => s.what === 'table').map((s) => s.action)).toEqual([
    'keep',
  ]);
});
