import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDuckDbBinder } from '../engine/duckdb/duckdb-binder.ts';
import type { Binder } from './binder.ts';
import type { Column } from './compiled.ts';
import { outputColumns, parsePlan, type PlanNode } from './plan-node.ts';
import { traceReads, type Interval, type ReadLeaf, type ReadTrace } from './reads.ts';

const DAY: Interval = { start: Date.UTC(2083, 3, 17), end: Date.UTC(2083, 3, 18) };

/** `ts` is the time column everywhere but in `plain`. */
const TABLES: Readonly<Record<string, readonly Column[]>> = {
  events: [
    { name: 'id', type: 'INTEGER' },
    { name: 'ts', type: 'TIMESTAMP' },
    { name: 'other', type: 'TIMESTAMP' },
    { name: 'n', type: 'INTEGER' },
    { name: 'list', type: 'INTEGER[]' },
  ],
  zoned: [
    { name: 'id', type: 'INTEGER' },
    { name: 'ts', type: 'TIMESTAMP WITH TIME ZONE' },
  ],
  daily: [
    { name: 'id', type: 'INTEGER' },
    { name: 'ts', type: 'DATE' },
    { name: 'rate', type: 'DOUBLE' },
  ],
  texts: [{ name: 'ts', type: 'VARCHAR' }],
  plain: [
    { name: 'id', type: 'INTEGER' },
    { name: 'ts', type: 'TIMESTAMP' },
  ],
};

let binder: Binder;
const views = new Map<string, ReadLeaf>();

beforeAll(async () => {
  binder = await createDuckDbBinder();
  await binder.declare(Object.entries(TABLES).map(([name, columns]) => ({ schema: 's', name, columns })));
  await view('renamed', 'SELECT id, ts AS happened, n * 2 AS twice FROM s.events WHERE n > 0');
  await view('days', 'SELECT ts::DATE AS day, count(*) AS n FROM s.events GROUP BY ALL');
  await view('hidden', 'SELECT id, n FROM s.events');
  await view('both', 'SELECT id, ts FROM s.events UNION ALL SELECT id, ts FROM s.daily');
  await view(
    'dated',
    `SELECT * FROM s.events WHERE ts BETWEEN '2083-04-17' AND '2083-04-17 23:59:59.999999'`,
  );
});

afterAll(() => binder.close());

async function planOf(text: string): Promise<PlanNode> {
  const [bound] = await binder.bind([text]);
  if (!bound?.ok) throw new Error(`${bound?.error.message}\n${text}`);
  return parsePlan(bound.plan);
}

function leaf(_: string, table: string): ReadLeaf | undefined {
  return (
    views.get(table) ?? { kind: 'input', input: table, timeColumn: table === 'plain' ? undefined : 'TS' }
  );
}

/** Declares a view, which is not rendered by interval. */
async function view(name: string, text: string): Promise<void> {
  const plan = await planOf(text);
  const columns = outputColumns(plan);
  const trace: ReadTrace = traceReads(plan, leaf, undefined).trace;
  views.set(name, { kind: 'view', trace, names: columns.map((column) => column.name) });
  await binder.declare([{ schema: 's', name, columns }]);
}

/** Scopes in short: `events: interval, daily: days`. The text's `DAY(x)` stands for a full condition on x. */
async function readsOf(text: string, interval: Interval | undefined = DAY): Promise<string> {
  const rendered = text.replaceAll(
    /DAY\(([\w.]+)\)/g,
    `$1 BETWEEN '2083-04-17 00:00:00' AND '2083-04-17 23:59:59.999999'`,
  );
  const { scopes } = traceReads(await planOf(rendered), leaf, interval);
  return scopes.map(({ input, scope }) => `${input}: ${scope}`).join(', ');
}

function halfOpen(start: string, end: string): string {
  return `SELECT * FROM s.events WHERE ts >= '${start}' AND ts < '${end}'`;
}

