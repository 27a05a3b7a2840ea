/** Tables that outlive their definition: rows stay, columns follow the policies, environments never touch each other's. */
import { describe, expect, test } from 'vitest';
import { actionsOf, refusal, TestProject, type Files } from './support/project.ts';

const MODEL = 'models/marts/events.sql';

function files(kind = 'forward_only true', query = 'SELECT ts, id, amount FROM raw.events'): Files {
  return {
    'project.yaml': `name: events
start: 2024-01-28
sources:
  raw: { events: { file: events.csv, time_column: ts, columns: { ts: TIMESTAMP, id: INTEGER, amount: INTEGER } } }
`,
    'events.csv': 'ts,id,amount\n2024-01-28 01:00:00,1,10\n2024-01-29 01:00:00,2,20\n',
    [MODEL]: `MODEL (name marts.events, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, ${kind}));
${query} WHERE ts BETWEEN @start_ts AND @end_ts
`,
    'models/marts/totals.sql': `MODEL (name marts.totals, kind FULL);
SELECT count(*)::INTEGER AS n, sum(amount)::INTEGER AS amount FROM marts.events
`,
  };
}

const NOW = { now: '2024-01-30T01:00:00Z' };

async function held(project: TestProject, table = 'marts.events'): Promise<readonly string[]> {
  const rows = await project.rows(`SELECT * EXCLUDE (ts) FROM ${table} ORDER BY id`);
  return rows.map((r) =>
    Object.values(r)
      .map((v) => v ?? '-')
      .join(' '),
  );
}

test('a changed definition counts for new rows; readers are spared; going back is possible', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  const plan = await project.plan();
  expect(actionsOf(plan)).toEqual(['marts.events evolve']);
  expect(plan.actions[0]?.reasons.map((r) => r.code)).toEqual(['column_changed', 'carried_over']);
  expect(plan.actions[0]?.sql[0]).toContain('CREATE OR REPLACE TABLE');
  const before = await project.physical();
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20']);
  expect((await project.apply()).status).toBe('nothing-to-do');
  expect((await project.physical()).filter((p) => !before.includes(p))).toHaveLength(1);

  project.append('events.csv', '2024-01-30 01:00:00,3,30\n');
  project.now = Date.parse('2024-01-31T01:00:00Z');
  expect(actionsOf(await project.plan())).toEqual([
    'raw.events backfill',
    'marts.events backfill',
    'marts.totals backfill',
  ]);
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 3000']);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(3030);

  project.edit(MODEL, 'amount * 100 AS amount', 'amount');
  expect(actionsOf(await project.plan())).toEqual(['marts.events evolve']);
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 3000']);
  // One more day, a change of definition in the same apply.
  project.append('events.csv', '2024-01-31 01:00:00,4,40\n');
  project.now = Date.parse('2024-02-01T01:00:00Z');
  project.edit(MODEL, 'id, amount', 'id, amount + 1 AS amount');
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 3000', '4 41']);
  expect(await project.value('SELECT n FROM marts.totals')).toBe(4);
  expect((await project.apply()).status).toBe('nothing-to-do');
});

