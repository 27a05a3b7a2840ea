/** What differs between environments, told exactly; compared with a count by hand in random tables. */
import { assert, asyncProperty, array, constantFrom, integer, option, record } from 'fast-check';
import { expect, test } from 'vitest';
import { SluiceError, type DiffDocument } from '../src/index.ts';
import { TestProject } from './support/project.ts';

const MODEL = (columns: string, from = 'raw.orders'): string =>
  `MODEL (name marts.orders, kind FULL, grain id);\nSELECT ${columns} FROM ${from}\n`;

const FILES = {
  'project.yaml': `name: diffs
start: 2024-01-01
sources: { raw: { orders: { file: data/orders.csv, columns: { id: BIGINT, amount: BIGINT, note: VARCHAR } } } }
`,
  'data/orders.csv': 'id,amount,note\n1,10,a\n2,20,b\n3,30,\n4,40,d\n',
  'models/marts/orders.sql': MODEL('id, amount, note'),
  'models/marts/total.sql':
    'MODEL (name marts.total, kind FULL);\nSELECT sum(amount)::BIGINT AS total FROM marts.orders\n',
  'models/marts/other.sql': 'MODEL (name marts.other, kind FULL);\nSELECT note FROM raw.orders\n',
};

async function diff(
  project: TestProject,
  ...rest: Parameters<Awaited<ReturnType<TestProject['workspace']>>['diff']>
): Promise<DiffDocument> {
  return (await (await project.workspace()).diff(...rest)).document;
}

test('rows, columns and values that differ are counted by the grain, with samples', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  project.write(
    'models/marts/orders.sql',
    MODEL(
      "CASE WHEN id = 4 THEN 5 ELSE id END AS id, CASE WHEN id = 2 THEN 21 ELSE amount END AS amount, 'x' AS extra",
    ),
  );
  project.remove('models/marts/other.sql');
  await project.build('dev');
  const found = await diff(project, 'prod', 'dev');
  expect(found.models.map((m) => [m.model, m.status])).toEqual([
    ['marts.orders', 'changed'],
    ['marts.other', 'removed'],
    ['marts.total', 'changed'],
    ['raw.orders', 'same'],
  ]);
  expect(found.models[0]).toMatchObject({
    grain: ['id'],
    note: null,
    columns_added: [{ name: 'extra', type: 'VARCHAR' }],
    columns_removed: [{ name: 'note', type: 'VARCHAR' }],
    columns_retyped: [],
    rows: { before: 4, after: 4, added: 1, removed: 1, changed: 1 },
    values: [{ column: 'amount', changed: 1, share: 1 / 3 }],
    samples: {
      added: [{ id: 5, amount: 40, extra: 'x' }],
      removed: [{ id: 4, amount: 40, note: 'd' }],
      changed: [{ key: { id: 2 }, values: [{ column: 'amount', before: 20, after: 21 }] }],
    },
  });
  expect(found.models[2]).toMatchObject({
    grain: [],
    rows: { before: 1, after: 1, added: 1, removed: 1, changed: 0 },
  });
  expect(found.summary).toBe('4 models: 2 changed, 1 removed, 1 the same.');

  const tables = await diff(project, 'marts.orders', 'marts__dev.orders', { grain: ['ID'], samples: 0 });
  expect(tables.models).toMatchObject([
    { rows: { added: 1, removed: 1, changed: 1 }, samples: { changed: [] } },
  ]);
});

