import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'sql-formatter';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verdict } from '../apply/audits.ts';
import { SourceText } from '../diagnostic/index.ts';
import { parseModelFile } from '../model/index.ts';
import type { ProjectFiles } from '../project/index.ts';
import type { RenderContext } from '../render/index.ts';
import { auditSql } from './audit-sql.ts';
import { resolveAudit, type ResolvedAudit } from './bind-audit.ts';
import { BY_HAND, TABLES } from './library.by-hand.ts';
import { LIBRARY_CASES } from './library.cases.ts';
import { LIBRARY } from './library.ts';
import type { LibraryAudit } from './library/library-audit.ts';

const NOW = Date.UTC(2024, 2, 1, 12);
const CONTEXT: RenderContext = {
  interval: { start: NOW, end: NOW },
  executionTime: NOW,
  variables: {},
  thisModel: undefined,
  modelKind: undefined,
  parameters: new Map(),
  blueprint: new Map(),
  columns: undefined,
  macros: new Map(),
  gateway: '',
  environment: 'prod',
  stage: 'auditing',
};

const NO_FILES: ProjectFiles = { list: () => [], read: () => undefined };

let connection: DuckDBConnection;
let close: () => void;
beforeAll(async () => {
  const instance = await DuckDBInstance.create();
  connection = await instance.connect();
  close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  await connection.run('CREATE SCHEMA staging');
});
afterAll(() => close());

function resolve(call: string): ResolvedAudit {
  const source = new SourceText(
    'models/a.sql',
    `MODEL (name a.b, kind FULL, audits (${call}));\nSELECT 1 AS a`,
  );
  const [parsed] = parseModelFile(source, { files: NO_FILES });
  const [found] = parsed?.value?.audits ?? [];
  if (found === undefined) throw new Error(`no audit in ${call}`);
  const resolved = resolveAudit(found, new Map());
  expect(resolved.diagnostics).toEqual([]);
  if (resolved.value === undefined) throw new Error(`not resolved: ${call}`);
  return resolved.value;
}

function sqlOf(call: string, relation = 'this', parts: readonly string[] = []): string {
  return auditSql(resolve(call), { relation, where: undefined, parts }, CONTEXT).value?.sql ?? '';
}

async function fill(table: string, columns: string, rows: string): Promise<void> {
  await connection.run(`CREATE OR REPLACE TABLE ${table} (${columns})`);
  if (rows !== '') await connection.run(`INSERT INTO ${table} VALUES ${rows}`);
}

const HALVES = ['rowid < 2', 'rowid >= 2'];

test.each(LIBRARY_CASES)('$call', async ({ call, columns, data, other }) => {
  if (other !== undefined) await fill('staging.other', other.columns, other.rows);
  for (const { rows, finds } of data) {
    await fill('this', columns, rows);
    const found = await connection.runAndReadAll(`SELECT count(*) FROM (\n${sqlOf(call)}\n)`);
    expect(Number(found.getRowsJson()[0]?.[0]), rows).toBe(finds);
    const inParts = await connection.runAndReadAll(
      `SELECT count(*) FROM (\n${sqlOf(call, 'this', HALVES)}\n)`,
    );
    expect(Number(inParts.getRowsJson()[0]?.[0]), `${rows}, in parts`).toBe(finds);
  }
});

/** The rows that `condition` leaves, for a query that knows nothing of it. */
const some = (sql: string): string =>
  `WITH this AS (SELECT * FROM main.this WHERE c IS DISTINCT FROM 3) SELECT * FROM (${sql})`;

async function count(sql: string): Promise<number> {
  return Number((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0]);
}

describe('beside SQL by hand', () => {
  beforeAll(async () => {
    for (const table of TABLES) await connection.run(table);
  });

  test.each(Object.entries(BY_HAND))('%s', async (call, byHand) => {
    const all = await count(byHand);
    expect(await count(`SELECT count(*) FROM (\n${sqlOf(call)}\n)`)).toBe(all);
    for (const name of ['condition', 'where', 'row_condition', 'from_condition']) {
      const limited = `${call.slice(0, -1)}, ${name} := c IS DISTINCT FROM 3)`;
      expect(await count(`SELECT count(*) FROM (\n${sqlOf(limited)}\n)`)).toBe(await count(some(byHand)));
    }
    // Both limits, where they hold and where one row too many is bad.
    const share = all / 3000;
    expect(judge(`${call.slice(0, -1)}, max_rows := ${all})`, all)).toBe(all === 0 ? 'passed' : 'tolerated');
    if (share > 1) return;
    expect(judge(`${call.slice(0, -1)}, max_share := ${Math.min(1, share * 1.001)})`, all)).toBe(
      all === 0 ? 'passed' : 'tolerated',
    );
    if (all === 0) return;
    expect(judge(`${call.slice(0, -1)}, max_rows := ${all - 1})`, all)).toBe('failed');
    expect(judge(`${call.slice(0, -1)}, max_rows := ${all}, max_share := ${share * 0.99})`, all)).toBe(
      'failed',
    );
  });

  test('most of them find something there', async () => {
    const counts = await Promise.all(Object.values(BY_HAND).map(count));
    expect(counts.filter((n) => n === 0).length).toBeLessThan(8);
  });
});