describe('columns', () => {
  const wider = 'SELECT ts, id, amount, id * 2 AS twice FROM raw.events';
  test.each([
    ['allow', ['1 10 -', '2 20 -']],
    ['warn', ['1 10 -', '2 20 -']],
    ['ignore', ['1 10', '2 20']],
    ['error', undefined],
  ] as const)('on_additive_change %s', async (policy, expected) => {
    await using project = new TestProject(files(`forward_only true, on_additive_change ${policy}`), NOW);
    await project.build();
    project.edit(MODEL, 'SELECT ts, id, amount FROM raw.events', wider);
    if (expected === undefined) {
      const found = await refusal(project.apply());
      expect(found.map((d) => d.code)).toEqual(['schema-change-refused']);
      expect(found[0]?.message).toBe(
        'the table of marts.events lives on and would change: twice INTEGER is added',
      );
      return;
    }
    const answer = await (await project.workspace()).plan('prod', {});
    expect(answer.diagnostics.map((d) => d.code)).toEqual(policy === 'allow' ? [] : ['schema-change']);
    expect(answer.document.actions[0]?.columns.added, 'what becomes of the table').toEqual(
      policy === 'ignore' ? [] : [{ name: 'twice', type: 'INTEGER' }],
    );
    await project.build();
    expect(await held(project)).toEqual(expected);
    expect((await project.apply()).status).toBe('nothing-to-do');
    project.append('events.csv', '2024-01-30 01:00:00,3,30\n');
    project.now = Date.parse('2024-01-31T01:00:00Z');
    await project.build();
    expect(await held(project)).toEqual([...expected, policy === 'ignore' ? '3 30' : '3 30 6']);
  });

  test.each([
    ['allow', ['1', '2', '3']],
    ['ignore', ['1 10', '2 20', '3 -']],
    ['error', undefined],
  ] as const)('on_destructive_change %s', async (policy, expected) => {
    const given = files(`forward_only true${policy === 'error' ? '' : `, on_destructive_change ${policy}`}`);
    const { 'models/marts/totals.sql': _, ...rest } = given;
    await using project = new TestProject(rest, NOW);
    await project.build();
    project.edit(MODEL, 'SELECT ts, id, amount', 'SELECT ts, id');
    if (expected === undefined) {
      const found = await refusal(project.plan());
      expect(found[0]).toMatchObject({
        code: 'schema-change-refused',
        message: 'the table of marts.events lives on and would change: amount is removed',
        location: { path: MODEL, line: 1 },
      });
      expect(await held(project)).toEqual(['1 10', '2 20']);
      return;
    }
    const [action] = (await project.plan()).actions;
    expect(action?.reasons.map((r) => r.message)).toContain('amount: removed');
    expect(action?.columns.removed, 'what becomes of the table').toEqual(
      policy === 'ignore' ? [] : [{ name: 'amount', type: 'INTEGER' }],
    );
    await project.build();
    project.append('events.csv', '2024-01-30 01:00:00,3,30\n');
    project.now = Date.parse('2024-01-31T01:00:00Z');
    await project.build();
    expect(await held(project)).toEqual(expected);
    // What was ignored once is still there after the next change.
    project.edit(MODEL, 'SELECT ts, id', 'SELECT ts, id + 0 AS id');
    await project.build();
    expect(await held(project)).toEqual(expected);
  });

  test('types: wider ones come as they are, narrower ones are destructive', async () => {
    await using project = new TestProject(files(), NOW);
    await project.build();
    project.edit(MODEL, 'id, amount', 'id, amount::BIGINT AS amount');
    await project.build();
    expect(await project.value('SELECT typeof(amount) FROM marts.events LIMIT 1')).toBe('BIGINT');
    project.edit(MODEL, 'amount::BIGINT', 'amount::SMALLINT');
    expect((await refusal(project.plan()))[0]?.message).toContain('amount BIGINT becomes SMALLINT');
    project.edit(MODEL, 'forward_only true', 'forward_only true, on_destructive_change allow');
    await project.build();
    expect(await project.value('SELECT typeof(amount) FROM marts.events LIMIT 1')).toBe('SMALLINT');
    expect(await held(project)).toEqual(['1 10', '2 20']);
  });
});

