/** Which rows an audit of a time-range model looks at. */
import { expect, test } from 'vitest';
import type { ApplyDocument } from '../src/index.ts';
import { ORDERS } from './support/orders.ts';
import { days, TestProject } from './support/project.ts';

const FILES = {
  ...ORDERS,
  'models/marts/daily.sql': ORDERS['models/marts/daily.sql'].replace(
    'non_negative(columns := (revenue))',
    'non_negative(columns := (revenue), severity := warn), number_of_rows(threshold := 99, severity := warn), two(severity := warn)',
  ),
  'audits/two.sql': 'AUDIT (name two);\nSELECT day FROM @this_model GROUP BY day HAVING count(*) < 2\n',
};

const seen = (applied: ApplyDocument): unknown =>
  applied.results
    .flatMap((r) => r.audits)
    .map((a) => [a.audit, a.status, a.failing_rows, a.rows_seen, a.interval]);

test('audits on intervals look at the rows of the interval alone; sluice audit looks at all', async () => {
  await using project = new TestProject(FILES);
  project.append('data/orders.csv', '9,2024-01-29 12:00:00,bob,-50.00,\n');
  const all = days('2024-01-28', '2024-02-01');
  expect(seen(await project.build())).toEqual([
    ['non_negative', 'failed', 1, 4, all],
    ['number_of_rows', 'failed', 1, 4, all],
    ['two', 'failed', 4, 4, all],
  ]);
  project.now = Date.parse('2024-02-02T06:00:00Z');
  project.append('data/orders.csv', '10,2024-02-01 12:00:00,bob,7.00,\n');
  const day = days('2024-02-01', '2024-02-02');
  expect(seen(await project.build())).toEqual([
    ['non_negative', 'passed', 0, 1, day],
    ['number_of_rows', 'failed', 1, 1, day],
    ['two', 'failed', 1, 1, day],
  ]);
  const audited = (await (await project.workspace()).audit('prod', ['marts.daily'])).document;
  expect(audited.audits.map((a) => [a.audit, a.failing_rows, a.rows_seen, a.interval])).toEqual([
    ['non_negative', 1, 5, null],
    ['number_of_rows', 1, 5, null],
    ['two', 5, 5, null],
  ]);
  const history = (await (await project.workspace()).auditHistory('marts.daily', 50)).document.results;
  expect(
    history.map((r) => `${r.audit} ${r.failing_rows} ${r.interval?.start.slice(0, 10) ?? 'all'}`).toSorted(),
  ).toEqual([
    'non_negative 0 2024-02-01',
    'non_negative 1 2024-01-28',
    'non_negative 1 all',
    'number_of_rows 1 2024-01-28',
    'number_of_rows 1 2024-02-01',
    'number_of_rows 1 all',
    'two 1 2024-02-01',
    'two 4 2024-01-28',
    'two 5 all',
  ]);
});
