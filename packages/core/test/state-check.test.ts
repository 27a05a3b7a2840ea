/** `state check` finds where ledger, views and tables disagree, and mends what can be mended without losing anything. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, TestProject } from './support/project.ts';

async function keyOf(project: TestProject, model: string): Promise<string> {
  const w = await project.workspace();
  return (await w.environment('prod')).document.models.find((m) => m.model === model)?.physical ?? '';
}

function quoted(key: string): string {
  return key
    .split(/\.(.*)/)
    .slice(0, 2)
    .map((p) => `"${p}"`)
    .join('.');
}

test.each<{
  readonly damage: string;
  readonly sql: (keys: {
    readonly daily: string;
    readonly countries: string;
    readonly source: string;
  }) => string;
  readonly problems: readonly string[];
  /** What is left after --repair. */
  readonly left?: readonly string[];
  /** What the next plan does. */
  readonly plan?: readonly string[];
}>([
  { damage: 'nothing', sql: () => 'SELECT 1', problems: [] },
  { damage: 'a dropped view', sql: () => 'DROP VIEW marts.daily', problems: ['view-missing'] },
  {
    damage: 'a dropped schema of views',
    sql: () => 'DROP SCHEMA marts CASCADE',
    problems: ['view-missing', 'view-missing', 'view-missing'],
  },
  {
    damage: 'a view of another table of ours',
    sql: ({ countries }) => `CREATE OR REPLACE VIEW marts.daily AS FROM ${quoted(countries)}`,
    problems: ['view-differs'],
  },
  {
    damage: 'a view of somebody else',
    sql: () => 'CREATE OR REPLACE VIEW marts.daily AS SELECT 42 AS n',
    problems: ['view-differs'],
    left: ['view-differs'],
  },
  {
    damage: 'a foreign table in the way',
    sql: () => 'DROP VIEW marts.daily; CREATE TABLE marts.daily AS SELECT 42 AS n',
    problems: ['name-taken'],
    left: ['name-taken'],
  },
  {
    damage: 'a dropped table',
    sql: ({ countries }) => `DROP TABLE ${quoted(countries)}`,
    problems: ['table-missing'],
    plan: ['marts.countries rebuild'],
  },
  {
    damage: 'a dropped table of a source',
    sql: ({ source }) => `DROP TABLE ${quoted(source)}`,
    problems: ['table-missing'],
    plan: ['raw.orders rebuild', 'marts.daily backfill', 'marts.monthly backfill'],
  },
  {
    damage: 'a dropped table and its view',
    sql: ({ countries }) => `DROP VIEW marts.countries; DROP TABLE ${quoted(countries)}`,
    problems: ['table-missing', 'view-missing'],
    left: ['view-missing'],
    plan: ['marts.countries rebuild'],
  },
  {
    damage: 'an orphaned table',
    sql: () => 'CREATE TABLE sluice__marts.orphan AS SELECT 1 AS n',
    problems: ['unknown-table'],
    left: ['unknown-table'],
  },
  {
    damage: 'a ledger entry without a table',
    sql: () =>
      "INSERT INTO _sluice.ledger VALUES ('sluice__marts.nowhere', '-infinity', 'infinity', 900, 900, '[]', now()::TIMESTAMP, 'r')",
    problems: ['ledger-without-table'],
  },
  {
    damage: 'a ledger that contradicts itself',
    sql: ({ daily }) =>
      `INSERT INTO _sluice.ledger VALUES ('${daily}', '2024-01-28', '2024-01-30', 900, 900, '[]', now()::TIMESTAMP, 'r')`,
    problems: ['ledger-overlaps'],
    plan: ['marts.daily rebuild'],
  },
])('$damage', async ({ sql, problems, left = [], plan = [] }) => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const w = await project.workspace();
  const keys = {
    daily: await keyOf(project, 'marts.daily'),
    countries: await keyOf(project, 'marts.countries'),
    source: await keyOf(project, 'raw.orders'),
  };
  await project.execute(sql(keys));
  const checked = (await w.checkState()).document;
  expect(checked.findings.map((f) => f.problem)).toEqual(problems);
  expect(checked.status).toBe(problems.length === 0 ? 'sound' : 'unsound');
  expect((await w.checkState()).document.findings, 'checking changes nothing').toEqual(checked.findings);

  const repaired = (await w.checkState({ repair: true })).document;
  expect(repaired.findings.map((f) => f.problem)).toEqual(left);
  if (left.some((p) => p === 'name-taken' || p === 'view-differs')) {
    expect(await project.value('SELECT n FROM marts.daily'), 'what is not ours stays').toBe(42);
    return;
  }
  expect(actionsOf(await project.plan())).toEqual(plan);
  await project.build();
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
  expect((await w.checkState()).document.findings.map((f) => f.problem)).toEqual(
    left.filter((p) => p === 'unknown-table'),
  );
});

test('a repair is shown first, and a no changes nothing', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  await project.execute('DROP VIEW marts.daily');
  const w = await project.workspace();
  await expect(w.checkState({ repair: true, confirm: async () => false })).rejects.toThrow(
    'nothing was changed',
  );
  const dry = (await w.checkState({ repair: true, dryRun: true })).document;
  expect(dry.repair).toMatchObject({ status: 'planned', summary: 'Repair 1 of 1 finding.' });
  expect(dry.repair?.steps).toEqual([
    { what: 'environment view', action: 'create', name: 'marts.daily', reason: 'it is gone' },
  ]);
  expect((await w.checkState()).document.status).toBe('unsound');
});
