/** Plans that are forward-only: changed models go on with the rows that stand, and nobody takes their tables for pure ones. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { actionsOf, refusal, TestProject, type Files } from './support/project.ts';

const MODEL = 'models/marts/events.sql';
const DAY = 86_400_000;
const START = Date.parse('2024-01-28T00:00:00Z');

function files(kind = 'INCREMENTAL_BY_TIME_RANGE (time_column day)'): Files {
  return {
    'project.yaml': `name: events
start: 2024-01-28
sources:
  raw: { events: { file: events.csv, time_column: day, columns: { day: DATE, id: INTEGER, amount: INTEGER } } }
`,
    'events.csv': 'day,id,amount\n2024-01-28,1,10\n2024-01-29,2,20\n2024-01-30,3,30\n',
    [MODEL]: `MODEL (name marts.events, kind ${kind});
SELECT day, id, amount * 1 AS amount FROM raw.events WHERE day BETWEEN @start_ds AND @end_ds
`,
    'models/marts/totals.sql': `MODEL (name marts.totals, kind FULL);
SELECT count(*)::INTEGER AS n, sum(amount)::INTEGER AS amount FROM marts.events
`,
    'models/marts/ids.sql': `MODEL (name marts.ids, kind FULL);
SELECT max(id)::INTEGER AS id FROM marts.events
`,
    'models/marts/shown.sql': `MODEL (name marts.shown, kind VIEW);
SELECT amount FROM marts.totals
`,
  };
}

const NOW = { now: '2024-01-31T01:00:00Z' };
const FORWARD = { forwardOnly: true };
const SINCE_30 = { ...FORWARD, effectiveFrom: Date.parse('2024-01-30T00:00:00Z') };

async function amounts(project: TestProject, table = 'marts.events'): Promise<readonly unknown[]> {
  return (await project.rows(`SELECT amount FROM ${table} ORDER BY id`)).map((r) => r['amount']);
}

function times(project: TestProject, factor: number): void {
  project.write(MODEL, project.read(MODEL).replace(/amount \* \d+/, `amount * ${factor}`));
}

test('old rows stay, readers of what changed are built from them, and the next plan has nothing to do', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  times(project, 100);
  const plan = await project.plan('prod', FORWARD);
  expect(plan.options).toMatchObject({ forward_only: true, effective_from: null });
  // Who reads ids alone is left as it is.
  expect(actionsOf(plan)).toEqual(['marts.events evolve', 'marts.totals rebuild', 'marts.shown rebuild']);
  expect(plan.actions[0]?.reasons.map((r) => r.code)).toEqual(['column_changed', 'carried_over']);
  expect((await project.apply('prod', FORWARD)).status).toBe('done');
  expect(await amounts(project)).toEqual([10, 20, 30]);
  expect(await project.value('SELECT amount FROM marts.shown')).toBe(60);
  expect((await project.apply()).status).toBe('nothing-to-do');

  project.append('events.csv', '2024-01-31,4,40\n');
  project.now += DAY;
  expect((await project.run()).status).toBe('done');
  expect(await amounts(project)).toEqual([10, 20, 30, 4000]);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(4060);
  expect(await project.value('SELECT id FROM marts.ids')).toBe(4);
  expect((await project.apply()).status).toBe('nothing-to-do');

  // Without the option the next change computes all rows, as ever.
  times(project, 7);
  await project.build();
  await using twin = project.copy();
  await twin.build();
  expect(await project.shown()).toEqual(await twin.shown());
});

test('from a date on rows are computed by the new definition, and readers follow', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  times(project, 100);
  const plan = await project.plan('prod', SINCE_30);
  expect(plan.actions[0]).toMatchObject({
    action: 'evolve',
    intervals: [{ start: '2024-01-30T00:00:00.000Z', end: '2024-01-31T00:00:00.000Z' }],
  });
  expect(plan.actions[0]?.reasons.at(-1)?.message).toBe(
    'from 2024-01-30 on its rows are computed by the new definition',
  );
  expect((await project.applyPlan(JSON.stringify(plan))).status).toBe('done');
  expect(await amounts(project)).toEqual([10, 20, 3000]);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(3030);
  expect((await project.apply('prod', SINCE_30)).status).toBe('nothing-to-do');
});

test('a preview in dev touches nothing of prod; prod does the same later, on its own rows', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  times(project, 100);
  expect((await project.apply('dev', SINCE_30)).status).toBe('done');
  expect(await amounts(project, 'marts__dev.events')).toEqual([10, 20, 3000]);
  expect(await project.value('SELECT amount FROM marts__dev.totals')).toBe(3030);
  expect(await amounts(project)).toEqual([10, 20, 30]);
  expect((await project.apply('dev')).status).toBe('nothing-to-do');
  const w = await project.workspace();
  expect((await refusal(w.promote('dev'))).length).toBeGreaterThan(0);
  await project.apply('prod', SINCE_30);
  expect(await amounts(project)).toEqual([10, 20, 3000]);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(3030);
  await w.gc();
  await w.rollback('prod');
  expect(await amounts(project)).toEqual([10, 20, 30]);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(60);
});

test.each(['', ', forward_only true'])(
  'a new environment takes tables of prod that live on as they are, and computes none of their rows again%s',
  async (property) => {
    await using project = new TestProject(
      files(`INCREMENTAL_BY_TIME_RANGE (time_column day${property})`),
      NOW,
    );
    await project.build();
    times(project, 100);
    await project.apply('prod', FORWARD);
    const old = { forwardOnly: true, effectiveFrom: START };
    project.edit('models/marts/totals.sql', 'count(*)', '1 + count(*)');
    const plan = await project.plan('dev', old);
    expect(actionsOf(plan)).toContain('marts.events reuse');
    expect((await project.apply('dev', old)).status).toBe('done');
    expect(await amounts(project, 'marts__dev.events')).toEqual([10, 20, 30]);
    expect(await amounts(project), 'no row that prod shows is touched').toEqual([10, 20, 30]);
  },
);

test('an environment with all rows by the new definition does not share readers with one that kept old ones', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  times(project, 100);
  await project.build('dev');
  await project.apply('prod', FORWARD);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(60);
  expect(await project.value('SELECT amount FROM marts__dev.totals')).toBe(6000);
  expect((await project.apply('dev')).status).toBe('nothing-to-do');
  // An environment that is made later begins with what prod shows, and builds nothing.
  const later = await project.plan('later');
  expect(later.actions.map((a) => `${a.model} ${a.action}`)).toEqual([
    'raw.events reuse',
    'marts.events reuse',
    'marts.ids reuse',
    'marts.totals reuse',
    'marts.shown reuse',
  ]);
  await project.build('later');
  expect(await project.value('SELECT amount FROM marts__later.totals')).toBe(60);
});

test('what fails on the way leaves the old table shown, and is gone on with', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  times(project, 100);
  project.edit(MODEL, 'day)', 'day), audits (accepted_range(column := amount, max_v := 1000))');
  expect((await project.apply('prod', SINCE_30)).status).toBe('failed');
  expect(await amounts(project)).toEqual([10, 20, 30]);
  project.edit(MODEL, 'max_v := 1000', 'max_v := 9000');
  expect((await project.apply('prod', SINCE_30)).status).toBe('done');
  expect(await amounts(project)).toEqual([10, 20, 3000]);
});

test.each([
  ['INCREMENTAL_BY_UNIQUE_KEY (unique_key id)', [10, 20, 3000]],
  // A partition that comes is replaced as a whole, here each day.
  ['INCREMENTAL_BY_PARTITION, partitioned_by day', [10, 20, 3000]],
  // What was appended is never appended again.
  ['INCREMENTAL_UNMANAGED (forward_only false, disable_restatement false)', [10, 20, 30]],
] as const)('%s', async (kind, expected) => {
  await using project = new TestProject(files(kind), NOW);
  await project.build();
  times(project, 100);
  await project.apply('prod', SINCE_30);
  expect(await amounts(project)).toEqual(expected);
  // A late row of the past is merged by the new definition, and old rows stay where none came.
  project.append('events.csv', '2024-01-30,5,50\n');
  await project.build();
  const late = kind.startsWith('INCREMENTAL_UNMANAGED') ? [] : [5000];
  expect(await amounts(project)).toEqual([...expected, ...late]);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

test.each([
  ['INCREMENTAL_UNMANAGED', 'what it appended stays: --effective-from does not matter to it'],
  [
    'INCREMENTAL_BY_UNIQUE_KEY (unique_key id)',
    'it has no intervals: --effective-from does not matter to it',
  ],
] as const)(
  'a date from when on is no use to a model without intervals that are computed again: %s',
  async (kind, message) => {
    await using project = new TestProject(files(kind), NOW);
    if (kind.includes('UNIQUE')) project.edit(MODEL, ' WHERE day BETWEEN @start_ds AND @end_ds', '');
    await project.build();
    times(project, 100);
    const told = async (options: typeof FORWARD): Promise<readonly string[] | undefined> =>
      (await project.plan('prod', options)).actions[0]?.reasons
        .filter((r) => r.code === 'effective_nowhere')
        .map((r) => r.message);
    expect(await told(SINCE_30)).toEqual([message]);
    expect(await told(FORWARD)).toEqual([]);
  },
);

test('columns follow the policies of the kind', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  project.edit(MODEL, 'amount * 1 AS amount', 'amount * 1 AS amount, id * 2 AS twice');
  expect(await refusal(project.plan('prod', { forwardOnly: true, restate: 'marts.events' }))).toMatchObject([
    { code: 'restatement-refused' },
  ]);
  await project.apply('prod', SINCE_30);
  expect(await project.rows('SELECT twice FROM marts.events ORDER BY id')).toEqual([
    { twice: null },
    { twice: null },
    { twice: 6 },
  ]);
  project.edit(MODEL, ', id * 2 AS twice', '');
  expect(await refusal(project.plan('prod', FORWARD))).toMatchObject([{ code: 'schema-change-refused' }]);
  expect((await project.apply('prod', { ...FORWARD, allowDestructive: true })).status).toBe('done');
});

test('what cannot go on with its rows is refused', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  project.edit(MODEL, 'SELECT day,', 'SELECT (day + 1)::DATE AS day,');
  expect(await refusal(project.plan('prod', FORWARD))).toMatchObject([
    {
      code: 'forward-only-refused',
      message: 'marts.events cannot go on with the rows it has: its time column day changed',
      location: { path: MODEL },
    },
  ]);
  project.write(
    MODEL,
    'MODEL (name marts.events, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id));\nSELECT day, id, amount FROM raw.events\n',
  );
  expect((await refusal(project.plan('prod', FORWARD)))[0]?.message).toBe(
    'marts.events cannot go on with the rows it has: its kind or its key changed',
  );
  const day = Date.parse('2024-01-30');
  const refused = async (options: Parameters<typeof project.plan>[1]): Promise<string | undefined> =>
    (await refusal(project.plan('prod', options)))[0]?.message;
  expect(await refused({ effectiveFrom: day })).toBe('--effective-from goes with --forward-only');
  expect(await refused({ ...FORWARD, effectiveFrom: day + 9 * DAY })).toBe(
    '--effective-from lies in the future',
  );
  expect(await refused({ ...FORWARD, effectiveFrom: day, backfill: 'skip' })).toBe(
    '--effective-from and --skip-backfill are given together',
  );
});

/** What somebody does: changes the definition, lets days pass, applies to an environment in one of the ways. */
interface Move {
  readonly factor: number;
  readonly days: number;
  readonly environment: 'prod' | 'dev' | 'pr';
  readonly forward: boolean;
  /** Days before the newest from which the new definition counts. */
  readonly since: number | undefined;
}

