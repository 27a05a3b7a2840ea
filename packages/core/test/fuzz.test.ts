/**
 * Whatever an author's editor leaves behind, compiling ends in diagnostics or success: nothing is thrown, nothing hangs,
 * and every error says where it is. SLUICE_FUZZ=20000 for a long search, SLUICE_FUZZ_SEED for another one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile, type Binder } from '../src/compile/index.ts';
import type { Diagnostic } from '../src/diagnostic/index.ts';
import { createDuckDbBinder } from '../src/engine/duckdb/duckdb-binder.ts';
import { loadProject, nodeFiles } from '../src/project/index.ts';
import { tokenize } from '../src/sql/tokens.ts';

const RUNS = Number(process.env['SLUICE_FUZZ'] ?? 300);
const SEED = Number(process.env['SLUICE_FUZZ_SEED'] ?? 20260721);

/** The repository's own project, and files that use what it does not. */
const root = join(import.meta.dirname, '../../..');
const EXTRA: Readonly<Record<string, string>> = {
  'models/extra/macros.sql': `MODEL (
  name extra.macros,
  kind INCREMENTAL_BY_TIME_RANGE (time_column (order_date, '%Y-%m-%d'), lookback 2, batch_size 10),
  cron '@daily', start '2025-01-01', grain (order_date, customer_id), tags (a, "b c"), owner 'me',
  description 'ein Umlaut: ü, ein 🦆', column_descriptions (order_date = 'the day'),
  audits (not_null(columns := (order_date)), unique_combination_of_columns(columns := (order_date, customer_id)), number_of_rows(threshold := 1, severity := warn))
);
@DEF(limit_of, 10);
-- a comment with 'quotes' and "names"
SELECT order_date::DATE AS order_date, customer_id, /* ünï */ @IF(@limit_of > 5, sum(net_revenue), 0) AS revenue,
  @EACH([1, 2, 3], x -> x + @x AS plus_@{x})
FROM staging.transactions
WHERE order_date BETWEEN @start_ds AND @end_ds AND @AND(customer_id > 0, NULL) AND 'it''s' <> $$dollar$$
GROUP BY ALL
HAVING count(*) > @VAR('threshold', 0);
`,
  'models/extra/seeded.sql': `MODEL (name extra.seeded, kind SEED (path '../../seeds/channel_names.csv'), columns (channel VARCHAR, name VARCHAR));`,
  'models/extra/contract.sql': `MODEL (name extra.contract, kind VIEW, columns (a INTEGER, b VARCHAR), enabled true);
WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r WHERE a < 3)
SELECT a, '🦆' || a::VARCHAR AS b FROM r`,
  'audits/extra.sql': `AUDIT (name assert_extra, defaults (least = 3), blocking false);
SELECT * FROM @this_model WHERE @column < @least AND 'ä' <> 'b';
`,
};

const files = nodeFiles(root);
const texts = new Map<string, string>(
  ['project.yaml', ...files.list('models'), ...files.list('audits')].map((path) => [
    path,
    readFileSync(join(root, path), 'utf8'),
  ]),
);
for (const [path, text] of Object.entries(EXTRA)) texts.set(path, text);
const paths = [...texts.keys()].filter((p) => /\.(sql|yaml)$/.test(p));

type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly byte: number }
  | { readonly kind: 'drop' | 'double'; readonly at: number }
  | { readonly kind: 'swap'; readonly at: number; readonly other: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string };

/** A place in a file, as a share of its length; without fast-check's bias, which would spoil first words only. */
const position = fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((n) => n / 1_000_000);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: position, byte: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constantFrom<'drop' | 'double'>('drop', 'double'), at: position }),
  fc.record({ kind: fc.constant('swap' as const), at: position, other: position }),
  fc.record({ kind: fc.constant('cut' as const), at: position }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: position,
    text: fc.constantFrom(
      '(',
      ')',
      '@',
      '@{',
      "'",
      '"',
      '$$',
      ';',
      ',',
      '--',
      '/*',
      '*/',
      ':',
      '\n',
      '\t',
      '\r',
      '\u0000',
      '🦆',
      '\ud800',
      'NULL',
      '[',
      '{',
      '&a',
      '*a',
      '@EACH(',
      '@DEF(x, @x);',
      '1e999',
    ),
  }),
);

