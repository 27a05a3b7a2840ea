import { nodeKey, type Compiled, type CompiledNode } from '../compile/index.ts';
import { diagnostic, didYouMean, type Outcome } from '../diagnostic/index.ts';

/** What a question is about: a whole relation, or one column of it. */
export interface Target {
  readonly node: CompiledNode;
  /** As the relation spells it. */
  readonly column: string | undefined;
}

/**
 * Reads `schema.model` or `schema.model.column`, without case. Names may hold dots, so the longest name of a relation
 * that fits wins; a column may be quoted.
 */
export function findTarget(compiled: Compiled, written: string): Outcome<Target | undefined> {
  const byKey = new Map([...compiled.nodes.values()].map((n) => [nodeKey(n.name), n]));
  const whole = byKey.get(nodeKey(written));
  if (whole !== undefined) return { value: { node: whole, column: undefined }, diagnostics: [] };
  for (let dot = written.lastIndexOf('.'); dot > 0; dot = written.lastIndexOf('.', dot - 1)) {
    const node = byKey.get(nodeKey(written.slice(0, dot)));
    if (node !== undefined) return findColumn(node, unquoted(written.slice(dot + 1)));
  }
  return {
    value: undefined,
    diagnostics: [
      diagnostic('unknown-model', `there is no model '${written}'`, {
        hint: didYouMean(written, compiled.nodes.keys()) ?? 'sluice compile lists the models there are.',
      }),
    ],
  };
}

function findColumn(node: CompiledNode, written: string): Outcome<Target | undefined> {
  const names = node.columns.map((c) => c.name);
  const column = names.find((n) => nodeKey(n) === nodeKey(written));
  if (column !== undefined) return { value: { node, column }, diagnostics: [] };
  return {
    value: undefined,
    diagnostics: [
      diagnostic('unknown-column', `${node.name} has no column '${written}'`, {
        hint: didYouMean(written, names) ?? `Its columns are ${names.join(', ')}.`,
      }),
    ],
  };
}

function unquoted(written: string): string {
  return /^".+"$/.test(written) ? written.slice(1, -1).replaceAll('""', '"') : written;
}
