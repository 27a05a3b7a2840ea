/** A sample of a source: rows of its files, so many, always the same ones, under versions of its own. */
import { array, assert, asyncProperty, constantFrom, integer, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { openWorkspace } from '../src/index.ts';
import { TestProject } from './support/project.ts';

const YAML = (format: string): string =>
  `name: p\nstart: 2024-01-01\nsources:\n  raw:\n    t: { file: 't.${format}', columns: { id: BIGINT, v: VARCHAR, l: 'BIGINT[]' } }\n`;
const FILES = {
  'models/m/plain.sql': 'MODEL (name m.plain, kind FULL);\nSELECT id, v, l FROM raw.t\n',
  'models/m/deep.sql': 'MODEL (name m.deep, kind VIEW);\nSELECT count(*) AS n FROM m.plain\n',
  'models/m/apart.sql': 'MODEL (name m.apart, kind FULL);\nSELECT 1 AS one\n',
};

type Line = readonly [number, string | null];

function json(lines: readonly Line[]): string {
  return lines.map(([id, v]) => `${JSON.stringify({ id, v, l: v === null ? null : [id, 2] })}\n`).join('');
}

function csv(lines: readonly Line[]): string {
  return `id,v,l\n${lines.map(([id, v]) => `${id},${v ?? ''},${v === null ? '' : `"[${id}, 2]"`}\n`).join('')}`;
}

/** What `m.plain` holds when it is built on so many rows, and what the load said. */
async function built(
  format: 'csv' | 'json',
  text: string,
  rows: number,
): Promise<{ readonly held: readonly string[]; readonly of: number | null; readonly rejected: number }> {
  await using project = new TestProject({ 'project.yaml': YAML(format), [`t.${format}`]: text, ...FILES });
  const folder = `${project.root}/apart`;
  project.write('apart/.keep', '');
  const workspace = await openWorkspace({ root: project.root, sample: { rows, folder } });
  try {
    const { document } = await workspace.apply('prod');
    expect(document.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    const load = document.results.find((r) => r.model === 'raw.t');
    const held = await workspace.query('SELECT id, v, l::VARCHAR AS l FROM m.plain', 'prod');
    return {
      held: held.document.rows.map((r) => JSON.stringify(r)).toSorted(),
      of: load?.sampled_from ?? null,
      rejected: load?.rejected ?? -1,
    };
  } finally {
    await workspace.close();
  }
}

test('rows of the files, so many, whatever order they stand in', async () => {
  const line = tuple(integer({ min: 0, max: 20 }), constantFrom(null, 'a', 'b'));
  await assert(
    asyncProperty(
      array(line, { minLength: 1, maxLength: 30 }),
      integer({ min: 1, max: 40 }),
      constantFrom('csv' as const, 'json' as const),
      async (lines, rows, format) => {
        const write = format === 'csv' ? csv : json;
        const all = await built(format, write(lines), 1000);
        expect(all).toMatchObject({ of: lines.length, rejected: 0 });
        expect(all.held).toHaveLength(lines.length);
        const some = await built(format, write(lines), rows);
        expect(some).toMatchObject({ of: lines.length });
        expect(some.held).toHaveLength(Math.min(rows, lines.length));
        const left = [...all.held];
        for (const row of some.held) {
          expect(left).toContain(row);
          left.splice(left.indexOf(row), 1);
        }
        expect(await built(format, write(lines.toReversed()), rows)).toEqual(some);
      },
    ),
    { numRuns: 8 },
  );
}, 120_000);

test('what cannot be read is counted, and is not among the rows there are', async () => {
  const text = `${csv([...Array(20).keys()].map((i) => [i, 'x']))}none,x,\n`;
  expect(await built('csv', text, 5)).toMatchObject({ of: 20, rejected: 1 });
  expect(await built('csv', text, 20)).toMatchObject({ of: 20, rejected: 1 });
});

test('all that is made of a sample has another version than the whole, and than another sample', async () => {
  await using project = new TestProject({ 'project.yaml': YAML('csv'), 't.csv': csv([[1, 'a']]), ...FILES });
  const versions = async (rows: number | undefined): Promise<ReadonlyMap<string, string>> => {
    const sample = rows === undefined ? {} : { sample: { rows, folder: project.root } };
    const workspace = await openWorkspace({ root: project.root, cache: true, ...sample });
    try {
      const { document } = await workspace.plan('prod');
      return new Map(document.actions.map((a) => [a.model, a.version]));
    } finally {
      await workspace.close();
    }
  };
  const [whole, ten, eleven, again] = [
    await versions(undefined),
    await versions(10),
    await versions(11),
    await versions(undefined),
  ];
  expect(again).toEqual(whole);
  for (const model of ['raw.t', 'm.plain', 'm.deep'])
    expect(new Set([whole, ten, eleven].map((v) => v.get(model))).size, model).toBe(3);
  expect(ten.get('m.apart')).toBe(whole.get('m.apart'));
});

test('models and audits that read tables of others are told before anything is built', async () => {
  const table = `${YAML('csv')}    own: { table: own.people, columns: { id: BIGINT } }\n`;
  const reader = { 'models/m/reader.sql': 'MODEL (name m.reader, kind FULL);\nSELECT id FROM raw.own\n' };
  await using project = new TestProject({
    'project.yaml': table,
    't.csv': csv([[1, 'a']]),
    ...FILES,
    ...reader,
    'audits/own.sql':
      'AUDIT (name known, standalone true);\nSELECT id FROM m.plain WHERE id NOT IN (FROM raw.own)\n',
  });
  const workspace = await openWorkspace({ root: project.root, sample: { rows: 2, folder: project.root } });
  try {
    const { document } = await workspace.ci({ environment: 'pr_1' });
    expect(document).toMatchObject({ status: 'failed', build: null });
    expect(document.diagnostics.filter((d) => d.severity === 'error')).toMatchObject([
      {
        code: 'invalid-option',
        path: 'models/m/reader.sql',
        message: 'm.reader cannot be built on a sample: it reads raw.own, a table that somebody else keeps',
      },
      {
        code: 'invalid-option',
        path: 'audits/own.sql',
        message:
          'standalone audit known cannot be run on a sample: it reads raw.own, a table that somebody else keeps',
      },
    ]);
  } finally {
    await workspace.close();
  }
});
