/** What does not fit into memory goes to disk and leaves nothing there; what cannot go there fails with a remedy. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { setInterval } from 'node:timers';
import { expect, test } from 'vitest';
import type { ProgressEvent } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { resultsOf, TestProject } from './support/project.ts';

/** A join that puts three times as much on disk as it may have in memory. */
const LARGE = {
  'models/m/a.sql': `MODEL (name m.a, kind FULL);
SELECT range AS id, md5(range::VARCHAR) || md5((range + 1)::VARCHAR) AS s FROM range(1800000)
`,
  'models/m/joined.sql': `MODEL (name m.joined, kind FULL);
SELECT x.id, x.s, y.s AS t FROM m.a AS x JOIN m.a AS y ON x.s = y.s
`,
};
const SMALL_MEMORY = 'name: large\nstart: 2024-01-01\nwarehouse: { memory_limit: 100MB, threads: 2 }\n';

test('a join larger than its memory goes to disk, and leaves nothing there', async () => {
  let spillTo = '';
  await using project = new TestProject(
    { 'project.yaml': SMALL_MEMORY, ...LARGE },
    { observer: (e) => (spillTo = e.kind === 'warehouse-opened' ? (e.spillTo ?? '') : spillTo) },
  );
  let spilled = 0;
  const watch = setInterval(() => {
    if (!existsSync(spillTo)) return;
    const sizes = readdirSync(spillTo).map(
      (name) => statSync(join(spillTo, name), { throwIfNoEntry: false })?.size ?? 0,
    );
    spilled = Math.max(spilled, ...sizes);
  }, 5);
  await project.build();
  clearInterval(watch);
  expect(await project.value('SELECT count(*) FROM m.joined')).toBe('1800000');
  expect(spilled, 'what was seen in the folder at once, in bytes').toBeGreaterThan(50_000_000);
  expect(dirname(spillTo)).toBe(project.path('.sluice/tmp'));
  expect(readdirSync(dirname(spillTo))).toEqual([]);
});

test('what cannot go to disk fails with the limit and a remedy, and what is done stays done', async () => {
  await using project = new TestProject({
    'project.yaml': SMALL_MEMORY,
    'models/m/a.sql': LARGE['models/m/a.sql'].replace('1800000', '600000'),
    'models/m/hoard.sql': `MODEL (name m.hoard, kind FULL);
SELECT string_agg(s, ',' ORDER BY s) AS everything FROM m.a
`,
  });
  const applied = await project.apply();
  expect(resultsOf(applied)).toEqual(['m.a done', 'm.hoard failed']);
  expect(applied.diagnostics).toMatchObject([
    {
      code: 'out-of-memory',
      message: 'm.hoard needs more memory than the 95.3 MiB it may use; it was rolled back',
      path: 'models/m/hoard.sql',
      hint: expect.stringContaining('warehouse.memory_limit') as unknown,
    },
  ]);
  project.edit('project.yaml', '100MB', '1GB');
  expect(resultsOf(await project.apply())).toEqual(['m.hoard done']);
});

test('where what does not fit goes to, and how much of it, can be set', async () => {
  await using project = new TestProject({
    ...ORDERS,
    'project.yaml': ORDERS['project.yaml'].replace(
      'name:',
      'warehouse: { temp_directory: elsewhere, max_temp_directory_size: 10GB }\nname:',
    ),
  });
  await project.build();
  const workspace = await project.workspace();
  const { document } = await workspace.query(
    "SELECT current_setting('max_temp_directory_size') AS size, current_setting('temp_directory') AS folder",
    'prod',
  );
  expect(document.rows).toEqual([
    { size: '9.3 GiB', folder: expect.stringContaining(project.path('elsewhere')) as unknown },
  ]);
});

test('without a setting a share of what is free is taken; a share that is set is one of all', async () => {
  const events: ProgressEvent[] = [];
  await using project = new TestProject(ORDERS, { observer: (e) => events.push(e) });
  await project.build();
  const opened = events.find((e) => e.kind === 'warehouse-opened');
  expect(opened).toMatchObject({ warehouse: '.sluice/warehouse.duckdb', isMemoryShare: true });
  const mebibytes = Number(/^(\d+)MiB$/.exec(opened?.memoryLimit ?? '')?.[1]);
  expect(mebibytes).toBeGreaterThan(100);
  expect(mebibytes).toBeLessThan((totalmem() / 1024 ** 2) * 0.81);
  project.edit('project.yaml', 'name:', "warehouse: { memory_limit: '10%' }\nname:");
  await project.plan();
  const asked = events.findLast((e) => e.kind === 'warehouse-opened');
  expect(asked).toMatchObject({ isMemoryShare: false });
  expect(asked?.memoryLimit).not.toBe(opened?.memoryLimit);
});

test('what a process that died left behind is gone once somebody may write', async () => {
  let spillTo = '';
  await using project = new TestProject(ORDERS, {
    observer: (e) => (spillTo = e.kind === 'warehouse-opened' ? (e.spillTo ?? '') : spillTo),
  });
  await project.build();
  const parent = dirname(spillTo);
  const own = spillTo;
  for (const left of [own, `${own}-4711`, join(parent, 'other')]) mkdirSync(left, { recursive: true });
  await project.plan();
  expect(readdirSync(parent), 'a reader takes nothing away').toHaveLength(3);
  await project.apply();
  expect(readdirSync(parent), "another warehouse's is left alone").toEqual(['other']);
});
