import type { SourceRefreshDocument } from '@sluice/core';
import { expect, test } from 'vitest';
import { renderSourceRefresh } from '../src/render/source-refresh.ts';
import { PLAIN } from '../src/render/style.ts';
import { run } from '../src/run.ts';
import { answer, fakeContext, workspace } from './fakes.ts';

type Table = SourceRefreshDocument['sources'][number];

function table(more: Partial<Table> = {}): Table {
  const columns = { added: [], removed: [], retyped: [] };
  return { name: 'crm.visits', status: 'unchanged', columns, reordered: false, ...more };
}

function document(sources: readonly Table[], check = false): SourceRefreshDocument {
  return { schema_version: 1, check, file: 'sources.yaml', sources, diagnostics: [] };
}

const CHANGED = table({
  status: 'changed',
  columns: {
    added: [{ name: 'a', type: 'INTEGER' }],
    removed: [{ name: 'b', type: 'DATE' }],
    retyped: [{ name: 'c', from: 'INTEGER', to: 'BIGINT' }],
  },
  reordered: true,
});

test('what differs is shown column by column', () => {
  const columns =
    '~ crm.visits\n    + a INTEGER\n    - b DATE\n    ~ c INTEGER → BIGINT\n    ~ the order of its columns\n';
  expect(renderSourceRefresh(document([CHANGED]), PLAIN)).toBe(
    `${columns}\n✓ 1 table written to sources.yaml.\n`,
  );
  expect(renderSourceRefresh(document([CHANGED, table()], true), PLAIN)).toBe(
    `${columns}\n✗ sources.yaml is not what the warehouse has: 1 table differs. Run sluice sources refresh.\n`,
  );
  expect(renderSourceRefresh(document([table()]), PLAIN)).toBe(
    '✓ sources.yaml is what the warehouse has: 1 table.\n',
  );
  expect(renderSourceRefresh(document([]), PLAIN)).toContain('No table that others keep');
});

test.each([
  [[CHANGED], true, 1],
  [[CHANGED], false, 0],
  [[table()], true, 0],
] as const)('exit codes', async (sources, check, code) => {
  const context = fakeContext({
    workspace: workspace({
      refreshSources: async (names, options) => {
        expect([names, options]).toEqual([['crm.visits'], { check }]);
        return answer(document(sources, check));
      },
    }),
  });
  const args = ['sources', 'refresh', 'crm.visits', ...(check ? ['--check'] : [])];
  expect(await run(args, context)).toBe(code);
});
