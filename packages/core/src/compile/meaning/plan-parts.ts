/** Small things that several rules need. */
import { integer, project, type Json, type JsonObject, type PlanNode } from '../plan-node.ts';
import type { Block } from './block.ts';
import { digest } from './digest.ts';
import { UnknownPlan, type ExpressionReader } from './expression-reader.ts';
import type { Term } from './term.ts';

export function pick<T>(columns: readonly T[], map: readonly Json[]): readonly T[] {
  const kept = project(columns, map);
  if (kept === undefined) throw new UnknownPlan('projection of a column that is not there');
  return kept;
}

/** Columns of one side of an opaque join. */
export function side(name: string, columns: readonly string[]): readonly string[] {
  return columns.map((hash) => digest(name, hash));
}

/** An operator's own settings: LIMIT and OFFSET, keys of a recursion. */
export function ownParts(node: PlanNode): JsonObject {
  const { children: _children, table_index: _index, estimated_cardinality: _cardinality, ...rest } = node;
  return rest;
}

/** The terms of several expressions over the same columns. */
export function readAll(
  reader: ExpressionReader,
  expressions: readonly Json[],
  columns: readonly Term[],
): readonly Term[] {
  return expressions.map((expression) => reader.read(expression, columns));
}

/** Remembers columns under the operator's table index. */
export function named(expressions: ExpressionReader, node: PlanNode, block: Block): Block {
  expressions.nameTable(integer(node, 'table_index'), block.columns);
  return block;
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
