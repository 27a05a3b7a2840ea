/** Diagnostics of unknown columns say where the column was looked up: in the query, and where the table is declared. */
import { expect, test } from 'vitest';
import { TestProject, type Files } from './support/project.ts';

const FILES: Files = {
  'project.yaml':
    'name: p\nstart: 2024-01-01\nsources:\n  raw:\n    o: { file: data/o.csv, columns: { id: BIGINT, state: VARCHAR } }\n',
  'data/o.csv': 'id,state\n1,paid\n',
  'models/a/clean.sql': 'MODEL (name a.clean, kind FULL);\nSELECT id, state FROM raw.o\n',
};

/** Place and text of what points elsewhere, of the one mistake in a model. */
async function lookedUp(query: string): Promise<readonly string[]> {
  await using project = new TestProject({
    ...FILES,
    'models/b/reader.sql': `MODEL (kind FULL);\n${query}\n`,
  });
  const { diagnostics } = await (await project.workspace()).compile();
  expect(diagnostics.map((d) => d.code)).toEqual(['unknown-column']);
  return (diagnostics[0]?.notes ?? []).map(({ message, location: at }) => {
    if (at === undefined) return message;
    const marked = at.lineText.slice(at.column - 1, at.line === at.endLine ? at.endColumn - 1 : undefined);
    return `${at.path}:${at.line}:${at.column} ‹${marked}› ${message}`;
  });
}

const CLEAN = 'models/a/clean.sql:1:13 ‹a.clean› a.clean is declared here; its columns are id, state';
const RAW = 'project.yaml:5:5 ‹o› raw.o is declared here; its columns are id, state';

test.each<[string, string, readonly string[]]>([
  [
    'a model',
    'SELECT idd\nFROM a.clean',
    ['models/b/reader.sql:3:6 ‹a.clean› it was looked up in a.clean', CLEAN],
  ],
  ['a source', 'SELECT idd FROM raw.o', ['models/b/reader.sql:2:17 ‹raw.o› it was looked up in raw.o', RAW]],
  [
    'the table that is named, of two',
    'SELECT o.id, c.stat FROM raw.o\nJOIN a.clean AS c USING (id)',
    ["models/b/reader.sql:3:6 ‹a.clean› it was looked up in 'c', which is a.clean", CLEAN],
  ],
  [
    'both tables, where none is named',
    'SELECT stat FROM raw.o, a.clean c',
    [
      'models/b/reader.sql:2:18 ‹raw.o› it was looked up in raw.o',
      RAW,
      "models/b/reader.sql:2:25 ‹a.clean› it was looked up in 'c', which is a.clean",
      CLEAN,
    ],
  ],
  [
    'a CTE',
    'WITH one AS (SELECT 1 AS id),\n  kept (n) AS MATERIALIZED (SELECT id FROM a.clean)\nSELECT k.m FROM kept AS k, one',
    ["models/b/reader.sql:3:3 ‹kept› it was looked up in the CTE 'kept'"],
  ],
  [
    'a CTE of the same name as a column, quoted',
    'WITH "the id" AS (SELECT id AS "the id" FROM a.clean)\nSELECT "the ID" + x FROM "the id"',
    ['models/b/reader.sql:2:6 ‹"the id"› it was looked up in the CTE \'the id\''],
  ],
  [
    'a subquery',
    'SELECT q.z FROM (SELECT id FROM a.clean) AS q',
    ["models/b/reader.sql:2:45 ‹q› it was looked up in the subquery 'q'"],
  ],
  [
    'the query around a subquery',
    'SELECT EXISTS (SELECT 1 FROM raw.o WHERE o.id = c.nothing) FROM a.clean c',
    ["models/b/reader.sql:2:65 ‹a.clean› it was looked up in 'c', which is a.clean", CLEAN],
  ],
  [
    'behind a character of four bytes, through a macro',
    "@DEF(shown, 🦆);\nSELECT '@shown' AS duck, c.idd FROM @EACH([1], x -> a.clean) AS c",
    ["models/b/reader.sql:3:53 ‹a.clean› it was looked up in 'c', which is a.clean", CLEAN],
  ],
  ['more tables than help', 'SELECT zz FROM raw.o a, raw.o b, raw.o c, raw.o d', []],
])('%s', async (_, query, expected) => {
  expect(await lookedUp(query)).toEqual(expected);
});
