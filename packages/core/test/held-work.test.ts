/** Work that shares the transaction of a standalone audit: what is told and kept of it when that comes to nothing. */
import { expect, test } from 'vitest';
import type { ApplyDocument, ProgressEvent } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { resultsOf, TestProject, type Files, type ProjectOptions } from './support/project.ts';

const FEW_A_DAY = `AUDIT (name few_orders, standalone true);
SELECT day, orders FROM marts.daily WHERE orders > 1
`;
/** Two orders of one day: `marts.daily` and `marts.monthly` are written, and wait for the audit. */
const SECOND = '5,2024-01-31 15:00:00,ann,4.00,\n';

interface Watched {
  readonly project: TestProject;
  /** Models as they were told to be finished. */
  readonly finished: string[];
  readonly models: { started: number };
  /** Stops the run at the first event like this, or some milliseconds later. */
  stopAt(isIt: (event: ProgressEvent) => boolean, after?: number): void;
}

function watched(files: Files, options: ProjectOptions = {}): Watched {
  const finished: string[] = [];
  const models = { started: 0 };
  let delay = 0;
  let isIt: ((event: ProgressEvent) => boolean) | undefined;
  const project: TestProject = new TestProject(files, {
    jobs: 1,
    ...options,
    observer: (event) => {
      if (event.kind === 'apply-started') {
        finished.length = 0;
        models.started = event.models;
      }
      if (event.kind === 'model-finished') finished.push(`${event.result.model} ${event.result.status}`);
      if (isIt?.(event) !== true) return;
      isIt = undefined;
      if (delay === 0) stop();
      else setTimeout(stop, delay);
    },
  });
  const stop = (): void => void project.workspace().then((w) => w.interrupt());
  return {
    project,
    finished,
    models,
    stopAt: (found, after = 0) => {
      isIt = found;
      delay = after;
    },
  };
}

const said = (applied: ApplyDocument): readonly string[] => applied.diagnostics.map((d) => d.message);

async function history(project: TestProject, { run }: ApplyDocument): Promise<unknown> {
  return project.rows(
    `SELECT model, status, error_code AS code FROM _sluice.run_result WHERE run_id = '${run}' ORDER BY ALL`,
  );
}

test('each model is told once to be finished, as what it came to', async () => {
  const { project, finished, models } = watched({ ...ORDERS, 'audits/few.sql': FEW_A_DAY });
  await using _ = project;
  await project.build();
  project.append('data/orders.csv', SECOND);
  const failed = await project.run();
  expect(finished).toEqual(['raw.orders done', 'marts.daily skipped', 'marts.monthly skipped']);
  expect(finished.length).toBe(models.started);
  expect(resultsOf(failed)).toEqual(finished);
  project.edit('data/orders.csv', '5,2024-01-31', '5,2024-01-27');
  await project.run();
  expect(finished.length).toBe(models.started);
  expect(finished).toContain('raw.orders done');
});

test.each([
  ['between two of them', (e: ProgressEvent) => e.kind === 'task-finished' && e.model === 'marts.daily'],
  ['in the last', (e: ProgressEvent) => e.kind === 'model-started' && e.model === 'marts.monthly'],
])('stopped %s, the history has them, and nothing is said to have failed', async (_where, isIt) => {
  const { project, finished, models, stopAt } = watched({
    ...ORDERS,
    'audits/few.sql': FEW_A_DAY.replace('> 1', '> 9'),
    'models/marts/quarterly.sql':
      'MODEL (name marts.quarterly, kind FULL);\nSELECT sum(revenue) AS revenue FROM marts.monthly\n',
  });
  await using _ = project;
  await project.build();
  const before = (await project.shown()).get('marts.daily');
  project.append('data/orders.csv', SECOND);
  stopAt(isIt);
  const stopped = await project.run();
  expect(stopped.status).toBe('interrupted');
  expect(resultsOf(stopped)).toEqual([
    'raw.orders done',
    'marts.daily interrupted',
    'marts.monthly interrupted',
    'marts.quarterly skipped',
  ]);
  expect(finished.toSorted()).toEqual(resultsOf(stopped).toSorted());
  expect(finished.length).toBe(models.started);
  expect(said(stopped).toSorted()).toEqual([
    'marts.daily was stopped; nothing of it was written',
    'marts.monthly was stopped; nothing of it was written',
  ]);
  expect(await history(project, stopped)).toEqual([
    { model: 'marts.daily', status: 'interrupted', code: 'interrupted' },
    { model: 'marts.monthly', status: 'interrupted', code: 'interrupted' },
    { model: 'raw.orders', status: 'done', code: null },
  ]);
  expect((await project.shown()).get('marts.daily')).toEqual(before);
  expect((await project.run()).status).toBe('done');
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
});

