/** The columns by which a model tells its rows apart, for people who look for a row. */
import type { PlannedNode } from '../plan/index.ts';
import { identifierName, significantTokens } from '../sql/tokens.ts';

/** The first grain, else the unique key; none where a part of it is an expression, for the rest would tell rows alike. */
export function keyColumns({ node, columns }: PlannedNode): readonly string[] {
  if (node.node !== 'model') return [];
  const { grains, kind } = node.definition;
  const parts = grains[0] ?? ('uniqueKey' in kind ? kind.uniqueKey.map((k) => nameOf(k.text)) : []);
  const names = new Map(columns.map((c) => [c.name.toLowerCase(), c.name]));
  const found = parts.flatMap((part) => names.get(part?.toLowerCase() ?? '') ?? []);
  return found.length === parts.length ? [...new Set(found)] : [];
}

/** The column that a text is. */
function nameOf(text: string): string | undefined {
  const tokens = significantTokens(text);
  const [only] = tokens;
  const isName = tokens.length === 1 && (only?.kind === 'word' || only?.kind === 'quoted');
  return isName ? identifierName(text.trim()) : undefined;
}
