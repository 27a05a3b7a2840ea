/**
 * `kill -9` while rows are diverted and while mended ones are put back: a row is in the table or in quarantine, never in both and
 * never in neither, and doing it again comes to what an undisturbed run comes to.
 *
 * SLUICE_TEST_KILLS: how many moments (2) of each, spread over all statements; 1000 takes them all.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { child, spread, twin } from './support/killed.ts';
import { ORDERS } from './support/orders.ts';
import { TestProject } from './support/project.ts';

const KILLS = Number(process.env['SLUICE_TEST_KILLS'] ?? 2);
const RAW = 'data/orders.csv';

/** Rows in quarantine, and a file that mends two of the three. */
async function prepared(): Promise<TestProject> {
  const project = new TestProject({
    ...ORDERS,
    [RAW]: `${ORDERS[RAW] ?? ''}5,2024-01-29 09:00:00,,5.00,\n6,2024-01-30 09:00:00,bob,-6.00,\n7,2024-01-30 09:00:00,bob,-7.00,\n`,
    'models/staging/orders.sql': `MODEL (name staging.orders, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, batch_size 2),
  audits (not_null(columns := (customer), severity := quarantine), unique_values(columns := (id), severity := quarantine),
    non_negative(columns := (amount), severity := quarantine), number_of_rows(threshold := 0)));
SELECT id, ts, customer, amount FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
  });
  await project.build();
  const file = project.path('mended.csv');
  await (await project.workspace()).exportQuarantine('staging.orders', file);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('09:00:00,,5.00', '09:00:00,ann,5.00').replace('-6.00', '6.00'),
  );
  return project;
}

/** Every row there is, with where it is, and what is thought of it. */
async function seen(project: TestProject): Promise<string> {
  const physical = (await project.physical()).find((name) => name.includes('staging.orders__'));
  const rows = await project.rows(
    `SELECT 'table' AS place, id::INT AS id, customer, amount::VARCHAR AS amount FROM staging.orders
     UNION ALL SELECT 'quarantine', id::INT, customer, amount::VARCHAR FROM (SELECT unnest("row") FROM _sluice_quarantine."${physical ?? ''}")
     UNION ALL SELECT 'mend ' || changes::VARCHAR, 0, audit, row_id FROM _sluice.mend ORDER BY ALL`,
  );
  return JSON.stringify(rows);
}

const rowsOf = (text: string): number => text.split('"place":"mend').length;

const command = async (project: TestProject, what: string, at?: number): ReturnType<typeof child> =>
  child(project, what, at);

test.each(['replay', 'apply', 'unmend', 'apply after unmend'])(
  `kill -9 at ${KILLS} moments of %s`,
  { timeout: 120_000 + KILLS * 30_000 },
  async (which) => {
    await using base = await prepared();
    const what = which === 'apply after unmend' ? 'apply' : which;
    if (which === 'unmend' || which === 'apply after unmend')
      expect((await command(base, 'replay')).output).toMatch(/^done /);
    if (which === 'apply after unmend') expect((await command(base, 'unmend')).output).toMatch(/^done /);
    if (which === 'apply') {
      // The day of a mended row is computed again, with another row to divert.
      expect((await command(base, 'replay')).output).toMatch(/^done /);
      base.append(RAW, '8,2024-01-29 10:00:00,,8.00,\n9,2024-01-30 10:00:00,cy,9.00,\n');
    }
    const before = await seen(base);
    await using calm = twin(base);
    const [status, sent] = (await command(calm, what)).output.split(' ');
    expect(status).toBe('done');
    const after = await seen(calm);
    expect(after).not.toBe(before);
    const moments = spread(
      Array.from({ length: Number(sent) }, (_, i) => i + 1),
      KILLS,
    );
    for (const at of moments) {
      const where = `killed before statement ${at} of ${sent ?? ''}`;
      await using project = twin(base);
      expect((await command(project, what, at)).killed, where).toBe(true);
      const now = await seen(project);
      if (what !== 'apply') expect([before, after], `${where}: before or after`).toContain(now);
      if (what !== 'unmend')
        expect(rowsOf(now), `${where}: no mend is lost`).toBeGreaterThanOrEqual(rowsOf(before));
      const again = (await command(project, what)).output;
      expect(again, where).toMatch(/^(done|nothing-to-do) /);
      expect(await seen(project), `${where}, and done again`).toBe(after);
      await project.build();
      await calm.build();
      expect(await project.shown(), where).toEqual(await calm.shown());
      expect((await (await project.workspace()).checkState()).document.findings, where).toEqual([]);
    }
  },
);