/** A table: with which factor the rows of each day were computed, and the one of its definition. */
interface Table {
  readonly factor: number;
  readonly rows: number[];
}

/** Who shows which table. Those with all rows by one definition are shared by all environments. */
class Expected {
  readonly #pure = new Map<number, Table>();
  readonly #shown = new Map<string, Table>();

  after(move: Move, days: number): readonly number[] {
    const table = this.#placed(move, days);
    this.#shown.set(move.environment, table);
    while (table.rows.length < days) table.rows.push(table.factor);
    return table.rows;
  }

  #placed({ environment, factor, forward, since }: Move, days: number): Table {
    const pure = this.#pure.get(factor) ?? { factor, rows: [] };
    const own = this.#shown.get(environment);
    const base = own ?? this.#shown.get('prod');
    if (base?.factor === factor) return base;
    if (base !== undefined && forward) {
      const kept = since === undefined ? base.rows : base.rows.slice(0, Math.max(0, days - since));
      const again = base.rows.slice(kept.length).map(() => factor);
      return { factor, rows: [...kept, ...again] };
    }
    this.#pure.set(factor, pure);
    return pure;
  }
}

const MOVE: fc.Arbitrary<Move> = fc.record({
  factor: fc.integer({ min: 1, max: 3 }),
  days: fc.integer({ min: 0, max: 1 }),
  environment: fc.constantFrom('prod' as const, 'dev' as const, 'pr' as const, 'prod' as const),
  forward: fc.boolean(),
  since: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});

