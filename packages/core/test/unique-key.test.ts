/** INCREMENTAL_BY_UNIQUE_KEY: rows replace those with their key, in the order of intervals, and never silently twice. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actionsOf, TestProject, type Files } from './support/project.ts';

function files(rows: string, kind: string, query: string, more: Files = {}): Files {
  return {
    'project.yaml': `name: crm
start: 2024-01-28
defaults: { cron: '@daily' }
sources:
  raw: { changes: { file: changes.csv, time_column: ts, columns: { ts: TIMESTAMP, id: VARCHAR, name: VARCHAR, amount: INTEGER } } }
`,
    'changes.csv': `ts,id,name,amount\n${rows}`,
    'models/marts/customers.sql': `MODEL (name marts.customers, kind INCREMENTAL_BY_UNIQUE_KEY (${kind}));\n${query}\n`,
    ...more,
  };
}

/** The last change of each key in the interval. */
const LAST = `SELECT id, name, amount FROM raw.changes WHERE ts >= @interval_start AND ts < @interval_end
QUALIFY row_number() OVER (PARTITION BY id ORDER BY ts DESC) = 1`;
const ROWS = 'SELECT * FROM marts.customers ORDER BY ALL';

async function held(project: TestProject): Promise<readonly string[]> {
  return (await project.rows(ROWS)).map((r) => Object.values(r).join(' '));
}

test('new keys are added, known keys replaced, others stay; one more day computes that day', async () => {
  await using project = new TestProject(
    files('2024-01-28 01:00:00,a,Ann,1\n2024-01-29 01:00:00,b,Bob,2\n', 'unique_key id', LAST),
    {
      now: '2024-01-30T01:00:00Z',
    },
  );
  const plan = await project.plan();
  expect(plan.actions.find((a) => a.model === 'marts.customers')?.reasons.map((r) => r.code)).toEqual([
    'new_model',
  ]);
  await project.build();
  expect(await held(project)).toEqual(['a Ann 1', 'b Bob 2']);
  expect((await project.apply()).status).toBe('nothing-to-do');

  project.append('changes.csv', '2024-01-30 05:00:00,a,Anna,3\n2024-01-30 06:00:00,c,Cid,4\n');
  project.now = Date.parse('2024-01-31T01:00:00Z');
  const next = await project.build();
  const result = next.results.find((r) => r.model === 'marts.customers');
  expect(result?.intervals).toEqual([{ start: '2024-01-30T00:00:00.000Z', end: '2024-01-31T00:00:00.000Z' }]);
  expect(result?.rows).toBe(2);
  expect(await held(project)).toEqual(['a Anna 3', 'b Bob 2', 'c Cid 4']);
});

test('a late or corrected row of the past computes all again, in order and at once, as from scratch', async () => {
  const rows = '2024-01-28 01:00:00,a,Ann,1\n2024-01-29 01:00:00,b,Bob,2\n2024-01-30 01:00:00,a,Anna,3\n';
  await using project = new TestProject(files(rows, 'unique_key id, batch_size 1', LAST), {
    now: '2024-01-31T01:00:00Z',
  });
  await project.build();
  project.append('changes.csv', '2024-01-29 09:00:00,a,Late,9\n2024-01-29 10:00:00,z,Zoe,5\n');
  const plan = await project.plan();
  const action = plan.actions.find((a) => a.model === 'marts.customers');
  expect(action?.reasons.map((r) => r.code)).toEqual(['inputs_moved', 'anew']);
  expect(action?.batches).toBe(1);
  await project.build();
  expect(await held(project)).toEqual(['a Anna 3', 'b Bob 2', 'z Zoe 5']);
  project.edit('changes.csv', '2024-01-29 10:00:00,z,Zoe,5\n', '');
  await project.build();
  expect(await held(project)).toEqual(['a Anna 3', 'b Bob 2']);
});

test('with disable_restatement, rows that stand are merged into from the late day on', async () => {
  const rows = '2024-01-28 01:00:00,a,Ann,1\n2024-01-29 01:00:00,b,Bob,2\n2024-01-30 01:00:00,a,Anna,3\n';
  await using project = new TestProject(files(rows, 'unique_key id, disable_restatement true', LAST), {
    now: '2024-01-31T01:00:00Z',
  });
  await project.build();
  // What is gone from the source stays.
  project.edit('changes.csv', '2024-01-29 01:00:00,b,Bob,2\n', '2024-01-29 02:00:00,a,Late,9\n');
  const applied = await project.build();
  expect(applied.results.find((r) => r.model === 'marts.customers')?.intervals).toEqual([
    { start: '2024-01-29T00:00:00.000Z', end: '2024-01-30T00:00:00.000Z' },
    { start: '2024-01-30T00:00:00.000Z', end: '2024-01-31T00:00:00.000Z' },
  ]);
  expect(await held(project)).toEqual(['a Anna 3', 'b Bob 2']);
});

