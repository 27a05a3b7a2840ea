/**
 * `kill -9` before any statement of an apply that writes every kind whose rows add up: each table holds what it held or what it
 * will hold, all views move at once and the history knows it, and the next apply makes good what is left, no row twice.
 *
 * SLUICE_TEST_KILLS: how many moments (4), spread over all statements; 1000 takes them all.
 */
import { expect, test } from 'vitest';
import { child, spread, twin } from './support/killed.ts';
import { TestProject } from './support/project.ts';

const KILLS = Number(process.env['SLUICE_TEST_KILLS'] ?? 4);

/** Models over a source that changed by a day, a correction and a row that is gone; two have another definition as well. */
async function prepared(): Promise<TestProject> {
  const project = new TestProject(
    {
      'project.yaml': `name: kinds
start: 2024-01-28
sources:
  raw: { a: { file: a.csv, time_column: ts, columns: { ts: TIMESTAMP, id: INTEGER, x: INTEGER } } }
`,
      'a.csv': 'ts,id,x\n2024-01-28 01:00:00,1,10\n2024-01-29 01:00:00,2,20\n2024-01-29 02:00:00,3,30\n',
      'models/m/keyed.sql': `MODEL (name m.keyed, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, batch_size 9));
SELECT id, max(x) AS x FROM raw.a WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY ALL
`,
      'models/m/merged.sql':
        'MODEL (name m.merged, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id));\nSELECT id, x FROM raw.a\n',
      'models/m/parts.sql':
        'MODEL (name m.parts, kind INCREMENTAL_BY_PARTITION, partitioned_by id);\nSELECT id, x FROM raw.a\n',
      'models/m/log.sql': `MODEL (name m.log, kind INCREMENTAL_UNMANAGED);
SELECT @start_ds::DATE AS day, id, x FROM raw.a
`,
      'models/m/scd.sql': `MODEL (name m.scd, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns *, invalidate_hard_deletes true));
SELECT id, x FROM raw.a
`,
      'models/m/scd_time.sql': `MODEL (name m.scd_time, kind SCD_TYPE_2_BY_TIME (unique_key id, updated_at_name ts));
SELECT id, x, ts FROM raw.a
`,
      'models/m/living.sql': `MODEL (name m.living, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, forward_only true));
SELECT ts, id, x FROM raw.a
`,
      'models/m/sums.sql': `MODEL (name m.sums, kind FULL, audits (not_null(columns := (x))));
SELECT sum(k.x)::INTEGER AS x, (SELECT count(*) FROM m.living) AS n FROM m.keyed k
`,
    },
    { now: '2024-01-30T01:00:00Z' },
  );
  await project.build();
  project.write(
    'a.csv',
    'ts,id,x\n2024-01-28 01:00:00,1,11\n2024-01-29 02:00:00,3,30\n2024-01-30 01:00:00,4,40\n',
  );
  project.now = Date.parse('2024-01-31T01:00:00Z');
  project.edit('models/m/living.sql', 'id, x', 'id, x * 100 AS x');
  project.edit('models/m/merged.sql', 'id, x', 'id, x + 1 AS x');
  return project;
}

/** By model, what is shown; and what the environment points to. */
async function seen(project: TestProject): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [model, contents] of await project.shown()) found.set(model, JSON.stringify(contents));
  const views = await project.rows(
    `SELECT sequence, model, physical FROM _sluice.promoted_model
     WHERE sequence = (SELECT max(sequence) FROM _sluice.promotion) ORDER BY ALL`,
  );
  return found.set('(views)', JSON.stringify(views));
}

test(
  `kill -9 at ${KILLS} moments of an apply of all kinds`,
  { timeout: 120_000 + KILLS * 30_000 },
  async () => {
    await using base = await prepared();
    const before = await seen(base);
    await using calm = twin(base);
    const [status, sent] = (await child(calm, 'apply')).output.split(' ');
    expect(status).toBe('done');
    const after = await seen(calm);
    for (const [name, held] of after) expect(held, `${name} changes`).not.toBe(before.get(name));
    const moments = Array.from({ length: Number(sent) }, (_, i) => i + 1);
    let promoted = 0;
    // The last one is always among them: what comes after the promotion.
    for (const at of new Set([...spread(moments, KILLS - 1), Number(sent)])) {
      const where = `killed before statement ${at} of ${sent}`;
      await using project = twin(base);
      expect((await child(project, 'apply', at)).killed, where).toBe(true);
      const now = await seen(project);
      for (const [name, held] of now)
        expect(
          [before.get(name), after.get(name)],
          `${where}: ${name}, before or after, never between`,
        ).toContain(held);
      const isShown = now.get('(views)') === after.get('(views)');
      if (isShown) promoted += 1;
      const w = await project.workspace();
      expect((await w.checkState()).document.findings, where).toEqual([]);
      const [own] = await project.rows("SELECT status FROM _sluice.run WHERE started_at >= '2024-01-31'");
      if (isShown) expect(own, `${where}: promoted, so it came to its end`).toEqual({ status: 'done' });
      else expect(own?.['status'], `${where}: not promoted, so not done`).not.toBe('done');
      expect((await child(project, 'apply')).output, where).toMatch(/^(done|nothing-to-do) /);
      expect(await seen(project), `${where}, and applied again`).toEqual(after);
      expect((await w.checkState()).document.findings, where).toEqual([]);
      expect((await project.apply()).status, where).toBe('nothing-to-do');
      const runs = (await w.history()).document.runs.map((r) => r.status);
      expect(runs, where).not.toContain('running');
      expect(runs.filter((r) => r === 'lost').length, where).toBeLessThanOrEqual(isShown ? 0 : 1);
    }
    expect(promoted, 'moments after the promotion').toBeLessThan(moments.length);
  },
);