test('a column whose type changed is compared as text, or as numbers where that is the same', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  await project.execute(`CREATE SCHEMA a; CREATE SCHEMA b;
    CREATE TABLE a.t AS SELECT i::INTEGER AS id, i::INTEGER AS n, (i / 10)::DECIMAL(6,1) AS d, (i / 10)::DECIMAL(6,1) AS s,
      i::INTEGER AS f, (9007199254740992 + i)::BIGINT AS h FROM range(5) AS r (i);
    CREATE TABLE b.t AS SELECT i::BIGINT AS id, (CASE WHEN i = 1 THEN -1 WHEN i = 2 THEN NULL ELSE i END)::HUGEINT AS n,
      (CASE WHEN i = 3 THEN 0.4 ELSE i / 10 END)::DECIMAL(18,1) AS d, (i / 10)::DECIMAL(6,2) AS s,
      i::DOUBLE AS f, (9007199254740992 + CASE WHEN i = 1 THEN 0 ELSE i END)::HUGEINT AS h FROM range(6) AS r (i)`);
  const { models } = await diff(project, 'a.t', 'b.t', { grain: ['id'] });
  expect(models[0]?.columns_retyped.map((c) => c.name)).toEqual(['id', 'n', 'd', 's', 'f', 'h']);
  expect(models[0]).toMatchObject({
    rows: { before: 5, after: 6, added: 1, removed: 0, changed: 5 },
    values: [
      { column: 'n', changed: 2 },
      { column: 'd', changed: 1 },
      // 0.1 and 0.10, 1 and 1.0: texts that differ.
      { column: 's', changed: 5 },
      { column: 'f', changed: 5 },
      { column: 'h', changed: 1 },
    ],
  });
  const whole = await diff(project, 'a.t', 'b.t', { grain: [] });
  expect(whole.models[0]?.rows).toMatchObject({ removed: 5, added: 6 });
});

test('what both show from one table is the same without a look', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  await project.build('dev');
  const found = await diff(project, 'prod', 'dev', { models: ['MARTS.orders'] });
  expect(found.models).toMatchObject([{ model: 'marts.orders', status: 'same', shared: true, rows: null }]);
});

test('a grain that does not tell rows apart is not used, and said so', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  project.write('models/marts/orders.sql', MODEL('id // 2 AS id, amount, note'));
  await project.build('dev');
  const found = await diff(project, 'prod', 'dev', { models: ['marts.orders'] });
  expect(found.models).toMatchObject([
    {
      grain: [],
      note: 'id is there more than once, so rows were compared as a whole',
      rows: { before: 4, after: 4, added: 4, removed: 4, changed: 0 },
    },
  ]);
  expect(
    (await diff(project, 'prod', 'dev', { models: ['marts.orders'], grain: ['nowhere'] })).models[0]?.note,
  ).toBe('nowhere is not in both, so rows were compared as a whole');
});

test.each([
  [['prod', 'dve'], 'unknown-environment'],
  [['prod', 'dev', ['marts.ordres']], 'unknown-model'],
  [['marts.orders', 'marts.ordres'], 'unknown-table'],
] as const)('%j is refused with %s', async ([before, after, models], code) => {
  await using project = new TestProject(FILES);
  await project.build();
  await project.build('dev');
  const refused = diff(project, before, after, models === undefined ? {} : { models });
  await expect(refused).rejects.toSatisfy((e) => e instanceof SluiceError && e.diagnostics[0]?.code === code);
});

const SIDE = array(
  record({ k: option(integer({ min: 0, max: 5 })), v: option(integer({ min: 0, max: 2 })) }),
  {
    maxLength: 8,
  },
);

test('random tables: the counts are those of a comparison by hand', { timeout: 120_000 }, async () => {
  await using project = new TestProject(FILES);
  await project.build();
  await assert(
    asyncProperty(SIDE, SIDE, async (before, after) => {
      await project.execute(
        ['CREATE SCHEMA IF NOT EXISTS own;', tableOf('a', before), tableOf('b', after)].join('\n'),
      );
      const { models } = await diff(project, 'own.a', 'own.b', { grain: ['k'] });
      expect(models[0]?.rows).toEqual(byHand(before, after));
    }),
    { numRuns: 60, seed: 7 },
  );
});