test('what fails on the way leaves the old table shown, and the next apply begins with its newest rows', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  project.edit(
    MODEL,
    'forward_only true)',
    'forward_only true), audits (accepted_range(column := amount, min_v := 0, max_v := 15))',
  );
  expect((await project.apply()).diagnostics.map((d) => d.code)).toEqual(['audit-failed']);
  expect(await held(project)).toEqual(['1 10', '2 20']);
  // Carried over, but not shown, because another model fails.
  project.edit(MODEL, 'max_v := 15', 'max_v := 99999');
  project.write(
    'models/marts/broken.sql',
    "MODEL (name marts.broken, kind FULL);\nSELECT error('no')::INTEGER AS x FROM marts.events\n",
  );
  expect((await project.apply()).status).toBe('failed');
  const edited = project.read(MODEL);
  project.write(MODEL, edited.replace('amount * 100 AS amount', 'amount'));
  project.remove('models/marts/broken.sql');
  project.append('events.csv', '2024-01-30 01:00:00,3,30\n');
  project.now = Date.parse('2024-01-31T01:00:00Z');
  await project.build();
  project.write(MODEL, edited);
  expect(actionsOf(await project.plan())).toEqual(['marts.events evolve']);
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 30']);
});

test('dev carries the rows of prod over to a table of its own; prod and its readers keep theirs', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  expect(actionsOf(await project.plan('dev'))).toEqual([
    'raw.events reuse',
    'marts.events evolve',
    'marts.totals create',
  ]);
  await project.build('dev');
  project.append('events.csv', '2024-01-30 01:00:00,3,30\n');
  project.now = Date.parse('2024-01-31T01:00:00Z');
  await project.build('dev');
  expect(await held(project, 'marts__dev.events')).toEqual(['1 10', '2 20', '3 3000']);
  expect(await project.value('SELECT amount FROM marts__dev.totals')).toBe(3030);
  expect(await held(project)).toEqual(['1 10', '2 20']);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(30);
  expect((await project.apply('dev')).status).toBe('nothing-to-do');
  // prod carries its own rows over, not those of dev.
  project.edit('events.csv', '3,30', '3,31');
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 3100']);
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(3130);
  expect(await held(project, 'marts__dev.events')).toEqual(['1 10', '2 20', '3 3000']);
});

test('two environments that build the same definition on their own do not share its readers blindly', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build('dev');
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  await project.build();
  expect(await project.value('SELECT amount FROM marts.totals')).toBe(3000);
  expect(await project.value('SELECT amount FROM marts__dev.totals')).toBe(30);
});

test('SCD type 2 lives on: a new column is a change from now on; another key starts over and says so', async () => {
  const menu = 'models/marts/menu.sql';
  await using project = new TestProject(
    {
      'project.yaml': `name: menu
start: 2024-01-01
sources: { raw: { items: { file: items.csv, columns: { id: INTEGER, price: INTEGER, note: VARCHAR } } } }
`,
      'items.csv': 'id,price,note\n1,10,a\n2,20,b\n',
      [menu]:
        'MODEL (name marts.menu, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns *));\nSELECT id, price FROM raw.items\n',
    },
    { now: '2024-02-01T00:00:00Z' },
  );
  const rows = async (): Promise<readonly string[]> =>
    (
      await project.rows(
        "SELECT id, price, strftime(valid_from, '%d') AS f, strftime(valid_to, '%d') AS t, columns(c -> c = 'note') FROM marts.menu ORDER BY id, valid_from",
      )
    ).map((r) =>
      Object.values(r)
        .map((v) => v ?? '-')
        .join(' '),
    );
  await project.build();
  project.write('items.csv', 'id,price,note\n1,11,a\n2,20,b\n');
  project.now = Date.parse('2024-02-02T00:00:00Z');
  await project.build();
  project.edit(menu, 'id, price', 'id, price, note');
  project.now = Date.parse('2024-02-03T00:00:00Z');
  expect(actionsOf(await project.plan())).toEqual(['marts.menu evolve']);
  await project.build();
  expect(await rows()).toEqual([
    '1 10 01 02 -',
    '1 11 02 03 -',
    '1 11 03 - a',
    '2 20 01 03 -',
    '2 20 03 - b',
  ]);
  project.edit(menu, 'unique_key id', 'unique_key (id, price)');
  const plan = await project.plan();
  expect(actionsOf(plan)).toEqual(['marts.menu rebuild']);
  expect(plan.actions[0]?.reasons.map((r) => r.code)).toContain('starts_over');
});

