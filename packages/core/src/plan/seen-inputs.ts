/**
 * What a model reads, for telling which change above reached it. An embedded model is no table that changes: it is part of whoever
 * reads it, so that its own inputs are seen through it.
 */
import type { CompiledModel, CompiledNode } from '../compile/compiled.ts';
import { fingerprintOf } from '../state/fingerprint.ts';

interface Through {
  /** The embedded model that is looked through; undefined for what is read as it is. */
  readonly through: string | undefined;
}

/** What of its inputs makes a model what it is. */
export interface SeenInputs {
  readonly inputs: readonly ({ readonly model: string } & Through)[];
  readonly columns: readonly ({ readonly model: string; readonly column: string } & Through)[];
  /** Models that are part of this one, of whose own texts nothing is kept. */
  readonly embedded: readonly string[];
}

export function seenInputs(node: CompiledNode, nodes: ReadonlyMap<string, CompiledNode>): SeenInputs {
  const embeddedModel = (name: string): CompiledModel | undefined => {
    const found = nodes.get(name);
    return found?.node === 'model' && found.definition.kind.kind === 'EMBEDDED' ? found : undefined;
  };
  const inputs: SeenInputs['inputs'][number][] = [];
  const columns: SeenInputs['columns'][number][] = [];
  const embedded = new Set<string>();
  const look = (
    dependencies: readonly string[],
    reads: readonly { readonly model: string; readonly column: string }[],
    through: string | undefined,
  ): void => {
    for (const model of dependencies) {
      const part = embeddedModel(model);
      const read = reads.filter((r) => r.model === model);
      if (part === undefined) {
        inputs.push({ model, through });
        columns.push(...read.map((r) => ({ ...r, through })));
      } else {
        embedded.add(model);
        const names = new Set(read.map((r) => r.column.toLowerCase()));
        look(part.dependencies, readsFor(part, names), through ?? model);
      }
    }
  };
  look(node.dependencies, fingerprintOf(node).reads, undefined);
  return { inputs, columns, embedded: [...embedded].toSorted() };
}

/** What some columns of a model, and which rows it has, come from. */
function readsFor(
  model: CompiledModel,
  names: ReadonlySet<string>,
): readonly { readonly model: string; readonly column: string }[] {
  const { lineage } = model;
  if (lineage === undefined) return [];
  return [
    ...lineage.columns.filter((c) => names.has(c.name.toLowerCase())).flatMap((c) => c.sources),
    ...lineage.influence,
  ];
}
