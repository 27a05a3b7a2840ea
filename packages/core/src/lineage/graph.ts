/**
 * Lineage through any number of models, as a graph. Its nodes are columns, and for each relation its rows (a node without
 * a column): what a filter or a join reads decides rows, and rows go on to whoever reads the relation. Where a plan cannot
 * be had the relation is marked unknown and the walk ends there. Downstream it ends at standalone audits too: nobody reads them.
 */
import { nodeKey, type ColumnRef, type Compiled, type CompiledNode } from '../compile/index.ts';
import type {
  LineageDirection,
  LineageEdgeDocument,
  LineageGraphDocument,
  LineageNodeDocument,
} from '../report/index.ts';
import { includes, readersIn, type Readers } from './readers.ts';
import type { Target } from './target.ts';

/** Walks `depth` models up or down; `Infinity` for all of them. */
export function traceGraph(
  compiled: Compiled,
  target: Target,
  direction: LineageDirection,
  depth: number,
): LineageGraphDocument {
  const walk = new GraphWalk(compiled, direction, depth);
  const { node, column } = target;
  const columns = node.columns.filter((c) => column === undefined || nodeKey(c.name) === nodeKey(column));
  for (const c of columns) walk.start(node, c.name);
  if (direction === 'upstream' || column === undefined) walk.start(node, null);
  return walk.graph();
}

interface Visit {
  readonly node: CompiledNode;
  /** Null: the rows. */
  readonly column: string | null;
  readonly distance: number;
}

class GraphWalk {
  readonly #compiled: Compiled;
  readonly #direction: LineageDirection;
  readonly #depth: number;
  readonly #readers: Readers;
  readonly #found = new Map<string, LineageNodeDocument>();
  readonly #edges = new Map<string, LineageEdgeDocument>();
  /** Breadth first, so that every node is met at its least distance. */
  readonly #queue: Visit[] = [];

  constructor(compiled: Compiled, direction: LineageDirection, depth: number) {
    this.#compiled = compiled;
    this.#direction = direction;
    this.#depth = depth;
    this.#readers = readersIn(compiled);
  }

  start(node: CompiledNode, column: string | null): void {
    this.#visit(node, column, 0);
  }

