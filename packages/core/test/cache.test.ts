/** Whatever the cache holds, does not hold, or was made to hold: the answer is the one without a cache. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compile, type CompileCache } from '../src/compile/index.ts';
import { createDuckDbBinder } from '../src/engine/duckdb/duckdb-binder.ts';
import { openWorkspace } from '../src/index.ts';
import { loadProject, nodeFiles } from '../src/project/index.ts';

const FILES = {
  'project.yaml': `name: kept
start: 2025-01-01
sources:
  raw:
    t: { file: t.csv, time_column: ts, columns: { id: BIGINT, ts: TIMESTAMP, v: DOUBLE, category: VARCHAR } }
`,
  't.csv': 'id,ts,v,category\n',
  'audits/positive.sql': 'AUDIT (name positive);\nSELECT * FROM @this_model WHERE id < 0',
  ...models({
    'a.plain': ['VIEW', 'SELECT id, ts, v, category FROM raw.t WHERE v > 1'],
    'a.again': ['VIEW', 'SELECT id, ts, v + 1 AS v FROM a.plain WHERE id <> 7'],
    'a.self': ['VIEW', 'SELECT x.id, y.v FROM a.again x JOIN a.again y ON x.id = y.id + 1'],
    'a.cousins': [
      'FULL',
      'SELECT p.id, a.v, s.v AS w FROM a.plain p JOIN a.again a USING (id) JOIN a.self s USING (id)',
    ],
    'a.outer': ['VIEW', 'SELECT p.id, s.v FROM a.plain p LEFT JOIN a.self s ON p.id = s.id AND s.v > 2'],
    'a.outer2': ['FULL', 'SELECT o.id, o.v, p.id AS other FROM a.outer o LEFT JOIN a.outer p ON o.id = p.id'],
    'a.union': [
      'VIEW',
      'SELECT id, v FROM a.again UNION ALL SELECT id, v FROM a.outer UNION ALL SELECT 1, 2',
    ],
    'a.union2': ['FULL', 'SELECT id, v FROM a.union UNION ALL SELECT id, v FROM a.self'],
    'a.dice': ['VIEW', 'SELECT id, random() AS r FROM a.plain'],
    'a.diced': ['FULL', 'SELECT id, r FROM a.dice WHERE r > 0.5'],
    'a.sums': ['FULL', 'SELECT category, sum(v) AS total, count(*) AS n FROM a.plain GROUP BY ALL'],
    'a.windows': ['FULL', 'SELECT id, row_number() OVER (ORDER BY v, id) AS n FROM a.self'],
    'a.unnested': ['FULL', 'SELECT id, unnest([1, 2]) AS n FROM a.plain'],
    'a.semi': ['FULL', 'SELECT id FROM a.plain WHERE id IN (SELECT id FROM a.self)'],
    'a.unnamed': ['FULL', 'SELECT id + 1 FROM a.self'],
    'a.dead': ['FULL', 'WITH z AS (SELECT * FROM a.sums) SELECT id FROM a.plain'],
    'a.daily': [
      'INCREMENTAL_BY_TIME_RANGE (time_column ts)',
      'SELECT id, ts FROM a.again WHERE ts >= @start_ts AND ts < @end_ts',
    ],
    'a.audited': [
      'FULL, audits (not_null(columns := (id)), positive, relationships(column := id, to := a.self, field := id))',
      'SELECT id, v FROM a.plain',
    ],
  }),
};

/** Wrong in a way of its own each. */
const BROKEN = models({
  'b.column': ['FULL', 'SELECT idd FROM a.plain'],
  'b.below': ['FULL', 'SELECT * FROM b.column'],
  'b.table': ['FULL', 'SELECT * FROM a.nowhere'],
  'b.one': ['FULL', 'SELECT * FROM b.two'],
  'b.two': ['FULL', 'SELECT * FROM b.one'],
  'b.audit': ['FULL, audits (not_null(columns := (nope)))', 'SELECT id FROM a.plain'],
  'b.audit_table': [
    'FULL, audits (relationships(column := id, to := a.gone, field := id))',
    'SELECT id FROM a.plain',
  ],
  'b.audit_broken': [
    'FULL, audits (relationships(column := id, to := b.column, field := id))',
    'SELECT id FROM a.plain',
  ],
  'b.below_audit_broken': ['FULL', 'SELECT id FROM b.audit_broken'],
  'b.below_audit': ['FULL', 'SELECT * FROM b.audit_table'],
  'b.own_view': ['FULL', 'SELECT * FROM duckdb_tables'],
  'b.hidden': ['FULL', "SELECT p.id FROM a.plain p, query_table('a.self') q"],
});

