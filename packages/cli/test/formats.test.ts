import type { Diagnostic, LineageGraphDocument, LineageNodeDocument } from '@sluice/core';
import { diagnostic, SluiceError } from '@sluice/core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from 'sarif';
import { afterAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../src/project-folder.ts';
import { renderGithub } from '../src/render/github.ts';
import { renderDot, renderMermaid } from '../src/render/lineage-graph.ts';
import { toSarif } from '../src/render/sarif.ts';
import { run } from '../src/run.ts';
import { answer, fakeContext, workspace } from './fakes.ts';
import { sarifErrors } from './sarif-schema.ts';

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
  expect(renderGithub(DIAGNOSTICS, { root: '/repo', prefix: 'data ü/shop/' }).split('\n')).toEqual([
    "::error file=data ü/shop/models/a%2C b.sql,line=3,endLine=3,col=8,endColumn=13,title=unknown-column::there is no column 'amont', 100%25 sure%0Anote: it was read here (data ü/shop/models/ü.sql:1:1)%0Ahelp: Did you mean 'amount'?",
    '::warning file=data ü/shop/models/x.sql,line=1,endLine=2,title=unused-property::two%0Alines',
    '::notice title=upstream-broken::no place%0Anote: only a remark',
    '',
  ]);
});

test('SARIF', () => {
  const log = toSarif(DIAGNOSTICS, { root: '/repo', prefix: 'data ü/shop/' });
  expect(sarifErrors(log)).toEqual([]);
  const [run1] = log.runs;
  expect(run1?.columnKind).toBe('utf16CodeUnits');
  expect(run1?.originalUriBaseIds).toEqual({ '%SRCROOT%': { uri: 'file:///repo/' } });
  const rules = run1?.tool.driver.rules ?? [];
  const results = run1?.results ?? [];
  expect(rules).toEqual([{ id: 'unknown-column' }, { id: 'unused-property' }, { id: 'upstream-broken' }]);
  for (const result of results) {
    expect(rules[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
    expect(result.message.text).not.toBe('');
    for (const { physicalLocation: place } of [
      ...(result.locations ?? []),
      ...(result.relatedLocations ?? []),
    ]) {
      expect(place?.artifactLocation?.uri).toMatch(/^data%20%C3%BC\/shop\/models\/[\w%./-]+$/);
      const region = place?.region ?? {};
      expect(Object.keys(region)).toHaveLength(4);
      expect(Math.min(...Object.values(region).map(Number))).toBeGreaterThanOrEqual(1);
    }
  }
  expect(results.map((r) => r.level)).toEqual(['error', 'warning', 'note']);
  expect(results[0]).toEqual({
    ruleId: 'unknown-column',
    ruleIndex: 0,
    level: 'error',
    message: { text: "there is no column 'amont', 100% sure\nDid you mean 'amount'?" },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'data%20%C3%BC/shop/models/a%2C%20b.sql', uriBaseId: '%SRCROOT%' },
          region: { startLine: 3, startColumn: 8, endLine: 3, endColumn: 13 },
          contextRegion: { startLine: 3, snippet: { text: 'SELECT amont' } },
        },
      },
    ],
    relatedLocations: [
      {
        message: { text: 'it was read here' },
        physicalLocation: {
          artifactLocation: { uri: 'data%20%C3%BC/shop/models/%C3%BC.sql', uriBaseId: '%SRCROOT%' },
          region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 4 },
          contextRegion: { startLine: 1, snippet: { text: 'SELECT amont' } },
        },
      },
    ],
  });
});

/** What `compile` prints for GitHub and as SARIF. */
async function outputs(cwd: string, env = {}): Promise<readonly [string, Log]> {
  const texts = [];
  for (const format of ['github', 'sarif']) {
    const context = fakeContext({
      workspace: workspace({ compile: async () => answer(COMPILED, DIAGNOSTICS) }),
      cwd,
      env,
    });
    expect(await run(['compile', '--format', format], context)).toBe(1);
    texts.push(context.out());
  }
  return [texts[0] ?? '', JSON.parse(texts[1] ?? '') as Log];
}

describe('paths are those of the repository', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-repository-'));
  const project = join(folder, 'data', 'shop');
  mkdirSync(join(project, 'models'), { recursive: true });
  writeFileSync(join(project, 'project.yaml'), 'name: shop\n');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  test('without git those of the project', async () => {
    const [github] = await outputs(join(project, 'models'));
    expect(github).toContain('file=models/x.sql');
  });
  test('in GitHub Actions those of the workspace', async () => {
    const [github] = await outputs(project, { GITHUB_WORKSPACE: folder });
    expect(github).toContain('file=data/shop/models/x.sql');
    expect((await outputs(project, { GITHUB_WORKSPACE: '/elsewhere' }))[0]).toContain('file=models/x.sql');
  });
  test('with git those of the work tree', async () => {
    mkdirSync(join(folder, '.git'));
    const [github, sarif] = await outputs(join(project, 'models'), { GITHUB_WORKSPACE: dirname(folder) });
    expect(github).toContain('file=data/shop/models/x.sql');
    const base = sarif.runs[0]?.originalUriBaseIds?.['%SRCROOT%']?.uri ?? '';
    const uri = sarif.runs[0]?.results?.[1]?.locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '';
    expect(fileURLToPath(new URL(uri, base))).toBe(join(project, 'models', 'x.sql'));
  });
  test('also when the command could not be carried out', async () => {
    const failing = fakeContext({
      workspace: workspace({
        plan: async () => {
          throw new SluiceError(DIAGNOSTICS);
        },
      }),
      cwd: folder,
    });
    expect(await run(['--project', 'data/shop', 'plan', '--format', 'github'], failing)).toBe(1);
    expect(failing.out()).toContain('file=data/shop/models/x.sql');
  });
});

test.each([
  ['config.yaml', 'gateways:\n  local: {}\n', true],
  ['config.yml', 'model_defaults: { dialect: duckdb }\n', true],
  ['config.yaml', 'theme: dark\n', false],
])('a project is found upwards by %s with %j: %j', (name, text, isFound) => {
  const above = mkdtempSync(join(tmpdir(), 'sluice-upwards-'));
  const below = join(above, 'models', 'staging');
  mkdirSync(below, { recursive: true });
  writeFileSync(join(above, name), text);
  expect(projectFolder(below)).toBe(isFound ? above : below);
  rmSync(above, { recursive: true });
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
