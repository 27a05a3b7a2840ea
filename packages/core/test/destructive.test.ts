/** What nobody could compute again is marked in the plan, and rows that would be gone for good need a yes of their own. */
import { expect, test } from 'vitest';
import type { PlanDocument } from '../src/index.ts';
import { actionsOf, refusal, TestProject, type Files } from './support/project.ts';

const EVENTS = 'models/marts/events.sql';
const NOW = { now: '2024-01-30T01:00:00Z' };

function events(kind: string): Files {
  return {
    'project.yaml': `name: events
start: 2024-01-28
sources:
  raw: { events: { file: events.csv, time_column: ts, columns: { ts: TIMESTAMP, id: INTEGER, amount: INTEGER } } }
`,
    'events.csv': 'ts,id,amount\n2024-01-28 01:00:00,1,10\n2024-01-29 01:00:00,2,20\n',
    [EVENTS]: `MODEL (name marts.events, kind ${kind});
SELECT ts, id, amount FROM raw.events
`,
  };
}

const LIVING = 'INCREMENTAL_BY_TIME_RANGE (time_column ts, forward_only true)';

function lossesOf(plan: PlanDocument): readonly unknown[] {
  return plan.actions.flatMap((a) => a.losses.map((l) => [a.model, l.code, l.column, l.final]));
}

test('a column of a table that lives on goes only with a yes, which a saved plan holds', async () => {
  await using project = new TestProject(events(LIVING), NOW);
  await project.build();
  project.edit(EVENTS, 'ts, id, amount', 'ts, id::TINYINT AS id');
  const [refused] = await refusal(project.apply());
  expect(refused).toMatchObject({ code: 'schema-change-refused' });
  expect(refused?.hint).toContain('--allow-destructive allows it this once.');
  const plan = await project.plan('prod', { allowDestructive: true });
  expect(plan.options.allow_destructive).toBe(true);
  expect(lossesOf(plan)).toEqual([
    ['marts.events', 'column_dropped', 'amount', false],
    ['marts.events', 'column_narrowed', 'id', false],
  ]);
  expect(plan.summary).toBe('Plan for prod: 1 to evolve, 1 unchanged. 1 of them is destructive.');
  expect((await project.applyPlan(JSON.stringify(plan))).status).toBe('done');
  expect((await project.rows('FROM marts.events')).map((r) => Object.keys(r))).toEqual([
    ['ts', 'id'],
    ['ts', 'id'],
  ]);
  // It was left behind, not destroyed: gc keeps it and rollback shows it.
  const workspace = await project.workspace();
  await workspace.gc();
  await workspace.rollback('prod');
  expect(await project.value('SELECT sum(amount)::INTEGER FROM marts.events')).toBe(30);
});

test('what on_destructive_change allows is marked, and needs no more', async () => {
  await using project = new TestProject(
    events(LIVING.replace('true)', 'true, on_destructive_change allow)')),
    NOW,
  );
  await project.build();
  project.edit(EVENTS, 'ts, id, amount', 'ts, id');
  expect(lossesOf(await project.plan())).toEqual([['marts.events', 'column_dropped', 'amount', false]]);
  expect((await project.apply()).status).toBe('done');
});

test('restating rows of an earlier definition is refused without a yes', async () => {
  await using project = new TestProject(events(LIVING), NOW);
  await project.build();
  // Nothing is lost where one definition computed all rows.
  expect(lossesOf(await project.plan('prod', { restate: 'marts.events' }))).toEqual([]);
  project.edit(EVENTS, 'id, amount', 'id, amount * 100 AS amount');
  await project.build();
  const restate = { restate: 'marts.events', end: Date.parse('2024-01-29T00:00:00Z') };
  expect(await refusal(project.apply('prod', restate))).toMatchObject([
    {
      code: 'destructive-step',
      message:
        'restating marts.events cannot be taken back: rows that an earlier definition computed are replaced by those of this one',
      location: { path: EVENTS },
    },
  ]);
  expect(await project.value('SELECT sum(amount)::INTEGER FROM marts.events')).toBe(30);
  const allowed = { ...restate, allowDestructive: true };
  expect(lossesOf(await project.plan('prod', allowed))).toEqual([
    ['marts.events', 'rows_replaced', null, true],
  ]);
  expect((await project.apply('prod', allowed)).status).toBe('done');
  expect(await project.value('SELECT sum(amount)::INTEGER FROM marts.events')).toBe(1020);
});

test('restating a table that keeps keys its inputs no longer give is refused without a yes', async () => {
  await using project = new TestProject(events('INCREMENTAL_BY_UNIQUE_KEY (unique_key id)'), NOW);
  await project.build();
  project.write('events.csv', 'ts,id,amount\n2024-01-29 01:00:00,2,20\n');
  await project.build();
  expect(await project.value('SELECT count(*)::INTEGER FROM marts.events')).toBe(2);
  expect(await refusal(project.apply('prod', { restate: 'marts.events' }))).toMatchObject([
    { code: 'destructive-step' },
  ]);
  expect((await project.apply('prod', { restate: 'marts.events', allowDestructive: true })).status).toBe(
    'done',
  );
  expect(await project.value('SELECT count(*)::INTEGER FROM marts.events')).toBe(1);
});

test('a history that starts over, and a view that goes, are marked', async () => {
  await using project = new TestProject(events('INCREMENTAL_BY_UNIQUE_KEY (unique_key id)'), NOW);
  project.write('models/marts/other.sql', 'MODEL (name marts.other, kind FULL);\nSELECT 1 AS n\n');
  await project.build();
  expect(lossesOf(await project.plan())).toEqual([]);
  project.edit(EVENTS, 'id, amount', 'id, amount + 1 AS amount');
  project.remove('models/marts/other.sql');
  const plan = await project.plan();
  expect(actionsOf(plan)).toEqual(['marts.events rebuild', 'marts.other drop']);
  expect(lossesOf(plan)).toEqual([
    ['marts.events', 'history_left', null, false],
    ['marts.other', 'view_dropped', null, false],
  ]);
  expect(plan.summary).toBe(
    'Plan for prod: 1 to rebuild, 1 to drop, 1 unchanged. 2 of them are destructive.',
  );
  expect((await project.apply()).status).toBe('done');
});

test('a table that appends and keeps its rows is neither restated nor appended to again', async () => {
  const kind = 'INCREMENTAL_UNMANAGED (forward_only true, disable_restatement false)';
  const files = events(kind);
  await using project = new TestProject(
    { ...files, [EVENTS]: `${files[EVENTS] ?? ''}WHERE ts BETWEEN @start_ts AND @end_ts\n` },
    NOW,
  );
  await project.build();
  expect(await refusal(project.apply('prod', { restate: 'marts.events' }))).toMatchObject([
    {
      code: 'restatement-refused',
      notes: [{ message: 'its rows stay (forward_only), and appending them again would double them' }],
    },
  ]);
  project.append('events.csv', '2024-01-28 02:00:00,3,30\n');
  await project.build();
  expect(await project.value('SELECT count(*)::INTEGER FROM marts.events')).toBe(2);
});