function models(
  given: Readonly<Record<string, readonly [kind: string, query: string]>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, [kind, query]]) => [
      `models/${name.replace('.', '/')}.sql`,
      `MODEL (name ${name}, kind ${kind});\n\n${query}\n`,
    ]),
  );
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function write(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'sluice-cache-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    cpSync(import.meta.filename, join(root, path));
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** All that a compile says, and how many queries and audits were bound for it. */
async function everything(
  root: string,
  cache?: CompileCache,
): Promise<{ readonly said: unknown; readonly bound: number; readonly checked: number }> {
  const project = loadProject(nodeFiles(root)).value;
  if (project === undefined) throw new Error('no project');
  const binder = await createDuckDbBinder();
  let bound = 0;
  let checked = 0;
  try {
    const compiled = await compile({
      project,
      binder: {
        lanes: binder.lanes,
        parse: (texts) => binder.parse(texts),
        define: (statements) => binder.define(statements),
        check: (texts) => {
          checked += texts.length;
          return binder.check(texts);
        },
        declare: (tables) => binder.declare(tables),
        drop: (tables) => binder.drop(tables),
        names: (text) => binder.names(text),
        describe: (text) => binder.describe(text),
        close: () => undefined,
        bind: (texts) => {
          bound += texts.length;
          return binder.bind(texts);
        },
      },
      discovered: new Map(),
      settings: async () => 'duckdb; TimeZone=UTC',
      ...(cache === undefined ? {} : { cache }),
    });
    const nodes = [...compiled.nodes.values()].map((node) => ({ ...node, definition: undefined }));
    return {
      said: JSON.parse(JSON.stringify({ ...compiled, nodes, broken: [...compiled.broken].toSorted() })),
      bound,
      checked,
    };
  } finally {
    binder.close();
  }
}

class MemoryCache implements CompileCache {
  readonly kept = new Map<string, ReturnType<CompileCache['find']>>();
  readonly #payloads: string[] = [];
  audits: ReadonlySet<string> = new Set();
  /** Which entries are gone. */
  isLost: (key: string) => boolean = () => false;

  find(key: string): ReturnType<CompileCache['find']> {
    return this.isLost(key) ? undefined : this.kept.get(key);
  }

  stage(payload: string): ReturnType<CompileCache['stage']> {
    return { offset: this.#payloads.push(payload) - 1, length: payload.length, checksum: '' };
  }

  keepAudits(shapes: ReadonlySet<string>): void {
    this.audits = new Set(shapes);
  }

  keep(...[key, head, { offset }]: Parameters<CompileCache['keep']>): void {
    const payload = this.#payloads[offset] ?? '';
    const end = payload.indexOf('\n');
    const read = () => ({ first: payload.slice(0, end), rest: () => payload.slice(end + 1) });
    this.kept.set(key, { ...head, read });
  }
}

describe.each([
  ['right', FILES],
  ['broken', { ...FILES, ...BROKEN }],
])('a %s project', (_, files) => {
  test('says the same from any part of a cache', async () => {
    const root = write(files);
    const { said } = await everything(root);
    const cache = new MemoryCache();
    expect((await everything(root, cache)).said).toEqual(said);
    const whole = await everything(root, cache);
    expect(whole.said).toEqual(said);
    if (files === FILES) expect(whole.bound).toBe(0);
    for (let round = 1; round <= 12; round++) {
      let seed = round * 7919;
      cache.isLost = () => (seed = (seed * 48271) % 2147483647) % 3 === 0;
      expect((await everything(root, cache)).said).toEqual(said);
    }
  });

  test('says the same after an edit as without a cache', async () => {
    const root = write(files);
    const cache = new MemoryCache();
    await everything(root, cache);
    for (const [path, from, to] of [
      ['models/a/plain.sql', 'v > 1', 'v > 2'],
      ['models/a/again.sql', 'v + 1', '1 + v'],
      ['models/a/plain.sql', 'SELECT id', 'SELECT -- the key\n  id'],
      ['models/a/self.sql', 'y.v', 'y.v::DECIMAL(18,3) AS v'],
      ['project.yaml', 'v: DOUBLE', 'v: INTEGER'],
      ['audits/positive.sql', 'id < 0', 'id < 1'],
      ['models/a/outer.sql', 'VIEW', 'FULL'],
    ] as const) {
      const file = join(root, path);
      writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
      expect((await everything(root, cache)).said).toEqual((await everything(root)).said);
    }
  });
});

test('binds again only what reads something that means another thing', async () => {
  const root = write(FILES);
  const cache = new MemoryCache();
  await everything(root, cache);
  const edit = (path: string, from: string, to: string): void => {
    const file = join(root, path);
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  };
  edit('models/a/plain.sql', 'v > 1', '1 < v -- the same');
  expect((await everything(root, cache)).bound).toBe(1);
  edit('models/a/sums.sql', 'sum(v)', 'sum(v + 1)');
  // Of its readers, one names it in a CTE that nobody uses.
  expect((await everything(root, cache)).bound).toBe(2);
});

const seed = (audit: string): Record<string, string> => ({
  'models/a/seed.sql': `MODEL (
  name a.seed,
  kind SEED (path '../../seed.csv'),
  columns (id BIGINT, label VARCHAR),
  audits (${audit})
);
`,
  'seed.csv': 'id,label\n1,x\n',
});

test('asks DuckDB about an audit of a seed once', async () => {
  const root = write({ ...FILES, ...seed('not_null(columns := (id))') });
  const cache = new MemoryCache();
  expect((await everything(root, cache)).checked).toBeGreaterThan(0);
  expect((await everything(root, cache)).checked).toBe(0);
  // A column of another type, or none, has to be asked for.
  for (const audit of ['not_null(columns := (label))', 'not_null(columns := (nope))']) {
    writeFileSync(join(root, 'models/a/seed.sql'), seed(audit)['models/a/seed.sql'] ?? '');
    const again = await everything(root, cache);
    expect(again.checked).toBeGreaterThan(0);
    expect(again.said).toEqual((await everything(root)).said);
  }
});

test.each([
  [
    'SQL macros',
    { 'macros/twice.sql': 'CREATE MACRO twice(x) AS x * 2;' },
    'SELECT twice(id) AS id FROM a.plain',
  ],
  ['a macro that waits for columns', {}, 'SELECT @STAR(a.plain) FROM a.plain'],
])('nothing is kept of a project with %s', async (_, more, query) => {
  const root = write({ ...FILES, ...models({ 'a.macro': ['FULL', query] }), ...more });
  const { said } = await everything(root);
  const cache = new MemoryCache();
  expect((await everything(root, cache)).said).toEqual(said);
  expect(cache.kept.size).toBe(0);
  expect(said).toMatchObject({
    diagnostics: expect.not.arrayContaining([expect.objectContaining({ severity: 'error' })]),
  });
  // Nor believed, where it was kept before.
  const plain = write(FILES);
  await everything(plain, cache);
  const again = await everything(root, cache);
  expect(again.said).toEqual(said);
  expect(again.bound).toBeGreaterThan(10);
});

const blueprint = (value: string): Record<string, string> => ({
  'models/a/blue.sql': `MODEL (name a.@{kind}_things, kind FULL, blueprints ((kind := ${value}), (kind := b)));

SELECT id, @kind AS k FROM (SELECT id, 'x' AS a, 'y' AS b, 'z' AS c FROM a.plain)
`,
});

test('what blueprints make is kept by their variables', async () => {
  const root = write({ ...FILES, ...blueprint('a') });
  const cache = new MemoryCache();
  for (const value of ['a', 'c', 'a']) {
    writeFileSync(join(root, 'models/a/blue.sql'), blueprint(value)['models/a/blue.sql'] ?? '');
    const { said } = await everything(root);
    expect((await everything(root, cache)).said).toEqual(said);
    expect(JSON.stringify(said)).toContain(`a.${value}_things`);
  }
});

async function answer(root: string, cache: boolean): Promise<string> {
  const workspace = await openWorkspace({ root, cache });
  try {
    return JSON.stringify((await workspace.compile()).document);
  } finally {
    await workspace.close();
  }
}

/** The files of a project's cache. */
function kept(root: string): readonly string[] {
  return readdirSync(join(root, '.sluice/cache')).map((name) => join(root, '.sluice/cache', name));
}

describe('on disk', () => {
  test('the second answer is the first, whatever was done to the files in between', async () => {
    const root = write(FILES);
    const expected = await answer(root, false);
    expect(await answer(root, true)).toBe(expected);
    const damages: readonly ((file: string) => void)[] = [
      () => undefined,
      (file) => truncateSync(file, 100),
      (file) => truncateSync(file, 0),
      (file) =>
        writeFileSync(
          file,
          readFileSync(file).map((byte, at) => (at % 997 === 500 ? byte ^ 1 : byte)),
        ),
      (file) => writeFileSync(file, 'something else\n{}'),
      (file) => writeFileSync(file, readFileSync(file, 'latin1').replace('BIGINT', 'BLOOB!'), 'latin1'),
      (file) => rmSync(file),
    ];
    for (const damage of damages) {
      for (const name of kept(root).map((_, at) => at)) {
        const file = kept(root)[name];
        if (file === undefined) continue;
        damage(file);
        expect(await answer(root, true)).toBe(expected);
      }
    }
    rmSync(join(root, '.sluice'), { recursive: true });
    expect(await answer(root, true)).toBe(expected);
  });

  test('files that come, go and change are seen', async () => {
    const root = write(FILES);
    await answer(root, true);
    const steps: readonly (() => void)[] = [
      () =>
        writeFileSync(
          join(root, 'models/a/new.sql'),
          'MODEL (name a.new, kind VIEW);\nSELECT id FROM a.self',
        ),
      () => rmSync(join(root, 'models/a/new.sql')),
      () =>
        writeFileSync(join(root, 'models/a/sums.sql'), 'MODEL (name a.sums, kind VIEW);\nSELECT 1 AS one'),
      () => rmSync(join(root, 't.csv')),
      () => writeFileSync(join(root, 't.csv'), 'id,ts,v,category\n'),
    ];
    for (const step of steps) {
      step();
      expect(await answer(root, true)).toBe(await answer(root, false));
    }
  });

  test('what macros of the project’s own import is seen', async () => {
    const macro =
      "import { readFileSync } from 'node:fs';\nexport function factor() { return readFileSync(new URL('../factor.txt', import.meta.url), 'utf8').trim(); }\n";
    const root = write({
      ...FILES,
      ...models({ 'a.own': ['FULL', 'SELECT id * @factor() AS id FROM a.plain'] }),
      'macros/factor.mjs': macro,
      'factor.txt': '2',
    });
    const first = await answer(root, true);
    expect(first).toBe(await answer(root, false));
    writeFileSync(join(root, 'factor.txt'), '3');
    const second = await answer(root, true);
    expect(second).not.toBe(first);
    expect(second).toBe(await answer(root, false));
  });

  test('two at once are not in each other’s way', async () => {
    const root = write(FILES);
    const expected = await answer(root, false);
    for (let round = 0; round < 3; round++) {
      const file = join(root, 'models/a/again.sql');
      writeFileSync(file, `${readFileSync(file, 'utf8')}-- ${round}\n`);
      const answers = await Promise.all([answer(root, true), answer(root, true), answer(root, true)]);
      expect(answers).toEqual([expected, expected, expected]);
    }
  });
});