test('stopped while it is judged, it is stopped too, and the audit has found nothing', async () => {
  const { project, stopAt } = watched({
    ...ORDERS,
    'audits/few.sql': FEW_A_DAY.replace('> 1', '> 9'),
  });
  await using _ = project;
  await project.build();
  project.write(
    'audits/slow.sql',
    'AUDIT (name slow, standalone true);\nSELECT * FROM marts.daily WHERE revenue < (SELECT -max(hash(r.range)) FROM range(100000000000) AS r)\n',
  );
  project.append('data/orders.csv', SECOND);
  stopAt((e) => e.kind === 'audit-finished' && e.result.audit === 'few_orders', 500);
  const stopped = await project.run();
  expect([stopped.status, resultsOf(stopped)]).toEqual([
    'interrupted',
    ['raw.orders done', 'marts.daily interrupted', 'marts.monthly interrupted'],
  ]);
  expect(stopped.diagnostics.map((d) => d.code)).toEqual(['interrupted', 'interrupted', 'interrupted']);
  expect(stopped.audits.filter((a) => a.status !== 'passed')).toEqual([]);
  expect(await project.value("SELECT count(*) FROM _sluice.audit_result WHERE status = 'error'")).toBe('0');
  project.remove('audits/slow.sql');
  expect((await project.run()).status).toBe('done');
});

test('what stands below a model that was stopped was not stopped by a failure', async () => {
  const { project, stopAt } = watched(ORDERS);
  await using _ = project;
  await project.build();
  project.append('data/orders.csv', SECOND);
  stopAt((e) => e.kind === 'model-started' && e.model === 'marts.daily');
  const stopped = await project.run();
  expect(resultsOf(stopped)).toEqual(['raw.orders done', 'marts.daily interrupted', 'marts.monthly skipped']);
  expect(said(stopped)).toEqual(['marts.daily was stopped; nothing of it was written']);
});

test('of several models in a row the one is named that failed, not the one that was skipped', async () => {
  const { project } = watched({
    ...ORDERS,
    'models/marts/daily.sql': ORDERS['models/marts/daily.sql'].replace('non_negative', 'not_negative'),
    'audits/not_negative.sql': 'AUDIT (name not_negative);\nSELECT * FROM @this_model WHERE revenue < 0\n',
    'models/marts/quarterly.sql':
      'MODEL (name marts.quarterly, kind FULL);\nSELECT sum(revenue) AS revenue FROM marts.monthly\n',
  });
  await using _ = project;
  project.edit('models/marts/daily.sql', 'not_negative(columns := (revenue))', 'not_negative');
  project.append('data/orders.csv', '5,2024-01-31 15:00:00,ann,-400.00,\n');
  const failed = await project.apply();
  expect(said(failed).slice(1)).toEqual([
    'marts.monthly was not run because marts.daily failed',
    'marts.quarterly was not run because marts.daily failed',
  ]);
});

test('rows of a source are said to be set aside once they are', async () => {
  const { project } = watched({
    ...ORDERS,
    'audits/few.sql': 'AUDIT (name few_rows, standalone true);\nSELECT * FROM raw.orders WHERE amount < 0\n',
  });
  await using _ = project;
  await project.build();
  project.append('data/orders.csv', '6,not a time,ann,1.00,\n7,2024-01-31 16:00:00,ann,-1.00,\n');
  const failed = await project.run();
  expect(failed.status).toBe('failed');
  expect(failed.results.find((r) => r.model === 'raw.orders')).toMatchObject({
    status: 'skipped',
    rejected: 0,
  });
  expect(failed.diagnostics.map((d) => d.code)).not.toContain('source-rejects');
  expect(await project.value('SELECT count(*) FROM _sluice.rejected_row')).toBe('0');
  project.edit('data/orders.csv', 'ann,-1.00', 'ann,1.00');
  const done = await project.run();
  expect([done.status, done.diagnostics.map((d) => d.code)]).toEqual(['done', ['source-rejects']]);
  expect(await project.value('SELECT count(*) FROM _sluice.rejected_row')).toBe('1');
});

test('what audits found of rows that were rolled back is kept, and pointed to', async () => {
  const { project } = watched({ ...ORDERS, 'audits/few.sql': FEW_A_DAY });
  await using _ = project;
  project.edit(
    'models/marts/daily.sql',
    'non_negative(',
    'accepted_range(column := revenue, max_v := 40, severity := warn), non_negative(',
  );
  await project.build();
  project.append('data/orders.csv', SECOND);
  const failed = await project.run();
  const daily = failed.results.find((r) => r.model === 'marts.daily');
  expect([daily?.status, daily?.audits.map((a) => [a.audit, a.status, a.kept_rows])]).toEqual([
    'skipped',
    [
      ['accepted_range', 'failed', 1],
      ['non_negative', 'passed', 0],
    ],
  ]);
  expect(
    await project.rows(
      `SELECT model, audit FROM _sluice.quarantine WHERE run_id = '${failed.run}' ORDER BY ALL`,
    ),
  ).toEqual([
    { model: 'few_orders', audit: 'few_orders' },
    { model: 'marts.daily', audit: 'accepted_range' },
  ]);
});
