import type { Diagnostic, LineageGraphDocument, LineageNodeDocument } from '@sluice/core';
import { diagnostic } from '@sluice/core';
import { expect, test } from 'vitest';
import { renderGithub } from '../src/render/github.ts';
import { renderDot, renderMermaid } from '../src/render/lineage-graph.ts';
import { toSarif } from '../src/render/sarif.ts';
import { run } from '../src/run.ts';
import { answer, fakeContext, workspace } from './fakes.ts';

const at = (path: string, line: number, column: number, endLine: number, endColumn: number) => ({
  path,
  start: 0,
  end: 0,
  line,
  column,
  endLine,
  endColumn,
  lineText: 'SELECT amont',
});

const DIAGNOSTICS: readonly Diagnostic[] = [
  diagnostic('unknown-column', "there is no column 'amont', 100% sure", {
    location: at('models/a, b.sql', 3, 8, 3, 13),
    hint: "Did you mean 'amount'?",
    notes: [{ message: 'it was read here', location: at('models/ü.sql', 1, 1, 1, 4) }],
  }),
  diagnostic('unused-property', 'two\nlines', { location: at('models/x.sql', 1, 5, 2, 3) }),
  diagnostic('upstream-broken', 'no place', { notes: [{ message: 'only a remark' }] }),
];

test('annotations of GitHub', () => {
  expect(renderGithub(DIAGNOSTICS).split('\n')).toEqual([
    "::error file=models/a%2C b.sql,line=3,endLine=3,col=8,endColumn=13,title=unknown-column::there is no column 'amont', 100%25 sure%0Anote: it was read here (models/ü.sql:1:1)%0Ahelp: Did you mean 'amount'?",
    '::warning file=models/x.sql,line=1,endLine=2,title=unused-property::two%0Alines',
    '::notice title=upstream-broken::no place%0Anote: only a remark',
    '',
  ]);
});

test('SARIF has what its schema asks for', () => {
  const log = toSarif(DIAGNOSTICS);
  expect(log.version).toBe('2.1.0');
  const [run1] = log.runs;
  expect(run1.columnKind).toBe('utf16CodeUnits');
  const { rules } = run1.tool.driver;
  expect(rules).toEqual([{ id: 'unknown-column' }, { id: 'unused-property' }, { id: 'upstream-broken' }]);
  for (const result of run1.results) {
    expect(rules[result.ruleIndex]?.id).toBe(result.ruleId);
    expect(result.message.text).not.toBe('');
    for (const { physicalLocation: place } of [
      ...(result.locations ?? []),
      ...(result.relatedLocations ?? []),
    ]) {
      expect(place.artifactLocation.uri).toMatch(/^[\w%./-]+$/);
      expect(Math.min(...Object.values(place.region))).toBeGreaterThanOrEqual(1);
    }
  }
  expect(run1.results.map((r) => r.level)).toEqual(['error', 'warning', 'note']);
  expect(run1.results[0]).toEqual({
    ruleId: 'unknown-column',
    ruleIndex: 0,
    level: 'error',
    message: { text: "there is no column 'amont', 100% sure\nDid you mean 'amount'?" },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'models/a%2C%20b.sql', uriBaseId: '%SRCROOT%' },
          region: { startLine: 3, startColumn: 8, endLine: 3, endColumn: 13 },
          contextRegion: { startLine: 3, snippet: { text: 'SELECT amont' } },
        },
      },
    ],
    relatedLocations: [
      {
        message: { text: 'it was read here' },
        physicalLocation: {
          artifactLocation: { uri: 'models/%C3%BC.sql', uriBaseId: '%SRCROOT%' },
          region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 4 },
          contextRegion: { startLine: 1, snippet: { text: 'SELECT amont' } },
        },
      },
    ],
  });
});

const COMPILED = { schema_version: 1, models: [], diagnostics: [] } as const;

test.each([
  ['github', (out: string) => expect(out).toMatch(/^::error file=/)],
  ['sarif', (out: string) => expect(JSON.parse(out)).toMatchObject({ version: '2.1.0' })],
  ['json', (out: string) => expect(JSON.parse(out)).toMatchObject({ models: [] })],
] as const)('compile --format %s', async (format, check) => {
  const context = fakeContext({
    workspace: workspace({ compile: async () => answer(COMPILED, DIAGNOSTICS) }),
  });
  expect(await run(['compile', '--format', format], context)).toBe(1);
  check(context.out());
  expect(context.err()).toBe('');
});

test.each([
  [['compile', '--format', 'xml'], "--format must be text, json, github or sarif, not 'xml'"],
  [['compile', '--json', '--format', 'github'], '--json and --format github are given together'],
  [['lineage', 'a.b', '--all', '--depth', '2'], '--all and --depth are given together'],
  [['lineage', 'a.b', '--impact', '--depth', '2'], '--impact and --depth are given together'],
])('%j is refused', async (argv, message) => {
  const context = fakeContext();
  expect(await run(argv, context)).toBe(1);
  expect(context.err() + context.out()).toContain(message);
});

const node = (model: string, column: string | null, unknown = false): LineageNodeDocument => ({
  model,
  column,
  type: null,
  node: 'model',
  distance: 0,
  unknown,
});

const GRAPH: LineageGraphDocument = {
  nodes: [
    node('a."x"', 'say "hi" #1 <b> `c` \\ end'),
    node('a."x"', null),
    node('b.y', 'subgraph\nend'),
    node('b.y', null, true),
  ],
  edges: [
    {
      from: { model: 'a."x"', column: 'say "hi" #1 <b> `c` \\ end' },
      to: { model: 'b.y', column: 'subgraph\nend' },
      kind: 'value',
    },
    { from: { model: 'a."x"', column: null }, to: { model: 'b.y', column: null }, kind: 'unknown' },
  ],
};

test('Mermaid', () => {
  expect(renderMermaid(GRAPH)).toBe(String.raw`flowchart LR
  subgraph m0["a.#quot;x#quot;"]
    n0["say #quot;hi#quot; #35;1 #60;b#62; #96;c#96; #92; end"]
    n1(["rows"])
  end
  subgraph m1["b.y"]
    n2["subgraph#10;end"]
    n3(["rows (unknown)"])
  end
  n0 -->|computed| n2
  n1 -.->|unknown| n3
`);
});

test('DOT', () => {
  expect(renderDot(GRAPH)).toBe(String.raw`digraph lineage {
  rankdir=LR;
  node [shape=box];
  subgraph cluster_0 {
    label="a.\"x\"";
    n0 [label="say \"hi\" #1 <b> ${'`'}c${'`'} \\ end"];
    n1 [label="rows", shape=ellipse];
  }
  subgraph cluster_1 {
    label="b.y";
    n2 [label="subgraph\nend"];
    n3 [label="rows (unknown)", shape=ellipse];
  }
  n0 -> n2 [label="computed"];
  n1 -> n3 [label="unknown", style=dotted];
}
`);
});
