import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, nat } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile, compileContext, type Binder } from '../compile/index.ts';
import { SourceText } from '../diagnostic/index.ts';
import { createDuckDbBinder } from '../engine/duckdb/duckdb-binder.ts';
import { loadProject, nodeFiles, type ProjectFiles } from '../project/index.ts';
import { tokenize } from '../sql/tokens.ts';
import { projectTemplate } from '../../../cli/src/template/project-template.ts';
import { formatFiles, type FormattedFile } from './index.ts';

let binder: Binder;
beforeAll(async () => {
  binder = await createDuckDbBinder();
});
afterAll(() => binder.close());

const files = { list: () => [], read: (path: string) => (path === 'project.yaml' ? PROJECT : undefined) };
const PROJECT = 'name: p\nstart: 2024-01-01\nvariables: { currency: EUR, on: true }\n';

async function format(text: string): Promise<FormattedFile> {
  const project = loadProject(files).value;
  if (project === undefined) throw new Error('no project');
  const [formatted] = await formatFiles({
    sources: [new SourceText('models/a/b.sql', text)],
    parse: (texts) => binder.parse(texts),
    context: compileContext(project, { schema: 'a', table: 'b', blueprint: new Map() }, () => 'later'),
    files,
  });
  if (formatted === undefined) throw new Error('no answer');
  return formatted;
}

/** What a file becomes; it stays that way. */
async function check(given: string, expected: string): Promise<void> {
  const formatted = await format(given);
  expect(formatted.diagnostics, given).toEqual([]);
  expect(formatted.text, given).toBe(expected);
  expect((await format(expected)).status).toBe('unchanged');
}

/** What a query becomes. */
async function checkQuery(given: string, ...expected: readonly string[]): Promise<void> {
  await check(`MODEL (\n  kind FULL\n);\n\n${given}`, `MODEL (\n  kind FULL\n);\n\n${expected.join('\n')}\n`);
}

async function checkSkipped(given: string, reason: string): Promise<void> {
  const formatted = await format(given);
  expect([formatted.status, formatted.text]).toEqual(['skipped', given]);
  expect(formatted.diagnostics.map((d) => `${d.code} ${d.severity} ${d.message}`)).toEqual([
    `not-formatted warning this file is not formatted: ${reason}`,
  ]);
}

test('headers: one property a line, in the order of the author', async () => {
  await check(
    `model(name a.b,kind INCREMENTAL_BY_TIME_RANGE(time_column d , lookback 2), grain(x,y), owner 'me' -- who
    -- above tags
, tags (a,b), audits(not_null(columns:=(x,y)), -- first
  forall(criteria := (x>1, y  <2)),), description 'a  b'); select 1 as d`,
    `MODEL (
  name a.b,
  kind INCREMENTAL_BY_TIME_RANGE (time_column d, lookback 2),
  grain (x, y),
  owner 'me', -- who
  -- above tags
  tags (a, b),
  audits (
    not_null(columns := (x, y)), -- first
    forall(criteria := (x>1, y <2)),
  ),
  description 'a  b'
);

SELECT 1 AS d
`,
  );
  await check('MODEL (); SELECT 1 AS a;', 'MODEL ();\n\nSELECT 1 AS a;\n');
  const long = Array.from({ length: 12 }, (_, i) => `column_${i}`);
  await check(
    `MODEL (kind FULL, grain (${long.join(',')}));SELECT 1 AS a`,
    `MODEL (\n  kind FULL,\n  grain (\n    ${long.join(',\n    ')}\n  )\n);\n\nSELECT 1 AS a\n`,
  );
});

test('audits, several in a file', async () => {
  await check(
    'AUDIT (name a); -- one\nselect * from @this_model where x>@most;\n\n\n\n-- two\nAUDIT (name b, defaults (most=1));\nselect 1',
    'AUDIT (\n  name a\n); -- one\n\nSELECT *\nFROM @this_model\nWHERE x > @most;\n\n-- two\nAUDIT (\n  name b,\n  defaults (most = 1)\n);\n\nSELECT 1\n',
  );
});

