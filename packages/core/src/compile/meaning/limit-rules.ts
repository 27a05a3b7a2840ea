/** LIMIT and SAMPLE: which rows survive depends on their order. */
import { object, type PlanNode } from '../plan-node.ts';
import { relationBlock, type Block, type Seal } from './block.ts';
import { digest } from './digest.ts';
import { withoutNames, type ExpressionReader } from './expression-reader.ts';
import { ownParts } from './plan-parts.ts';

export function limit(expressions: ExpressionReader, node: PlanNode, block: Block): Block {
  const seal = block.seal();
  const limits = seal.hash(expressions.read(ownParts(node), block.columns));
  // Without an order, which rows survive may depend on any column that is read.
  if (!block.ordered) expressions.flags.add('order:LIMIT');
  const rows = digest('limit', seal.rows, seal.sequence, block.ordered ? 0 : seal.columns, limits);
  return relationBlock(rows, rows, seal.columns);
}

export function sample(expressions: ExpressionReader, node: PlanNode, seal: Seal): Block {
  const options = object(node, 'sample_options');
  expressions.flags.add('order:SAMPLE');
  const rows = digest('sample', seal.rows, seal.sequence, seal.columns, withoutNames(options ?? null));
  const seed = options?.['seed'];
  if (typeof seed === 'number' && seed >= 0) return relationBlock(rows, rows, seal.columns);
  expressions.flags.add('volatile:sample');
  const drawn = digest(rows, expressions.token());
  return relationBlock(drawn, drawn, seal.columns);
}