const NESTED = record({
  k: constantFrom('NULL', '1', '2', '3', '4', '5'),
  f: constantFrom('NULL', "'nan'", "'-inf'", '0.0', '-0.0', '0.1', '0.1 + 0.2', '0.3'),
  s: constantFrom(
    'NULL',
    '{a: 1, l: [1, NULL]}',
    '{a: 1, l: [NULL, 1]}',
    '{a: NULL, l: NULL}',
    '{a: 1, l: []}',
  ),
  m: constantFrom('NULL', 'MAP {1: [0.5]}', 'MAP {1: [NULL]}', 'MAP {}'),
});

/** What differs, asked of DuckDB in another way than by one join: subqueries where there is a grain, counts of equal rows where not. */
const BY_GRAIN = `SELECT
  (SELECT count(*) FROM own.b WHERE NOT EXISTS (SELECT 1 FROM own.a WHERE a.k IS NOT DISTINCT FROM b.k)) AS added,
  (SELECT count(*) FROM own.a WHERE NOT EXISTS (SELECT 1 FROM own.b WHERE a.k IS NOT DISTINCT FROM b.k)) AS removed,
  (SELECT count(*) FROM own.a, own.b WHERE a.k IS NOT DISTINCT FROM b.k) AS matched,
  (SELECT count(*) FROM own.a, own.b WHERE a.k IS NOT DISTINCT FROM b.k AND a.f IS DISTINCT FROM b.f) AS f,
  (SELECT count(*) FROM own.a, own.b WHERE a.k IS NOT DISTINCT FROM b.k AND a.s IS DISTINCT FROM b.s) AS s,
  (SELECT count(*) FROM own.a, own.b WHERE a.k IS NOT DISTINCT FROM b.k AND a.m IS DISTINCT FROM b.m) AS m,
  (SELECT count(*) FROM own.a, own.b WHERE a.k IS NOT DISTINCT FROM b.k
    AND (a.f IS DISTINCT FROM b.f OR a.s IS DISTINCT FROM b.s OR a.m IS DISTINCT FROM b.m)) AS changed,
  ((SELECT count(*) FROM own.a) = (SELECT count(DISTINCT coalesce(k, -1)) FROM own.a)
    AND (SELECT count(*) FROM own.b) = (SELECT count(DISTINCT coalesce(k, -1)) FROM own.b))::INTEGER AS is_grain`;

const AS_A_WHOLE = `SELECT coalesce(sum(greatest(n, 0)), 0)::BIGINT AS added, coalesce(sum(greatest(-n, 0)), 0)::BIGINT AS removed FROM (
  SELECT sum(side) AS n FROM (SELECT 1 AS side, * FROM own.b UNION ALL SELECT -1, * FROM own.a) GROUP BY k, f, s, m)`;

test(
  'floats, nested values, NULL keys and doubled ones: what hand-written SQL counts',
  { timeout: 180_000 },
  async () => {
    await using project = new TestProject(FILES);
    await project.build();
    await project.execute('CREATE SCHEMA own');
    const side = array(NESTED, { maxLength: 6 });
    let grains = 0;
    await assert(
      asyncProperty(side, side, async (before, after) => {
        await project.execute(`${fill('a', before)}${fill('b', after)}`);
        const hand = await counted(project, BY_GRAIN);
        const whole = await counted(project, AS_A_WHOLE);
        const plain = (await diff(project, 'own.a', 'own.b')).models[0];
        expect(plain?.rows).toEqual({
          before: before.length,
          after: after.length,
          added: whole['added'],
          removed: whole['removed'],
          changed: 0,
        });
        if (hand['is_grain'] !== 1) return;
        grains++;
        const found = (await diff(project, 'own.a', 'own.b', { grain: ['k'] })).models[0];
        expect(found?.rows).toMatchObject({
          added: hand['added'],
          removed: hand['removed'],
          changed: hand['changed'],
        });
        const values = ['f', 's', 'm'].flatMap((column) => {
          const changed = hand[column] ?? 0;
          return changed === 0 ? [] : [{ column, changed, share: changed / (hand['matched'] ?? 0) }];
        });
        expect(found?.values).toEqual(values);
        expect(found?.samples.changed).toHaveLength(Math.min(5, hand['changed'] ?? 0));
      }),
      { numRuns: 20, seed: 11 },
    );
    expect(grains).toBeGreaterThan(2);
  },
);