test('queries', async () => {
  await checkQuery(
    `with x as (select a,b from s.t where a=1), y as (select 1 as one) -- tail
    -- about the query
    select x.a, case when b then 1 end as c, count(*) filter (where b) as n, f(a).g, replace(a,'x','y') as r
    from x left join y on y.one=x.a and x.b where x.a between 1 and 2 or x.b group by all order by 1,2`,
    'WITH x AS (',
    '  SELECT',
    '    a,',
    '    b',
    '  FROM s.t',
    '  WHERE a = 1',
    '),',
    '',
    'y AS (',
    '  SELECT 1 AS one',
    ') -- tail',
    '',
    '-- about the query',
    'SELECT',
    '  x.a,',
    '  CASE WHEN b THEN 1 END AS c,',
    '  count(*) FILTER (WHERE b) AS n,',
    '  f(a).g,',
    "  replace(a, 'x', 'y') AS r",
    'FROM x',
    'LEFT JOIN y ON y.one = x.a',
    '  AND x.b',
    'WHERE x.a BETWEEN 1 AND 2',
    '  OR x.b',
    'GROUP BY ALL',
    'ORDER BY 1, 2',
  );
});

test('macros and comments survive', async () => {
  await checkQuery(
    `@DEF(d,  1);
select @d as a, @EACH([x,y], c->sum(@c) as @{c}_sum), a_@{d}_b as z /* what
 a z */, @IF(@on, 1, 2) as i
from @{currency}.t where d between @start_ds and @end_ds -- the end`,
    '@DEF(d,  1);',
    '',
    'SELECT',
    '  @d AS a,',
    '  @EACH([x, y], c -> sum(@c) AS @{c}_sum),',
    '  a_@{d}_b AS z',
    '  /* what',
    '  a z */',
    ',',
    '  @IF(@on, 1, 2) AS i',
    'FROM @{currency}.t',
    'WHERE d BETWEEN @start_ds AND @end_ds -- the end',
  );
});

test('macros that ask for the values of blueprints', async () => {
  const head = 'MODEL (\n  name a.z@{x},\n  kind FULL,\n  blueprints ((x := 1), (x := 2))\n);\n\n';
  await check(
    `${head}select a from t\n@where(@x > 1) a>@x @limit(@x = 1) 3`,
    `${head}SELECT a\nFROM t @where(@x > 1) a > @x @limit(@x = 1) 3\n`,
  );
});

test('statements around the query stay as they are', async () => {
  await check(
    'MODEL (kind FULL);\nSET   threads=1;\nselect 1 as a;\nanalyze   ;',
    'MODEL (\n  kind FULL\n);\n\nSET   threads=1;\n\nSELECT 1 AS a;\n\nanalyze;\n',
  );
});

test('names spelled like keywords keep their case, and with them all keywords', async () => {
  await checkQuery('select a as Exclude from t', 'select a as Exclude', 'from t');
});

test('line endings and byte order marks', async () => {
  await check(
    'MODEL (kind FULL);\r\nselect 1 as a\r\n',
    'MODEL (\r\n  kind FULL\r\n);\r\n\r\nSELECT 1 AS a\r\n',
  );
  await check('\uFEFFMODEL (); select 1 as a', '\uFEFFMODEL ();\n\nSELECT 1 AS a\n');
});

test('what cannot be formatted is left alone', async () => {
  await checkSkipped('select 1', 'it does not start with a header');
  await checkSkipped('MODEL (name a; select 1', 'its header could not be read');
  await checkSkipped('MODEL (); select (1', 'its query is not one the formatter understands');
  await checkSkipped(
    'MODEL (); select a from where b',
    'DuckDB does not understand its query; sluice compile says why',
  );
  const own = 'MODEL (formatting false,   kind FULL);\nselect   1';
  expect((await format(own)).status).toBe('unchanged');
});

const ROOT = join(import.meta.dirname, '../../../..');

function sqlBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sql'))
    .map((path) => readFileSync(join(ROOT, folder, path), 'utf8'));
}

