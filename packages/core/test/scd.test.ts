/** SCD type 2: a row for each version of a key, compared with an oracle written by hand. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestProject, type Files } from './support/project.ts';

function files(kind: string, columns = 'id, name, price, updated_at', rows = ''): Files {
  return {
    'project.yaml': `name: menu
start: 2020-01-01
sources:
  raw: { items: { file: items.csv, columns: { id: INTEGER, name: VARCHAR, price: DOUBLE, updated_at: TIMESTAMP } } }
`,
    'items.csv': `id,name,price,updated_at\n${rows}`,
    'models/marts/menu.sql': `MODEL (name marts.menu, kind ${kind});\nSELECT ${columns} FROM raw.items\n`,
  };
}

async function held(project: TestProject): Promise<readonly string[]> {
  const rows = await project.rows(
    `SELECT id, name, price, strftime(valid_from, '%Y-%m-%d %H:%M') AS f, strftime(valid_to, '%Y-%m-%d %H:%M') AS t
     FROM marts.menu ORDER BY id, valid_from`,
  );
  return rows.map((r) => [r['id'], r['name'], r['price'], r['f'], r['t'] ?? '-'].join(' '));
}

const HEADER = 'id,name,price,updated_at\n';
const FIRST = `${HEADER}1,Chicken,10.99,2020-01-01 00:00:00\n2,Cheese,8.99,2020-01-01 00:00:00\n3,Fries,4.99,2020-01-01 00:00:00\n`;
const SECOND = `${HEADER}1,Chicken,12.99,2020-01-02 00:00:00\n3,Fries,4.99,2020-01-01 00:00:00\n4,Milk,3.99,2020-01-02 00:00:00\n`;
const THIRD = `${HEADER}1,Chicken,14.99,2020-01-03 00:00:00\n2,Cheese,8.99,2020-01-03 00:00:00\n3,Fries,4.99,2020-01-01 00:00:00\n4,Choco,3.99,2020-01-03 00:00:00\n`;

test('by time, the menu of SQLMesh: changes, a deletion, a return', async () => {
  await using project = new TestProject(
    files('SCD_TYPE_2_BY_TIME (unique_key id, invalidate_hard_deletes true)'),
    {
      now: '2020-01-01T11:00:00Z',
    },
  );
  project.write('items.csv', FIRST);
  const plan = await project.plan();
  expect(plan.actions.find((a) => a.model === 'marts.menu')?.reasons.map((r) => r.code)).toEqual([
    'new_model',
    'keeps_history',
  ]);
  await project.build();
  expect(await held(project)).toEqual([
    '1 Chicken 10.99 1970-01-01 00:00 -',
    '2 Cheese 8.99 1970-01-01 00:00 -',
    '3 Fries 4.99 1970-01-01 00:00 -',
  ]);
  expect((await project.apply()).status).toBe('nothing-to-do');
  project.write('items.csv', SECOND);
  project.now = Date.parse('2020-01-02T11:00:00Z');
  const second = await project.build();
  expect(second.results.find((r) => r.model === 'marts.menu')?.rows).toBe(4);
  project.write('items.csv', THIRD);
  project.now = Date.parse('2020-01-03T11:00:00Z');
  await project.build();
  expect(await held(project)).toEqual([
    '1 Chicken 10.99 1970-01-01 00:00 2020-01-02 00:00',
    '1 Chicken 12.99 2020-01-02 00:00 2020-01-03 00:00',
    '1 Chicken 14.99 2020-01-03 00:00 -',
    '2 Cheese 8.99 1970-01-01 00:00 2020-01-02 11:00',
    '2 Cheese 8.99 2020-01-03 00:00 -',
    '3 Fries 4.99 1970-01-01 00:00 -',
    '4 Milk 3.99 1970-01-01 00:00 2020-01-03 00:00',
    '4 Choco 3.99 2020-01-03 00:00 -',
  ]);
});

test('by time, without hard deletes and with updated_at_as_valid_from', async () => {
  await using project = new TestProject(
    files('SCD_TYPE_2_BY_TIME (unique_key id, updated_at_as_valid_from true)'),
    {
      now: '2020-01-01T11:00:00Z',
    },
  );
  project.write('items.csv', FIRST);
  await project.build();
  project.write('items.csv', SECOND);
  project.now = Date.parse('2020-01-02T11:00:00Z');
  await project.build();
  expect(await held(project)).toEqual([
    '1 Chicken 10.99 2020-01-01 00:00 2020-01-02 00:00',
    '1 Chicken 12.99 2020-01-02 00:00 -',
    '2 Cheese 8.99 2020-01-01 00:00 -',
    '3 Fries 4.99 2020-01-01 00:00 -',
    '4 Milk 3.99 2020-01-02 00:00 -',
  ]);
  // A late row, older than what stands, changes nothing.
  project.edit('items.csv', '1,Chicken,12.99,2020-01-02', '1,Old,1,2019-12-31');
  project.now = Date.parse('2020-01-03T11:00:00Z');
  await project.build();
  expect((await held(project)).filter((r) => r.startsWith('1'))).toHaveLength(2);
});

test('by column: what is compared counts, and the time it was seen', async () => {
  await using project = new TestProject(
    files(
      'SCD_TYPE_2_BY_COLUMN (unique_key id, columns (price), invalidate_hard_deletes true)',
      'id, name, price',
    ),
    { now: '2020-01-01T11:00:00Z' },
  );
  project.write('items.csv', FIRST);
  await project.build();
  project.write('items.csv', SECOND.replace('Fries', 'Frites'));
  project.now = Date.parse('2020-01-02T11:00:00Z');
  await project.build();
  project.write('items.csv', THIRD.replace('Choco', 'Milk'));
  project.now = Date.parse('2020-01-03T11:00:00Z');
  await project.build();
  expect(await held(project)).toEqual([
    '1 Chicken 10.99 1970-01-01 00:00 2020-01-02 11:00',
    '1 Chicken 12.99 2020-01-02 11:00 2020-01-03 11:00',
    '1 Chicken 14.99 2020-01-03 11:00 -',
    '2 Cheese 8.99 1970-01-01 00:00 2020-01-02 11:00',
    '2 Cheese 8.99 2020-01-03 11:00 -',
    '3 Fries 4.99 1970-01-01 00:00 -',
    '4 Milk 3.99 2020-01-02 11:00 -',
  ]);
});

test('other names, other types, keys of several parts and of expressions', async () => {
  await using project = new TestProject(
    files(
      `SCD_TYPE_2_BY_TIME (unique_key (lower(name), id), updated_at_name changed, valid_from_name "from", valid_to_name till, time_data_type TIMESTAMPTZ)`,
      'id, name, price, updated_at AS changed',
      '1,Ann,1,2020-01-01 00:00:00\n,Bob,2,2020-01-01 00:00:00\n',
    ),
    { now: '2020-01-01T11:00:00Z' },
  );
  await project.build();
  project.write('items.csv', `${HEADER}1,ANN,5,2020-01-02 00:00:00\n,Bob,6,2020-01-02 00:00:00\n`);
  project.now = Date.parse('2020-01-02T11:00:00Z');
  await project.build();
  const rows = await project.rows(
    'SELECT name, price, "from"::VARCHAR AS f, till::VARCHAR AS t FROM marts.menu ORDER BY price',
  );
  expect(rows.map((r) => Object.values(r).join(' '))).toEqual([
    'Ann 1 1970-01-01 00:00:00+00 2020-01-02 00:00:00+00',
    'Bob 2 1970-01-01 00:00:00+00 2020-01-02 00:00:00+00',
    'ANN 5 2020-01-02 00:00:00+00 ',
    'Bob 6 2020-01-02 00:00:00+00 ',
  ]);
});

test('a key that comes twice is refused, and an audit that fails leaves the history as it was', async () => {
  await using project = new TestProject(files('SCD_TYPE_2_BY_TIME (unique_key id)'), {
    now: '2020-01-01T11:00:00Z',
  });
  project.edit(
    'models/marts/menu.sql',
    'unique_key id)',
    'unique_key id), audits (non_negative(columns := (price)))',
  );
  project.write('items.csv', FIRST);
  await project.build();
  const before = await held(project);
  project.write('items.csv', `${SECOND}1,Twice,1,2020-01-05 00:00:00\n`);
  expect((await project.apply()).diagnostics.map((d) => d.code)).toEqual(['duplicate-key']);
  project.write('items.csv', SECOND.replace('12.99', '-1'));
  expect((await project.apply()).diagnostics.map((d) => d.code)).toEqual(['audit-failed']);
  expect(await held(project)).toEqual(before);
});

/** What SCD type 2 means, row by row. Times are minutes. */
interface Version {
  id: number;
  price: number;
  updated: number;
  from: number;
  to: number | undefined;
}
interface Item {
  readonly id: number;
  readonly price: number;
  readonly updated: number;
}

