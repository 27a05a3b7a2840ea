/** The lineage suite: every construct several times and combined, against DuckDB's DESCRIBE and against the hand. */
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile, type Column, type ColumnRef, type Compiled } from '../src/compile/index.ts';
import { createDuckDbBinder } from '../src/engine/duckdb/duckdb-binder.ts';
import { loadProject } from '../src/project/index.ts';
import { CASES, MACROS, TABLES, type LineageCase } from './lineage.cases.ts';

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const yaml = (text: string): string => JSON.stringify(text);

const PROJECT = [
  'name: suite',
  'start: 2024-01-01',
  'sources:',
  '  s:',
  ...Object.entries(TABLES).map(([name, columns]) => {
    const list = Object.entries(columns).map(([c, type]) => `${yaml(c)}: ${yaml(type)}`);
    return `    ${yaml(name.slice(2))}: { table: ${yaml(`outside.t_${name.slice(2).toLowerCase().replaceAll(' ', '_')}`)}, cron: '@daily', columns: { ${list.join(', ')} } }`;
  }),
  '',
].join('\n');

async function compileProject(models: Readonly<Record<string, string>>): Promise<Compiled> {
  const files: Readonly<Record<string, string>> = {
    'project.yaml': PROJECT,
    'macros/suite.sql': MACROS.map((m) => `${m};\n`).join(''),
    ...models,
  };
  const { value, diagnostics } = loadProject({
    list: (folder) => Object.keys(files).filter((p) => p.startsWith(`${folder}/`)),
    read: (path) => files[path],
  });
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('no project');
  const binder = await createDuckDbBinder();
  try {
    return await compile({ project: value, binder, discovered: new Map(), settings: async () => '' });
  } finally {
    binder.close();
  }
}

const model = (query: string, kind = 'VIEW'): string => `MODEL (kind ${kind});\n${query}\n`;
/** A view cannot call macros of the project. */
const kindOf = (c: LineageCase): string => (c.about.includes('of the project') ? 'FULL' : 'VIEW');
const refs = (all: readonly ColumnRef[]): string =>
  all.map((r) => `${r.model.replace(/^s\./, '')}.${r.column}`).join(' ');

const name = (i: number): string => `q.c${String(i).padStart(3, '0')}`;

describe('the suite', () => {
  let compiled: Compiled;
  let duckdb: DuckDBInstance;

  beforeAll(async () => {
    compiled = await compileProject(
      Object.fromEntries(
        CASES.map((c, i) => [`models/${name(i).replace('.', '/')}.sql`, model(c.sql, kindOf(c))]),
      ),
    );
    duckdb = await DuckDBInstance.create(':memory:');
    const connection = await duckdb.connect();
    await connection.run('CREATE SCHEMA s');
    for (const [table, columns] of Object.entries(TABLES)) {
      const list = Object.entries(columns).map(([c, type]) => `${quote(c)} ${type}`);
      await connection.run(`CREATE TABLE s.${quote(table.slice(2))} (${list.join(', ')})`);
    }
    for (const macro of MACROS) await connection.run(macro);
    connection.closeSync();
  });
  afterAll(() => duckdb.closeSync());

  test('is large enough', () => expect(CASES.length).toBeGreaterThanOrEqual(80));

  test.each(CASES.map((c, i) => [c.about, c.sql, c.lineage, i] as const))(
    '%s: %s',
    async (_, sql, expected, i) => {
      const node = compiled.nodes.get(name(i));
      const errors = compiled.diagnostics.filter(
        (d) => d.location?.path === `models/${name(i).replace('.', '/')}.sql` && d.severity === 'error',
      );
      expect(errors).toEqual([]);
      if (node?.node !== 'model') throw new Error('not compiled');
      expect(node.columns.map(withoutCollation), 'names and types').toEqual(await describeQuery(duckdb, sql));
      if (node.lineage === undefined) {
        expect('?').toBe(expected);
        return;
      }
      const columns = node.lineage.columns.map((c) => (c.direct ? '=' : '') + refs(c.sources)).join('; ');
      expect(`${columns} | ${refs(node.lineage.influence)}`.trim()).toBe(expected);
    },
  );
});

/** Collations decide how a column compares, so Sluice keeps them; DESCRIBE does not show them. */
function withoutCollation(c: Column): Column {
  return { ...c, type: c.type.replace(/ COLLATE \w+$/, '') };
}

async function describeQuery(duckdb: DuckDBInstance, sql: string): Promise<readonly Column[]> {
  const connection = await duckdb.connect();
  try {
    const reader = await connection.runAndReadAll(`DESCRIBE FROM (\n${sql}\n)`);
    return reader.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  } finally {
    connection.closeSync();
  }
}
