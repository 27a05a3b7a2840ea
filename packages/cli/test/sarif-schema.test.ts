/** What the commands print as SARIF is valid SARIF 2.1.0, of a project with mistakes of many sorts and of one with none. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Log } from 'sarif';
import { afterAll, expect, test } from 'vitest';
import { COMMAND } from './command.ts';
import { sarifErrors } from './sarif-schema.ts';

const [node, command] = COMMAND;

const folder = mkdtempSync(join(tmpdir(), 'sluice-sarif-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function project(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return join(folder, name);
}

function logOf(cwd: string, ...args: readonly string[]): Log {
  const done = spawnSync(node, [command, ...args], {
    timeout: 120_000,
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(done.stderr).toBe('');
  return JSON.parse(done.stdout) as Log;
}

const YAML =
  "name: p\nstart: 2024-01-01\nsources:\n  raw:\n    o: { file: data/o.csv, columns: { id: BIGINT, 'so me': VARCHAR } }\n";

test.each([
  ['compile', 5],
  ['lint', 1],
])('%s', (command, least) => {
  const whole = project('whole', {
    'project.yaml': YAML,
    'data/o.csv': 'id,so me\n1,x\n',
    'models/a/whole.sql': "MODEL (kind FULL, description 'all of it');\nSELECT id FROM raw.o\n",
  });
  expect(sarifErrors(logOf(whole, command, '--format', 'sarif'))).toEqual([]);

  const broken = project('broken', {
    'project.yaml': YAML,
    'data/o.csv': 'id,so me\n1,x\n',
    'models/a/größe & co.sql': 'MODEL (name a.groesse, kind FULL);\nSELECT idd FROM raw.o\n',
    'models/a/one.sql': 'MODEL (name a.one, kind FULL);\nSELECT * FROM a.two\n',
    'models/a/two.sql': 'MODEL (name a.two, kind FULL);\nSELECT * FROM a.one\n',
    'models/a/syntax.sql': 'MODEL (kind FULL);\nSELECT FROM WHERE\n',
    'models/a/twice.sql': 'MODEL (name a.one, kind FULL);\nSELECT 1 AS x\n',
    'models/a/star.sql': 'MODEL (kind VIEW, onwer me);\nSELECT * FROM raw.o\n',
  });
  const log = logOf(broken, command, '--format', 'sarif');
  expect(sarifErrors(log)).toEqual([]);
  expect(log.runs[0]?.results?.length).toBeGreaterThanOrEqual(least);
});

test('what lint finds', () => {
  const cwd = project('untidy', {
    'project.yaml': `${YAML}lint: { no-select-star: error, no-missing-description: warn }\n`,
    'data/o.csv': 'id,so me\n1,x\n',
    'models/a/star.sql': 'MODEL (kind VIEW);\nSELECT * FROM raw.o\n',
  });
  const log = logOf(cwd, 'lint', '--format', 'sarif');
  expect(sarifErrors(log)).toEqual([]);
  expect(log.runs[0]?.results?.map((result) => result.ruleId)).toEqual(
    expect.arrayContaining(['lint/no-select-star']),
  );
});

test('a log that is not valid is noticed', () => {
  const bad = {
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Sluice' } }, results: [{ message: {}, level: 'fatal' }] }],
  };
  expect(sarifErrors(bad)).toEqual([
    '/runs/0/results/0/level must be equal to one of the allowed values',
    "/runs/0/results/0/message must have required property 'text'",
    "/runs/0/results/0/message must have required property 'id'",
    '/runs/0/results/0/message must match a schema in anyOf',
  ]);
});
