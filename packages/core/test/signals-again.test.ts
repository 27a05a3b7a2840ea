/** Signals are asked for what stands and has to be computed again as for what was never computed. */
import { expect, test } from 'vitest';
import type { ApplyDocument } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import {
  actionsOf,
  days,
  resultsOf,
  TestProject,
  type Contents,
  type ProjectOptions,
} from './support/project.ts';

/** Asks a file which days are not ready. */
const LISTED = `import { readFileSync } from 'node:fs';
export function there(intervals: readonly { start: Date }[], { list }: { list: string }) {
  const not = readFileSync(list, 'utf8').split('\\n');
  return intervals.filter(({ start }) => !not.includes(start.toISOString().slice(0, 10)));
}
`;

const ROWS =
  'SELECT id, customer, ts, ts::DATE AS day FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts\n';

/** Each kind that computes intervals. The last three build on the rows before; by partition is merged again from a moment on. */
const KINDS = {
  daily: 'INCREMENTAL_BY_TIME_RANGE (time_column ts)',
  keyed: 'INCREMENTAL_BY_UNIQUE_KEY (unique_key id)',
  parts: 'INCREMENTAL_BY_PARTITION, partitioned_by (day)',
  added: 'INCREMENTAL_UNMANAGED (forward_only false, disable_restatement false)',
} as const;

const MODELS = Object.keys(KINDS).map((name) => `m.${name}`);

function shop(options: ProjectOptions = {}): TestProject {
  const project = new TestProject({ ...ORDERS, 'signals/own.ts': LISTED, 'not-ready': '' }, options);
  for (const [name, kind] of Object.entries(KINDS))
    project.write(
      `models/m/${name}.sql`,
      `MODEL (name m.${name}, kind ${kind}, signals (there(list := '${project.path('not-ready')}')));\n${ROWS}`,
    );
  project.write(
    'models/m/running.sql',
    `MODEL (name m.running, kind INCREMENTAL_BY_TIME_RANGE (time_column day), columns (day DATE, total BIGINT),
  signals (there(list := '${project.path('not-ready')}')));
SELECT CAST(@start_ds AS DATE) AS day,
  CAST(count(*) + coalesce((SELECT max(total) FROM m.running WHERE day < @start_ds), 0) AS BIGINT) AS total
FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
  );
  return project;
}

function notReady(project: TestProject, ...listed: readonly string[]): void {
  project.write('not-ready', listed.join('\n'));
}

const ALL = [...MODELS, 'm.running'];

async function expectAsFresh(project: TestProject): Promise<void> {
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
}

function computed(applied: ApplyDocument): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    applied.results.filter((r) => ALL.includes(r.model)).map((r) => [r.model, r.intervals]),
  );
}

function waits(applied: ApplyDocument): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    applied.waiting_for_signals.filter((w) => ALL.includes(w.model)).map((w) => [w.model, w.intervals]),
  );
}

/** What a restatement can ask for. */
const RESTATED = ALL.filter((name) => name !== 'm.parts');

const WHOLE = [days('2024-01-28', '2024-02-01')];

async function ofModels(project: TestProject): Promise<readonly (readonly [string, Contents | undefined])[]> {
  const shown = await project.shown();
  return ALL.map((name) => [name, shown.get(name)]);
}

test('late rows of a day that is not ready wait with what stands', async () => {
  await using project = shop();
  await project.build();
  const before = await ofModels(project);
  // Late rows of two days, of which one is not ready.
  project.append('data/orders.csv', '8,2024-01-29 15:00:00,ann,5.00,\n9,2024-01-30 16:00:00,dee,5.00,\n');
  notReady(project, '2024-01-30');
  const held = await project.run();
  expect(computed(held)).toEqual({ 'm.daily': [days('2024-01-29', '2024-01-30')] });
  expect(waits(held)).toEqual({
    'm.daily': [days('2024-01-30', '2024-01-31')],
    ...Object.fromEntries(ALL.slice(1).map((name) => [name, WHOLE])),
    'm.parts': [days('2024-01-29', '2024-02-01')],
  });
  expect((await ofModels(project)).slice(1), 'no row that stood is gone').toEqual(before.slice(1));
  // A day more does not go on top of what is to be computed again; where each is for itself, it does.
  project.append('data/orders.csv', '10,2024-02-01 10:00:00,ann,5.00,\n');
  project.now = Date.parse('2024-02-02T06:00:00Z');
  const next = await project.run();
  expect(computed(next)).toEqual({ 'm.daily': [days('2024-02-01', '2024-02-02')] });
  expect(waits(next)['m.keyed']).toEqual([days('2024-01-28', '2024-02-02')]);
  notReady(project);
  const last = await project.run();
  expect(resultsOf(last)).toEqual(ALL.map((name) => `${name} done`).toSorted());
  expect(last.waiting_for_signals).toEqual([]);
  expect((await project.run()).status).toBe('nothing-to-do');
  await expectAsFresh(project);
});

test('what a restatement left that was stopped is asked for by run, and not by apply', async () => {
  let isStopped = false;
  await using project: TestProject = shop({
    jobs: 1,
    observer: (event) => {
      if (isStopped && event.kind === 'model-started') void project.workspace().then((w) => w.interrupt());
    },
  });
  await project.build();
  const before = await ofModels(project);
  isStopped = true;
  expect((await project.apply('prod', { restate: 'm.* !m.parts', allowDestructive: true })).status).toBe(
    'interrupted',
  );
  isStopped = false;
  notReady(project, '2024-01-30');
  const held = await project.run();
  expect(computed(held)).toEqual({
    'm.daily': [days('2024-01-28', '2024-01-30'), days('2024-01-31', '2024-02-01')],
  });
  expect(waits(held)).toEqual({
    'm.daily': [days('2024-01-30', '2024-01-31')],
    ...Object.fromEntries(RESTATED.slice(1).map((name) => [name, WHOLE])),
  });
  expect(await ofModels(project)).toEqual(before);
  // Whoever asks now finds no answer.
  project.remove('not-ready');
  expect(actionsOf(await project.plan()).toSorted()).toEqual(
    RESTATED.map((name) => `${name} backfill`).toSorted(),
  );
  const applied = await project.build();
  expect(computed(applied)['m.daily']).toEqual([days('2024-01-30', '2024-01-31')]);
  expect((await project.apply()).status).toBe('nothing-to-do');
  await expectAsFresh(project);
});

test('a day that is wanted before those that stand takes none of them away while another is not ready', async () => {
  await using project = shop({ now: '2024-01-31T06:00:00Z' });
  await project.build();
  const before = await ofModels(project);
  project.edit('project.yaml', 'start: 2024-01-28', 'start: 2024-01-26');
  project.append('data/orders.csv', '7,2024-01-26 10:00:00,ann,1.00,\n');
  notReady(project, '2024-01-27');
  const held = await project.run();
  expect(computed(held)).toEqual({ 'm.daily': [days('2024-01-26', '2024-01-27')] });
  expect((await ofModels(project)).slice(1)).toEqual(before.slice(1));
  notReady(project);
  await project.run();
  await expectAsFresh(project);
});