function oracle(
  versions: readonly Version[],
  items: readonly Item[],
  now: number,
  rules: { readonly byTime: boolean; readonly asFrom: boolean; readonly deletes: boolean },
  first: boolean,
): readonly Version[] {
  const next = versions.map((v) => ({ ...v }));
  for (const item of items) {
    const mine = next.filter((v) => v.id === item.id);
    const open = mine.find((v) => v.to === undefined);
    const at = rules.byTime ? item.updated : now;
    if (open !== undefined) {
      const changed = rules.byTime ? item.updated > open.updated : item.price !== open.price;
      if (!changed) continue;
      const from = Math.max(at, open.from);
      open.to = from;
      next.push({ ...item, from, to: undefined });
    } else {
      const ended = mine.map((v) => v.to ?? 0);
      const isKnown = rules.asFrom || (!rules.byTime && versions.length > 0);
      const from = ended.length > 0 ? Math.max(at, ...ended) : isKnown ? at : 0;
      next.push({ ...item, from, to: undefined });
    }
  }
  if (rules.deletes && !first) {
    for (const v of next)
      if (v.to === undefined && !items.some((i) => i.id === v.id)) v.to = Math.max(now, v.from);
  }
  return next;
}

describe('random histories of a source', () => {
  const item = fc.record({
    id: fc.integer({ min: 1, max: 3 }),
    price: fc.integer({ min: 0, max: 2 }),
    updated: fc.integer({ min: 1, max: 40 }),
  });
  const items = fc.uniqueArray(item, { selector: (i) => i.id, maxLength: 3 });
  test.each([true, false])('by time: %s', async (byTime) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(items, { minLength: 2, maxLength: 6 }),
        fc.boolean(),
        fc.boolean(),
        async (history, asFrom, deletes) => {
          const own = byTime
            ? `updated_at_as_valid_from ${asFrom}`
            : `columns (price), execution_time_as_valid_from ${asFrom}`;
          const kind = `SCD_TYPE_2_BY_${byTime ? 'TIME' : 'COLUMN'} (unique_key id, invalidate_hard_deletes ${deletes}, ${own})`;
          await using project = new TestProject(files(kind), { now: '1970-01-01T00:10:00Z' });
          let versions: readonly Version[] = [];
          let seen: string | undefined;
          for (const rows of history) {
            const text = `${HEADER}${rows.map((r) => `${r.id},x,${r.price},${minute(r.updated)}`).join('\n')}\n`;
            if (text === seen) continue;
            const isFirst = seen === undefined;
            seen = text;
            project.write('items.csv', text);
            project.now += 7 * 60_000;
            await project.build();
            versions = oracle(versions, rows, project.now / 60_000, { byTime, asFrom, deletes }, isFirst);
            const expected = versions.map((v) => [v.id, v.price, v.from, v.to ?? -1].join(' ')).toSorted();
            const found = await project.rows(
              'SELECT id, price::INTEGER AS p, epoch(valid_from)::INTEGER // 60 AS f, coalesce(epoch(valid_to)::INTEGER // 60, -1) AS t FROM marts.menu',
            );
            expect(found.map((r) => Object.values(r).join(' ')).toSorted()).toEqual(expected);
          }
        },
      ),
      { numRuns: Number(process.env['SLUICE_KIND_RUNS'] ?? 8), endOnFailure: true },
    );
  });
});

function minute(m: number): string {
  return new Date(m * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}