  graph(): LineageGraphDocument {
    for (let visit = this.#queue.shift(); visit !== undefined; visit = this.#queue.shift()) {
      if (this.#direction === 'upstream') this.#up(visit);
      else this.#down(visit);
    }
    const all = [...this.#edges.values()];
    const edges = this.#direction === 'upstream' ? all : belowUnknown(all);
    const idle =
      this.#direction === 'upstream' ? idleRows([...this.#found.values()], edges) : new Set<string>();
    return {
      nodes: [...this.#found].filter(([key]) => !idle.has(key)).map(([, node]) => node),
      edges: edges.filter((e) => !idle.has(keyOf(e.from)) && !idle.has(keyOf(e.to))),
    };
  }

  #up({ node, column, distance }: Visit): void {
    if (node.node === 'source') return;
    const to = { model: node.name, column };
    if (node.lineage === undefined) {
      if (distance >= this.#depth) return;
      for (const input of this.#inputs(node.dependencies))
        this.#edge({ model: input.name, column: null }, to, 'unknown', distance + 1, input, false);
      return;
    }
    // Who asks for a column of a relation also asks which rows it has.
    if (column !== null) this.#visit(node, null, distance);
    if (distance >= this.#depth) return;
    const step = (ref: ColumnRef, kind: LineageEdgeDocument['kind']): void => {
      const input = this.#compiled.nodes.get(ref.model);
      if (input !== undefined) this.#edge(ref, to, kind, distance + 1, input, true);
    };
    if (column !== null) {
      const found = node.lineage.columns.find((c) => nodeKey(c.name) === nodeKey(column));
      for (const ref of found?.sources ?? []) step(ref, found?.direct === true ? 'copy' : 'value');
      return;
    }
    for (const ref of node.lineage.influence) step(ref, 'influence');
    for (const input of this.#inputs(node.dependencies))
      this.#edge({ model: input.name, column: null }, to, 'rows', distance + 1, input, true);
  }

  #down({ node, column, distance }: Visit): void {
    if (distance >= this.#depth) return;
    const from = { model: node.name, column };
    const untraced = node.node === 'model' && node.lineage === undefined && column === null;
    for (const audit of this.#readers.auditsOf(node.name)) {
      const named = audit.reads?.named;
      if (column !== null && named !== undefined && !includes(named, node.name, column)) continue;
      const to = { model: audit.name, column: null };
      const found = {
        ...to,
        type: null,
        node: 'audit',
        distance: distance + 1,
        unknown: named === undefined,
      } as const;
      this.#note(found);
      this.#draw({ from, to, kind: named === undefined || untraced ? 'unknown' : 'audit' });
    }
    for (const reader of this.#readers.of(node.name)) {
      const rows = { model: reader.name, column: null };
      if (reader.lineage === undefined || untraced) {
        this.#edge(from, rows, 'unknown', distance + 1, reader, true);
        continue;
      }
      if (column === null) {
        this.#edge(from, rows, 'rows', distance + 1, reader, true);
        continue;
      }
      for (const c of reader.lineage.columns) {
        if (includes(c.sources, node.name, column))
          this.#edge(
            from,
            { model: reader.name, column: c.name },
            c.direct ? 'copy' : 'value',
            distance + 1,
            reader,
            true,
          );
      }
      if (includes(reader.lineage.influence, node.name, column))
        this.#edge(from, rows, 'influence', distance + 1, reader, true);
    }
  }

  #inputs(names: readonly string[]): readonly CompiledNode[] {
    return [...new Set(names)].toSorted().flatMap((name) => this.#compiled.nodes.get(name) ?? []);
  }

  /** Notes an edge, and visits its far end. */
  #edge(
    from: LineageEdgeDocument['from'],
    to: LineageEdgeDocument['to'],
    kind: LineageEdgeDocument['kind'],
    distance: number,
    far: CompiledNode,
    goOn: boolean,
  ): void {
    const { column } = this.#direction === 'upstream' ? from : to;
    this.#visit(far, column, distance, goOn);
    this.#draw({ from, to, kind });
  }

  #draw(edge: LineageEdgeDocument): void {
    this.#edges.set(JSON.stringify(edge), edge);
  }

  #visit(node: CompiledNode, column: string | null, distance: number, goOn = true): void {
    const visit = { node, column, distance };
    if (this.#note(nodeDocument(visit)) && goOn) this.#queue.push(visit);
  }

  /** Whether it was not there yet. */
  #note(node: LineageNodeDocument): boolean {
    const key = keyOf(node);
    if (this.#found.has(key)) return false;
    this.#found.set(key, node);
    return true;
  }
}

function nodeDocument({ node, column, distance }: Visit): LineageNodeDocument {
  return {
    model: node.name,
    column,
    type: node.columns.find((c) => column !== null && nodeKey(c.name) === nodeKey(column))?.type ?? null,
    node: node.node,
    distance,
    unknown: node.node === 'model' && node.lineage === undefined,
  };
}

/** Whatever is read of a relation that could not be traced is unknown as well, however far down. */
function belowUnknown(edges: readonly LineageEdgeDocument[]): readonly LineageEdgeDocument[] {
  const readers = new Map<string, string[]>();
  const queue: string[] = [];
  for (const { from, to, kind } of edges) {
    if (kind === 'unknown') queue.push(to.model);
    if (from.column !== null) continue;
    const list = readers.get(from.model);
    if (list === undefined) readers.set(from.model, [to.model]);
    else list.push(to.model);
  }
  const unsure = new Set<string>();
  for (let model = queue.pop(); model !== undefined; model = queue.pop()) {
    if (unsure.has(model)) continue;
    unsure.add(model);
    queue.push(...(readers.get(model) ?? []));
  }
  return edges.map((e) => (isOfRows(e) && unsure.has(e.from.model) ? { ...e, kind: 'unknown' } : e));
}

function isOfRows({ kind, from }: LineageEdgeDocument): boolean {
  return kind === 'rows' || (kind === 'audit' && from.column === null);
}

/** Rows that no column decides, neither here nor further up: nothing is to be said about them. */
function idleRows(
  nodes: readonly LineageNodeDocument[],
  edges: readonly LineageEdgeDocument[],
): ReadonlySet<string> {
  const below = new Map<string, string[]>();
  const told: string[] = [];
  for (const edge of edges) {
    if (edge.kind === 'influence' || edge.kind === 'unknown') told.push(keyOf(edge.to));
    // An unknown input stays in sight, whatever it is read for.
    if (edge.kind === 'unknown') told.push(keyOf(edge.from));
    if (edge.kind !== 'rows') continue;
    const list = below.get(keyOf(edge.from));
    if (list === undefined) below.set(keyOf(edge.from), [keyOf(edge.to)]);
    else list.push(keyOf(edge.to));
  }
  for (const node of nodes) if (node.column === null && node.unknown) told.push(keyOf(node));
  const busy = new Set<string>();
  for (let key = told.pop(); key !== undefined; key = told.pop()) {
    if (busy.has(key)) continue;
    busy.add(key);
    told.push(...(below.get(key) ?? []));
  }
  const rows = nodes.filter((n) => n.column === null).map(keyOf);
  return new Set(rows.filter((key) => !busy.has(key)));
}

function keyOf(at: { readonly model: string; readonly column: string | null }): string {
  return JSON.stringify([at.model, at.column === null ? null : nodeKey(at.column)]);
}