describe('bounds', () => {
  test.each([
    [`ts BETWEEN '2083-04-17 00:00:00' AND '2083-04-17 23:59:59.999999'`, 'interval'],
    [`ts BETWEEN '2083-04-17' AND '2083-04-17 23:59:59.999999'`, 'days'],
    [`ts BETWEEN '2083-04-17' AND '2083-04-17'`, 'days'],
    [`ts >= TIMESTAMP '2083-04-17 00:00:00' AND ts <= TIMESTAMP '2083-04-17 23:59:59.999999'`, 'interval'],
    [
      `ts >= CAST('2083-04-17 00:00:00' AS TIMESTAMP) AND ts < CAST('2083-04-17 23:59:59.999999' AS TIMESTAMP)`,
      'interval',
    ],
    [
      `ts >= CAST('2083-04-17 00:00:00+00:00' AS TIMESTAMPTZ) AND ts <= CAST('2083-04-17 23:59:59.999999+00:00' AS TIMESTAMPTZ)`,
      'interval',
    ],
    [`'2083-04-17 00:00:00' <= ts AND '2083-04-17 23:59:59.999999' >= ts`, 'interval'],
    [`ts > '2083-04-16 23:59:59.999999' AND ts <= '2083-04-17 23:59:59.999999'`, 'interval'],
    [`ts > '2083-04-17 00:00:00' AND ts < '2083-04-17 23:59:59.999999'`, 'interval'],
    [`ts >= '2083-04-17 00:00:00' AND ts <= '2083-04-17'`, 'days'],
    [`ts >= DATE '2083-04-17' AND ts <= '2083-04-17 23:59:59.999999'`, 'days'],
    [`ts::DATE BETWEEN '2083-04-17' AND '2083-04-17'`, 'days'],
    [`ts::DATE = '2083-04-17'`, 'days'],
    [`CAST(ts AS DATE) = CAST('2083-04-17' AS DATE)`, 'days'],
    [`date_trunc('day', ts) = '2083-04-17 00:00:00'`, 'days'],
    [
      `date_trunc('day', ts) >= '2083-04-17' AND date_trunc('day', ts) < '2083-04-17 23:59:59.999999'`,
      'days',
    ],
    [`ts = '2083-04-17 00:00:00'`, 'interval'],
    [
      `(ts >= '2083-04-17 00:00:00' AND n > 1) AND ts <= '2083-04-17 23:59:59.999999' AND id IS NULL`,
      'interval',
    ],
    [`NOT ts < '2083-04-17 00:00:00' AND NOT ts > '2083-04-17 23:59:59.999999'`, 'interval'],
    // not bounds
    ['n > 1', 'all'],
    [`ts >= '2083-04-17 00:00:00'`, 'all'],
    [`ts <= '2083-04-17 23:59:59.999999'`, 'all'],
    [`ts >= '2083-04-17 00:00:00' AND ts <= '2083-04-18 00:00:00'`, 'all'],
    [`ts >= '2083-04-16' AND ts <= '2083-04-17 23:59:59.999999'`, 'all'],
    [`ts >= '2083-04-17 00:00:00' AND ts <= '2083-04-17 23:59:59'`, 'all'],
    [`ts >= '2020-01-01' AND ts <= '2083-04-17'`, 'all'],
    [`ts >= '2083-04-17 00:00:00' OR ts <= '2083-04-17 23:59:59.999999'`, 'all'],
    [`NOT (ts BETWEEN '2083-04-17 00:00:00' AND '2083-04-17 23:59:59.999999')`, 'all'],
    [`ts + INTERVAL 1 DAY BETWEEN '2083-04-17' AND '2083-04-17'`, 'all'],
    [`ts >= TIMESTAMP '2083-04-17' - INTERVAL 1 DAY AND ts <= '2083-04-17'`, 'all'],
    [`other BETWEEN '2083-04-17' AND '2083-04-17'`, 'all'],
    [`coalesce(ts, other) BETWEEN '2083-04-17' AND '2083-04-17'`, 'all'],
    [`date_trunc('month', ts) BETWEEN '2083-04-17' AND '2083-04-17'`, 'all'],
    [`ts::VARCHAR BETWEEN '2083-04-17' AND '2083-04-17'`, 'all'],
    [`ts::TIME BETWEEN '2083-04-17 00:00:00'::TIME AND '2083-04-17 23:59:59.999999'::TIME`, 'all'],
    [`ts <> '2083-04-17'`, 'all'],
    [`ts IS DISTINCT FROM '2083-04-17'`, 'all'],
  ])('%s', async (condition, scope) => {
    expect(await readsOf(`SELECT id FROM s.events WHERE ${condition}`)).toBe(`events: ${scope}`);
  });

  test('a date is a day, however exact the literal', async () => {
    expect(await readsOf('SELECT * FROM s.daily WHERE DAY(ts)')).toBe('daily: days');
    expect(await readsOf(`SELECT * FROM s.daily WHERE ts = '2083-04-17'`)).toBe('daily: days');
  });

  test('a time with zone', async () => {
    expect(await readsOf('SELECT * FROM s.zoned WHERE DAY(ts)')).toBe('zoned: interval');
    expect(
      await readsOf(
        `SELECT * FROM s.zoned WHERE ts BETWEEN '2083-04-17 00:00:00+00' AND '2083-04-17 23:59:59.999999+00:00'`,
      ),
    ).toBe('zoned: interval');
    expect(
      await readsOf(
        `SELECT * FROM s.zoned WHERE ts BETWEEN '2083-04-17 00:00:00+02' AND '2083-04-17 23:59:59.999999+02'`,
      ),
    ).toBe('zoned: all');
  });

  test('text and missing time columns bound nothing', async () => {
    expect(await readsOf(`SELECT * FROM s.texts WHERE ts BETWEEN '2083-04-17' AND '2083-04-17'`)).toBe(
      'texts: all',
    );
    expect(await readsOf('SELECT * FROM s.plain WHERE DAY(ts)')).toBe('plain: all');
  });

  test('the end itself bounds when it cannot be the moment of execution', async () => {
    const hour = { start: Date.UTC(2083, 3, 17, 5), end: Date.UTC(2083, 3, 17, 6) };
    expect(await readsOf(halfOpen('2083-04-17 05:00:00', '2083-04-17 06:00:00'), hour)).toBe(
      'events: interval',
    );
    expect(await readsOf(halfOpen('2083-04-17 05:00:00', '2083-04-17 07:00:00'), hour)).toBe('events: all');
  });

  test('without an interval nothing is bounded', async () => {
    const plan = await planOf(`SELECT * FROM s.events WHERE ts BETWEEN '2083-04-17' AND '2083-04-17'`);
    expect(traceReads(plan, leaf, undefined).scopes).toEqual([{ input: 'events', scope: 'all' }]);
  });
});

