/** The SQL that a plan shows is what an apply sends: of every batch, in order. */
import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { TestProject } from './support/project.ts';

function digestOf(statements: readonly string[]): string {
  return hash('sha256', statements.join(';\n\n'), 'hex').slice(0, 32);
}

test('explained in full, the statements of a plan are those of the run, batch by batch', async () => {
  await using project = new TestProject({
    'project.yaml': `name: batches
start: 2024-01-28
sources:
  raw: { orders: { file: data/orders.csv, time_column: ts, columns: { id: INTEGER, ts: TIMESTAMP } } }
`,
    'data/orders.csv': 'id,ts\n1,2024-01-28 10:00:00\n2,2024-01-29 11:00:00\n3,2024-01-30 11:00:00\n',
    'models/shop/days.sql': `MODEL (name shop.days, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, batch_size 1));
SELECT id, ts FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
    'models/shop/last.sql': `MODEL (name shop.last, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id));
SELECT id, ts FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
  });
  project.now = Date.parse('2024-01-31T06:00:00Z');
  const w = await project.workspace();
  /** Of each model, a digest of the statements of each of its tasks, as history keeps it. */
  const planned = async (): Promise<Record<string, readonly string[]>> => {
    const { document } = await w.plan('prod', { explain: 'full' });
    return Object.fromEntries(
      document.actions
        .filter((a) => a.kind !== 'SOURCE')
        .map((a) => {
          expect(a.repeated_sql).toHaveLength(a.repeats);
          const rounds = [a.sql, ...a.repeated_sql];
          return [a.model, (a.batches > 1 ? rounds : [rounds.flat()]).map(digestOf)];
        }),
    );
  };
  const sent = async (run: string | null): Promise<Record<string, readonly string[]>> =>
    Object.fromEntries(
      (await w.runHistory(run ?? '')).document.models
        .filter((m) => m.model.startsWith('shop.'))
        .map((m) => [m.model, m.tasks.map((t) => t.sql_digest ?? '')]),
    );
  const short = (await w.plan('prod')).document.actions.find((a) => a.model === 'shop.days');
  expect(short).toMatchObject({ batches: 3, repeats: 2, repeated_sql: [] });
  const first = await planned();
  expect(first['shop.days']).toHaveLength(3);
  const saved = JSON.stringify((await w.plan('prod', { explain: 'full' })).document);
  expect(await sent((await project.applyPlan(saved)).run)).toEqual(first);

  // A late row: what builds on earlier rows is computed anew, all of its intervals in one transaction.
  project.append('data/orders.csv', '4,2024-01-28 12:00:00\n');
  const second = await planned();
  const anew = (await w.plan('prod')).document.actions.find((a) => a.model === 'shop.last');
  expect(anew).toMatchObject({ batches: 1, repeats: 2 });
  expect(await sent((await project.build()).run)).toEqual(second);
});
