/** A state that is read without fingerprints tells the same, and has them read before anybody acts on one. */
import { expect, test } from 'vitest';
import { openDuckDb } from '../src/engine/duckdb/open.ts';
import type { Connection } from '../src/engine/warehouse.ts';
import { FingerprintNotRead, readFingerprints, readLeanState, readState } from '../src/state/index.ts';
import { actionsOf, TestProject } from './support/project.ts';

const EVENTS = 'models/marts/events.sql';

const FILES = {
  'project.yaml': `name: events
start: 2024-01-28
sources:
  raw: { events: { file: events.csv, time_column: ts, columns: { ts: TIMESTAMP, id: INTEGER, amount: INTEGER } } }
`,
  'events.csv': 'ts,id,amount\n2024-01-28 01:00:00,1,10\n2024-01-29 01:00:00,2,20\n',
  [EVENTS]: `MODEL (name marts.events, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, forward_only true,
  on_destructive_change ignore));
SELECT ts, id, amount FROM raw.events WHERE ts BETWEEN @start_ts AND @end_ts
`,
  'models/marts/totals.sql': `MODEL (name marts.totals, kind FULL);
SELECT count(*)::INTEGER AS n, '"carried":"table"' AS words FROM marts.events
`,
};

const NOW = { now: '2024-01-30T01:00:00Z' };

async function withConnection<T>(
  project: TestProject,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const warehouse = await openDuckDb({
    path: project.warehouse,
    label: 'warehouse',
    readOnly: true,
    threads: 1,
    memoryLimit: undefined,
    spillTo: undefined,
    spillLimit: undefined,
    macros: [],
    lockTimeout: 1_000,
  });
  const connection = await warehouse.connect();
  try {
    return await work(connection);
  } finally {
    connection.close();
    warehouse.close();
  }
}

/** A project with a table that lives on, whose columns are others than those of its model. */
async function evolved(): Promise<TestProject> {
  const project = new TestProject(FILES, NOW);
  await project.build();
  project.edit(EVENTS, 'SELECT ts, id, amount', 'SELECT ts, id, id + 1 AS more');
  await project.build();
  return project;
}

test('tells of every table what is asked of all, and of none what was not read', async () => {
  await using project = await evolved();
  await withConnection(project, async (connection) => {
    const whole = await readState(connection);
    const state = await readLeanState(connection);
    const known = [...whole.snapshots].map(([key, { table, carried, version }]) => ({
      key,
      table,
      carried,
      version,
    }));
    expect(known.some((s) => s.carried !== undefined)).toBe(true);
    expect(known.some((s) => s.table !== undefined)).toBe(true);
    for (const { key, table, carried, version } of known)
      expect(state.snapshots.get(key)).toMatchObject({ table, carried, version });
    const totals = [...state.snapshots.values()].find((s) => s.model === 'raw.events');
    expect(() => totals?.fingerprint).toThrow(FingerprintNotRead);
    await readFingerprints(connection, state);
    expect(JSON.stringify([...state.snapshots])).toBe(JSON.stringify([...whole.snapshots]));
    expect({ ...state, snapshots: 0 }).toEqual({ ...whole, snapshots: 0 });
  });
});

test('a plan that has to explain something explains it, and one that has nothing to do reads nothing more', async () => {
  await using project = await evolved();
  expect(actionsOf(await project.plan())).toEqual([]);
  expect((await project.apply()).status).toBe('nothing-to-do');
  project.edit('models/marts/totals.sql', 'count(*)::INTEGER', '(count(*) + 1)::INTEGER');
  const plan = await project.plan();
  expect(plan.actions.map((a) => [a.model, a.action, a.reasons.map((r) => r.message)])).toEqual([
    ['marts.totals', 'rebuild', [expect.stringContaining('n')]],
  ]);
  expect((await project.apply()).status).toBe('done');
  project.edit(EVENTS, 'id + 1 AS more', 'id + 2 AS more');
  expect(actionsOf(await project.plan())).toEqual(['marts.events evolve']);
  expect((await project.apply()).status).toBe('done');
});
