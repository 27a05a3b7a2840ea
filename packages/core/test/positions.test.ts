/** DuckDB counts bytes or code points, editors UTF-16 units: whatever stands before a mistake, the caret is under it. */
import { expect, test } from 'vitest';
import { SluiceError, type Diagnostic } from '../src/index.ts';
import { TestProject } from './support/project.ts';

const PROJECT =
  'name: places\nstart: 2024-01-01\nsources: { raw: { orders: { file: data/orders.csv, columns: { id: BIGINT, "größe": DOUBLE, "🦆": DATE } } } }\n';

async function errorOf(
  path: string,
  text: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Diagnostic> {
  await using project = new TestProject({
    'project.yaml': PROJECT,
    'data/orders.csv': 'id,größe,🦆\n',
    ...more,
    [path]: text.replace(/[«»]/g, ''),
  });
  const found = await (await project.workspace()).compile().then(
    (a) => a.diagnostics,
    (error: unknown) => (error instanceof SluiceError ? error.diagnostics : []),
  );
  const [error, ...others] = found.filter((d) => d.severity === 'error');
  expect(others).toEqual([]);
  if (error === undefined) throw new Error('nothing is wrong');
  return error;
}

/** What can stand before a mistake. */
const BEFORE: readonly (readonly [string, (text: string) => string])[] = [
  ['nothing', (t) => t],
  ['astral characters', (t) => t.replace('SELECT', "SELECT '🦆🦆' AS duck, /* 𝕏 */")],
  ['two-byte characters', (t) => t.replace('SELECT', "SELECT 'grüße' AS gruss,")],
  ['combined characters', (t) => t.replace('SELECT', "SELECT 'e\u0301 👩‍👩‍👧' AS family,")],
  ['tabs', (t) => t.replaceAll(' ', '\t')],
  ['CRLF', (t) => t.replaceAll('\n', '\r\n')],
  ['a byte order mark', (t) => `\uFEFF${t}`],
  ['all of them', (t) => `\uFEFF${t.replace('SELECT', "SELECT '🦆ü' AS duck,\t")}`.replaceAll('\n', '\r\n')],
];

const MISTAKES: readonly (readonly [string, string, string])[] = [
  ['a column', 'unknown-column', 'SELECT id, «amont»\nFROM raw.orders\n'],
  ['a quoted column', 'unknown-column', 'SELECT id, "größe", «"grösse🦆"»\nFROM raw.orders\n'],
  ['a table', 'unknown-table', 'SELECT id, 1 AS x\nFROM «raw.order»\n'],
  ['the syntax', 'syntax-error', 'SELECT id AS x\nFROM raw.orders\nWERE «"größe"» > 1\n'],
  ['a type', 'type-mismatch', 'SELECT id, "🦆" «>» 1 AS x\nFROM raw.orders\n'],
  ['a function', 'unknown-function', 'SELECT id, «summ»(id) AS x\nFROM raw.orders\n'],
];

test.each(
  MISTAKES.flatMap(([what, code, sql]) =>
    BEFORE.map(([name, change]) => [what, name, code, change(`MODEL (kind FULL);\n${sql}`)] as const),
  ),
)('%s after %s', async (_what, _name, code, marked) => {
  const error = await errorOf('models/m/x.sql', marked);
  expect([error.code, error.location?.start, error.location?.end]).toEqual([
    code,
    marked.indexOf('«'),
    marked.indexOf('»') - 1,
  ]);
  const before = marked.slice(0, marked.indexOf('«')).replace(/^\uFEFF/, '');
  const lines = before.split('\n');
  expect([error.location?.line, error.location?.column]).toEqual([
    lines.length,
    (lines.at(-1) ?? '').length + 1,
  ]);
  expect(error.location?.lineText).not.toMatch(/[\r\uFEFF]/);
});

test.each([
  ["name: 'ü🦆'\nstart: «nope»\n", 'config-invalid'],
  ["\uFEFFname: '🦆'\r\n«strat»: 2024-01-01\r\nstart: 2024-01-01\r\n", 'config-unknown-property'],
])('in YAML: %j', async (marked, code) => {
  const error = await errorOf('project.yaml', marked);
  expect([error.code, error.location?.start, error.location?.end]).toEqual([
    code,
    marked.indexOf('«'),
    marked.indexOf('»') - 1,
  ]);
});
