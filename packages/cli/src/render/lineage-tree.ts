import type { LineageDocument, LineageEdgeDocument, LineagePointDocument } from '@sluice/core';
import { visible } from './cells.ts';
import { paint, type Style } from './style.ts';

/** Lineage through several models: below each column what it is made of, or who reads it. A branch is shown once. */
export function renderLineageTree(document: LineageDocument, style: Style): string {
  return new Tree(document, style).text();
}

class Tree {
  readonly #document: LineageDocument;
  readonly #paint: ReturnType<typeof paint>;
  readonly #upstream: boolean;
  readonly #children = new Map<string, LineageEdgeDocument[]>();
  readonly #unknown: ReadonlySet<string>;
  readonly #audits: ReadonlySet<string>;
  readonly #types: ReadonlyMap<string, string>;
  readonly #shown = new Set<string>();
  readonly #lines: string[] = [];

  constructor(document: LineageDocument, style: Style) {
    this.#document = document;
    this.#paint = paint(style);
    this.#upstream = document.direction === 'upstream';
    const { nodes, edges } = document.graph;
    this.#unknown = new Set(nodes.filter((n) => n.unknown).map((n) => n.model));
    this.#audits = new Set(nodes.filter((n) => n.node === 'audit').map((n) => n.model));
    this.#types = new Map(nodes.flatMap((n) => (n.type === null ? [] : [[keyOf(n), n.type] as const])));
    for (const edge of edges) {
      const key = keyOf(this.#upstream ? edge.to : edge.from);
      const list = this.#children.get(key);
      if (list === undefined) this.#children.set(key, [edge]);
      else list.push(edge);
    }
  }

  text(): string {
    const { model, column, graph } = this.#document;
    const asked = visible(column === null ? model : `${model}.${column}`);
    const p = this.#paint;
    this.#lines.push(this.#upstream ? `${p.bold(asked)} comes from:` : `${p.bold(asked)} is read by:`);
    for (const root of graph.nodes.filter((n) => n.distance === 0)) {
      const children = this.#children.get(keyOf(root)) ?? [];
      if (root.column === null && children.length === 0) continue;
      this.#lines.push(
        '',
        `${p.bold(root.column === null ? 'rows' : visible(root.column))}${this.#type(root)}`,
      );
      if (children.length === 0) this.#lines.push(p.dim(this.#upstream ? '└─ no column' : '└─ nobody'));
      this.#branches(children, '');
    }
    return `${this.#lines.join('\n')}\n`;
  }

  #branches(edges: readonly LineageEdgeDocument[], indent: string): void {
    edges.forEach((edge, i) => {
      const isLast = i === edges.length - 1;
      const far = this.#upstream ? edge.from : edge.to;
      const key = keyOf(far);
      const children = this.#children.get(key) ?? [];
      const again = children.length > 0 && this.#shown.has(key);
      this.#shown.add(key);
      const remarks = [...remark(edge.kind), ...(again ? ['see above'] : [])];
      const told = remarks.length === 0 ? '' : ` ${this.#paint.dim(`(${remarks.join(', ')})`)}`;
      const name = this.#audits.has(far.model) ? visible(far.model) : nameOf(far);
      const lost = this.#unknown.has(far.model) ? ` ${this.#paint.yellow('unknown: cannot be traced')}` : '';
      this.#lines.push(`${indent}${isLast ? '└─' : '├─'} ${name}${this.#type(far)}${told}${lost}`);
      if (!again) this.#branches(children, `${indent}${isLast ? '   ' : '│  '}`);
    });
  }

  #type(at: LineagePointDocument): string {
    const type = this.#types.get(keyOf(at));
    return type === undefined ? '' : `  ${this.#paint.dim(visible(type))}`;
  }
}

function remark(kind: LineageEdgeDocument['kind']): readonly string[] {
  switch (kind) {
    case 'copy':
    case 'rows':
      return [];
    case 'value':
      return ['computed'];
    case 'influence':
      return ['decides rows'];
    case 'audit':
      return ['standalone audit'];
    case 'unknown':
      return ['unknown'];
    default:
      return kind satisfies never;
  }
}

function nameOf({ model, column }: LineagePointDocument): string {
  return column === null ? `rows of ${visible(model)}` : `${visible(model)}.${visible(column)}`;
}

function keyOf(at: LineagePointDocument): string {
  return JSON.stringify([at.model, at.column]);
}