describe('time is carried', () => {
  test.each([
    // projections and subqueries
    ['SELECT x FROM (SELECT id + 1 AS x, ts AS y FROM s.events) WHERE DAY(y)', 'events: interval'],
    ['SELECT day FROM (SELECT ts::DATE AS day FROM s.events) WHERE DAY(day)', 'events: days'],
    ['WITH e AS (SELECT * FROM s.events) SELECT id FROM e WHERE DAY(ts)', 'events: interval'],
    ['WITH e AS MATERIALIZED (SELECT * FROM s.events) SELECT id FROM e WHERE DAY(ts)', 'events: interval'],
    ['SELECT * FROM (SELECT * FROM s.events ORDER BY n) WHERE DAY(ts)', 'events: interval'],
    ['SELECT * FROM (SELECT DISTINCT id, ts FROM s.events) WHERE DAY(ts)', 'events: interval'],
    ['SELECT ts, unnest(list) AS x FROM s.events WHERE DAY(ts)', 'events: interval'],
    ['SELECT * FROM (SELECT ts, unnest(list) AS x FROM s.events) WHERE DAY(ts)', 'events: interval'],
    // groups
    ['SELECT ts::DATE AS day, sum(n) AS n FROM s.events WHERE DAY(ts) GROUP BY ALL', 'events: interval'],
    [
      'SELECT * FROM (SELECT ts::DATE AS day, sum(n) AS n FROM s.events GROUP BY ALL) WHERE DAY(day)',
      'events: days',
    ],
    [
      `SELECT ts, sum(n) AS n FROM s.events GROUP BY ts HAVING ts BETWEEN '2083-04-17' AND '2083-04-17'`,
      'events: days',
    ],
    // joins
    [
      'SELECT e.id FROM s.events e, s.plain p WHERE e.id = p.id AND DAY(e.ts)',
      'events: interval, plain: all',
    ],
    [
      'SELECT e.id FROM s.events e JOIN s.plain p ON e.id = p.id AND DAY(e.ts)',
      'events: interval, plain: all',
    ],
    [
      'SELECT e.id FROM s.events e LEFT JOIN s.plain p USING (id) WHERE DAY(e.ts)',
      'events: interval, plain: all',
    ],
    [
      'SELECT p.id FROM s.plain p LEFT JOIN s.events e ON e.id = p.id AND DAY(e.ts)',
      'events: interval, plain: all',
    ],
    [
      'SELECT p.id FROM s.plain p LEFT JOIN s.events e ON e.id = p.id WHERE DAY(e.ts)',
      'events: interval, plain: all',
    ],
    [
      'SELECT p.id FROM s.plain p SEMI JOIN s.events e ON e.id = p.id AND DAY(e.ts)',
      'events: interval, plain: all',
    ],
    [
      'SELECT p.id FROM s.plain p ANTI JOIN s.events e ON e.id = p.id AND DAY(e.ts)',
      'events: interval, plain: all',
    ],
    [
      'SELECT * FROM (SELECT e.ts FROM s.events e ANTI JOIN s.plain p USING (id)) WHERE DAY(ts)',
      'events: interval, plain: all',
    ],
    [
      'SELECT e.id FROM s.events e ASOF JOIN s.daily d ON e.id = d.id AND e.ts >= d.ts WHERE DAY(e.ts)',
      'daily: all, events: interval',
    ],
    ['SELECT e.id, x FROM s.events e, unnest(e.list) l(x) WHERE DAY(e.ts)', 'events: interval'],
    // an equal time on the other side
    [
      'SELECT e.id FROM s.events e JOIN s.zoned z ON e.ts = z.ts WHERE DAY(e.ts)',
      'events: interval, zoned: interval',
    ],
    [
      'SELECT e.id FROM s.events e JOIN s.zoned z USING (ts) WHERE DAY(ts)',
      'events: interval, zoned: interval',
    ],
    ['SELECT a.id FROM s.daily a LEFT JOIN s.daily b ON a.ts = b.ts WHERE DAY(a.ts)', 'daily: days'],
    ['SELECT a.id FROM s.daily a SEMI JOIN s.daily b ON a.ts = b.ts WHERE DAY(a.ts)', 'daily: days'],
    [
      'SELECT a.id FROM s.events a ANTI JOIN s.zoned b ON a.ts = b.ts WHERE DAY(a.ts)',
      'events: interval, zoned: interval',
    ],
    // set operations
    [
      'SELECT * FROM (SELECT ts FROM s.events UNION ALL SELECT ts FROM s.zoned) WHERE DAY(ts)',
      'events: interval, zoned: interval',
    ],
    [
      'SELECT * FROM (SELECT ts FROM s.events UNION ALL SELECT ts FROM s.daily) WHERE DAY(ts)',
      'daily: days, events: interval',
    ],
    [
      'SELECT * FROM (SELECT ts FROM s.events UNION SELECT ts FROM s.zoned) WHERE DAY(ts)',
      'events: interval, zoned: interval',
    ],
    [
      'SELECT * FROM (SELECT ts FROM s.events UNION ALL SELECT other FROM s.events) WHERE DAY(ts)',
      'events: all',
    ],
    // subqueries
    [
      'SELECT id FROM s.plain WHERE id IN (SELECT id FROM s.events WHERE DAY(ts))',
      'events: interval, plain: all',
    ],
    [
      'SELECT id FROM s.plain WHERE EXISTS (SELECT 1 FROM s.events e WHERE e.id = plain.id AND DAY(e.ts))',
      'events: interval, plain: all',
    ],
    [
      'SELECT id, (SELECT max(n) FROM s.events WHERE DAY(ts)) AS m FROM s.plain',
      'events: interval, plain: all',
    ],
    [
      'SELECT e.id FROM s.events e WHERE DAY(e.ts) AND EXISTS (SELECT 1 FROM s.plain p WHERE p.id = e.id)',
      'events: interval, plain: all',
    ],
    // windows over what is bounded
    ['SELECT sum(n) OVER (ORDER BY ts) AS s FROM s.events WHERE DAY(ts)', 'events: interval'],
    ['SELECT * FROM s.events WHERE DAY(ts) ORDER BY n LIMIT 3', 'events: interval'],
    // two scans: the widest counts
    ['SELECT a.id FROM s.events a, s.events b WHERE DAY(a.ts) AND DAY(b.ts)', 'events: interval'],
    ['SELECT a.id FROM s.events a, s.events b WHERE DAY(a.ts)', 'events: all'],
    [`SELECT a.id FROM s.events a, s.events b WHERE DAY(a.ts) AND b.ts::DATE = '2083-04-17'`, 'events: days'],
    [
      'WITH e AS MATERIALIZED (SELECT * FROM s.events) SELECT a.id FROM e a, e b WHERE DAY(a.ts) AND DAY(b.ts)',
      'events: interval',
    ],
    [
      'WITH e AS MATERIALIZED (SELECT * FROM s.events) SELECT a.id FROM e a, e b WHERE DAY(a.ts)',
      'events: all',
    ],
    [
      'WITH e AS MATERIALIZED (SELECT * FROM s.events WHERE DAY(ts)) SELECT a.id FROM e a, e b',
      'events: interval',
    ],
    // views
    ['SELECT id FROM s.renamed WHERE DAY(happened)', 'events: interval'],
    ['SELECT id FROM s.renamed WHERE twice > 2', 'events: all'],
    ['SELECT n FROM s.days WHERE DAY(day)', 'events: days'],
    ['SELECT id FROM s.both WHERE DAY(ts)', 'daily: days, events: interval'],
    ['SELECT a.id FROM s.renamed a JOIN s.renamed b USING (id) WHERE DAY(a.happened)', 'events: all'],
    [
      'SELECT a.id FROM s.renamed a JOIN s.renamed b USING (id) WHERE DAY(a.happened) AND DAY(b.happened)',
      'events: interval',
    ],
    ['SELECT id FROM s.dated', 'events: all'],
  ])('%s', async (text, expected) => {
    expect(await readsOf(text)).toBe(expected);
  });
});