describe('a late row, and a plan with limits', () => {
  const rows = '2024-01-28 01:00:00,a,Ann,1\n2024-01-29 01:00:00,b,Bob,2\n2024-01-30 01:00:00,a,Anna,3\n';
  const [start, end] = [Date.UTC(2024, 0, 29), Date.UTC(2024, 0, 30)];
  const late = '2024-01-29 09:00:00,a,Late,9\n2024-01-29 10:00:00,z,Zoe,5\n';
  const now = { now: '2024-01-31T01:00:00Z' };

  test.each([
    ['unique_key id', ['a Anna 3', 'b Bob 2', 'z Zoe 5'], '2 days'],
    ['unique_key id, disable_restatement true', ['a Anna 3', 'b Bob 2', 'z Zoe 5'], '1 day'],
  ])('%s: neither loses rows nor puts older ones over newer ones', async (kind, after, beside) => {
    await using project = new TestProject(files(rows, kind, LAST), now);
    await project.build();
    project.append('changes.csv', late);
    const plan = await (await project.workspace()).plan('prod', { start, end });
    expect(plan.diagnostics).toMatchObject([
      {
        code: 'limits-too-narrow',
        severity: 'warning',
        message: `marts.customers is left as it is: its rows build on each other, and those of ${beside} lie outside of this plan`,
        hint: 'Plan without --start and --end, and all of them are computed again, in order.',
      },
    ]);
    expect(plan.document.actions.filter((a) => a.model === 'marts.customers')).toEqual([]);
    const applied = await (await project.workspace()).apply('prod', { start, end });
    expect([applied.document.status, applied.diagnostics.map((d) => d.code)]).toEqual([
      'done',
      ['limits-too-narrow'],
    ]);
    expect(await held(project)).toEqual(['a Anna 3', 'b Bob 2']);
    await project.build();
    expect(await held(project)).toEqual(after);
  });

  test('what lies before the limits alone, and nothing to compute again, is no reason to wait', async () => {
    await using project = new TestProject(files(rows, 'unique_key id', LAST), now);
    await project.build();
    project.append('changes.csv', '2024-01-31 01:00:00,b,Bobby,7\n');
    project.now = Date.parse('2024-02-01T01:00:00Z');
    const plan = await (await project.workspace()).plan('prod', { start: Date.UTC(2024, 0, 31) });
    expect(plan.diagnostics).toEqual([]);
    await project.apply('prod', { start: Date.UTC(2024, 0, 31) });
    expect(await held(project)).toEqual(['a Anna 3', 'b Bobby 7']);
  });

  test('an environment that begins later takes no rows from one that shows the same table', async () => {
    const project = new TestProject(files(rows, 'unique_key id', LAST), now);
    await using _ = project;
    project.edit('project.yaml', 'sources:', 'environments: { dev: { start: 2024-01-30 } }\nsources:');
    await project.build();
    await project.build('dev');
    project.append('changes.csv', `${late}2024-01-30 09:00:00,y,Yan,6\n`);
    expect((await (await project.workspace()).plan('dev')).diagnostics).toMatchObject([
      {
        code: 'limits-too-narrow',
        hint: 'environments.dev.start is later than they are. Plan the environment that has them all, and dev shows what is computed there.',
      },
    ]);
    await project.apply('dev');
    expect(await held(project)).toEqual(['a Anna 3', 'b Bob 2']);
    await project.build();
    expect(await held(project)).toEqual(['a Anna 3', 'b Bob 2', 'y Yan 6', 'z Zoe 5']);
    expect((await (await project.workspace()).plan('dev')).diagnostics).toEqual([]);
  });
});

test('NULL is a key like any other, and so is a combination with one', async () => {
  const query = 'SELECT id, name, amount FROM raw.changes WHERE ts >= @interval_start AND ts < @interval_end';
  await using project = new TestProject(
    files('2024-01-28 01:00:00,,Nobody,1\n2024-01-28 02:00:00,a,,2\n', 'unique_key (id, name)', query),
    { now: '2024-01-29T01:00:00Z' },
  );
  await project.build();
  project.append(
    'changes.csv',
    '2024-01-29 01:00:00,,Nobody,10\n2024-01-29 02:00:00,a,,20\n2024-01-29 02:00:00,a,A,30\n',
  );
  project.now = Date.parse('2024-01-30T01:00:00Z');
  await project.build();
  expect((await project.rows(ROWS)).map((r) => [r['id'], r['name'], r['amount']])).toEqual([
    ['a', 'A', 30],
    ['a', null, 20],
    [null, 'Nobody', 10],
  ]);
});

