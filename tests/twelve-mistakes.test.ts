/** One run says all that is wrong with a project, each thing once and at the right character. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderDiagnostics } from '../packages/cli/src/render/diagnostics.ts';
import { PLAIN } from '../packages/cli/src/render/style.ts';
import { TestProject } from '../packages/core/test/support/project.ts';
import { TWELVE_MISTAKES } from '../packages/core/test/support/twelve-mistakes.ts';

const plain = (text: string): string => text.replace(/[«»]/g, '');

test('twelve mistakes in twelve files are twelve diagnostics, each where it is', async () => {
  await using project = new TestProject(
    Object.fromEntries(Object.entries(TWELVE_MISTAKES).map(([path, text]) => [path, plain(text)])),
  );
  const { diagnostics } = await (await project.workspace()).compile();
  const marked = Object.entries(TWELVE_MISTAKES).flatMap(([path, text]) =>
    text.includes('«') ? [`${path}:${text.indexOf('«')}-${text.indexOf('»') - 1}`] : [],
  );
  expect(marked).toHaveLength(12);
  const told = diagnostics.map((d) => `${d.location?.path}:${d.location?.start}-${d.location?.end}`);
  expect(told.toSorted()).toEqual(marked.toSorted());
  expect(diagnostics.every((d) => d.severity === 'error')).toBe(true);
  expect(
    diagnostics.map((d) => `${d.location?.path}:${d.location?.line}:${d.location?.column} ${d.code}`),
  ).toEqual([
    'models/marts/checked.sql:1:60 invalid-audit-argument',
    'models/marts/contract.sql:1:45 column-contract',
    'models/marts/customers.sql:4:21 unknown-column',
    'models/marts/daily.sql:2:59 unknown-property',
    'models/marts/hen.sql:1:13 cycle',
    'models/marts/late.sql:3:62 type-mismatch',
    'models/marts/orders_again.sql:1:13 duplicate-model',
    'models/marts/returns.sql:3:22 unknown-table',
    'models/marts/shares.sql:3:18 invalid-macro',
    'models/marts/typing.sql:4:6 syntax-error',
    'models/staging/refunds.sql:3:3 unknown-property',
    'sources.yaml:5:6 yaml-syntax',
  ]);
});

test('docs/diagnostics.md shows what it prints', async () => {
  await using project = new TestProject(
    Object.fromEntries(Object.entries(TWELVE_MISTAKES).map(([path, text]) => [path, plain(text)])),
  );
  const { diagnostics } = await (await project.workspace()).compile();
  const printed = renderDiagnostics(diagnostics, PLAIN);
  const page = readFileSync(join(import.meta.dirname, '../docs/diagnostics.md'), 'utf8');
  expect(page.includes(`$ sluice compile\n${printed}`), printed).toBe(true);
});
