import type { CompiledModel } from '../compile/compiled.ts';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import { fingerprintOf } from '../state/fingerprint.ts';
import { isModel, type PlannedNode } from './planned.ts';

/**
 * Columns that the query of a model gives and its table does not have, because `on_additive_change` is `ignore`: who reads one would
 * fail in the warehouse, so that the plan says it.
 */
export function ignoredColumns(nodes: ReadonlyMap<string, PlannedNode>): readonly Diagnostic[] {
  const missing = new Map<string, ReadonlySet<string>>();
  for (const { node, columns } of nodes.values()) {
    if (columns === node.columns) continue;
    const there = new Set(columns.map((c) => c.name.toLowerCase()));
    const ignored = node.columns.map((c) => c.name.toLowerCase()).filter((name) => !there.has(name));
    if (ignored.length > 0) missing.set(node.name, new Set(ignored));
  }
  if (missing.size === 0) return [];
  return [...nodes.values()].flatMap(({ node, hold }) =>
    isModel(node) && hold === 'planned' && node.dependencies.some((d) => missing.has(d))
      ? readsOf(node, missing)
      : [],
  );
}

function readsOf(
  node: CompiledModel,
  missing: ReadonlyMap<string, ReadonlySet<string>>,
): readonly Diagnostic[] {
  return fingerprintOf(node).reads.flatMap(({ model, column }) =>
    missing.get(model)?.has(column.toLowerCase()) === true
      ? [
          diagnostic(
            'schema-change-refused',
            `${node.name} reads ${model}.${column}, which the table of ${model} does not have`,
            {
              location: node.definition.nameLocation,
              hint: `on_additive_change of ${model} is ignore, so that its table keeps its columns. Set it to allow, or do not read the column.`,
            },
          ),
        ]
      : [],
  );
}