test('a key of another type is told by its text, in counts and in samples', async () => {
  await using project = new TestProject(FILES);
  await project.build();
  await project.execute(
    `CREATE SCHEMA own; CREATE TABLE own.a AS SELECT 1 AS k, 'x' AS v UNION ALL SELECT 2, 'y';
     CREATE TABLE own.b AS SELECT '1' AS k, 'z' AS v UNION ALL SELECT 'two', 'y';`,
  );
  const { models } = await diff(project, 'own.a', 'own.b', { grain: ['k'] });
  expect(models[0]).toMatchObject({
    rows: { before: 2, after: 2, added: 1, removed: 1, changed: 1 },
    samples: { added: [{ k: 'two', v: 'y' }], removed: [{ k: 2, v: 'y' }] },
  });
});

/** The one row of counts, as numbers. */
async function counted(project: TestProject, query: string): Promise<Readonly<Record<string, number>>> {
  const [row] = await project.rows(query);
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]));
}

function fill(name: string, rows: readonly Cells[]): string {
  const inserts = rows.map((r) => `INSERT INTO own.${name} VALUES (${r.k}, ${r.f}, ${r.s}, ${r.m});`);
  return `CREATE OR REPLACE TABLE own.${name} (k INTEGER, f DOUBLE, s STRUCT(a INTEGER, l INTEGER[]), m MAP(INTEGER, DOUBLE[]));${inserts.join('')}`;
}

interface Cells {
  readonly k: string;
  readonly f: string;
  readonly s: string;
  readonly m: string;
}

type Rows = readonly { readonly k: number | null; readonly v: number | null }[];

function tableOf(name: string, rows: Rows): string {
  const values = rows.map((r) => `(${r.k ?? 'NULL'}, ${r.v ?? 'NULL'})`);
  const insert = values.length === 0 ? '' : `INSERT INTO own.${name} VALUES ${values.join(', ')};`;
  return `CREATE OR REPLACE TABLE own.${name} (k INTEGER, v INTEGER); ${insert}`;
}

function byHand(before: Rows, after: Rows): unknown {
  const totals = { before: before.length, after: after.length };
  const isGrain = [before, after].every((rows) => new Set(rows.map((r) => r.k)).size === rows.length);
  const shared = (r: { k: number | null }, rows: Rows): boolean => rows.some((o) => o.k === r.k);
  if (isGrain) {
    return {
      ...totals,
      added: after.filter((r) => !shared(r, before)).length,
      removed: before.filter((r) => !shared(r, after)).length,
      changed: after.filter((r) => shared(r, before) && before.find((o) => o.k === r.k)?.v !== r.v).length,
    };
  }
  // A key that occurs twice on one side alone has nothing to match: then it does no harm.
  const doubled = (rows: Rows, others: Rows): boolean =>
    rows.some((r, i) => shared(r, others) && rows.findIndex((o) => o.k === r.k) !== i);
  if (!doubled(before, after) && !doubled(after, before)) {
    return {
      ...totals,
      added: after.filter((r) => !shared(r, before)).length,
      removed: before.filter((r) => !shared(r, after)).length,
      changed: after.filter((r) => shared(r, before) && before.find((o) => o.k === r.k)?.v !== r.v).length,
    };
  }
  const left = before.map((r) => JSON.stringify(r));
  let added = 0;
  for (const r of after) {
    const at = left.indexOf(JSON.stringify(r));
    if (at < 0) added++;
    else left.splice(at, 1);
  }
  return { ...totals, added, removed: left.length, changed: 0 };
}
