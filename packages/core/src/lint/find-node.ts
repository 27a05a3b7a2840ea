import { nodeKey, type Compiled } from '../compile/index.ts';
import type { FindNode } from './types.ts';

const finders = new WeakMap<Compiled['nodes'], FindNode>();

/** Finds nodes by the parts of their names, without case; made once for a compiled project. */
export function finder(nodes: Compiled['nodes']): FindNode {
  const known = finders.get(nodes);
  if (known !== undefined) return known;
  const byKey = new Map([...nodes.values()].map((node) => [nodeKey(node.name), node]));
  const find: FindNode = (schema, table) => byKey.get(nodeKey(`${schema === '' ? 'main' : schema}.${table}`));
  finders.set(nodes, find);
  return find;
}
