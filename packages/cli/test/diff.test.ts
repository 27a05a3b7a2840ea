import { expect, test } from 'vitest';
import type { DiffDocument, ModelDiffDocument } from '@sluice/core';
import { renderDiffMarkdown } from '../src/render/diff-markdown.ts';
import { renderDiff } from '../src/render/diff.ts';

const PLAIN = { color: false, width: 100 } as Parameters<typeof renderDiff>[1];

const MODEL: ModelDiffDocument = {
  model: 'marts.orders',
  status: 'changed',
  shared: false,
  grain: ['id'],
  note: null,
  columns_added: [{ name: 'extra', type: 'VARCHAR' }],
  columns_removed: [],
  columns_retyped: [{ name: 'amount', from: 'BIGINT', to: 'DOUBLE' }],
  rows: { before: 4000, after: 4001, added: 1, removed: 0, changed: 2 },
  values: [{ column: 'note', changed: 2, share: 0.0005 }],
  samples: {
    added: [{ id: 5, note: 'a|b' }],
    removed: [],
    changed: [
      { key: { id: 2 }, values: [{ column: 'note', before: '<code><img src=x></code>', after: null }] },
    ],
  },
};

const DOCUMENT: DiffDocument = {
  schema_version: 1,
  before: 'prod',
  after: 'dev',
  models: [
    MODEL,
    { ...MODEL, model: 'marts.same', status: 'same' },
    { ...MODEL, model: 'a.new', status: 'added' },
  ],
  summary: '3 models: 1 changed, 1 added, 1 the same.',
};

test('for a terminal', () => {
  expect(renderDiff(DOCUMENT, PLAIN)).toBe(`~ marts.orders  1 added, 2 changed; 4,000 → 4,001 rows
    + extra VARCHAR
    ~ amount BIGINT → DOUBLE
    note: 2 other values (0.1 % of rows)
    row     column  prod                      dev
    ──────  ──────  ────────────────────────  ────
    id = 2  note    <code><img src=x></code>  NULL
    only in dev
    id  note
    ──  ────
    5   a|b

+ a.new  only in dev

3 models: 1 changed, 1 added, 1 the same.
`);
});

test('for a comment; no value can break out of its cell', () => {
  const text = renderDiffMarkdown(DOCUMENT);
  expect(text).toContain('| <code>marts.orders</code> | 1 added, 2 changed; 4,000 → 4,001 rows |');
  expect(text).toContain('| `<code><img src=x></code>` | `NULL` |');
  expect(text.replaceAll(/`[^`\n]*`/g, '')).not.toContain('<img');
  expect(text).toContain(String.raw`a\|b`);
  expect(text).toContain('only in <code>dev</code>');
});
