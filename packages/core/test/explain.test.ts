/** What an explained plan shows of audits, views and the project is what an apply sends, in that order. */
import { DuckDBConnection } from '@duckdb/node-api';
import { expect, test, vi } from 'vitest';
import type { PlanDocument } from '../src/index.ts';
import { TestProject } from './support/project.ts';

const FILES = {
  'project.yaml': `name: explained
start: 2024-01-28
before_all: [CREATE TABLE IF NOT EXISTS main.log (what VARCHAR)]
after_all: ["INSERT INTO main.log VALUES ('applied')"]
sources:
  raw: { orders: { file: data/orders.csv, time_column: ts, columns: { id: INTEGER, ts: TIMESTAMP } } }
`,
  'data/orders.csv': 'id,ts\n1,2024-01-28 10:00:00\n2,2024-01-29 11:00:00\n-3,2024-01-30 11:00:00\n',
  'models/shop/days.sql': `MODEL (
  name shop.days,
  kind INCREMENTAL_BY_TIME_RANGE (time_column ts),
  audits (not_null(columns := (id)), unique_values(columns := (id)), forall(criteria := (id > 0), severity := quarantine))
);
SELECT id, ts FROM raw.orders WHERE ts BETWEEN @start_ts AND @end_ts
`,
  'models/shop/total.sql': `MODEL (name shop.total, kind FULL, description 'All of them', audits (known(of := id, severity := warn)));
SELECT sum(id)::INTEGER AS id FROM shop.days
`,
  'models/shop/shown.sql': `MODEL (name shop.shown, kind VIEW);
SELECT id FROM shop.total;
ON_VIRTUAL_UPDATE_BEGIN;
COMMENT ON VIEW shop.shown IS 'mine';
ON_VIRTUAL_UPDATE_END;
`,
  'models/shop/gone.sql': 'MODEL (name shop.gone, kind VIEW);\nSELECT 1 AS n\n',
  'models/shop/still.sql': 'MODEL (name shop.still, kind VIEW);\nSELECT 2 AS n\n',
  'audits/known.sql':
    'AUDIT (name known);\nSELECT * FROM @this_model WHERE @of NOT IN (SELECT sum(id) FROM shop.days)\n',
  'audits/agree.sql':
    'AUDIT (name agree, standalone true);\nSELECT * FROM shop.total WHERE id < (SELECT max(id) FROM shop.days)\n',
};

/** All that is sent to DuckDB while something is done. */
async function sentBy(work: () => Promise<unknown>): Promise<string> {
  const sent: string[] = [];
  const methods = ['run', 'runAndReadAll', 'stream', 'start', 'prepare', 'extractStatements'] as const;
  const spies = methods.map((name) => {
    const original = DuckDBConnection.prototype[name] as (...given: unknown[]) => unknown;
    return vi.spyOn(DuckDBConnection.prototype, name).mockImplementation(function (
      this: DuckDBConnection,
      ...given: unknown[]
    ) {
      sent.push(String(given[0]));
      return original.apply(this, given);
    } as never);
  });
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return sent.join('\n\n');
}

/** Of the models that it names, in the order in which it shows them. */
function shownBy(plan: PlanDocument): readonly string[] {
  const of = (isDrop: boolean): readonly string[] =>
    plan.actions.flatMap((a) =>
      a.kind === 'SOURCE' || (a.action === 'drop') !== isDrop
        ? []
        : [...a.sql, ...a.repeated_sql.flat(), ...auditsInOrder(a)],
    );
  return [
    ...plan.before_all,
    ...of(false),
    ...plan.audits.map((a) => a.sql ?? ''),
    ...of(true),
    ...(plan.views?.sql ?? []),
    ...plan.virtual_updates.flatMap((u) => u.sql),
    ...plan.after_all,
  ];
}

/** Rows are diverted before the others are asked. */
function auditsInOrder({ audit_sql }: PlanDocument['actions'][number]): readonly string[] {
  const diverting = audit_sql.filter((a) => a.severity === 'quarantine');
  return [...diverting, ...audit_sql.filter((a) => !diverting.includes(a))].map((a) => a.sql);
}

function expectInOrder(sent: string, statements: readonly string[]): void {
  let from = 0;
  for (const statement of statements) {
    const at = sent.indexOf(statement, from);
    expect(at, `sent after what comes before it: ${statement}`).toBeGreaterThanOrEqual(0);
    from = at + statement.length;
  }
}

test('what is explained is what is sent', async () => {
  await using project = new TestProject(FILES, { now: '2024-01-31T06:00:00Z', jobs: 1 });
  const w = await project.workspace();
  const explained = async (how: 'short' | 'full'): Promise<PlanDocument> =>
    (await w.plan('prod', { explain: how })).document;

  const first = await explained('full');
  const audits = first.actions.map((a) => [a.model, a.audit_sql.map((q) => `${q.severity} ${q.call}`)]);
  expect(Object.fromEntries(audits)).toMatchObject({
    'shop.days': [
      'block not_null(columns := (id))',
      'block unique_values(columns := (id))',
      'quarantine forall(criteria := (id > 0), severity := quarantine)',
    ],
    'shop.total': ['warn known(of := id, severity := warn)'],
    'shop.shown': [],
  });
  expect(first.audits[0]?.sql).toContain('sluice__shop');
  expect(first.views).toMatchObject({ repeats: 0 });
  expectInOrder(await sentBy(() => project.build()), shownBy(first));

  // One model changes, one goes: the views of the others are made again as they are.
  project.edit('models/shop/still.sql', '2 AS n', '3 AS n');
  project.remove('models/shop/gone.sql');
  const short = await explained('short');
  expect(short.views?.sql).toHaveLength(3);
  expect(short.views?.repeats).toBe(4);
  const second = await explained('full');
  expect(second.views?.sql).toHaveLength(7);
  expectInOrder(await sentBy(() => project.build()), shownBy(second));
});

test('it is said to who asks, and no reason to refuse a saved plan', async () => {
  await using project = new TestProject(FILES, { now: '2024-01-31T06:00:00Z' });
  const w = await project.workspace();
  const plain = (await w.plan('prod')).document;
  expect(plain).toMatchObject({ views: null, audits: [{ sql: null }] });
  expect(plain.actions.map((a) => a.audit_sql)).toEqual(plain.actions.map(() => []));
  const saved = JSON.stringify((await w.plan('prod', { explain: 'short' })).document);
  expect(await project.applyPlan(saved)).toMatchObject({ status: 'done' });
});
