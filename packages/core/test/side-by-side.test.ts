/** No global state: what one workspace answers does not depend on what others in the process are doing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../src/index.ts';
import { TestProject, type Files } from './support/project.ts';

/** Two projects of the same names in which nothing is the same: columns, variables, macros in SQL and in TypeScript, audits. */
function files(type: string, value: string, operator: string): Files {
  return {
    'project.yaml': `name: p\nstart: 2024-01-01\nvariables: { v: ${value} }\nsources:\n  raw:\n    rows: { file: rows.csv, columns: { id: ${type} } }\n`,
    'rows.csv': 'id\n1\n2\n',
    'macros/own.ts': `export const own = (v: string) => \`(\${v} ${operator} 2)\`;\n`,
    'macros/sql.sql': `CREATE MACRO twice(a) AS a ${operator} a;\n`,
    'audits/odd.sql': `AUDIT (name odd);\nSELECT * FROM @this_model WHERE n ${operator} 1 = -99\n`,
    'models/m/a.sql':
      "MODEL (name m.a, kind FULL, audits (odd()));\nSELECT id, twice(id) AS n, @own(id) AS o, @var('v') AS v FROM raw.rows\n",
    'models/m/b.sql': 'MODEL (name m.b, kind FULL);\nSELECT n, o FROM m.a\n',
  };
}

const PROJECTS = [files('BIGINT', '1', '+'), files('DOUBLE', 'one', '*')] as const;

async function everything(root: string): Promise<unknown> {
  const workspace = await openWorkspace({ root, now: () => Date.parse('2024-02-01T06:00:00Z') });
  const session = workspace.openSession();
  try {
    const compiled = (await workspace.compile()).document;
    const sessions: unknown[] = [];
    for (const more of ['', ', 1 AS more', '']) {
      writeFileSync(
        join(root, 'models/m/b.sql'),
        `MODEL (name m.b, kind FULL);\nSELECT n, o${more} FROM m.a\n`,
      );
      sessions.push((await session.compile()).document);
    }
    const lineage = (await workspace.lineage('m.b', 'upstream', { depth: Infinity })).document;
    const plan = (await workspace.plan('prod')).document;
    const applied = (await workspace.apply('prod')).document.status;
    const rows = (await workspace.query('SELECT * FROM m.a ORDER BY id', 'prod')).document;
    return { compiled, sessions, lineage, plan: { ...plan, files: [] }, applied, rows };
  } finally {
    await session.close();
    await workspace.close();
  }
}

/** The same project in a folder that it had for itself, or shared the process with others. */
async function inFolder(contents: Files): Promise<unknown> {
  await using project = new TestProject(contents);
  return await everything(project.root);
}

test(
  'two projects compile, plan and apply at the same time in one process',
  { timeout: 60_000 },
  async () => {
    const alone = [await inFolder(PROJECTS[0]), await inFolder(PROJECTS[1])];
    expect(alone[0]).not.toEqual(alone[1]);
    for (let round = 0; round < 2; round++) {
      const together = await Promise.all([...PROJECTS, ...PROJECTS].map(inFolder));
      expect(together).toEqual([...alone, ...alone]);
    }
  },
);
