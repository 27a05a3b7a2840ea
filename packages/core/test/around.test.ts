/** Statements of the project before and after the work of an apply or a run. */
import { describe, expect, test } from 'vitest';
import { refusal, resultsOf, TestProject } from './support/project.ts';
import { ORDERS } from './support/orders.ts';

const LOG = 'CREATE TABLE IF NOT EXISTS log (what VARCHAR, env VARCHAR, n BIGINT)';
const SHOWN = `SELECT count(*) FROM duckdb_views() WHERE view_name = 'daily'`;

function project(settings: string): TestProject {
  const made = new TestProject(ORDERS);
  made.append('project.yaml', settings);
  return made;
}

const BOTH = `variables: { who: sluice }
before_all:
  - ${LOG}
  - INSERT INTO log SELECT 'before ' || @who, @this_env, (${SHOWN})
  - "@IF(@this_env = 'nowhere', SELECT error('never'))"
after_all: INSERT INTO log SELECT 'after', @this_env, (${SHOWN})
`;

describe('before_all and after_all', () => {
  test('run once for each apply and run that does anything, around all of it', async () => {
    await using p = project(BOTH);
    const plan = await p.plan();
    expect(plan.before_all).toHaveLength(2);
    expect(plan.before_all[1]).toContain("'before ' || 'sluice', 'prod'");
    expect(plan.after_all[0]).toContain("'after', 'prod'");
    await p.build();
    const log = async (): Promise<readonly string[]> =>
      (await p.rows('SELECT what, env, n FROM log ORDER BY rowid')).map((r) => Object.values(r).join(' '));
    expect(await log()).toEqual(['before sluice prod 0', 'after prod 1']);
    const idle = await p.plan();
    expect([idle.before_all, idle.after_all]).toEqual([[], []]);
    expect((await p.apply()).status).toBe('nothing-to-do');
    expect(await log()).toHaveLength(2);
    p.append('data/orders.csv', '5,2024-01-31 14:00:00,ann,50.00,\n');
    expect((await p.run()).status).toBe('done');
    expect((await log()).slice(2)).toEqual(['before sluice prod 1', 'after prod 1']);
    await p.build('dev');
    expect((await log()).slice(4)).toEqual(['before sluice dev 1', 'after dev 2']);
    // Promoting builds nothing and is no apply.
    p.edit('models/marts/daily.sql', 'sum(amount)', 'sum(amount + 1)');
    await p.build('dev');
    await (await p.workspace()).promote('dev');
    expect(await log()).toHaveLength(8);
  });

  test('views and macros of readers, in one environment alone', async () => {
    await using p = project(`before_all:
  - CREATE SCHEMA IF NOT EXISTS reporting
  - CREATE OR REPLACE MACRO reporting.net(x) AS x / 1.2
after_all:
  - "@IF(@this_env = 'prod', CREATE OR REPLACE VIEW reporting.today AS FROM marts.daily)"
`);
    expect((await p.plan('dev')).after_all).toEqual([]);
    await p.build('dev');
    await p.build();
    expect(await p.value('SELECT count(*) FROM reporting.today')).toBe('4');
    expect(await p.value('SELECT reporting.net(12)')).toBe(10);
  });

  test('before_all that fails lets nothing begin, and nothing of it stays', async () => {
    await using p = project(
      `before_all:\n  - CREATE TABLE left_over (x INTEGER)\n  - SELECT error('not today')\n`,
    );
    const failed = await p.apply();
    expect(failed.status).toBe('failed');
    expect(resultsOf(failed)).toEqual([]);
    expect(failed.diagnostics).toMatchObject([{ code: 'query-failed', path: 'project.yaml' }]);
    expect(failed.diagnostics[0]?.message).toContain('before_all: ');
    expect(failed.diagnostics[0]?.message).toContain('not today');
    expect(await p.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'left_over'")).toBe('0');
    expect(await p.physical()).toEqual([]);
    expect(await p.value('SELECT status FROM _sluice.run')).toBe('failed');
    p.edit('project.yaml', "SELECT error('not today')", 'SELECT 1');
    expect((await p.build()).status).toBe('done');
  });

  test('after_all that fails takes the promotion back; the tables stay, and the next apply shows them', async () => {
    await using p = project(
      `after_all:\n  - CREATE TABLE left_over AS FROM marts.daily\n  - SELECT error('not yet')\n`,
    );
    const failed = await p.apply();
    expect([failed.status, failed.promoted]).toEqual(['failed', false]);
    expect(failed.results.every((r) => r.status === 'done')).toBe(true);
    expect(failed.diagnostics).toMatchObject([{ code: 'query-failed', path: 'project.yaml' }]);
    expect(failed.diagnostics[0]?.message).toContain('after_all: ');
    expect(await p.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'left_over'")).toBe('0');
    expect(await p.value(SHOWN)).toBe('0');
    p.edit('project.yaml', "SELECT error('not yet')", 'SELECT 1');
    const done = await p.build();
    expect([done.promoted, done.results.length]).toEqual([true, 0]);
    expect(await p.value('SELECT count(*) FROM left_over')).toBe('4');
  });

  test('a macro that is not there is an error of the plan, at its place', async () => {
    await using p = project(`before_all:\n  - SELECT 1\n  - SELECT @nobody\n`);
    const [found] = await refusal(p.plan());
    expect(found?.message).toContain('nobody');
    expect(found?.location).toMatchObject({ path: 'project.yaml' });
    const line = p.read('project.yaml').split('\n').indexOf('  - SELECT @nobody') + 1;
    expect(found?.location?.line).toBe(line);
  });

  test('a saved plan holds them: a changed statement refuses it', async () => {
    await using p = project(BOTH);
    const saved = JSON.stringify(await p.plan());
    p.edit('project.yaml', "'after'", "'later'");
    const [moved] = await refusal(p.applyPlan(saved));
    expect(moved?.code).toBe('plan-moved');
    expect(moved?.notes.map((n) => n.message)).toEqual(['project: after_all changed']);
    p.edit('project.yaml', "'later'", "'after'");
    expect((await p.applyPlan(saved)).status).toBe('done');
  });
});