function pieces(path: string, text: string): readonly string[] {
  return path.endsWith('.yaml')
    ? (text.match(/\s+|[\w.@%/-]+|[^\s\w]/g) ?? [])
    : tokenize(text).map((t) => text.slice(t.start, t.end));
}

const index = (length: number, at: number): number => Math.floor(at * length);

function mutate(path: string, text: string, m: Mutation): string {
  switch (m.kind) {
    case 'flip': {
      const bytes = Buffer.from(text);
      const at = index(bytes.length, m.at);
      bytes[at] = (bytes[at] ?? 0) ^ m.byte;
      return bytes.toString('utf8');
    }
    case 'cut':
      return text.slice(0, index(text.length, m.at));
    case 'insert': {
      const at = index(text.length, m.at);
      return text.slice(0, at) + m.text + text.slice(at);
    }
    default: {
      const parts = [...pieces(path, text)];
      const at = index(parts.length, m.at);
      const one = parts[at] ?? '';
      if (m.kind === 'drop') parts.splice(at, 1);
      if (m.kind === 'double') parts.splice(at, 0, one);
      if (m.kind === 'swap') {
        const other = index(parts.length, m.other);
        parts[at] = parts[other] ?? '';
        parts[other] = one;
      }
      return parts.join('');
    }
  }
}

/** What may be said without a place: there is nothing to point at. */
const PLACELESS = new Set(['project-not-found']);

function badPlace(d: Diagnostic, current: ReadonlyMap<string, string>): string | undefined {
  const at = d.location;
  if (at === undefined) return PLACELESS.has(d.code) ? undefined : 'no place';
  const text = current.get(at.path);
  if (text === undefined) return `a place in ${at.path}, which is no file`;
  const isInside =
    at.start >= 0 && at.start <= at.end && at.end <= text.length && at.line >= 1 && at.column >= 1;
  return isInside ? undefined : `a place outside the text: ${at.start} to ${at.end} of ${text.length}`;
}

let binder: Binder;
beforeAll(async () => {
  binder = await createDuckDbBinder();
});
afterAll(() => binder.close());

async function outcome(current: ReadonlyMap<string, string>): Promise<readonly Diagnostic[]> {
  const loaded = loadProject({
    list: (folder) => [...current.keys()].filter((p) => p.startsWith(`${folder}/`)).sort(),
    read: (path) => current.get(path) ?? files.read(path),
  });
  if (loaded.value === undefined) {
    expect(loaded.diagnostics, 'a project that cannot be loaded says why').not.toEqual([]);
    return loaded.diagnostics;
  }
  const compiled = await compile({
    project: loaded.value,
    binder,
    discovered: new Map(),
    settings: async () => '',
  });
  return [...loaded.diagnostics, ...compiled.diagnostics];
}

test('the files are good before they are spoilt', async () => {
  const found = await outcome(texts);
  expect(found.filter((d) => d.severity === 'error').map((d) => `${d.location?.path}: ${d.message}`)).toEqual(
    [],
  );
});

test(
  `${RUNS} spoilt projects`,
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        async (path, mutations) => {
          const spoilt = mutations.reduce((text, m) => mutate(path, text, m), texts.get(path) ?? '');
          const current = new Map(texts).set(path, spoilt);
          const started = performance.now();
          const found = await outcome(current);
          expect(performance.now() - started, `time, for\n${spoilt}`).toBeLessThan(10_000);
          for (const d of found) {
            expect(d.code, `${d.message}\n${spoilt}`).not.toBe('internal');
            expect(badPlace(d, current), `${d.code}: ${d.message}\n${spoilt}`).toBeUndefined();
          }
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: false },
    );
  },
  Math.max(120_000, RUNS * 400),
);
