/** UNION, EXCEPT and INTERSECT. */
import { text, type PlanNode } from '../plan-node.ts';
import { relationBlock, type Block, type Seal } from './block.ts';
import { digest } from './digest.ts';
import { compare } from './plan-parts.ts';
import type { UnionBranch } from './term.ts';

/** Nested UNION ALLs are one, and the order of branches does not matter. */
export function union(blocks: readonly Block[]): Block {
  const seals = blocks.map((block) => block.seal());
  const branches = blocks.flatMap((block, at) => flatBranches(block, seals[at] ?? block.seal()));
  branches.sort((a, b) => compare([a.rows, ...a.columns].join(), [b.rows, ...b.columns].join()));
  const rows = digest(
    'union',
    branches.map((branch) => branch.rows),
  );
  const width = seals[0]?.columns.length ?? 0;
  const columns = Array.from({ length: width }, (_, at) =>
    digest(
      'union column',
      branches.map((branch) => branch.columns[at]),
    ),
  );
  const sequence = digest(
    'appended',
    seals.map((seal) => seal.sequence),
  );
  return relationBlock(rows, sequence, columns, { union: { branches, columns } });
}

function flatBranches(block: Block, seal: Seal): readonly UnionBranch[] {
  const [relation, ...others] = block.relations;
  const union = others.length === 0 && block.conditions.length === 0 ? relation?.union : undefined;
  const places = seal.columns.map((hash) => union?.columns.indexOf(hash) ?? -1);
  if (union === undefined || places.includes(-1)) return [{ rows: seal.rows, columns: seal.columns }];
  return union.branches.map((branch) => ({
    rows: branch.rows,
    columns: places.map((at) => branch.columns[at] ?? ''),
  }));
}

/** EXCEPT and INTERSECT compare whole rows. */
export function setOperation(node: PlanNode, seals: readonly Seal[]): Block {
  // Absent means ALL.
  const isAll = node['setop_all'] !== false;
  const sides = seals.map((seal) => [seal.rows, seal.columns]);
  const rows = digest(text(node, 'type'), isAll, sides);
  const columns = (seals[0]?.columns ?? []).map((_, at) =>
    digest(
      'set column',
      at,
      seals.map((seal) => seal.columns[at]),
    ),
  );
  return relationBlock(
    rows,
    digest(
      'set',
      rows,
      seals.map((seal) => seal.sequence),
    ),
    columns,
  );
}
