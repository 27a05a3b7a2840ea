import { beforeAll, expect, test } from 'vitest';
import { compile, type Compiled } from '../compile/index.ts';
import { createDuckDbBinder } from '../engine/duckdb/duckdb-binder.ts';
import { loadProject } from '../project/index.ts';
import type { LineageDirection, LineagePointDocument } from '../report/index.ts';
import { findTarget, impactOf, lineageStep, traceGraph, type Target } from './index.ts';

/** raw.o → a.clean → b.daily → c.report, and b.ids; `b.lost` cannot be traced, `c.below` reads it. */
const FILES: Readonly<Record<string, string>> = {
  'project.yaml': `name: p
start: 2024-01-01
sources:
  raw:
    o: { table: outside.o, cron: '@daily', columns: { id: BIGINT, day: DATE, amount: DOUBLE, state: VARCHAR, "a.b": INTEGER } }
`,
  'models/a/clean.sql': `MODEL (kind VIEW, audits (not_null(columns := (amount))));
SELECT id, day, amount, amount * 2 AS twice, "a.b" FROM raw.o WHERE state = 'paid'`,
  'models/b/daily.sql': 'MODEL (kind FULL);\nSELECT day, sum(amount) AS revenue FROM a.clean GROUP BY day',
  'models/b/ids.sql': 'MODEL (kind FULL);\nSELECT count(*) AS n FROM a.clean',
  'models/b/lost.sql': 'MODEL (kind FULL);\nSELECT id AS x FROM a.clean',
  'models/c/below.sql': 'MODEL (kind FULL);\nSELECT x FROM b.lost',
  'models/c/report.sql': 'MODEL (kind VIEW);\nSELECT revenue FROM b.daily WHERE revenue > 100',
};

let compiled: Compiled;

beforeAll(async () => {
  const { value } = loadProject({
    list: (folder) => Object.keys(FILES).filter((p) => p.startsWith(`${folder}/`)),
    read: (path) => FILES[path],
  });
  if (value === undefined) throw new Error('no project');
  const binder = await createDuckDbBinder();
  const found = await compile({ project: value, binder, discovered: new Map(), settings: async () => '' });
  binder.close();
  expect(found.diagnostics).toEqual([]);
  const lost = found.nodes.get('b.lost');
  if (lost?.node !== 'model') throw new Error('no model');
  compiled = { ...found, nodes: new Map(found.nodes).set('b.lost', { ...lost, lineage: undefined }) };
});

function target(written: string): Target {
  const { value, diagnostics } = findTarget(compiled, written);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('no target');
  return value;
}

const point = (at: LineagePointDocument): string => `${at.model}${at.column === null ? '' : `.${at.column}`}`;

test.each<[string, LineageDirection, number, readonly string[]]>([
  [
    'b.daily.revenue',
    'upstream',
    1,
    ['a.clean.amount value b.daily.revenue', 'a.clean.day influence b.daily'],
  ],
  [
    'b.daily.revenue',
    'upstream',
    Infinity,
    [
      'a.clean rows b.daily',
      'a.clean.amount value b.daily.revenue',
      'a.clean.day influence b.daily',
      'raw.o.amount copy a.clean.amount',
      'raw.o.day copy a.clean.day',
      'raw.o.state influence a.clean',
    ],
  ],
  ['raw.o.amount', 'downstream', 1, ['raw.o.amount copy a.clean.amount', 'raw.o.amount value a.clean.twice']],
  [
    'raw.o.amount',
    'downstream',
    Infinity,
    [
      'a.clean.amount unknown b.lost',
      'a.clean.amount value b.daily.revenue',
      'a.clean.twice unknown b.lost',
      'b.daily.revenue copy c.report.revenue',
      'b.daily.revenue influence c.report',
      'b.lost unknown c.below',
      'raw.o.amount copy a.clean.amount',
      'raw.o.amount value a.clean.twice',
    ],
  ],
  [
    'raw.o.state',
    'downstream',
    Infinity,
    [
      'a.clean rows b.daily',
      'a.clean rows b.ids',
      'a.clean unknown b.lost',
      'b.daily rows c.report',
      'b.lost unknown c.below',
      'raw.o.state influence a.clean',
    ],
  ],
  ['b.lost.x', 'upstream', Infinity, ['a.clean unknown b.lost', 'a.clean unknown b.lost.x']],
  ['raw.o', 'upstream', Infinity, []],
])('%s %s, %d models far', (written, direction, depth, expected) => {
  const { nodes, edges } = traceGraph(compiled, target(written), direction, depth);
  expect(edges.map((e) => `${point(e.from)} ${e.kind} ${point(e.to)}`).toSorted()).toEqual(expected);
  const known = new Set(nodes.map(point));
  expect(edges.flatMap((e) => [point(e.from), point(e.to)]).filter((p) => !known.has(p))).toEqual([]);
});

