/** A state that was exported is the same when it is imported, or is refused by name. */
import { cpSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ORDERS } from './support/orders.ts';
import { refusal, TestProject } from './support/project.ts';

const DAMAGED = { code: 'state-unreadable' };

test('export, lose the state, import: nothing is built again', async () => {
  await using project = new TestProject(ORDERS);
  project.append('data/orders.csv', '5,2024-01-31 14:00:00,o\'neil,-5.00,"it""s"\n6,x,ann,1,\n');
  await project.apply();
  project.edit('data/orders.csv', '-5.00', '5.00');
  await project.build();
  await project.build('dev');
  const w = await project.workspace();
  const shown = await project.shown();
  const exported = await w.exportState();
  expect(exported.document.rows).toBe(exported.text.trim().split('\n').length - 2);
  expect(exported.document.rows).toBeGreaterThan(30);
  expect((await w.exportState()).text, 'exporting changes nothing').toBe(exported.text);

  expect(await refusal(w.importState(exported.text))).toMatchObject([{ code: 'state-not-empty' }]);
  const table = async (name: string): Promise<unknown> =>
    project.rows(`FROM _sluice."${name}" ORDER BY rowid`);
  const names = [
    'meta',
    'snapshot',
    'ledger',
    'source_load',
    'promotion',
    'promoted_model',
    'run',
    'run_result',
    'run_task',
    'statement',
    'audit_result',
    'quarantine',
    'rejected_row',
  ];
  const before = await Promise.all(names.map(table).map(async (t) => t));
  await project.execute('DROP SCHEMA _sluice CASCADE');
  const lost = (await refusal(project.plan())).find((d) => d.message.includes('marts.daily '));
  expect(lost).toMatchObject({
    code: 'name-taken',
    message:
      "the view marts.daily shows a table of Sluice's, and the state of this warehouse does not know it",
  });
  expect(lost?.hint).toContain('sluice state import');
  const imported = await w.importState(exported.text);
  expect(imported.document).toMatchObject({ project: 'orders', rows: exported.document.rows });
  for (const [i, name] of names.entries()) expect(await table(name), name).toEqual(before[i]);
  expect((await w.exportState()).text).toBe(exported.text);
  expect((await w.checkState()).document.status).toBe('sound');
  for (const environment of ['prod', 'dev'])
    expect((await project.plan(environment)).actions, environment).toEqual([]);
  expect(await project.shown()).toEqual(shown);
});

test('an export that is no whole export is refused, and nothing is written', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const w = await project.workspace();
  const { text } = await w.exportState();
  await project.execute('DROP SCHEMA _sluice CASCADE');
  const lines = text.trimEnd().split('\n');
  for (const [damaged, expected] of [
    ['', DAMAGED],
    ['{}', DAMAGED],
    ['name: shop', DAMAGED],
    [lines.slice(0, -1).join('\n'), DAMAGED],
    [lines.slice(0, -3).join('\n'), DAMAGED],
    [text.replace('marts.daily', 'marts.dayly'), DAMAGED],
    [[...lines.slice(0, 3), ...lines.slice(4)].join('\n'), DAMAGED],
    [text.replace(/"state_version":\d+/, '"state_version":99'), { code: 'state-newer' }],
  ] as const) {
    expect(await refusal(w.importState(damaged)), damaged.slice(0, 80)).toMatchObject([expected]);
  }
  expect(await project.value("SELECT count(*) FROM duckdb_tables() WHERE schema_name = '_sluice'")).toBe('0');
});

test('a state whose tables are elsewhere is refused by name, and nothing is written', async () => {
  await using project = new TestProject(ORDERS);
  await project.build();
  const w = await project.workspace();
  const { text } = await w.exportState();
  await using other = new TestProject({});
  cpSync(project.root, other.root, { recursive: true });
  await other.execute('DROP SCHEMA _sluice CASCADE; DROP SCHEMA "sluice__raw" CASCADE');
  const [found] = await refusal((await other.workspace()).importState(text));
  expect(found).toMatchObject({ code: 'state-incomplete' });
  expect(found?.notes.map((n) => n.message.replace(/__[0-9a-f]{12}$/, ''))).toEqual([
    'sluice__raw.customers',
    'sluice__raw.orders',
  ]);
  expect(await other.value("SELECT count(*) FROM duckdb_tables() WHERE schema_name = '_sluice'")).toBe('0');
});
