import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'sql-formatter';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SourceText } from '../diagnostic/index.ts';
import { parseModelFile } from '../model/index.ts';
import type { ProjectFiles } from '../project/index.ts';
import type { RenderContext } from '../render/index.ts';
import { auditSql } from './audit-sql.ts';
import { resolveAudit } from './bind-audit.ts';
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

function sqlOf(call: string, relation = 'this', parts: readonly string[] = []): string {
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
  return auditSql(resolved.value, { relation, where: undefined, parts }, CONTEXT).value?.sql ?? '';
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

test('every audit of the library has a case', () => {
  const tried = new Set(LIBRARY_CASES.map((c) => c.call.split('(', 1)[0]));
  expect(LIBRARY.flatMap((part) => part.audits.map((a) => a.name)).filter((n) => !tried.has(n))).toEqual([]);
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