test('what cannot be traced is marked, never guessed', () => {
  const step = lineageStep(compiled, target('b.lost'), 'upstream');
  expect(step).toEqual({
    columns: [{ name: 'x', type: 'BIGINT', sources: [], direct: false }],
    influence: [],
    unknown: true,
  });
  const { nodes } = traceGraph(compiled, target('c.below.x'), 'upstream', Infinity);
  expect(nodes.filter((n) => n.unknown).map((n) => n.model)).toContain('b.lost');
});

/** In short: model, `!` when it breaks, `?` when unknown; its columns; what decides its rows; whose rows it takes. */
function impact(written: string): readonly string[] {
  return impactOf(compiled, target(written)).models.map((m) => {
    const columns = m.columns.map((c) => (c.direct ? '=' : '') + c.name).join(' ');
    const marks = `${m.reads_it ? '!' : ''}${m.unknown ? '?' : ''}`;
    return `${m.model}${marks} | ${columns} | ${m.influence.map(point).join(' ')} | ${m.rows_from.join(' ')}`;
  });
}

test.each<[string, readonly string[]]>([
  [
    'raw.o.amount',
    [
      'a.clean! | =amount twice |  | ',
      'b.daily | revenue |  | ',
      'b.lost? |  |  | ',
      'c.report | =revenue | b.daily.revenue | ',
      'c.below? |  |  | ',
    ],
  ],
  [
    'raw.o.state',
    [
      'a.clean! |  | raw.o.state | ',
      'b.daily |  |  | a.clean',
      'b.ids |  |  | a.clean',
      'b.lost? |  |  | ',
      'c.report |  |  | b.daily',
      'c.below? |  |  | ',
    ],
  ],
  ['b.daily.day', []],
  ['c.report', []],
])('the impact of %s', (written, expected) => {
  expect(impact(written).toSorted()).toEqual([...expected].toSorted());
});

test('the impact in a sentence, and audits', () => {
  expect(impactOf(compiled, target('a.clean.amount'))).toMatchObject({
    audits: [{ model: 'a.clean', audit: 'not_null' }],
    unknown: ['b.lost'],
    summary:
      'a.clean.amount is read by 2 models; 2 columns below take their values from it; the rows of 1 model depend on it; 2 models could not be traced.',
  });
  expect(impactOf(compiled, target('c.report')).summary).toBe('Nobody reads c.report.');
});

test.each([
  ['A.CLEAN.Twice', 'a.clean', 'twice'],
  ['a.clean."a.b"', 'a.clean', 'a.b'],
  ['a.clean.a.b', 'a.clean', 'a.b'],
  ['raw.o', 'raw.o', undefined],
])('%s is found', (written, model, column) => {
  const found = target(written);
  expect([found.node.name, found.column]).toEqual([model, column]);
});

test.each([
  ['a.claen', 'unknown-model', "Did you mean 'a.clean'?"],
  ['nothing', 'unknown-model', 'sluice compile lists the models there are.'],
  ['a.clean.amont', 'unknown-column', "Did you mean 'amount'?"],
])('%s is not', (written, code, hint) => {
  expect(findTarget(compiled, written).diagnostics).toMatchObject([{ code, hint }]);
});
