/** A mistake that two places explain, as every format shows it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { afterAll, expect, test } from 'vitest';
import { COMMAND } from './command.ts';
import { sarifErrors } from './sarif-schema.ts';

const [node, command] = COMMAND;

const folder = mkdtempSync(join(tmpdir(), 'sluice-places-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'models/a'), { recursive: true });
writeFileSync(join(folder, 'project.yaml'), 'name: p\nstart: 2024-01-01\n');
writeFileSync(join(folder, 'models/a/one.sql'), 'MODEL (\n  name a.one,\n  kind FULL\n);\nSELECT 1 AS id\n');
writeFileSync(join(folder, 'models/a/two.sql'), 'MODEL (kind FULL);\nSELECT o.idd\nFROM a.one AS o\n');

function compiled(format: string): { readonly out: string; readonly err: string } {
  const args = [command, 'compile', '--format', format];
  const done = spawnSync(node, args, {
    timeout: 120_000,
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(done.status).toBe(1);
  return { out: done.stdout, err: done.stderr };
}

const READ = "it was looked up in 'o', which is a.one";
const DECLARED = 'a.one is declared here; its columns are id';

test('in a terminal', () => {
  expect(compiled('text').err).toContain(
    [
      "error[unknown-column]: 'o' has no column 'idd'",
      ' --> models/a/two.sql:2:8',
      '  |',
      '2 | SELECT o.idd',
      '  |        ^^^^^',
      "  = help: Did you mean 'id'?",
      `note: ${READ}`,
      ' --> models/a/two.sql:3:6',
      '  |',
      '3 | FROM a.one AS o',
      '  |      ^^^^^',
      `note: ${DECLARED}`,
      ' --> models/a/one.sql:2:8',
      '  |',
      '2 |   name a.one,',
      '  |        ^^^^^',
    ].join('\n'),
  );
});

test('as JSON', () => {
  const { diagnostics } = JSON.parse(compiled('json').out) as { readonly diagnostics: readonly unknown[] };
  expect(diagnostics).toMatchObject([
    {
      code: 'unknown-column',
      path: 'models/a/two.sql',
      line: 2,
      column: 8,
      notes: [
        { message: READ, path: 'models/a/two.sql', line: 3, column: 6 },
        { message: DECLARED, path: 'models/a/one.sql', line: 2, column: 8 },
      ],
    },
  ]);
});

test('as annotations of GitHub', () => {
  expect(compiled('github').out.split('\n')[0]).toBe(
    "::error file=models/a/two.sql,line=2,endLine=2,col=8,endColumn=13,title=unknown-column::'o' has no column 'idd'" +
      `%0Anote: ${READ} (models/a/two.sql:3:6)%0Anote: ${DECLARED} (models/a/one.sql:2:8)%0Ahelp: Did you mean 'id'?`,
  );
});

test('as SARIF', () => {
  const log = JSON.parse(compiled('sarif').out) as Log;
  expect(sarifErrors(log)).toEqual([]);
  expect(log.runs[0]?.results?.[0]?.relatedLocations).toMatchObject([
    {
      message: { text: READ },
      physicalLocation: {
        artifactLocation: { uri: 'models/a/two.sql' },
        region: { startLine: 3, startColumn: 6, endColumn: 11 },
      },
    },
    {
      message: { text: DECLARED },
      physicalLocation: {
        artifactLocation: { uri: 'models/a/one.sql' },
        region: { startLine: 2, startColumn: 8, endColumn: 13 },
      },
    },
  ]);
});
