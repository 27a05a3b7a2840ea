import type { ImpactDocument, LineageDocument, VersionDocument } from '@sluice/core';
import { expect, test } from 'vitest';
import { renderImpact } from '../src/render/impact.ts';
import { renderLineageTree } from '../src/render/lineage-tree.ts';
import { PLAIN } from '../src/render/style.ts';
import { renderVersion } from '../src/render/version.ts';

const lines = (text: string): readonly string[] => text.trimEnd().split('\n');

const TREE: LineageDocument = {
  schema_version: 1,
  model: 'c.x',
  direction: 'upstream',
  columns: [],
  influence: [],
  unknown: false,
  column: null,
  depth: null,
  graph: {
    nodes: [
      { model: 'c.x', column: 'a', type: 'INTEGER', node: 'model', distance: 0, unknown: false },
      { model: 'c.x', column: 'one', type: 'INTEGER', node: 'model', distance: 0, unknown: false },
      { model: 'c.x', column: null, type: null, node: 'model', distance: 0, unknown: false },
      { model: 'b.y', column: 'a', type: 'BIGINT', node: 'model', distance: 1, unknown: false },
      { model: 'raw.o', column: 'a', type: 'BIGINT', node: 'source', distance: 2, unknown: false },
      { model: 'b.z', column: 'k', type: 'BIGINT', node: 'model', distance: 1, unknown: true },
    ],
    edges: [
      { from: { model: 'b.y', column: 'a' }, to: { model: 'c.x', column: 'a' }, kind: 'value' },
      { from: { model: 'b.z', column: 'k' }, to: { model: 'c.x', column: null }, kind: 'influence' },
      { from: { model: 'b.y', column: 'a' }, to: { model: 'c.x', column: null }, kind: 'influence' },
      { from: { model: 'raw.o', column: 'a' }, to: { model: 'b.y', column: 'a' }, kind: 'copy' },
    ],
  },
};

test('a tree, each branch once', () => {
  expect(lines(renderLineageTree(TREE, PLAIN))).toEqual([
    'c.x comes from:',
    '',
    'a  INTEGER',
    '└─ b.y.a  BIGINT (computed)',
    '   └─ raw.o.a  BIGINT',
    '',
    'one  INTEGER',
    '└─ no column',
    '',
    'rows',
    '├─ b.z.k  BIGINT (decides rows) unknown: cannot be traced',
    '└─ b.y.a  BIGINT (decides rows, see above)',
  ]);
});

test('an impact', () => {
  const impact: ImpactDocument = {
    schema_version: 1,
    model: 'a.o',
    column: 'amount',
    models: [
      {
        model: 'b.x',
        kind: 'FULL',
        distance: 1,
        reads_it: true,
        columns: [
          { name: 'total', type: 'DOUBLE', sources: [{ model: 'a.o', column: 'amount' }], direct: false },
        ],
        influence: [{ model: 'a.o', column: 'amount' }],
        rows_from: [],
        unknown: false,
      },
      {
        model: 'c.y',
        kind: 'VIEW',
        distance: 2,
        reads_it: false,
        columns: [],
        influence: [],
        rows_from: ['b.x'],
        unknown: false,
      },
      {
        model: 'd.z',
        kind: 'VIEW',
        distance: 3,
        reads_it: false,
        columns: [],
        influence: [],
        rows_from: [],
        unknown: true,
      },
    ],
    audits: [{ model: 'a.o', audit: 'not_null' }],
    standalone_audits: [
      {
        audit: 'sums_agree',
        path: 'audits/sums.sql',
        reads_it: true,
        columns: [{ model: 'a.o', column: 'amount' }],
        rows_from: [],
        unknown: false,
      },
      {
        audit: 'few_left',
        path: 'audits/few.sql',
        reads_it: false,
        columns: [{ model: 'b.x', column: 'total' }],
        rows_from: ['c.y'],
        unknown: false,
      },
    ],
    unknown: ['d.z'],
    summary: 'a.o.amount is read by 1 model.',
  };
  expect(lines(renderImpact(impact, PLAIN))).toEqual([
    'a.o.amount is read by 1 model.',
    '',
    'b.x FULL',
    '  breaks when it goes: its query reads it',
    '  total  DOUBLE  ← a.o.amount (computed)',
    '  rows depend on a.o.amount',
    '',
    'c.y VIEW',
    '  rows come from b.x',
    '',
    'd.z VIEW',
    '  unknown: it could not be traced, so it may be touched or not',
    '',
    'Audits that name it: not_null of a.o',
    '',
    'Standalone audits',
    '  sums_agree breaks when it goes: its query reads it',
    '  few_left may find other rows: it reads b.x.total, the rows of c.y',
  ]);
});

test('an explained version', () => {
  const version: VersionDocument = {
    schema_version: 1,
    model: 'b.x',
    environment: 'prod',
    status: 'differs',
    version: 'v2',
    shown_version: 'v1',
    reasons: [{ code: 'column_changed', message: 'total: expression changed', column: 'total' }],
    columns: { added: [], removed: [], retyped: [] },
    same_columns: ['id', 'day'],
    rows_changed: false,
    upstream: [{ model: 'a.o', reasons: [{ code: 'rows_changed', message: 'rows: filters changed' }] }],
    sql: { shown: null, now: null },
    summary: 'b.x differs from what prod shows: it will be rebuilt.',
  };
  expect(lines(renderVersion(version, PLAIN))).toEqual([
    'b.x differs from what prod shows: it will be rebuilt.',
    '',
    '  total: expression changed',
    '',
    '  a.o above it:',
    '    rows: filters changed',
    '',
    '  unchanged: id, day',
    '',
    '  version in the project: v2',
    '  version in prod: v1',
  ]);
});
