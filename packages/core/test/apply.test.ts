import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { resultsOf, TestProject } from './support/project.ts';

test('a second apply says that nothing is to do, and runs no model', async () => {
  await using project = new TestProject(ORDERS);
  const first = await project.apply();
  expect(first.status).toBe('done');
  expect(first.promoted).toBe(true);
  expect(resultsOf(first)).toHaveLength(7);
  const before = await project.shown();

  const second = await project.apply();
  expect(second).toMatchObject({ status: 'nothing-to-do', run: null, promoted: false, results: [] });
  expect(second.summary).toBe('Nothing to do: 7 models are up to date in prod.');
  expect(second.sequence).toBe(first.sequence);
  expect(await project.shown()).toEqual(before);
  expect(await project.value('SELECT count(*) FROM _sluice.run')).toBe('1');
});
