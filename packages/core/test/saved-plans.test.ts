/** The plan is what happens: a saved plan does what it says, or refuses and names what moved. */
import { expect, test } from 'vitest';
import type { Diagnostic, PlanDocument } from '../src/index.ts';
import { digestOf } from '../src/plan/document.ts';
import { ORDERS } from './support/orders.ts';
import { refusal, resultsOf, TestProject } from './support/project.ts';

/** A project with something to do, and the plan for it. */
async function planned(): Promise<{ readonly project: TestProject; readonly text: string }> {
  const project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  project.append('data/orders.csv', '5,2024-01-30 15:00:00,ann,5.00,\n');
  return { project, text: `${JSON.stringify(await project.plan(), undefined, 2)}\n` };
}

function notes(found: readonly Diagnostic[]): readonly string[] {
  return found.flatMap((d) => d.notes.map((n) => n.message));
}

test('a saved plan is done when nothing moved, also at a later time', async () => {
  const { project, text } = await planned();
  await using _ = project;
  project.now += 3 * 86_400_000;
  const applied = await project.applyPlan(text);
  expect(applied.status).toBe('done');
  expect(resultsOf(applied)).toHaveLength(5);
  expect(await project.value('SELECT max(day)::VARCHAR FROM marts.daily'), 'as of the plan, not of now').toBe(
    '2024-01-31',
  );
  expect(notes(await refusal(project.applyPlan(text)))[0], 'not twice').toContain('prod was promoted since');
});

const MOVES: readonly {
  readonly name: string;
  readonly move: (project: TestProject) => Promise<void> | void;
  readonly note: string;
}[] = [
  {
    name: 'a model was edited',
    move: (p) => p.edit('models/staging/customers.sql', 'lower(country)', 'lower(trim(country))'),
    note: 'staging.customers: its definition changed',
  },
  {
    name: 'a planned file changed again',
    move: (p) => p.append('data/orders.csv', '6,2024-01-30 16:00:00,ann,5.00,\n'),
    note: 'file: data/orders.csv changed',
  },
  {
    name: 'another file changed',
    move: (p) => p.append('data/customers.csv', 'dee,DE\n'),
    note: 'file: data/customers.csv changed',
  },
  {
    name: 'a model is new',
    move: (p) => p.write('models/marts/one.sql', 'MODEL (name marts.one, kind FULL);\nSELECT 1 AS n\n'),
    note: 'marts.one: nothing then, create now',
  },
  {
    name: 'the environment was promoted',
    move: async (p) => {
      p.write('models/marts/one.sql', 'MODEL (name marts.one, kind FULL);\nSELECT 1 AS n\n');
      await p.build();
      p.remove('models/marts/one.sql');
    },
    note: 'environment: prod was promoted since (sequence 1 then, 2 now)',
  },
  {
    name: 'another environment built what was to be built',
    move: async (p) => {
      await p.build('dev');
    },
    note: 'staging.customers: what is to be computed changed',
  },
  {
    name: 'an audit of a planned model was edited',
    move: (p) =>
      p.edit(
        'models/staging/customers.sql',
        'kind FULL',
        'kind FULL, audits (number_of_rows(threshold := 1))',
      ),
    note: 'staging.customers: its audits changed',
  },
  {
    name: 'a statement on a view is new',
    move: (p) =>
      p.append(
        'models/staging/customers.sql',
        "\n;\nON_VIRTUAL_UPDATE_BEGIN;\nCOMMENT ON VIEW @this_model IS 'x';\nON_VIRTUAL_UPDATE_END;\n",
      ),
    note: 'staging.customers: its statements on virtual update changed',
  },
];

test.each(MOVES)('a saved plan is refused when $name', async ({ move, note }) => {
  const { project, text } = await planned();
  await using _ = project;
  await move(project);
  const runs = await project.value('SELECT count(*) FROM _sluice.run');
  const found = await refusal(project.applyPlan(text));
  expect(found).toMatchObject([{ code: 'plan-moved' }]);
  expect(notes(found)).toContain(note);
  expect(await project.value('SELECT count(*) FROM _sluice.run'), 'nothing was done').toBe(runs);
});

