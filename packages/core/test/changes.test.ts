/** What a change means before it happens: which models it rebuilds, and which it spares. */
import { describe, expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { actionsOf, resultsOf, TestProject } from './support/project.ts';

const CUSTOMERS = 'models/staging/customers.sql';

function staging(query: string): string {
  return `MODEL (name staging.customers, kind FULL);\n${query}\n`;
}

describe('a change of form rebuilds nothing', () => {
  const forms: Readonly<Record<string, string>> = {
    'a comment':
      '-- who buys\nSELECT name AS customer, /* ISO */ upper(country) AS country FROM raw.customers',
    'an alias': 'SELECT r.name AS customer, upper(r.country) AS country FROM raw.customers AS r',
    'a CTE':
      'WITH c AS (SELECT * FROM raw.customers) SELECT name AS customer, upper(country) AS country FROM c',
    'a subquery':
      'SELECT q.name AS customer, upper(q.country) AS country FROM (SELECT country, name FROM raw.customers) AS q',
    'white space and case': 'select NAME as customer,\n\n  UPPER(country) as country\nfrom RAW.customers',
  };
  test('a comment, an alias, a CTE, a subquery, white space', async () => {
    await using project = new TestProject(ORDERS);
    await project.build();
    for (const [name, query] of Object.entries(forms)) {
      project.write(CUSTOMERS, staging(query));
      const plan = await project.plan();
      expect([name, actionsOf(plan), plan.promotes]).toEqual([name, [], false]);
    }
  });
});

test('a column that nobody reads rebuilds its model and spares the readers', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.write(
    CUSTOMERS,
    staging('SELECT name AS customer, upper(country) AS country, length(name) AS len FROM raw.customers'),
  );
  const plan = await project.plan();
  expect(actionsOf(plan)).toEqual(['staging.customers rebuild']);
  expect(plan.spared).toEqual(['marts.countries']);
  expect(plan.actions[0]?.columns.added).toEqual([{ name: 'len', type: 'BIGINT' }]);
  expect(plan.actions[0]?.reasons).toMatchObject([{ code: 'column_added', column: 'len' }]);
  expect(resultsOf(await project.build())).toEqual(['staging.customers done']);
  expect(await project.value('SELECT sum(len) FROM staging.customers')).toBe('8');
});

test('a column added to a view spares the tables that read the view', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit('models/staging/orders.sql', 'customer, amount', 'customer, amount, note');
  const plan = await project.plan();
  expect(actionsOf(plan)).toEqual(['staging.orders rebuild']);
  expect(plan.spared).toEqual(['marts.daily', 'marts.monthly']);
});

test('a column that is read rebuilds exactly its readers, and the plan names the column', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit(CUSTOMERS, 'upper(country)', 'lower(country)');
  const plan = await project.plan();
  expect(actionsOf(plan)).toEqual(['staging.customers rebuild', 'marts.countries rebuild']);
  expect(plan.actions[0]?.reasons).toMatchObject([{ code: 'column_changed', column: 'country' }]);
  expect(plan.actions[1]?.reasons).toMatchObject([
    {
      code: 'upstream_column_changed',
      column: 'staging.customers.country',
      message: 'reads staging.customers.country, which changed',
    },
  ]);
  expect(resultsOf(await project.build())).toEqual(['staging.customers done', 'marts.countries done']);
  expect(await project.rows('SELECT DISTINCT country FROM marts.countries ORDER BY 1')).toEqual([
    { country: 'at' },
    { country: 'be' },
    { country: 'cz' },
  ]);
});

test('a changed filter says that rows changed', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.write(
    CUSTOMERS,
    staging("SELECT name AS customer, upper(country) AS country FROM raw.customers WHERE name <> 'bob'"),
  );
  const plan = await project.plan();
  expect(actionsOf(plan)).toEqual(['staging.customers rebuild', 'marts.countries rebuild']);
  expect(plan.actions[0]?.reasons.map((r) => r.code)).toEqual(['rows_changed']);
  expect(plan.actions[1]?.reasons.map((r) => r.code)).toContain('upstream_rows_changed');
});

function checked(columns: string): string {
  return `MODEL (name marts.checked, kind FULL, audits (forall(criteria := (id > 1), severity := quarantine)));
SELECT ${columns} FROM raw.orders
`;
}

test('of a model whose audits divert, a new column changes the rows, and the plan says why', async () => {
  await using project = new TestProject(ORDERS);
  project.write('models/marts/checked.sql', checked('id'));
  await project.build();
  project.write('models/marts/checked.sql', checked('id, 1 AS one'));
  const reasons = (await project.plan()).actions[0]?.reasons;
  expect(reasons?.map((r) => `${r.code} ${r.message}`)).toEqual([
    'column_added one: added',
    'rows_changed rows: an audit diverts some, which are kept and mended whole, so that every column counts',
  ]);
});

test('going back to what was built reuses the table', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  project.edit(CUSTOMERS, 'upper(country)', 'lower(country)');
  await project.build();
  project.edit(CUSTOMERS, 'lower(country)', 'upper(country)');
  const plan = await project.plan();
  expect(actionsOf(plan)).toEqual(['staging.customers reuse', 'marts.countries reuse']);
  const applied = await project.build();
  expect(applied.results).toEqual([]);
  expect(applied.promoted).toBe(true);
});