test('whatever is applied to whom in which way, every environment holds what its own history says', async () => {
  const runs = Number(process.env['SLUICE_FORWARD_RUNS'] ?? 8);
  const seed = Number(process.env['SLUICE_FORWARD_SEED'] ?? 20_251_121);
  await fc.assert(
    fc.asyncProperty(fc.array(MOVE, { minLength: 3, maxLength: 8 }), async (moves) => {
      await using project = new TestProject(
        { ...files(), 'events.csv': 'day,id,amount\n2024-01-28,1,1\n' },
        {
          now: '2024-01-29T01:00:00Z',
        },
      );
      let days = 1;
      const held = new Expected();
      for (const move of moves) {
        for (let i = 0; i < move.days; i++) {
          project.append(
            'events.csv',
            `${new Date(START + days * DAY).toISOString().slice(0, 10)},${days + 1},1\n`,
          );
          days += 1;
          project.now += DAY;
        }
        times(project, move.factor);
        const from = START + (days - (move.since ?? 0)) * DAY;
        const options = !move.forward
          ? {}
          : {
              forwardOnly: true,
              ...(move.since === undefined ? {} : { effectiveFrom: Math.max(START, from) }),
            };
        const applied = await project.apply(move.environment, options);
        expect(['done', 'nothing-to-do']).toContain(applied.status);
        const expected = held.after(move, days);
        const schema = move.environment === 'prod' ? 'marts' : `marts__${move.environment}`;
        expect(await amounts(project, `${schema}.events`)).toEqual(expected);
        expect(await project.value(`SELECT amount FROM ${schema}.totals`)).toBe(
          expected.reduce((n, r) => n + r, 0),
        );
        expect(await project.value(`SELECT id FROM ${schema}.ids`)).toBe(days);
        const idle = await project.plan(move.environment);
        expect(idle.actions).toEqual([]);
      }
    }),
    { numRuns: runs, seed, endOnFailure: true },
  );
}, 3_600_000);
