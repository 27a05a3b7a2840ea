/** A state that an older Sluice wrote is read as it is, and brought forward by the first command that writes. */
import { expect, test } from 'vitest';
import { STATE_VERSION } from '../src/state/migrations.ts';
import { ORDERS } from './support/orders.ts';
import { actionsOf, refusal, TestProject } from './support/project.ts';
import { toFirstVersion } from './support/state-v1.ts';

const VERSION = "SELECT value FROM _sluice.meta WHERE key = 'state_version'";

test('a state of version 1 is planned on as it is, and migrated by the next apply', async () => {
  await using project = new TestProject(ORDERS);
  await project.build('prod');
  await project.build('dev');
  await toFirstVersion(project);
  const before = await project.shown();

  expect((await project.plan()).actions).toEqual([]);
  expect(await project.value(VERSION), 'planning writes nothing').toBe('1');

  project.append('data/orders.csv', '5,2024-01-31 14:00:00,ann,50.00,\n');
  expect(actionsOf(await project.plan())).toEqual([
    'raw.orders backfill',
    'marts.daily backfill',
    'marts.monthly backfill',
  ]);
  await project.build();
  expect(await project.value(VERSION)).toBe(String(STATE_VERSION));
  expect(await project.value('SELECT count(*) FROM _sluice.run_task')).toBe('3');
  await using fresh = project.copy();
  await fresh.build();
  expect(await project.shown()).toEqual(await fresh.shown());
  expect((await project.shown()).get('staging.customers')).toEqual(before.get('staging.customers'));
  expect((await project.apply('dev')).status).toBe('nothing-to-do');

  expect(await project.value("SELECT value FROM _sluice_backup_v1.meta WHERE key = 'state_version'")).toBe(
    '1',
  );
  expect(await project.value('SELECT count(*) FROM _sluice_backup_v1.run')).toBe('2');
  expect(
    await project.value("SELECT count(*) FROM duckdb_tables() WHERE schema_name = '_sluice_backup_v1'"),
  ).toBe('11');
});

test('a second migration does not touch the copy of the first', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  await toFirstVersion(project);
  project.append('data/customers.csv', 'dee,DK\n');
  await project.build();
  await toFirstVersion(project);
  project.append('data/customers.csv', 'eve,EE\n');
  await project.build();
  expect(
    await project.rows(
      "SELECT schema_name AS s FROM duckdb_schemas() WHERE schema_name LIKE '%backup%' ORDER BY 1",
    ),
  ).toEqual([{ s: '_sluice_backup_v1' }, { s: '_sluice_backup_v1_2' }]);
  expect(await project.value('SELECT count(*) FROM _sluice_backup_v1.run')).toBe('1');
});

test('a state of a newer Sluice is not touched', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  await project.execute("UPDATE _sluice.meta SET value = '99' WHERE key = 'state_version'");
  project.append('data/customers.csv', 'dee,DK\n');
  for (const work of [() => project.plan(), () => project.apply()])
    expect(await refusal(work())).toMatchObject([{ code: 'state-newer' }]);
  expect(await project.value(VERSION)).toBe('99');
});