describe('time is not carried', () => {
  test.each([
    [
      'SELECT * FROM (SELECT ts, row_number() OVER (ORDER BY ts) AS r FROM s.events) WHERE DAY(ts)',
      'events: all',
    ],
    ['SELECT * FROM (SELECT ts FROM s.events ORDER BY n LIMIT 9) WHERE DAY(ts)', 'events: all'],
    ['SELECT * FROM (SELECT ts FROM s.events USING SAMPLE 9) WHERE DAY(ts)', 'events: all'],
    ['SELECT * FROM (SELECT DISTINCT ON (id) id, ts FROM s.events ORDER BY n) WHERE DAY(ts)', 'events: all'],
    ['SELECT * FROM (SELECT id, max(ts) AS ts FROM s.events GROUP BY id) WHERE DAY(ts)', 'events: all'],
    [
      'SELECT * FROM (SELECT id, ts, count(*) AS n FROM s.events GROUP BY ROLLUP (ts, id)) WHERE DAY(ts)',
      'events: all',
    ],
    [
      'SELECT * FROM (SELECT ts FROM s.events EXCEPT SELECT ts FROM s.zoned) WHERE DAY(ts)',
      'events: all, zoned: all',
    ],
    [
      'SELECT * FROM (SELECT ts FROM s.events INTERSECT SELECT ts FROM s.zoned) WHERE DAY(ts)',
      'events: all, zoned: all',
    ],
    [
      'SELECT * FROM (SELECT e.ts FROM s.events e FULL JOIN s.zoned z USING (id)) WHERE DAY(ts)',
      'events: all, zoned: all',
    ],
    [
      'SELECT * FROM (SELECT z.ts FROM s.events e ASOF JOIN s.zoned z ON e.id = z.id AND e.ts >= z.ts) WHERE DAY(ts)',
      'events: all, zoned: all',
    ],
    [
      'SELECT * FROM (SELECT e.ts FROM s.plain POSITIONAL JOIN s.events e) WHERE DAY(ts)',
      'events: all, plain: all',
    ],
    [
      'SELECT e.id FROM s.events e LEFT JOIN s.plain p ON e.id = p.id AND DAY(e.ts)',
      'events: all, plain: all',
    ],
    [
      'SELECT e.id FROM s.plain p RIGHT JOIN s.events e ON e.id = p.id AND DAY(e.ts)',
      'events: all, plain: all',
    ],
    [
      'SELECT e.id FROM s.events e ANTI JOIN s.plain p ON e.id = p.id AND DAY(e.ts)',
      'events: all, plain: all',
    ],
    [
      'SELECT a.id FROM s.daily a LEFT JOIN s.zoned b ON a.ts = b.ts WHERE DAY(b.ts)',
      'daily: all, zoned: interval',
    ],
    [
      'SELECT e.id FROM s.events e WHERE DAY(e.ts) AND e.ts NOT IN (SELECT ts FROM s.zoned)',
      'events: interval, zoned: all',
    ],
    [
      'SELECT id, (SELECT max(n) FROM s.events e WHERE e.id = plain.id) AS m FROM s.plain',
      'events: all, plain: all',
    ],
    [
      'SELECT * FROM (SELECT (SELECT ts FROM s.events e WHERE e.id = plain.id) AS ts FROM s.plain) WHERE DAY(ts)',
      'events: all, plain: all',
    ],
    [
      'SELECT e.id FROM s.events e WHERE DAY(e.ts) AND EXISTS (SELECT 1 FROM s.events f WHERE f.id = e.id)',
      'events: all',
    ],
    [
      'SELECT e.id FROM s.events e WHERE DAY(e.ts) AND EXISTS (SELECT 1 FROM s.zoned f WHERE f.ts = e.ts)',
      'events: interval, zoned: all',
    ],
    [
      'WITH RECURSIVE r AS (SELECT id, ts FROM s.events UNION ALL SELECT r.id, r.ts FROM r JOIN s.plain USING (id)) SELECT id FROM r WHERE DAY(ts)',
      'events: all, plain: all',
    ],
    ['SELECT * FROM (SELECT any_value(ts) AS ts FROM s.events) WHERE DAY(ts)', 'events: all'],
    [
      'SELECT * FROM (PIVOT s.daily ON id IN (1, 2) USING sum(rate) GROUP BY ts) WHERE DAY(ts)',
      'daily: days',
    ],
    ['SELECT n FROM s.hidden', 'events: all'],
    ['SELECT count(*) AS n FROM s.events', 'events: all'],
    ['SELECT x FROM range(3) r(x)', ''],
  ])('%s', async (text, expected) => {
    expect(await readsOf(text)).toBe(expected);
  });

  test('above something unknown', async () => {
    const plan = await planOf(`SELECT * FROM s.events WHERE ts BETWEEN '2083-04-17' AND '2083-04-17'`);
    const above = { type: 'LOGICAL_NOVELTY', children: [plan] };
    expect(traceReads(above, leaf, DAY).scopes).toEqual([{ input: 'events', scope: 'all' }]);
  });
});
