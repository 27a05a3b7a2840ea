// What intervals cost: a backfill of a year at once and day by day, against the same statements by hand; and one more day on a
// large table, against the same by hand, and against the same on a table of a hundredth.
//
//   node --conditions=sluice-source bench/intervals.ts [--days 365] [--rows 10000] [--table 100000000] [--runs 3] [--json]
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addDay, generateEvents, morningAfter, type Events } from './events-project.ts';
import { applyBesideHand, settle } from './harness/apply-beside-hand.ts';
import { Bundle } from './harness/bundle.ts';
import { runChild, usageOf, type Usage } from './harness/child.ts';
import { runPairs, type Side } from './harness/pairs.ts';
import { BENCH } from './harness/paths.ts';
import { numbers, print, readArguments, type Measurement } from './harness/report.ts';

/** A write of many rows, and 365 small ones. */
const AT_ONCE_BUDGET = 1.05;
const BY_DAY_BUDGET = 2;

/** What a hundred times the table may add to the same day. */
const GROWTH_BUDGET = 1.5;
const SMALLER = 100;

/** What a run of one interval writes, audits included; its schemas and views are there. */
const SORTS = ['model', 'audit'] as const;

export async function measureBackfill(
  bundle: Bundle,
  days: number,
  rowsPerDay: number,
  runs: number,
): Promise<readonly Measurement[]> {
  const measured: Measurement[] = [];
  for (const [how, batchSize, ratio] of [
    ['at once', undefined, AT_ONCE_BUDGET],
    ['day by day', 1, BY_DAY_BUDGET],
  ] as const) {
    const project = join(BENCH, 'data', `backfill-${days}-${batchSize ?? 'all'}`);
    await generateEvents(project, { days, rowsPerDay, ...(batchSize === undefined ? {} : { batchSize }) });
    const from = keep(project);
    const command = ['apply', 'prod', '--yes', '--now', morningAfter(days)] as const;
    const what = `backfill of ${days} days with ${rowsPerDay.toLocaleString('en')} rows each, ${how}`;
    const sorts = [...SORTS, 'view'] as const;
    measured.push(
      ...(await applyBesideHand(bundle, project, runs, { what, budget: ratio, command, from, sorts })),
    );
    rmSync(project, { recursive: true });
  }
  return measured;
}

export async function measureOneMoreDay(
  bundle: Bundle,
  table: number,
  runs: number,
): Promise<readonly Measurement[]> {
  const rowsPerDay = Math.max(1, Math.round(table / 1000));
  const large = await prepared(bundle, { days: 1000, rowsPerDay });
  const small = await prepared(bundle, { days: 1000 / SMALLER, rowsPerDay });
  const what = `one more day of ${rowsPerDay.toLocaleString('en')} rows on ${table.toLocaleString('en')}`;
  const beside = await applyBesideHand(bundle, large.project, runs, {
    what,
    command: large.command,
    from: large.from,
    sorts: SORTS,
  });
  const [measured, other] = [large, small].map(({ project, from, command }) => ({
    child: bundle.inProject(project, ...command),
    before: (): void => restore(project, from),
  }));
  if (measured === undefined || other === undefined) throw new Error('two sides');
  const growth: Measurement = {
    what,
    against: `the same day on ${(table / SMALLER).toLocaleString('en')}`,
    usage: { measured: await usageAfter(measured), beside: await usageAfter(other) },
    pairs: await runPairs(measured, other, runs),
    budget: { ratio: GROWTH_BUDGET },
  };
  for (const { project } of [large, small]) rmSync(project, { recursive: true });
  return [...beside, growth];
}

async function usageAfter({ child, before }: Side): Promise<Usage> {
  before?.();
  return usageOf(child);
}

/** A project whose model holds so many days, and whose source holds one more. */
async function prepared(bundle: Bundle, events: Events) {
  const { days, rowsPerDay } = events;
  const project = join(BENCH, 'data', `day-${days}-${rowsPerDay}`);
  await generateEvents(project, events);
  await runChild(bundle.inProject(project, 'apply', 'prod', '--yes', '--now', morningAfter(days)));
  await addDay(project, events);
  const command = ['run', 'prod', '--now', morningAfter(days + 1)] as const;
  return { project, from: keep(project), command };
}

/** Moves what a project's folder keeps aside, for every run to begin with. */
function keep(project: string): string {
  const from = join(project, 'kept');
  rmSync(from, { recursive: true, force: true });
  cpSync(join(project, '.sluice'), from, { recursive: true });
  return from;
}

function restore(project: string, from: string): void {
  rmSync(join(project, '.sluice'), { recursive: true, force: true });
  cpSync(from, join(project, '.sluice'), { recursive: true });
  settle(join(project, '.sluice/warehouse.duckdb'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({ days: '365', rows: '10000', table: '100000000', runs: '3' });
  const [days = 1] = numbers(values.days);
  const [rows = 1] = numbers(values.rows);
  const [table = 1] = numbers(values.table);
  const [runs = 1] = numbers(values.runs);
  const bundle = Bundle.take();
  try {
    print(
      [
        ...(await measureBackfill(bundle, days, rows, runs)),
        ...(await measureOneMoreDay(bundle, table, runs)),
      ],
      json,
    );
  } finally {
    bundle.remove();
  }
}
