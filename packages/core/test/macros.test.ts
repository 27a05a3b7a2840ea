/** Macros through the front door: what needs columns, what the project brings along. */
import { expect, test } from 'vitest';
import { openWorkspace } from '../src/index.ts';
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

test('a macro in a variable waits for columns too, and readers of its model with it', async () => {
  await using project = new TestProject({
    ...FILES,
    'project.yaml': `${YAML}variables: { all_of_them: '@STAR(staging.orders)' }\n`,
    'models/staging/orders.sql': 'MODEL (kind VIEW); SELECT id, amount FROM raw.orders',
    'models/marts/wide.sql': "MODEL (kind FULL); SELECT @SQL(@VAR('all_of_them')) FROM staging.orders",
    'models/marts/reader.sql': 'MODEL (kind FULL); SELECT * FROM marts.wide',
    'models/marts/apart.sql': 'MODEL (kind FULL); SELECT name FROM raw.orders',
  });
  for (const amount of ['amount', 'amount, name']) {
    project.write('models/staging/orders.sql', `MODEL (kind VIEW); SELECT id, ${amount} FROM raw.orders`);
    const workspace = await openWorkspace({ root: project.root, cache: true });
    const { document } = await workspace.compile();
    await workspace.close();
    expect(document.diagnostics).toEqual([]);
    const columns = new Map(document.models.map((m) => [m.name, m.columns.map((c) => c.name).join(', ')]));
    expect(columns.get('marts.wide')).toBe(`id, ${amount}`);
    expect(columns.get('marts.reader')).toBe(`id, ${amount}`);
    expect(columns.get('marts.apart')).toBe('name');
  }
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

test('a mistake in the query of blueprints is said once, one of a single blueprint for that', async () => {
  await using project = new TestProject({
    ...FILES,
    'models/same.sql': `MODEL (name marts.same_@{who}, kind FULL, blueprints ((who := a), (who := b)));
SELECT @nope(1) AS a, @STAR(raw.ordrs) FROM raw.orders`,
    'models/other.sql': `MODEL (name marts.other_@{c}, kind FULL, blueprints ((c := id), (c := idd), (c := amuont)));
SELECT @c AS a FROM raw.orders`,
  });
  const { document } = await (await project.workspace()).compile();
  expect(document.diagnostics.map((d) => `${d.path} ${d.line}:${d.column} ${d.message} | ${d.hint}`)).toEqual(
    [
      "models/other.sql 2:8 there is no column 'amuont' | Did you mean 'amount'?",
      "models/other.sql 2:8 there is no column 'idd' | Did you mean 'id'?",
      'models/same.sql 2:8 there is no macro @nope | Declare a variable of that name in project.yaml, or write @DEF(name, value); before the query.',
      "models/same.sql 2:29 there is no model or source 'raw.ordrs' | Did you mean 'raw.orders'?",
    ],
  );
});

const OWN = `
type Sql = string;

/** A column in another currency. */
export function in_euro(amount: Sql, rate: number, digits: number = 2): string {
  return \`round(\${amount} * \${rate}, \${digits})\`;
}

export const flags = (column: string, values: readonly string[]): readonly string[] =>
  values.map((v) => \`\${column} = '\${v}' AS is_\${v}\`);

export function anything(value) {
  return "'" + JSON.stringify(value).replaceAll("'", "''") + "'";
}

export function when(condition: boolean, ...parts: Sql[]) {
  return condition ? parts : null;
}

export function broken(x: string): string {
  throw new Error('no ' + x);
}

export async function late() {
  return 'x';
}
`;

test("macros of one's own", async () => {
  await using project = new TestProject({
    ...FILES,
    'macros/own.ts': OWN,
    'models/a.sql': `MODEL (kind FULL);
SELECT id, @in_euro(amount + 1, rate := 0.5) AS euro, @flags(name, ['a', 'b']), @when(false, x), @when(true, 1 AS one, 2 AS two),
  @anything([1, 'x', TRUE, NULL, a.b]) AS json, @anything(-1.5) AS n
FROM raw.orders`,
  });
  const { document } = await (await project.workspace()).compile();
  expect(document.diagnostics).toEqual([]);
  expect(document.models[0]?.columns.map((c) => c.name)).toEqual([
    'id',
    'euro',
    'is_a',
    'is_b',
    'one',
    'two',
    'json',
    'n',
  ]);
  await project.build();
  expect(await project.rows('SELECT * FROM main.a ORDER BY id LIMIT 1')).toMatchObject([
    { euro: 5.5, is_a: true, is_b: false, one: 1, two: 2, json: '[1,"x",true,null,"a.b"]', n: '-1.5' },
  ]);
  const before = document.models[0]?.version;
  // The text of a macro means nothing, what it makes does.
  project.edit('macros/own.ts', '/** A column in another currency. */', '// Other words.');
  const same = await (await project.workspace()).compile();
  expect(same.document.models[0]?.version).toBe(before);
  project.edit('macros/own.ts', 'digits: number = 2', 'digits: number = 3');
  const other = await (await project.workspace()).compile();
  expect(other.document.models[0]?.version).not.toBe(before);
});

test("what goes wrong in macros of one's own is said at the call", async () => {
  await using project = new TestProject({
    ...FILES,
    'macros/own.ts': OWN,
    'macros/bad.ts': 'export const x = ;',
    'macros/__init__.py': '',
    'macros/old.py': 'def f(): pass',
    'macros/clash.mjs': 'export function star() {}\nexport function when() {}',
    'models/a.sql': `MODEL (kind FULL);
SELECT
  @broken('luck'),
  @late(),
  @in_euro(id),
  @in_euro(id, 'x'),
  @in_euro(id, 1, 2, 3),
  @in_euro(id, rat := 1),
  @whem(true)
FROM raw.orders`,
  });
  const { diagnostics } = await (await project.workspace()).compile();
  const said = diagnostics.map(
    (d) => `${d.severity} ${d.location?.path}:${d.location?.line}:${d.location?.column} ${d.message}`,
  );
  expect(said.filter((s) => !s.includes('bad.ts')).toSorted()).toEqual([
    'error macros/clash.mjs:1:17 @star is a macro of Sluice already',
    'error macros/own.ts:16:17 there are two macros named @when, in macros/clash.mjs and macros/own.ts',
    'error models/a.sql:3:3 @broken failed: no luck',
    'error models/a.sql:4:3 @late answered a promise',
    "error models/a.sql:5:3 @in_euro needs the argument 'rate'",
    "error models/a.sql:6:16 'rate' of @in_euro is a number, found 'x'",
    'error models/a.sql:7:3 @in_euro takes 2 to 3 arguments, found 4',
    "error models/a.sql:8:16 @in_euro has no argument 'rat'",
    'error models/a.sql:9:3 there is no macro @whem',
    'warning macros/old.py:1:1 macros in Python are not run: macros/old.py',
  ]);
  expect(said.find((s) => s.includes('bad.ts'))).toMatch(
    /^error macros\/bad.ts:1:1 macros\/bad.ts cannot be loaded: /,
  );
});

test('SQL macros of DuckDB: their meaning is part of those that call them', async () => {
  await using project = new TestProject({
    ...FILES,
    'macros/money.sql': `-- Money.
CREATE OR REPLACE MACRO net(amount, rate := 0.2) AS less(amount, amount * rate);
CREATE MACRO less(a, b) AS a - b;
CREATE MACRO above(least) AS TABLE SELECT * FROM range(least);
CREATE MACRO top_of(t) AS TABLE SELECT max(amount) AS amount FROM query_table(t);`,
    'models/a.sql': 'MODEL (kind FULL, audits (net_positive)); SELECT id, net(amount) AS net FROM raw.orders',
    'models/b.sql': 'MODEL (kind FULL); SELECT count(*) AS n FROM above(3)',
    'audits/net.sql': 'AUDIT (name net_positive); SELECT * FROM @this_model WHERE net(1) < 0',
  });
  const versions = async (): Promise<ReadonlyMap<string, string>> => {
    const { document } = await (await project.workspace()).compile();
    expect(document.diagnostics).toEqual([]);
    return new Map(document.models.map((m) => [m.name, m.version]));
  };
  const before = await versions();
  await project.build();
  expect(await project.rows('SELECT * FROM main.a ORDER BY id')).toMatchObject([{ net: 8 }, { net: 16 }]);
  expect(await project.value('SELECT n FROM main.b')).toBe('3');
  // Nothing of it is left in the warehouse.
  const left = `SELECT count(*) FROM duckdb_functions() WHERE function_type LIKE '%macro' AND NOT internal`;
  expect(await project.value(left)).toBe('0');
  project.edit('macros/money.sql', 'a - b', '(a) - /* the same */ b');
  expect(await versions()).toEqual(before);
  project.edit('macros/money.sql', '(a) - ', 'a - 1 - ');
  const after = await versions();
  expect(after.get('main.a')).not.toBe(before.get('main.a'));
  expect(after.get('main.b')).toBe(before.get('main.b'));
});

test('what SQL macros may not do', async () => {
  await using project = new TestProject({
    ...FILES,
    'macros/bad.sql': `CREATE MACRO hidden(n) AS TABLE SELECT * FROM raw.orders LIMIT n;
SELECT 1;
CREATE MACRO good(x) AS x + 1;
CREATE MACRO GOOD(x) AS x;
CREATE MACRO typo(x) AS x + strlenn(x);`,
    'models/v.sql': 'MODEL (kind VIEW); SELECT id, good(id) AS next FROM raw.orders',
    'models/e.sql': 'MODEL (kind EMBEDDED); SELECT good(id) AS next FROM raw.orders',
    'models/w.sql': 'MODEL (kind VIEW); SELECT next FROM main.e',
    'models/f.sql': 'MODEL (kind FULL); SELECT next FROM main.e',
  });
  for (let i = 0; i < 2; i++) {
    const { diagnostics, document } = await (await project.workspace()).compile();
    const said = diagnostics.map(
      (d) => `${d.location?.path}:${d.location?.line}:${d.location?.column} ${d.message}`,
    );
    expect(said).toEqual([
      expect.stringMatching(/^macros\/bad.sql:1:14 the macro 'hidden' reads a table: /),
      'macros/bad.sql:2:1 files of SQL macros hold CREATE MACRO statements only',
      "macros/bad.sql:4:14 there are two SQL macros named 'good'",
      "macros/bad.sql:5:14 there is no function 'strlenn'",
      "models/v.sql:1:31 a view cannot call the SQL macro 'good'",
      "models/w.sql:1:1 a view cannot call the SQL macro 'good' through main.e",
    ]);
    expect(document.models.map((m) => m.name)).toEqual(['main.e', 'main.f']);
  }
});

test('statements on virtual update run when the view is made', async () => {
  await using project = new TestProject({
    ...FILES,
    'models/a.sql': `MODEL (kind FULL);
SELECT id FROM raw.orders;
ON_VIRTUAL_UPDATE_BEGIN;
COMMENT ON VIEW @this_model IS 'Shown in @{this_env}';
@IF(@this_env = 'prod' AND @runtime_stage = 'promoting', COMMENT ON COLUMN @this_model.id IS 'The key');
ON_VIRTUAL_UPDATE_END;`,
  });
  const { document } = await (await project.workspace()).plan('prod');
  expect(document.virtual_updates).toEqual([
    {
      model: 'main.a',
      view: 'main.a',
      sql: [
        `COMMENT ON VIEW "main"."a" IS 'Shown in @{this_env}'`,
        `COMMENT ON COLUMN "main"."a".id IS 'The key'`,
      ],
    },
  ]);
  await project.build();
  // Nothing is promoted, so nothing is run.
  expect((await project.plan()).virtual_updates).toEqual([]);
  expect((await project.plan('dev')).virtual_updates).toMatchObject([
    { view: 'main__dev.a', sql: [expect.stringContaining('VIEW "main__dev"."a"')] },
  ]);
  await project.build('dev');
  const comments = `SELECT schema_name AS s, comment AS c FROM duckdb_views() WHERE view_name = 'a' AND NOT schema_name LIKE 'sluice%' ORDER BY 1`;
  expect(await project.rows(comments)).toEqual([
    { s: 'main', c: 'Shown in @{this_env}' },
    { s: 'main__dev', c: 'Shown in @{this_env}' },
  ]);
  const column = `SELECT schema_name AS s, comment AS c FROM duckdb_columns() WHERE table_name = 'a' AND comment IS NOT NULL`;
  expect(await project.rows(column)).toEqual([{ s: 'main', c: 'The key' }]);
});

test('when a statement on virtual update fails, nothing is promoted', async () => {
  await using project = new TestProject({
    ...FILES,
    'models/a.sql': `MODEL (kind FULL);
SELECT id FROM raw.orders;
ON_VIRTUAL_UPDATE_BEGIN;
COMMENT ON VIEW main.nope IS 'x';
ON_VIRTUAL_UPDATE_END;`,
  });
  expect((await project.apply()).status).toBe('failed');
  const views = `SELECT count(*) FROM duckdb_views() WHERE view_name = 'a' AND NOT internal`;
  expect(await project.value(views)).toBe('0');
});

test('queries that macros write are what DuckDB takes', async () => {
  await using project = new TestProject({
    ...FILES,
    'models/days.sql': "MODEL (kind FULL); @DATE_SPINE('day', '2024-02-27', '2024-03-01')",
    'models/quarters.sql':
      "MODEL (kind FULL); SELECT * FROM (@DATE_SPINE('quarter', '2024-01-01', '2024-12-31'))",
    'models/newest.sql': "MODEL (kind FULL); @DEDUPLICATE(raw.orders, [id % 1], ['amount DESC'])",
    'models/wide.sql':
      "MODEL (kind FULL); SELECT @PIVOT(name, ['a', 'b'], then_value := amount, quote := false) FROM raw.orders",
    'models/far.sql':
      "MODEL (kind FULL); SELECT round(@HAVERSINE_DISTANCE(52.52, 13.405, 48.1372, 11.5755, 'km')) AS km, @IF(@gateway = '', 1, 2) AS g",
  });
  await project.build();
  expect(
    await project.rows('SELECT count(*)::INT AS n, typeof(any_value(date_day)) AS t FROM main.days'),
  ).toEqual([{ n: 4, t: 'DATE' }]);
  expect(await project.value('SELECT count(*)::INT FROM main.quarters')).toBe(4);
  expect(await project.value('SELECT amount FROM main.newest')).toBe(20);
  expect(await project.rows('SELECT * FROM main.wide')).toEqual([{ a: 10, b: 20 }]);
  expect(await project.rows('SELECT * FROM main.far')).toEqual([{ km: 505, g: 1 }]);
});

const KNOWING = `import type { MacroContext } from '@sluice/core';

export function prefixed(context: MacroContext, model: string, prefix: string = 'x_'): string[] {
  return context.columns(model).map((c) => \`"\${c.name}" AS "\${prefix}\${c.name}"\`);
}

/** A whole query, for numbers alone. */
export function sums(context: MacroContext, model: string): string {
  const numbers = context.columns(model).filter((c) => /INT|DOUBLE/.test(c.type));
  return \`SELECT \${numbers.map((c) => \`sum(\${c.name}) AS \${c.name}\`).join(', ')} FROM \${model}\`;
}

export const rate = (context: MacroContext, currency: string): number =>
  (context.variable('RATES') as Record<string, number>)[currency] ?? Number(context.variable('none', 1));

export const origin = (context: MacroContext): string =>
  \`'\${context.gateway}/\${context.variable('who', 'nobody')}'\`;

/** What it asks for in vain counts, even when it looks away. */
export function stubborn(context: MacroContext): string {
  try {
    return String(context.columns('raw.nope').length);
  } catch {
    return '0';
  }
}
`;

test("macros of one's own know variables, the gateway and columns, and versions follow", async () => {
  await using project = new TestProject({
    ...FILES,
    'project.yaml': YAML.replace('sources:', 'variables: { rates: { EUR: 1.5 } }\nsources:'),
    'macros/knowing.ts': KNOWING,
    'macros/plain.mjs': `export const count = (context, model) => String(context.columns(model).length);`,
    'models/staging/orders.sql': 'MODEL (kind VIEW); SELECT id, name, amount FROM raw.orders',
    'models/a.sql':
      "MODEL (kind FULL); SELECT @prefixed(staging.orders, 'o_'), amount * @rate(EUR) AS euro, @rate('USD') AS other, @origin() AS w, @count(staging.orders) AS n FROM staging.orders",
    'models/b.sql': 'MODEL (kind FULL); @sums(main.a)',
    'models/by.sql':
      'MODEL (name marts.@who, kind FULL, blueprints ((who := me), (who := you))); SELECT @origin() AS w',
  });
  const compile = async (): Promise<ReadonlyMap<string, readonly [version: string, columns: string]>> => {
    const { document } = await (await project.workspace()).compile();
    expect(document.diagnostics).toEqual([]);
    return new Map(
      document.models.map((m) => [m.name, [m.version, m.columns.map((c) => c.name).join(' ')] as const]),
    );
  };
  const before = await compile();
  expect(before.get('main.a')?.[1]).toBe('o_id o_name o_amount euro other w n');
  expect(before.get('main.b')?.[1]).toBe('o_id o_amount euro other n');
  await project.build();
  expect(await project.rows('SELECT * FROM main.a ORDER BY o_id LIMIT 1')).toMatchObject([
    { o_id: 1, o_amount: 10, euro: 15, other: 1, w: '/nobody', n: 3 },
  ]);
  expect(await project.value('SELECT w FROM marts.me')).toBe('/me');
  // Whatever a macro asks for shows in what it makes: columns of another model, a variable.
  project.edit('models/staging/orders.sql', 'SELECT id', 'SELECT 1 AS extra, id');
  const wider = await compile();
  expect(wider.get('main.a')?.[1]).toBe('o_extra o_id o_name o_amount euro other w n');
  expect(wider.get('main.a')?.[0]).not.toBe(before.get('main.a')?.[0]);
  expect(wider.get('marts.me')).toEqual(before.get('marts.me'));
  project.edit('project.yaml', 'EUR: 1.5', 'EUR: 2');
  expect((await compile()).get('main.a')?.[0]).not.toBe(wider.get('main.a')?.[0]);
});

test('what a macro asks for in vain is told at the call', async () => {
  await using project = new TestProject({
    ...FILES,
    'macros/knowing.ts': KNOWING,
    'models/a.sql': 'MODEL (kind FULL); SELECT @prefixed(raw.ordres) FROM raw.orders',
    'models/b.sql': 'MODEL (kind FULL); SELECT @stubborn() AS n FROM raw.orders',
    'models/c.sql': "MODEL (kind FULL); SELECT @prefixed('a b c') FROM raw.orders",
    'models/d.sql': 'MODEL (kind FULL, tags (@prefixed(raw.orders))); SELECT 1 AS n',
  });
  const { diagnostics } = await (await project.workspace()).compile();
  expect(diagnostics.map((d) => `${d.location?.path}:${d.location?.column} ${d.message}`)).toEqual([
    "models/a.sql:27 there is no model or source 'raw.ordres'",
    "models/b.sql:27 there is no model or source 'raw.nope'",
    "models/c.sql:27 @prefixed asks for the columns of 'a b c'",
    'models/d.sql:25 @PREFIXED means nothing here',
  ]);
});

test('a model that is read by a text is an error, also where it is read by name beside it', async () => {
  await using project = new TestProject({
    ...FILES,
    'macros/m.sql': `CREATE MACRO all_of(t) AS TABLE SELECT * FROM query_table(t);
CREATE MACRO few_of(t) AS TABLE SELECT * FROM all_of(t) LIMIT 1;`,
    'models/a.sql':
      "MODEL (kind FULL); SELECT x.id FROM query_table('raw.orders') AS x JOIN raw.orders USING (id)",
    'models/b.sql':
      "MODEL (kind FULL); SELECT x.id FROM few_of('raw.orders') AS x JOIN raw.orders USING (id)",
    'models/c.sql': "MODEL (kind FULL); WITH o AS (FROM raw.orders) SELECT id FROM few_of('o')",
  });
  const { diagnostics } = await (await project.workspace()).compile();
  expect(diagnostics.map((d) => `${d.code} ${d.location?.path}`)).toEqual([
    'unknown-table models/a.sql',
    'unknown-table models/b.sql',
  ]);
});
