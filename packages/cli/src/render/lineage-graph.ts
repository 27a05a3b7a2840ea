/** Lineage as a picture for others to draw: Mermaid (Markdown, GitHub) and DOT (Graphviz). A box a model, a node a column. A standalone audit is a box with one node. */
import type { LineageEdgeDocument, LineageGraphDocument, LineageNodeDocument } from '@sluice/core';

interface Numbered {
  readonly models: readonly { readonly name: string; readonly nodes: readonly LineageNodeDocument[] }[];
  readonly idOf: (at: LineageEdgeDocument['from']) => string;
}

/** Names are labels only; ids are numbers, so that no name can break the syntax. */
function number(graph: LineageGraphDocument): Numbered {
  const models = new Map<string, LineageNodeDocument[]>();
  const ids = new Map<string, string>();
  for (const node of graph.nodes) {
    ids.set(keyOf(node), `n${ids.size}`);
    const list = models.get(node.model);
    if (list === undefined) models.set(node.model, [node]);
    else list.push(node);
  }
  return {
    models: [...models].map(([name, nodes]) => ({ name, nodes })),
    idOf: (at) => ids.get(keyOf(at)) ?? 'n',
  };
}

/** A Mermaid flowchart. */
export function renderMermaid(graph: LineageGraphDocument): string {
  const { models, idOf } = number(graph);
  const lines = ['flowchart LR'];
  models.forEach(({ name, nodes }, i) => {
    lines.push(`  subgraph m${i}["${mermaidText(name)}"]`);
    for (const node of nodes) {
      const label = mermaidText(labelOf(node));
      lines.push(`    ${idOf(node)}${node.column === null ? `(["${label}"])` : `["${label}"]`}`);
    }
    lines.push('  end');
  });
  for (const { from, to, kind } of graph.edges)
    lines.push(`  ${idOf(from)} ${MERMAID_ARROWS[kind]} ${idOf(to)}`);
  return `${lines.join('\n')}\n`;
}

const MERMAID_ARROWS: Readonly<Record<LineageEdgeDocument['kind'], string>> = {
  copy: '-->',
  value: '-->|computed|',
  influence: '-.->|decides rows|',
  rows: '-.->',
  audit: '-->|audited|',
  unknown: '-.->|unknown|',
};

/** Mermaid knows entities by name and by number, with `#` instead of `&`. */
function mermaidText(text: string): string {
  return text.replace(/[#"&<>`\\\p{Cc}]/gu, (c) => (c === '"' ? '#quot;' : `#${c.codePointAt(0)};`));
}

/** A Graphviz digraph. */
export function renderDot(graph: LineageGraphDocument): string {
  const { models, idOf } = number(graph);
  const lines = ['digraph lineage {', '  rankdir=LR;', '  node [shape=box];'];
  models.forEach(({ name, nodes }, i) => {
    lines.push(`  subgraph cluster_${i} {`, `    label=${dotText(name)};`);
    for (const node of nodes) {
      const shape = node.column === null ? ', shape=ellipse' : '';
      lines.push(`    ${idOf(node)} [label=${dotText(labelOf(node))}${shape}];`);
    }
    lines.push('  }');
  });
  for (const { from, to, kind } of graph.edges)
    lines.push(`  ${idOf(from)} -> ${idOf(to)}${DOT_EDGES[kind]};`);
  return `${[...lines, '}'].join('\n')}\n`;
}

const DOT_EDGES: Readonly<Record<LineageEdgeDocument['kind'], string>> = {
  copy: '',
  value: ' [label="computed"]',
  influence: ' [label="decides rows", style=dashed]',
  rows: ' [style=dashed]',
  audit: ' [label="audited"]',
  unknown: ' [label="unknown", style=dotted]',
};

function dotText(text: string): string {
  const escaped = text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
  return `"${escaped.replace(/\p{Cc}/gu, ' ')}"`;
}

function labelOf(node: LineageNodeDocument): string {
  const name = node.column ?? (node.node === 'audit' ? 'standalone audit' : 'rows');
  return node.unknown ? `${name} (unknown)` : name;
}

function keyOf(at: LineageEdgeDocument['from']): string {
  return JSON.stringify([at.model, at.column]);
}