describe('a key that comes twice', () => {
  const query = 'SELECT id, name, amount FROM raw.changes WHERE ts >= @interval_start AND ts < @interval_end';
  const twice = '2024-01-28 01:00:00,a,Ann,1\n2024-01-28 02:00:00,a,Anna,2\n';

  test('is refused in a first build', async () => {
    await using project = new TestProject(files(twice, 'unique_key id', query), {
      now: '2024-01-29T01:00:00Z',
    });
    const applied = await project.apply();
    expect(applied.status).toBe('failed');
    expect(applied.diagnostics[0]).toMatchObject({
      code: 'duplicate-key',
      path: 'models/marts/customers.sql',
      message: 'one key comes more than once out of marts.customers, for example a',
    });
    expect((await project.physical()).filter((p) => p.includes('customers'))).toEqual([]);
  });

  test('is refused in a merge, which leaves the rows as they were', async () => {
    await using project = new TestProject(
      files('2024-01-28 01:00:00,a,Ann,1\n', 'unique_key lower(id)', query),
      {
        now: '2024-01-29T01:00:00Z',
      },
    );
    await project.build();
    project.append(
      'changes.csv',
      '2024-01-29 01:00:00,B,Bob,2\n2024-01-29 02:00:00,b,Bob,3\n2024-01-29 02:00:00,a,X,3\n',
    );
    project.now = Date.parse('2024-01-30T01:00:00Z');
    const applied = await project.apply();
    expect(applied.diagnostics.map((d) => d.code)).toEqual(['duplicate-key']);
    expect(await held(project)).toEqual(['a Ann 1']);
  });
});

test('when_matched: conditions, expressions over both sides, DELETE', async () => {
  const clauses = `when_matched (
    WHEN MATCHED AND source.amount IS NULL THEN DELETE,
    WHEN MATCHED AND source.name = 'keep' THEN DO NOTHING,
    WHEN MATCHED THEN UPDATE SET target.amount = target.amount + source.amount, name = coalesce(source.name, target.name)
  )`;
  await using project = new TestProject(
    files(
      '2024-01-28 01:00:00,a,Ann,1\n2024-01-28 01:00:00,b,Bob,2\n2024-01-28 01:00:00,c,Cid,3\n',
      `unique_key id, ${clauses}`,
      LAST,
    ),
    { now: '2024-01-29T01:00:00Z' },
  );
  await project.build();
  project.append(
    'changes.csv',
    '2024-01-29 01:00:00,a,,10\n2024-01-29 02:00:00,b,Bob,\n2024-01-29 02:00:00,c,keep,30\n2024-01-29 02:00:00,d,Dan,4\n',
  );
  project.now = Date.parse('2024-01-30T01:00:00Z');
  await project.build();
  expect(await held(project)).toEqual(['a Ann 11', 'c Cid 3', 'd Dan 4']);
  // The sums came about day by day: all of it again gives the same.
  project.append('changes.csv', '2024-01-28 05:00:00,e,Eve,5\n');
  await project.build();
  expect(await held(project)).toEqual(['a Ann 11', 'c Cid 3', 'd Dan 4', 'e Eve 5']);
});

test('merge_filter narrows what matches, and refuses rows that would stand twice', async () => {
  await using project = new TestProject(
    files(
      '2024-01-28 01:00:00,a,Ann,1\n2024-01-28 01:00:00,b,Bob,5\n',
      'unique_key id, merge_filter target.amount < 5',
      LAST,
    ),
    { now: '2024-01-29T01:00:00Z' },
  );
  await project.build();
  project.append('changes.csv', '2024-01-29 01:00:00,a,Anna,2\n');
  project.now = Date.parse('2024-01-30T01:00:00Z');
  await project.build();
  expect(await held(project)).toEqual(['a Anna 2', 'b Bob 5']);
  project.append('changes.csv', '2024-01-30 01:00:00,b,Bobby,6\n');
  project.now = Date.parse('2024-01-31T01:00:00Z');
  const applied = await project.apply();
  expect(applied.diagnostics[0]?.message).toContain(
    'with its merge_filter, marts.customers would hold one key twice, for example b',
  );
  expect(await held(project)).toEqual(['a Anna 2', 'b Bob 5']);
});