/** What becomes of an audit that found so many of 3,000 rows. */
function judge(call: string, found: number): string {
  return verdict(resolve(call).tolerance, found, 3000);
}

test('by another name it is the same audit', () => {
  for (const { name, aliases, example } of LIBRARY.flatMap(({ audits }) => audits))
    for (const alias of [...aliases, `${name}_non_blocking`])
      expect(sqlOf(example.replace(name, alias)), alias).toBe(sqlOf(example));
});

test('by other names its arguments are the same', () => {
  for (const { parameters, example } of LIBRARY.flatMap(({ audits }) => audits))
    for (const { name, aliases = [] } of parameters)
      for (const alias of aliases)
        if (new RegExp(`\\b${name} :=`).test(example))
          expect(sqlOf(example.replace(new RegExp(`\\b${name} :=`), `${alias} :=`)), alias).toBe(
            sqlOf(example),
          );
});

test('every audit of the library has cases, and a query by hand', () => {
  const names = LIBRARY.flatMap((part) => part.audits.map((a) => a.name));
  for (const calls of [LIBRARY_CASES.map((c) => c.call), Object.keys(BY_HAND)]) {
    const tried = new Set(calls.map((call) => call.split('(', 1)[0]));
    expect(names.filter((n) => !tried.has(n))).toEqual([]);
  }
  // Each of them passes somewhere, and finds something somewhere; NULLs are among the data.
  for (const name of names) {
    const data = LIBRARY_CASES.filter((c) => c.call.startsWith(`${name}(`)).flatMap((c) => c.data);
    const has = [
      data.some((d) => d.finds === 0),
      data.some((d) => d.finds > 0),
      data.some((d) => d.rows.includes('NULL')),
    ];
    expect(has, name).toEqual([true, true, true]);
  }
});

test('every example of the reference is a call that the library understands', () => {
  for (const { audits } of LIBRARY) for (const a of audits) expect(sqlOf(a.example)).toContain('this');
});

test('no name means two audits', () => {
  const names = LIBRARY.flatMap(({ audits }) => audits.flatMap((a) => [a.name, ...a.aliases]));
  expect(new Set(names).size).toBe(names.length);
});

/** `SLUICE_WRITE_DOCS=1` writes the page anew. */
test('docs/audit-library.md shows each audit with its SQL', () => {
  const page = new URL('../../../../docs/audit-library.md', import.meta.url);
  if (process.env['SLUICE_WRITE_DOCS'] !== undefined) writeFileSync(page, reference());
  expect(readFileSync(page, 'utf8')).toBe(reference());
});

function reference(): string {
  const audits = LIBRARY.flatMap((part) => part.audits);
  const lines = [
    '# The library of audits',
    '',
    `${audits.length} audits come with Sluice. How they are called, when they run and what happens when they fail, says`,
    '[audits.md](audits.md). `this` stands for the audited rows. What is unknown because of a NULL is not bad, unless an audit is',
    'about NULL: let `not_null` say that, once.',
  ];
  for (const { about, audits: part } of LIBRARY) {
    lines.push('', `## ${about}`);
    for (const audit of part) lines.push('', ...section(audit));
  }
  return `${lines.join('\n')}\n`;
}

function section(audit: LibraryAudit): readonly string[] {
  const parameters = audit.parameters.map((p) => {
    const aliases = p.aliases?.length ? ` (also ${p.aliases.map((a) => `\`${a}\``).join(', ')})` : '';
    return `- \`${p.name}\`${p.required === true ? ', required' : ''}${aliases}`;
  });
  const aliases =
    audit.aliases.length > 0 ? [`Also called ${audit.aliases.map((a) => `\`${a}\``).join(', ')}.`, ''] : [];
  return [
    `### \`${audit.name}\``,
    '',
    `\`${audit.example}\``,
    '',
    audit.asks,
    '',
    `A NULL ${audit.nulls}.`,
    '',
    ...aliases,
    ...parameters,
    '',
    '```sql',
    format(sqlOf(audit.example), {
      language: 'duckdb',
      keywordCase: 'upper',
      expressionWidth: 110,
    }).replaceAll(/"(\w+)"/g, '$1'),
    '```',
  ];
}
