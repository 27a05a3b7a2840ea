/** `run --watch` stays up: it runs what becomes due, survives errors, and stops when it is told. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import type { ApplyDocument, ErrorDocument } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { TestProject } from './support/project.ts';

const CHILD = join(import.meta.dirname, 'support/watch-child.ts');
const SLOW = `SELECT sum(a.range * b.range)::HUGEINT AS n
FROM (FROM raw.customers WHERE name = 'dee') AS c, range(10000000) AS a, range(1000000) AS b
`;

interface Line {
  readonly status?: string;
  readonly kind?: string;
  readonly model?: string;
  readonly error?: true;
  readonly results?: ApplyDocument['results'];
  readonly diagnostics?: ErrorDocument['diagnostics'];
}

/** A watching process, and its lines one by one. */
function watching(
  project: TestProject,
  speed: number,
): {
  readonly child: ChildProcess;
  /** The next line that is what is asked for. */
  readonly next: (is: (line: Line) => boolean) => Promise<Line>;
} & Disposable {
  const child = spawn(
    process.execPath,
    [
      '--conditions=sluice-source',
      '--disable-warning=ExperimentalWarning',
      CHILD,
      project.root,
      String(project.now),
      String(speed),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    next: async (is) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error('the process ended');
        const line = JSON.parse(value) as Line;
        if (is(line)) return line;
      }
    },
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  };
}

const isRun = (line: Line): boolean => line.kind === 'run';

test('each tick of a cron has one run, of the interval that has ended', { timeout: 120_000 }, async () => {
  await using project = new TestProject(
    {
      ...ORDERS,
      'models/marts/hourly.sql': `MODEL (name marts.hourly, kind INCREMENTAL_BY_TIME_RANGE (time_column ts), cron '@hourly');
SELECT ts, amount FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
    },
    { now: '2024-01-31T10:30:00Z' },
  );
  project.edit('project.yaml', 'start: 2024-01-28', 'start: 2024-01-31');
  await project.build();
  // An hour takes three seconds.
  using watch = watching(project, 1200);
  const ends: (string | undefined)[] = [];
  while (ends.length < 3) {
    const run = await watch.next(isRun);
    // The first one has nothing to do, unless the process took half an hour to begin.
    if (ends.length === 0 && run.status === 'nothing-to-do') continue;
    expect(run.status).toBe('done');
    const hourly = run.results?.find((r) => r.model === 'marts.hourly');
    ends.push(`${hourly?.intervals[0]?.start} ${hourly?.intervals.at(-1)?.end}`);
  }
  // On a machine that is held up a run may come late and do two hours; none is left out, and none done twice.
  let before = '2024-01-31T10:00:00.000Z';
  for (const range of ends) {
    const [start, end = ''] = range?.split(' ') ?? [];
    expect(start).toBe(before);
    expect(end > before).toBe(true);
    before = end;
  }
  watch.child.kill('SIGTERM');
  expect(await once(watch.child, 'exit')).toEqual([0, null]);
  expect(await project.value("SELECT count(*) FROM _sluice.run WHERE status <> 'done'")).toBe('0');
});

test(
  'new files are seen, errors are told and survived, and the warehouse is free in between',
  { timeout: 120_000 },
  async () => {
    await using project = new TestProject(ORDERS);
    await project.build();
    using watch = watching(project, 1);
    expect((await watch.next(isRun)).status).toBe('nothing-to-do');
    project.append('data/customers.csv', 'dee,DE\n');
    expect(await watch.next(isRun)).toMatchObject({ status: 'done' });
    expect(await project.value('SELECT sum(customers) FROM marts.countries')).toBe('4');

    const mart = project.read('models/marts/countries.sql');
    project.edit('models/marts/countries.sql', 'FROM staging', 'FROM stagin');
    expect((await watch.next((l) => l.error === true)).diagnostics).toMatchObject([
      { code: 'unknown-table' },
    ]);
    project.write('models/marts/countries.sql', `${mart}-- mended\n`);
    project.append('data/customers.csv', 'eve,EE\n');
    expect(await watch.next((l) => isRun(l) && l.status === 'done')).toBeDefined();
    expect(await project.value('SELECT sum(customers) FROM marts.countries')).toBe('5');
    watch.child.kill('SIGTERM');
    expect(await once(watch.child, 'exit')).toEqual([0, null]);
  },
);

test(
  'while a signal says no it is asked again after every poll, though no file and no cron tells',
  { timeout: 120_000 },
  async () => {
    await using project = new TestProject({
      ...ORDERS,
      'signals/delivery.ts': `import { existsSync } from 'node:fs';
export function delivered(_: unknown, { flag }: { flag: string }): boolean { return existsSync(flag); }
`,
    });
    project.edit(
      'models/marts/daily.sql',
      '  audits (',
      `  signals (delivered(flag := '${project.path('flag')}')),\n  audits (`,
    );
    await project.build();
    project.now = Date.parse('2024-02-02T06:00:00Z');
    using watch = watching(project, 1);
    expect((await watch.next(isRun)).status).toBe('nothing-to-do');
    project.write('flag', '');
    const run = await watch.next((l) => isRun(l) && l.status === 'done');
    expect(run.results?.map((r) => r.model)).toContain('marts.daily');
    watch.child.kill('SIGTERM');
    expect(await once(watch.child, 'exit')).toEqual([0, null]);
  },
);

test(
  'SIGTERM in the middle of a task rolls it back and ends the process within a second',
  { timeout: 120_000 },
  async () => {
    await using project = new TestProject({
      ...ORDERS,
      'models/marts/slow.sql': `MODEL (name marts.slow, kind FULL);
${SLOW}`,
    });
    await project.build();
    const before = await project.shown();
    using watch = watching(project, 1);
    await watch.next(isRun);
    project.append('data/customers.csv', 'dee,DE\n');
    await watch.next((l) => l.kind === 'model-started' && l.model === 'marts.slow');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const asked = performance.now();
    watch.child.kill('SIGTERM');
    expect((await watch.next(isRun)).status).toBe('interrupted');
    expect(await once(watch.child, 'exit')).toEqual([0, null]);
    expect(performance.now() - asked).toBeLessThan(1000);
    expect((await project.shown()).get('marts.slow')).toEqual(before.get('marts.slow'));
    expect(await project.value("SELECT count(*) FROM _sluice.run WHERE status = 'interrupted'")).toBe('1');
  },
);