test('without time macros: the query as a whole, whenever its inputs move; keys that are gone stay', async () => {
  const query = 'SELECT id, max(name) AS name, sum(amount)::INTEGER AS amount FROM raw.changes GROUP BY id';
  await using project = new TestProject(
    files('2024-01-28 01:00:00,a,Ann,1\n2024-01-28 02:00:00,b,Bob,2\n', 'unique_key id', query),
  );
  const plan = await project.plan();
  expect(plan.actions.find((a) => a.model === 'marts.customers')?.reasons.map((r) => r.code)).toEqual([
    'new_model',
    'keeps_history',
  ]);
  await project.build();
  project.now += 10 * 86_400_000;
  expect((await project.apply()).status).toBe('nothing-to-do');
  project.write(
    'changes.csv',
    'ts,id,name,amount\n2024-01-28 01:00:00,a,Ann,7\n2024-01-28 01:00:00,c,Cid,3\n',
  );
  await project.build();
  expect(await held(project)).toEqual(['a Ann 7', 'b Bob 2', 'c Cid 3']);
});

test('a failing audit leaves the rows as they were; a mended model goes on', async () => {
  await using project = new TestProject(files('2024-01-28 01:00:00,a,Ann,1\n', 'unique_key id', LAST), {
    now: '2024-01-29T01:00:00Z',
  });
  project.edit(
    'models/marts/customers.sql',
    'unique_key id)',
    'unique_key id), audits (non_negative(columns := (amount)))',
  );
  await project.build();
  project.append('changes.csv', '2024-01-29 01:00:00,a,Anna,-1\n');
  project.now = Date.parse('2024-01-30T01:00:00Z');
  const applied = await project.apply();
  expect(applied.diagnostics.map((d) => d.code)).toEqual(['audit-failed']);
  expect(await held(project)).toEqual(['a Ann 1']);
  project.edit('changes.csv', 'Anna,-1', 'Anna,2');
  await project.build();
  expect(await held(project)).toEqual(['a Anna 2']);
});

test('versions: form and batches change nothing, the key and what happens to matches do', async () => {
  await using project = new TestProject(
    files('2024-01-28 01:00:00,a,Ann,1\n', 'unique_key (id, name)', LAST),
    { now: '2024-01-29T01:00:00Z' },
  );
  await project.build();
  const path = 'models/marts/customers.sql';
  project.edit(
    path,
    'unique_key (id, name)',
    'unique_key ( ID,  name ), batch_size 7, lookback 3, on_additive_change warn',
  );
  expect((await project.plan()).actions).toEqual([]);
  project.edit(path, '( ID,  name )', 'id');
  expect(actionsOf(await project.plan())).toEqual(['marts.customers rebuild']);
  project.edit(path, 'unique_key id', 'unique_key (id, name), when_matched WHEN MATCHED THEN DELETE');
  expect(actionsOf(await project.plan())).toEqual(['marts.customers rebuild']);
});

test('any history of appended changes ends with the last row of each key', async () => {
  const change = fc.record({
    day: fc.integer({ min: 0, max: 4 }),
    second: fc.integer({ min: 0, max: 86_399 }),
    id: fc.constantFrom('a', 'b', 'c', ''),
    amount: fc.integer({ min: 0, max: 99 }),
  });
  const step = fc.record({
    changes: fc.array(change, { maxLength: 4 }),
    days: fc.integer({ min: 0, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('', ', batch_size 1', ', batch_size 2'),
      async (steps, batch) => {
        await using project = new TestProject(files('', `unique_key id${batch}`, LAST), {
          now: '2024-01-28T00:00:00Z',
        });
        const all: { at: number; id: string; amount: number }[] = [];
        const start = Date.parse('2024-01-28T00:00:00Z');
        for (const { changes, days } of steps) {
          for (const c of changes) {
            const at = start + c.day * 86_400_000 + c.second * 1000;
            if (all.some((a) => a.at === at)) continue;
            all.push({ at, id: c.id, amount: c.amount });
            project.append(
              'changes.csv',
              `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')},${c.id},x,${c.amount}\n`,
            );
          }
          project.now += days * 86_400_000;
          await project.build();
          const due = all.filter((a) => a.at < project.now);
          const last = new Map(due.toSorted((a, b) => a.at - b.at).map((a) => [a.id, a.amount]));
          const expected = [...last].map(([id, amount]) => `${id} x ${amount}`).toSorted();
          expect((await held(project)).toSorted()).toEqual(expected);
        }
      },
    ),
    { numRuns: Number(process.env['SLUICE_KIND_RUNS'] ?? 12), endOnFailure: true },
  );
});