const TEXTS = [
  ...sqlBelow('models'),
  ...sqlBelow('audits'),
  ...projectTemplate('shop').flatMap((f) => (f.path.endsWith('.sql') ? [f.text] : [])),
];

/** The tokens of a text without white space, sorted: comments may move to lines of their own, but none is lost. */
function sorted(sql: string): readonly string[] {
  return tokenize(sql)
    .flatMap((t) => (t.kind === 'space' ? [] : [sql.slice(t.start, t.end).toLowerCase()]))
    .toSorted();
}

/** The same tokens with other white space, and comments here and there. */
function respaced(text: string, choices: readonly number[]): string {
  let at = 0;
  const next = (): number => choices[at++ % choices.length] ?? 0;
  return tokenize(text)
    .map((token) => {
      const own = text.slice(token.start, token.end);
      if (token.kind === 'comment') return `${own}${own.startsWith('--') ? '\n' : ''}`;
      if (token.kind !== 'space') return own;
      return [' ', '\n', '   ', '\n\n\n', '\t', ' /* c */ ', ' -- c\n', '\r\n'][next() % 8] ?? ' ';
    })
    .join('');
}

test('the models of the repository and of sluice init can all be formatted, once and for all', async () => {
  for (const text of TEXTS) {
    const formatted = await format(text);
    expect(formatted.diagnostics, text).toEqual([]);
    expect((await format(formatted.text)).status).toBe('unchanged');
  }
});

// SLUICE_FORMAT_RUNS=2000 searches longer.
test('however a file is spaced and commented: formatted for good, or left as it is', async () => {
  let skipped = 0;
  let all = 0;
  const runs = Number(process.env['SLUICE_FORMAT_RUNS'] ?? 60);
  await assert(
    asyncProperty(
      constantFrom(...TEXTS),
      array(nat(7), { minLength: 1, maxLength: 60 }),
      async (text, choices) => {
        const given = respaced(text, choices);
        const formatted = await format(given);
        all++;
        if (formatted.status === 'skipped') {
          skipped++;
          expect(formatted.text).toBe(given);
          return;
        }
        expect((await format(formatted.text)).status).toBe('unchanged');
        expect(sorted(formatted.text)).toEqual(sorted(given));
      },
    ),
    { numRuns: runs, seed: 7 },
  );
  expect(skipped / all).toBeLessThan(0.1);
  process.stdout.write(`${all} spacings, ${skipped} left alone\n`);
});

test('docs/format.md shows what it does', async () => {
  const page = readFileSync(join(ROOT, 'docs/format.md'), 'utf8');
  const [given, expected] = [...page.matchAll(/```sql\n([^]*?)```/g)].map((match) => match[1] ?? '');
  await check(given ?? '', expected ?? '');
});

async function identities(own: ProjectFiles): Promise<readonly unknown[]> {
  const project = loadProject(own).value;
  if (project === undefined) throw new Error('no project');
  const front = await createDuckDbBinder();
  const discovered = new Map(
    project.models.flatMap((m) =>
      m.kind.kind === 'SEED'
        ? [
            [
              m.name,
              [
                { name: 'spelling', type: 'VARCHAR' },
                { name: 'channel', type: 'VARCHAR' },
              ],
            ] as const,
          ]
        : [],
    ),
  );
  const compiled = await compile({ project, binder: front, discovered, settings: async () => '' });
  front.close();
  expect(compiled.diagnostics).toEqual([]);
  return [...compiled.nodes.values()].map((n) => [
    n.name,
    n.version,
    n.node === 'model' ? n.auditIdentity : '',
  ]);
}

test('formatting the shop keeps every version, and what its audits are', async () => {
  const shop = nodeFiles(ROOT);
  const texts = new Map<string, string>();
  for (const folder of ['models', 'audits']) {
    for (const path of shop.list(folder)) {
      const text = shop.read(path);
      if (text !== undefined && path.endsWith('.sql')) texts.set(path, (await format(text)).text);
    }
  }
  const formatted: ProjectFiles = {
    list: (f) => shop.list(f),
    read: (path) => texts.get(path) ?? shop.read(path),
  };
  expect(await identities(formatted)).toEqual(await identities(shop));
});
