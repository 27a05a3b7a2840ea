/** Macros through the front door: what needs columns, what the project brings along. */
import { expect, test } from 'vitest';
import { TestProject } from './support/project.ts';

const YAML = `name: p
start: 2024-01-01
sources:
  raw:
    orders: { file: data/orders.csv, columns: { id: INTEGER, name: VARCHAR, amount: DOUBLE } }
    refunds: { file: data/refunds.csv, columns: { id: INTEGER, name: INTEGER, amount: DOUBLE } }
`;

const FILES = {
  'project.yaml': YAML,
  'data/orders.csv': 'id,name,amount\n1,a,10\n2,b,20\n',
  'data/refunds.csv': 'id,name,amount\n1,7,-10\n',
};

async function compiled(project: TestProject): Promise<readonly string[]> {
  const { document } = await (await project.workspace()).compile();
  return document.diagnostics.map((d) => d.message);
}

test('@STAR and @UNION wait for the columns of the models they read', async () => {
  await using project = new TestProject({
    ...FILES,
    'models/staging/orders.sql': 'MODEL (kind VIEW); SELECT @STAR(raw.orders, o) FROM raw.orders AS o',
    'models/marts/a_wide.sql':
      "MODEL (kind FULL); SELECT @STAR(staging.orders, s, exclude := [amount], prefix := 'o_'), s.amount * 2 AS twice FROM staging.orders AS s",
    'models/marts/money.sql': "MODEL (kind FULL); @UNION('all', staging.orders, raw.refunds)",
    'models/marts/again.sql':
      'MODEL (kind FULL); SELECT @EACH(@STAR(marts.money, m), c -> c) FROM marts.money AS m',
  });
  const { document } = await (await project.workspace()).compile();
  expect(document.diagnostics).toEqual([]);
  const columns = new Map(document.models.map((m) => [m.name, m.columns.map((c) => c.name).join(' ')]));
  expect(columns.get('staging.orders')).toBe('id name amount');
  expect(columns.get('marts.a_wide')).toBe('o_id o_name twice');
  expect(columns.get('marts.money')).toBe('id amount');
  expect(columns.get('marts.again')).toBe('id amount');
  await project.build();
  expect(await project.value('SELECT sum(twice) FROM marts.a_wide')).toBe(60);
  expect(await project.value('SELECT sum(amount) FROM marts.money')).toBe(20);
  const rendered = await (await project.workspace()).render('marts.money');
  expect(rendered.document.sql).toBe(
    'SELECT "id", "amount" FROM staging.orders\nUNION ALL\nSELECT "id", "amount" FROM raw.refunds',
  );
});

test('a macro that names no relation is an error there, and nothing else is', async () => {
  await using project = new TestProject({
    ...FILES,
    'models/a.sql': 'MODEL (kind FULL); SELECT @STAR(raw.ordres) FROM raw.orders',
    'models/b.sql': 'MODEL (kind FULL); SELECT @STAR(raw.orders, exclude := [nope]) FROM raw.orders',
    'models/c.sql': 'MODEL (kind FULL); SELECT @STAR(main.b) FROM main.b',
  });
  expect(await compiled(project)).toEqual([
    "there is no model or source 'raw.ordres'",
    "raw.orders has no column 'nope' to exclude",
    'not checked because main.b has errors: main.c',
  ]);
});

test('blueprints are models of their own', async () => {
  await using project = new TestProject({
    ...FILES,
    'models/by_name.sql': `MODEL (name marts.@{who}_orders, kind FULL, blueprints ((who := a, factor := 2), (who := b, factor := 3)));
SELECT id, amount * @factor AS amount FROM raw.orders WHERE name = '@{who}' OR name = @BLUEPRINT_VAR('label', 'b')`,
  });
  const { document } = await (await project.workspace()).compile();
  expect(document.diagnostics).toEqual([]);
  expect(document.models.map((m) => m.name)).toEqual(['marts.a_orders', 'marts.b_orders']);
  await project.build();
  expect(await project.value('SELECT sum(amount) FROM marts.a_orders')).toBe(40);
  expect(await project.value('SELECT sum(amount) FROM marts.b_orders')).toBe(60);
});
