/** Audits that the project gives to all models. */
import { expect, test } from 'vitest';
import type { ApplyDocument } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { actionsOf, resultsOf, TestProject } from './support/project.ts';

const PROJECT = `${ORDERS['project.yaml']}defaults:
  audits:
    - number_of_rows(threshold := 0)
    - 'not_null(columns := customer, condition := customer <> ''bob'')'
`;

const SMALL = {
  'project.yaml': PROJECT,
  'data/orders.csv': ORDERS['data/orders.csv'],
  'data/customers.csv': ORDERS['data/customers.csv'],
  'models/staging/orders.sql': ORDERS['models/staging/orders.sql'],
  'models/staging/customers.sql': `MODEL (name staging.customers, kind FULL, audits (
  Number_Of_Rows( threshold:=0 ),
  accepted_values(  -- of the three
    column := country,
    is_in := (
      'A T', 'BE', 'AT', 'CZ'
    ) )
));
SELECT name AS customer, upper(country) AS country FROM raw.customers
`,
  'models/marts/countries.sql': `MODEL (name marts.countries, kind FULL, default_audits false, audits (not_null(columns := country)));
SELECT country, count(*) AS customers FROM staging.customers GROUP BY ALL
`,
  'models/marts/parts.sql': `MODEL (name marts.parts, kind EMBEDDED);
SELECT country FROM marts.countries
`,
};

const NOT_BOB = "not_null(columns := customer, condition := customer <> 'bob')";

const ran = (applied: ApplyDocument): unknown =>
  applied.results.filter((r) => r.audits.length > 0).map((r) => [r.model, ...r.audits.map((a) => a.call)]);

test('audits of all models stand behind their own, and a model may have none of them', async () => {
  await using project = new TestProject(SMALL);
  const built = await project.build();
  expect(ran(built)).toEqual([
    [
      'staging.customers',
      'Number_Of_Rows(threshold := 0)',
      "accepted_values(column := country, is_in := ('A T', 'BE', 'AT', 'CZ'))",
      NOT_BOB,
    ],
    ['staging.orders', 'number_of_rows(threshold := 0)', NOT_BOB],
    ['marts.countries', 'not_null(columns := country)'],
  ]);
});

test('what fails is told at the line of the settings that asks for it; a change audits standing rows again', async () => {
  await using project = new TestProject(SMALL);
  await project.build();
  project.write('project.yaml', PROJECT.replace('threshold := 0', 'threshold := 3'));
  expect(actionsOf(await project.plan())).toEqual(['staging.customers reaudit', 'staging.orders reaudit']);
  const failed = await project.apply();
  expect(resultsOf(failed).toSorted()).toEqual(['staging.customers failed', 'staging.orders done']);
  expect(failed.diagnostics).toMatchObject([
    { code: 'audit-failed', path: 'project.yaml', line: 14, column: 7 },
  ]);
});

test('a default that is not known, or fits a model not, is told at its place once', async () => {
  await using project = new TestProject({
    ...SMALL,
    'project.yaml': PROJECT.replace('number_of_rows', 'number_of_row').replace(
      'columns := customer',
      'columns := customers',
    ),
  });
  const { diagnostics } = await (await project.workspace()).compile();
  expect(diagnostics.map((d) => `${d.code} ${d.location?.path}:${d.location?.line} ${d.message}`)).toEqual([
    'upstream-broken models/marts/countries.sql:1 not checked because staging.customers has errors: marts.countries, marts.parts',
    "unknown-audit project.yaml:14 there is no audit 'number_of_row'",
  ]);
  project.edit('project.yaml', 'number_of_row(', 'number_of_rows(');
  const again = await (await project.workspace()).compile();
  expect(
    again.diagnostics.map((d) => `${d.code} ${d.location?.path}:${d.location?.line} ${d.message}`),
  ).toEqual([
    "invalid-audit-argument project.yaml:15 audit not_null of staging.customers: there is no column 'customers'",
    "invalid-audit-argument project.yaml:15 audit not_null of staging.orders: there is no column 'customers'",
  ]);
  expect(again.diagnostics[0]?.notes).toMatchObject([
    {
      message: 'staging.customers has it from the project; default_audits false in its header leaves it out',
      location: { path: 'models/staging/customers.sql', line: 1 },
    },
  ]);
});

test('SQLMesh has them in model_defaults', async () => {
  await using project = new TestProject({
    'config.yaml': `gateways:
  local: { connection: { type: duckdb, database: .sluice/warehouse.duckdb } }
model_defaults:
  dialect: duckdb
  start: 2024-01-01
  audits:
    - not_null(columns := id)
    - accepted_values(column := id, is_in := (1, 2), blocking := false)
`,
    'models/a.sql': 'MODEL (name a.b, kind FULL);\nSELECT unnest([1, 2, 3]) AS id\n',
  });
  const built = await project.build();
  expect(built.results[0]?.audits).toMatchObject([
    { call: 'not_null(columns := id)', status: 'passed' },
    {
      call: 'accepted_values(column := id, is_in := (1, 2), blocking := false)',
      status: 'failed',
      severity: 'warn',
    },
  ]);
});
