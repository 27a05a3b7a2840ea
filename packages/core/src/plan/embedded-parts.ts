/**
 * What a model takes from the embedded models that its query names. They have no table and no entry in state of their own: what they
 * were is kept with their reader, so that an edit of theirs can be told for what it changes.
 */
import { digestOf } from '../compile/cache-key.ts';
import type { CompiledModel, CompiledNode } from '../compile/compiled.ts';
import { plainText } from '../sql/plain-text.ts';
import type { EmbeddedPart } from '../state/state.ts';

/** By name; undefined where there are none. */
export function embeddedParts(
  node: CompiledNode,
  nodes: ReadonlyMap<string, CompiledNode>,
): Readonly<Record<string, EmbeddedPart>> | undefined {
  const parts = embeddedIn(node, nodes).map((part): readonly [string, EmbeddedPart] => {
    const columns = part.meaning.columns.map((c) => [c.name.toLowerCase(), c.hash] as const);
    return [
      part.name,
      { text: textOf(part, nodes), rows: part.meaning.rows, columns: Object.fromEntries(columns) },
    ];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** Of its own words and those of what is embedded in it. */
function textOf(part: CompiledModel, nodes: ReadonlyMap<string, CompiledNode>): string {
  return digestOf([plainText(part.sql ?? ''), ...embeddedIn(part, nodes).map((p) => textOf(p, nodes))]);
}

function embeddedIn(
  { dependencies }: CompiledNode,
  nodes: ReadonlyMap<string, CompiledNode>,
): readonly CompiledModel[] {
  return dependencies.toSorted().flatMap((name) => {
    const found = nodes.get(name);
    return found?.node === 'model' && found.definition.kind.kind === 'EMBEDDED' ? [found] : [];
  });
}
