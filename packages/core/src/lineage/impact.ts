/**
 * Who is touched when a column goes or changes: every model whose values are made of it, every model whose rows it
 * decides, and whoever reads those, through any number of models. A model that names the column breaks when it goes;
 * what stands below a broken one cannot be built either.
 */
import { auditWords, type Compiled, type CompiledModel, type StandaloneAudit } from '../compile/index.ts';
import type { ImpactDocument, LineageEdgeDocument, StandaloneImpactDocument } from '../report/index.ts';
import { traceGraph } from './graph.ts';
import { includes } from './readers.ts';
import type { Target } from './target.ts';

type Impact = Pick<ImpactDocument, 'models' | 'audits' | 'standalone_audits' | 'unknown' | 'summary'>;

export function impactOf(compiled: Compiled, target: Target): Impact {
  const graph = traceGraph(compiled, target, 'downstream', Infinity);
  const origin = target.node.name;
  const incoming = new Map<string, LineageEdgeDocument[]>();
  for (const edge of graph.edges) {
    const list = incoming.get(edge.to.model);
    if (list === undefined) incoming.set(edge.to.model, [edge]);
    else list.push(edge);
  }
  const distance = new Map<string, number>();
  for (const node of graph.nodes)
    distance.set(node.model, Math.min(node.distance, distance.get(node.model) ?? Infinity));
  const names = target.column === undefined ? target.node.columns.map((c) => c.name) : [target.column];
  const touched = [...compiled.nodes.values()].filter(
    (n): n is CompiledModel => n.node === 'model' && n.name !== origin && distance.has(n.name),
  );
  const models = touched.map((model) =>
    modelImpact(model, incoming.get(model.name) ?? [], origin, names, distance),
  );
  const standalone = compiled.audits.flatMap((audit): readonly StandaloneImpactDocument[] => {
    const edges = incoming.get(audit.name) ?? [];
    return edges.length === 0 ? [] : [standaloneImpact(audit, edges, target, names)];
  });
  return {
    models,
    standalone_audits: standalone,
    summary: summaryOf(target, models, standalone),
    audits: [...compiled.nodes.values()].flatMap((node) =>
      node.node === 'model' ? auditsNaming(node, origin, names) : [],
    ),
    unknown: touched.filter((m) => m.lineage === undefined).map((m) => m.name),
  };
}

/** One sentence: who breaks, how many columns take their values from it, whose rows it decides. */
function summaryOf(
  target: Target,
  models: ImpactDocument['models'],
  audits: readonly StandaloneImpactDocument[],
): string {
  const what = target.column === undefined ? target.node.name : `${target.node.name}.${target.column}`;
  if (models.length === 0 && audits.length === 0) return `Nobody reads ${what}.`;
  const readers = models.filter((m) => m.reads_it || m.distance === 1);
  const columns = models.reduce((sum, m) => sum + m.columns.length, 0);
  const decided = models.filter((m) => m.influence.length > 0 || m.rows_from.length > 0).length;
  const unsure = models.filter((m) => m.unknown).length;
  const direct = audits.filter((a) => a.reads_it).length;
  const by = [
    ...(readers.length > 0 || direct === 0 ? [count(readers.length, 'model')] : []),
    ...(direct > 0 ? [count(direct, 'standalone audit')] : []),
  ];
  const parts = [
    `${what} is read by ${by.join(' and ')}`,
    ...(columns > 0 ? [`${count(columns, 'column')} below take their values from it`] : []),
    ...(decided > 0 ? [`the rows of ${count(decided, 'model')} depend on it`] : []),
    ...(audits.length > direct
      ? [`${count(audits.length - direct, 'standalone audit')} may find other rows`]
      : []),
    ...(unsure > 0 ? [`${count(unsure, 'model')} could not be traced`] : []),
  ];
  return `${parts.join('; ')}.`;
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`;
}

function modelImpact(
  model: CompiledModel,
  edges: readonly LineageEdgeDocument[],
  origin: string,
  names: readonly string[],
  distance: ReadonlyMap<string, number>,
): ImpactDocument['models'][number] {
  const isRead = (refs: Parameters<typeof includes>[0]): boolean =>
    names.some((name) => includes(refs, origin, name));
  const columns = model.columns.flatMap((c) => {
    const from = edges.filter((e) => e.to.column === c.name && (e.kind === 'copy' || e.kind === 'value'));
    return from.length === 0
      ? []
      : [
          {
            name: c.name,
            type: c.type,
            direct: from.every((e) => e.kind === 'copy'),
            sources: from.flatMap(({ from: { model: m, column } }) =>
              column === null ? [] : [{ model: m, column }],
            ),
          },
        ];
  });
  return {
    model: model.name,
    kind: model.definition.kind.kind,
    distance: distance.get(model.name) ?? 0,
    reads_it:
      model.lineage !== undefined &&
      (isRead(model.lineage.influence) || model.lineage.columns.some((c) => isRead(c.sources))),
    columns,
    influence: edges.flatMap(({ kind, from }) =>
      kind === 'influence' && from.column !== null ? [{ model: from.model, column: from.column }] : [],
    ),
    rows_from: [...new Set(edges.filter((e) => e.kind === 'rows').map((e) => e.from.model))],
    unknown: edges.some((e) => e.kind === 'unknown'),
  };
}

function standaloneImpact(
  audit: StandaloneAudit,
  edges: readonly LineageEdgeDocument[],
  { node, column: asked }: Target,
  names: readonly string[],
): StandaloneImpactDocument {
  const columns = edges.flatMap(({ kind, from: { model, column } }) =>
    kind === 'audit' && column !== null ? [{ model, column }] : [],
  );
  return {
    audit: audit.name,
    path: audit.definition.path,
    reads_it:
      asked === undefined
        ? audit.dependencies.includes(node.name)
        : names.some((name) => includes(columns, node.name, name)),
    columns,
    rows_from: [
      ...new Set(edges.filter((e) => e.kind === 'audit' && e.from.column === null).map((e) => e.from.model)),
    ],
    unknown: edges.some((e) => e.kind === 'unknown'),
  };
}

/** Audits that name the column in their arguments, or in a query of the project's own. */
function auditsNaming(
  model: CompiledModel,
  origin: string,
  names: readonly string[],
): ImpactDocument['audits'] {
  return model.audits.flatMap((bound) => {
    const { audit, dependencies } = bound;
    if (model.name !== origin && !dependencies.includes(origin)) return [];
    const words = auditWords(bound);
    return names.some((n) => words.has(n.toLowerCase())) ? [{ model: model.name, audit: audit.name }] : [];
  });
}
