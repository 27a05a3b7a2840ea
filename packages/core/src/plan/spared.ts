import type { Walk } from './walk.ts';

/** Models that stay as they are although something above them was built anew. */
export function sparedModels(walk: Walk): readonly string[] {
  const below = new Set<string>();
  for (const { node, action } of walk.planned.values()) {
    const changed = (name: string): boolean => {
      const kind = walk.planned.get(name)?.action?.kind;
      return kind === 'rebuild' || below.has(name);
    };
    if (node.dependencies.some(changed)) below.add(node.name);
    if (action?.kind === 'rebuild') below.add(node.name);
  }
  return [...below]
    .filter((name) => {
      const planned = walk.planned.get(name);
      const kind = planned?.action?.kind;
      return planned?.storage !== 'inline' && planned?.hold === 'planned' && kind === undefined;
    })
    .toSorted();
}
