/** What a call of an audit says is meant, or it is an error: nothing is taken for something else. */
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { resultsOf, TestProject } from './support/project.ts';

/** A table of people, some of whom have a boss, and a column whose name has a dot. */
function people(audits: string, kind = 'FULL'): TestProject {
  return new TestProject({
    ...ORDERS,
    'models/staging/people.sql': `MODEL (name staging.people, kind ${kind}, audits (${audits}));
SELECT id, ts, id - 1 AS boss, amount AS "amount.eur" FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
  });
}

async function errorsOf(project: TestProject): Promise<readonly string[]> {
  const { diagnostics } = await (await project.workspace()).compile();
  return diagnostics.map((d) => `${d.code}: ${d.message}`);
}

test.each([
  [
    "accepted_range(column := id, min_v := 0, inclusive := 'false')",
    "inclusive must be true or false, not 'false'",
  ],
  ['not_null(columns := id, blocking := 0)', 'blocking must be true or false, not 0'],
  ['increasing(column := id, sort_column := ts, strictly := no)', 'strictly must be true or false, not no'],
  ['not_null(columns := ())', 'columns must name one or more, not ()'],
  [
    'not_null(columns := id, column_name := ts)',
    "audit 'not_null' has both 'columns' and 'column_name', which are the same argument",
  ],
  // `id` is a column of people and not of customers.
  [
    'relationships(column := id, to := staging.customers, field := id)',
    "audit relationships of staging.people: there is no column 'id'",
  ],
  [
    'relationships(column := id, to := staging.customers, field := length(customer), to_condition := boss > 1)',
    "audit relationships of staging.people: there is no column 'boss'",
  ],
])('%s', async (audit, message) => {
  await using project = people(audit);
  expect(await errorsOf(project)).toEqual([`invalid-audit-argument: ${message}`]);
});

test('an argument that an audit of the project does not read is an error', async () => {
  await using project = people('id_range(hgih := 5)');
  project.write(
    'audits/id_range.sql',
    'AUDIT (name id_range, defaults (low = 0, high = 10));\nSELECT * FROM @this_model WHERE id NOT BETWEEN @low AND @high\n',
  );
  expect(await errorsOf(project)).toEqual([
    "invalid-audit-argument: audit 'id_range' has no argument 'hgih'",
  ]);
  project.edit('models/staging/people.sql', 'hgih', 'HIGH');
  expect(await errorsOf(project)).toEqual([]);
});

test('a column whose name has a dot is one column, in a list too', async () => {
  await using project = people('not_null(columns := ("amount.eur", id)), positive(columns := "amount.eur")');
  expect(await errorsOf(project)).toEqual([]);
  expect((await project.build()).results.flatMap((r) => r.audits.map((a) => a.status))).toEqual(
    expect.arrayContaining(['passed', 'passed']),
  );
});

test.each(['FULL', 'INCREMENTAL_BY_TIME_RANGE (time_column ts, batch_size 1)'])(
  'rows may refer to rows of the same table, those being written too: %s',
  async (kind) => {
    await using project = people(
      'relationships(column := boss, to := staging.people, field := id, condition := boss <> 0)',
      kind,
    );
    await project.build();
    // Nobody has 8 for an id. The one before would, in the table that stands.
    project.append('data/orders.csv', '5,2024-01-31 20:00:00,cy,1.00,\n9,2024-01-31 21:00:00,cy,1.00,\n');
    const failed = await project.apply();
    expect(resultsOf(failed)).toContain('staging.people failed');
    expect(failed.results.flatMap((r) => r.audits.map((a) => [a.status, a.failing_rows]))).toContainEqual([
      'failed',
      1,
    ]);
    project.edit('data/orders.csv', '9,2024', '6,2024');
    await project.build();
    expect(await project.value('SELECT count(*) FROM staging.people')).toBe('6');
  },
);

test('what refers to rows of the same table cannot divert', async () => {
  await using project = people(
    'relationships(column := boss, to := staging.people, field := id, severity := quarantine)',
  );
  expect(await errorsOf(project)).toEqual([
    'cannot-divert: audit relationships cannot divert rows: it reads all of staging.people, whichever rows are being written',
  ]);
});
