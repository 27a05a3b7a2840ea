/** Environments and history of tables that outlive their definition: nothing that is shown is lost on the way. */
import { expect, test } from 'vitest';
import { actionsOf, refusal, TestProject, type Files } from './support/project.ts';

const MODEL = 'models/marts/events.sql';
const FILES: Files = {
  'project.yaml': `name: events
start: 2024-01-28
history: { keep: 5 }
sources:
  raw: { events: { file: events.csv, time_column: ts, columns: { ts: TIMESTAMP, id: INTEGER, amount: INTEGER } } }
`,
  'events.csv': 'ts,id,amount\n2024-01-28 01:00:00,1,10\n2024-01-29 01:00:00,2,20\n',
  [MODEL]: `MODEL (name marts.events, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, forward_only true));
SELECT ts, id, amount FROM raw.events WHERE ts BETWEEN @start_ts AND @end_ts
`,
};
const TOTALS: Files = {
  'models/marts/totals.sql': `MODEL (name marts.totals, kind FULL);
SELECT count(*)::INTEGER AS n, sum(amount)::INTEGER AS amount FROM marts.events
`,
};
const NOW = { now: '2024-01-30T01:00:00Z' };

async function held(project: TestProject, table = 'marts.events'): Promise<readonly string[]> {
  const rows = await project.rows(`SELECT id, amount FROM ${table} ORDER BY id`);
  return rows.map((r) => Object.values(r).join(' '));
}

function tomorrow(project: TestProject, row: string): void {
  const day = new Date(project.now).toISOString().slice(0, 10);
  project.append('events.csv', `${day} 01:00:00,${row}\n`);
  project.now += 86_400_000;
}

async function tablesOf(project: TestProject): Promise<readonly string[]> {
  return (await project.physical()).filter((n) => n.startsWith('sluice__marts.events'));
}

test('promote refuses tables that are the environment’s own, and says why', async () => {
  await using project = new TestProject({ ...FILES, ...TOTALS }, NOW);
  await project.build();
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  await project.build('dev');
  const w = await project.workspace();
  const before = await project.shown();
  const [own] = await refusal(w.promote('dev'));
  expect(own).toMatchObject({
    code: 'environment-differs',
    message: 'dev has tables of its own that prod must not show: marts.events, marts.totals',
    hint: 'Bring the definitions to prod with sluice apply: there they carry on with the rows that prod has.',
  });
  expect(own?.notes.map((n) => n.message)).toEqual([
    'marts.events: its table lives on (forward-only), and that of dev has rows that prod would have otherwise',
    'marts.totals: computed from such a table',
  ]);
  expect(await project.shown()).toEqual(before);

  await project.build();
  const [none] = await refusal(w.promote('dev'));
  expect(none?.hint).toBe(
    'prod has these definitions already, with rows of its own: there is nothing to bring.',
  );

  // What is really another project is said first.
  project.edit(MODEL, 'amount * 100', 'amount * 1000');
  const [other] = await refusal(w.promote('dev'));
  expect(other?.message).toBe('the project is not what dev shows: marts.events is other');
});

test('a new model whose table lives on is promoted as it is, and goes on in prod', async () => {
  const { [MODEL]: model = '', ...rest } = FILES;
  await using project = new TestProject(
    {
      ...rest,
      'models/marts/ids.sql': 'MODEL (name marts.ids, kind FULL);\nSELECT DISTINCT id FROM raw.events\n',
    },
    NOW,
  );
  await project.build();
  project.write(MODEL, model);
  await project.build('dev');
  const w = await project.workspace();
  expect((await w.promote('dev')).document.status).toBe('done');
  expect(await held(project)).toEqual(['1 10', '2 20']);
  expect(await tablesOf(project)).toHaveLength(1);
  tomorrow(project, '3,30');
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 30']);
  // From here on a change in dev is made on a copy.
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  await project.build('dev');
  tomorrow(project, '4,40');
  await project.build('dev');
  expect(await held(project, 'marts__dev.events')).toEqual(['1 10', '2 20', '3 30', '4 4000']);
  expect(await held(project)).toEqual(['1 10', '2 20', '3 30']);
});

test('rollback points back to the old table with the rows of then; carrying over again never touches what was shown', async () => {
  await using project = new TestProject({ ...FILES, ...TOTALS }, NOW);
  await project.build();
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  await project.build();
  tomorrow(project, '3,30');
  await project.build();
  const second = ['1 10', '2 20', '3 3000'];
  expect(await held(project)).toEqual(second);

  const w = await project.workspace();
  const back = (await w.rollback('prod')).document;
  expect(back.models.map((m) => `${m.model} ${m.change}`)).toEqual(['marts.events changed']);
  expect(back.behind).toEqual([]);
  expect(await held(project)).toEqual(['1 10', '2 20']);
  expect(await refusal(project.run())).toMatchObject([{ code: 'environment-differs' }]);
  expect((await w.rollback('prod', { to: 2 })).document.status).toBe('done');
  expect(await held(project)).toEqual(second);

  // The old definition goes on for a day, then the new one once more: it carries over what is shown by then.
  await w.rollback('prod', { to: 1 });
  project.edit(MODEL, 'amount * 100 AS amount', 'amount');
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 30']);
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  expect(actionsOf(await project.plan())).toEqual(['marts.events evolve']);
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 30']);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(60);
  expect((await w.rollback('prod', { to: 2 })).document.status).toBe('done');
  expect(await held(project), 'what promotion 2 showed is still there').toEqual(second);
  expect((await w.checkState()).document.status).toBe('sound');
});

test('an environment that is dropped leaves its own rows to gc, which asks before it drops them', async () => {
  await using project = new TestProject({ ...FILES, ...TOTALS }, NOW);
  await project.build();
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  await project.build('dev');
  tomorrow(project, '3,30');
  await project.build('dev');
  project.edit(MODEL, 'id, amount * 100 AS amount', 'id, amount');
  const w = await project.workspace();
  await w.dropEnvironment('dev');
  const { steps } = (await w.gc()).document;
  const acts = steps
    .filter((s) => s.what === 'table')
    .map((s) => `${s.action} ${s.name.replace(/__[0-9a-f]+$/, '')}`);
  expect(acts.toSorted(), 'totals can be computed again').toEqual([
    'drop sluice__marts.totals',
    'keep sluice__marts.events',
  ]);
  expect((await w.checkState()).document.status).toBe('sound');
  await w.gc({ allowDestructive: true });
  expect(await tablesOf(project)).toHaveLength(1);
  expect(await held(project)).toEqual(['1 10', '2 20']);
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 30']);
});

test('gc of the table before spares readers: what they read has been carried on', async () => {
  await using project = new TestProject({ ...FILES, ...TOTALS }, NOW);
  project.edit('project.yaml', 'keep: 5', 'keep: 0');
  await project.build();
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  await project.build();
  const w = await project.workspace();
  await w.gc({ allowDestructive: true });
  expect(await tablesOf(project)).toHaveLength(1);
  expect(await held(project)).toEqual(['1 10', '2 20']);
  expect((await project.apply()).status).toBe('nothing-to-do');
  expect(await refusal(w.rollback('prod'))).toMatchObject([{ code: 'rollback-impossible' }]);
  tomorrow(project, '3,30');
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 3000']);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(3030);
});