test('a plan that was changed by hand, or is none, is refused', async () => {
  const { project, text } = await planned();
  await using _ = project;
  const cases: readonly (readonly [string, string])[] = [
    [text.replace('"environment": "prod"', '"environment": "dev"'), 'plan-tampered'],
    [text.replace('lower', 'upper'), 'plan-tampered'],
    [text.slice(0, -20), 'plan-unreadable'],
    ['{}', 'plan-unreadable'],
    ['', 'plan-unreadable'],
  ];
  for (const [changed, code] of cases) {
    expect(changed).not.toBe(text);
    expect(await refusal(project.applyPlan(changed))).toMatchObject([{ code }]);
  }
  expect((await project.applyPlan(text)).status, 'reformatting is no change').toBe('done');
});

test('a plan of another project, or of another Sluice, is refused by name', async () => {
  const { project, text } = await planned();
  await using _ = project;
  const { digest: _digest, ...body } = JSON.parse(text) as PlanDocument;
  const newer = { ...body, tool: '99.0.0' };
  const other = JSON.stringify({ ...newer, digest: digestOf(newer) });
  expect(notes(await refusal(project.applyPlan(other)))).toEqual([
    `sluice: the plan was made by version 99.0.0, this is ${body.tool}`,
  ]);
  project.edit('project.yaml', 'name: orders', 'name: shop');
  expect(notes(await refusal(project.applyPlan(text)))).toEqual([
    "project: the plan is for 'orders', this is 'shop'",
  ]);
});

test('plan never writes', async () => {
  await using project = new TestProject(ORDERS);
  const plan = await project.plan();
  expect(plan.actions).toHaveLength(7);
  await expect(project.rows('SELECT * FROM _sluice.run')).rejects.toThrow();
});

test('a run in between moves the state: what it did is named', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.append('data/orders.csv', '5,2024-01-30 15:00:00,ann,5.00,\n');
  const text = JSON.stringify(await project.plan());
  expect((await project.run()).status).toBe('done');
  const found = await refusal(project.applyPlan(text));
  expect(found).toMatchObject([{ code: 'plan-moved' }]);
  expect(notes(found)).toEqual([
    'file: data/orders.csv changed',
    'raw.orders: backfill then, nothing now',
    'marts.daily: backfill then, nothing now',
    'marts.monthly: backfill then, nothing now',
  ]);
});

test('a plan that computes no rows is refused when what it leaves has moved', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/marts/countries.sql', 'count(*) AS customers', 'count(*) + 0 AS customers');
  const plan = await project.plan('prod', { backfill: 'skip' });
  project.append('data/orders.csv', '5,2024-01-30 15:00:00,ann,5.00,\n');
  expect(notes(await refusal(project.applyPlan(JSON.stringify(plan))))).toContain(
    'skipped: what is left for a later plan changed',
  );
});

test('options cannot be edited into a saved plan, and tags may change', async () => {
  const { project, text } = await planned();
  await using _ = project;
  for (const [from, to] of [
    ['"allow_destructive": false', '"allow_destructive": true'],
    ['"backfill": "full"', '"backfill": "skip"'],
    ['"forward_only": false', '"forward_only": true'],
  ] as const) {
    expect(text).toContain(from);
    expect(await refusal(project.applyPlan(text.replace(from, to)))).toMatchObject([
      { code: 'plan-tampered' },
    ]);
  }
  project.edit('models/staging/customers.sql', 'kind FULL', 'kind FULL, tags (pii)');
  expect((await project.applyPlan(text)).status).toBe('done');
});

test('a saved plan is refused when a standalone audit asks something else by now', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const file = 'audits/few.sql';
  project.write(file, 'AUDIT (name few, standalone true);\nSELECT * FROM marts.daily WHERE revenue > 1000\n');
  const text = `${JSON.stringify(await project.plan(), undefined, 2)}\n`;
  project.edit(file, '> 1000', '> 2000');
  const found = await refusal(project.applyPlan(text));
  expect(found).toMatchObject([{ code: 'plan-moved' }]);
  expect(notes(found)).toEqual(['standalone audits: which are to run, or what they ask, changed']);
  project.edit(file, '> 2000', '> 1000');
  expect((await project.applyPlan(text)).status).toBe('done');
});