test('promoting dev never puts its copy of the rows in the place of those of prod, and gc keeps what is shown', async () => {
  await using project = new TestProject(files(), NOW);
  await project.build();
  project.edit(MODEL, 'id, amount', 'id, amount * 100 AS amount');
  await project.build('dev');
  const workspace = await project.workspace();
  const found = await refusal(workspace.promote('dev'));
  expect(found.map((d) => d.code)).toEqual(['environment-differs']);
  await workspace.gc();
  expect(await held(project)).toEqual(['1 10', '2 20']);
  expect(await held(project, 'marts__dev.events')).toEqual(['1 10', '2 20']);
  await project.build();
  await workspace.gc();
  project.append('events.csv', '2024-01-30 01:00:00,3,30\n');
  project.now = Date.parse('2024-01-31T01:00:00Z');
  await project.build();
  expect(await held(project)).toEqual(['1 10', '2 20', '3 3000']);
});

describe('readers of tables that keep their columns', () => {
  const reader = 'models/marts/reader.sql';

  test('one that reads a column which on_additive_change ignores is refused before anything is written', async () => {
    await using project = new TestProject(files('forward_only true, on_additive_change ignore'), NOW);
    await project.build();
    project.edit(MODEL, 'id, amount', 'id, amount, id * 2 AS twice');
    for (const query of ['SELECT sum(twice) AS s FROM marts.events', 'SELECT * FROM marts.events']) {
      project.write(reader, `MODEL (name marts.reader, kind FULL);\n${query}\n`);
      expect(await refusal(project.plan())).toMatchObject([
        { code: 'schema-change' },
        {
          code: 'schema-change-refused',
          message: 'marts.reader reads marts.events.twice, which the table of marts.events does not have',
          hint: 'on_additive_change of marts.events is ignore, so that its table keeps its columns. Set it to allow, or do not read the column.',
          location: { path: reader, line: 1 },
        },
      ]);
    }
    project.write(reader, 'MODEL (name marts.reader, kind VIEW);\nSELECT id FROM marts.events\n');
    await project.build();
    expect(await project.value('SELECT count(*)::INTEGER FROM marts.reader')).toBe(2);
    // The environment shows the table as it is.
    expect((await project.rows('DESCRIBE marts.events')).map((r) => r['column_name'])).toEqual([
      'ts',
      'id',
      'amount',
    ]);
    // Also once it stands.
    project.edit(reader, 'SELECT id', 'SELECT twice AS id');
    expect((await refusal(project.plan())).map((d) => d.code)).toEqual(['schema-change-refused']);
  });

  test('one that reads all columns does not see what on_destructive_change keeps', async () => {
    const { 'models/marts/totals.sql': _, ...rest } = files(
      'forward_only true, on_destructive_change ignore',
    );
    await using project = new TestProject(rest, NOW);
    project.write(reader, 'MODEL (name marts.reader, kind FULL);\nSELECT * FROM marts.events AS e\n');
    project.write(
      'models/marts/seen.sql',
      'MODEL (name marts.seen, kind VIEW);\nSELECT * FROM marts.events\n',
    );
    await project.build();
    project.edit(MODEL, 'SELECT ts, id, amount', 'SELECT ts, id');
    await project.build();
    const columns = async (table: string): Promise<readonly unknown[]> =>
      (await project.rows(`DESCRIBE ${table}`)).map((r) => r['column_name']);
    expect(await columns('marts.events')).toEqual(['ts', 'id', 'amount']);
    expect(await columns('marts.reader')).toEqual(['ts', 'id']);
    expect(await columns('marts.seen')).toEqual(['ts', 'id']);
    expect((await project.apply()).status).toBe('nothing-to-do');
  });
});
