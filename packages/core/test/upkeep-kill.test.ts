/**
 * `kill -9` before and in the midst of any statement while promoting, going back, dropping an environment or collecting: what is shown is what was shown before or
 * what is shown after, never between; state, views and tables agree; and the same command then does its work.
 *
 * SLUICE_TEST_KILLS: how many moments (5), spread over all statements of the four commands; 1000 takes them all.
 * SLUICE_TEST_SEED: another number, other moments.
 */
import { expect, test } from 'vitest';
import { child, spread, twin } from './support/killed.ts';
import { ORDERS } from './support/orders.ts';
import { TestProject } from './support/project.ts';

const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? 0);
const KILLS = Number(process.env['SLUICE_TEST_KILLS'] ?? 5);
const COMMANDS = ['promote', 'rollback', 'env-drop', 'gc'] as const;

/** A project where each of the commands has something to do. */
async function prepared(): Promise<TestProject> {
  const project = new TestProject(ORDERS);
  project.append('project.yaml', 'history: { keep: 1 }\n');
  await project.build('prod');
  project.edit('models/marts/countries.sql', 'count(*)', 'count(*) + 1');
  await project.build('prod');
  project.edit('models/marts/countries.sql', 'count(*) + 1', 'count(*) + 2');
  await project.build('prod');
  project.edit('models/staging/customers.sql', 'upper(country)', 'lower(country)');
  project.remove('models/marts/monthly.sql');
  project.write(
    'models/marts/names.sql',
    'MODEL (name marts.names, kind VIEW);\nSELECT customer FROM staging.customers\n',
  );
  await project.build('dev');
  return project;
}

/** All that readers and the next command can see. */
async function seen(project: TestProject): Promise<string> {
  const w = await project.workspace();
  const names = (await w.environments()).document.environments.map((e) => e.name);
  const shown = await Promise.all(names.map(async (n) => [n, (await w.environment(n)).document.models]));
  const rows: unknown[] = [];
  for (const name of names) rows.push(name, [...(await project.shown(name))]);
  return JSON.stringify([shown, rows, await project.physical()]);
}

test(
  `kill -9 at ${KILLS} moments of ${COMMANDS.join(', ')}`,
  { timeout: 120_000 + KILLS * 20_000 },
  async () => {
    await using base = await prepared();
    const before = await seen(base);
    const moments: {
      readonly command: (typeof COMMANDS)[number];
      readonly at: number;
      readonly after: string;
    }[] = [];
    for (const command of COMMANDS) {
      await using calm = twin(base);
      const [status, sent] = (await child(calm, command)).output.split(' ');
      expect(status, command).toBe('done');
      const after = await seen(calm);
      expect(after, `${command} changes something`).not.toBe(before);
      for (let at = 1; at <= Number(sent); at++)
        for (const when of [at, at + 0.5]) moments.push({ command, at: when, after });
    }
    const chosen = spread(moments, KILLS, SEED);
    const outcomes = new Set<string>();
    for (const moment of chosen) {
      const { command, at, after } = moment;
      const where = `${command}, killed at statement ${at}`;
      await using project = twin(base);
      expect((await child(project, command, at)).killed, where).toBe(true);
      const w = await project.workspace();
      const now = await seen(project);
      expect([before, after], `${where}: before or after, never between`).toContain(now);
      outcomes.add(`${command} ${now === before ? 'before' : 'after'}`);
      expect((await w.checkState()).document.findings, where).toEqual([]);
      if (now === before) expect((await child(project, command)).output, where).toMatch(/^done /);
      expect(await seen(project), `${where}, and done again`).toBe(after);
      expect((await w.checkState()).document.findings, where).toEqual([]);
      const runs = (await w.history()).document.runs;
      expect(
        runs.filter((r) => r.status === 'running'),
        where,
      ).toEqual([]);
    }
    expect(outcomes.size).toBeGreaterThanOrEqual(Math.min(KILLS, COMMANDS.length));
  },
);
