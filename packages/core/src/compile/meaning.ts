/**
 * The semantic version of a query (design.md, section 5): what it means down to its leaves, as hashes. Two queries with
 * equal `rows` and equal column hashes, and no flags, return the same multiset of rows over any data.
 *
 * Sound before clever: what cannot be understood has no meaning here, and the caller falls back to the text.
 */
import type { Column, Meaning } from './compiled.ts';
import type { Block } from './meaning/block.ts';
import { digest } from './meaning/digest.ts';
import { ExpressionReader, UnknownPlan } from './meaning/expression-reader.ts';
import type { Leaf, LeafMeaning } from './meaning/leaf.ts';
import { PlanReader } from './meaning/plan-reader.ts';
import type { PlanNode } from './plan-node.ts';

export type { Block } from './meaning/block.ts';
export { MEANING_SCHEME } from './meaning/digest.ts';
export type { Leaf, LeafMeaning } from './meaning/leaf.ts';

export interface MeaningInput {
  readonly plan: PlanNode;
  readonly leaf: Leaf;
  /** The model's name: volatile calls and context functions are its own. */
  readonly self: string;
  /** What results depend on and the plan does not show: DuckDB's version, `TimeZone`, `integer_division`, … */
  readonly settings: string;
}

export type MeaningResult =
  | {
      readonly kind: 'known';
      /** Column hashes by position; names and types are the caller's to add. Flags are this query's own, not its inputs'. */
      readonly meaning: Omit<Meaning, 'columns'> & { readonly hashes: readonly string[] };
      /** The query for use as a {@link LeafMeaning}: a model split in two keeps its readers' versions. */
      readonly block: Block;
    }
  | { readonly kind: 'unknown'; readonly unknown: string };

/** The meaning of a bound plan, or why it has none. Deterministic. */
export function meaningOf(input: MeaningInput): MeaningResult {
  const expressions = new ExpressionReader(input.self, input.settings);
  try {
    const block = new PlanReader(input.leaf, expressions).read(input.plan);
    const seal = block.seal();
    const meaning = {
      rows: seal.rows,
      sequence: seal.sequence,
      hashes: seal.columns,
      flags: [...expressions.flags].sort(),
    };
    return { kind: 'known', meaning, block };
  } catch (error) {
    if (error instanceof UnknownPlan) return { kind: 'unknown', unknown: error.message };
    throw error;
  }
}

/** A table that is known by an identity: a source, or a model that is not a plain query of its inputs. */
export function tableLeaf(identity: string, columns: readonly Column[]): LeafMeaning {
  const rows = digest('table', identity);
  return {
    kind: 'table',
    rows,
    sequence: rows,
    columns: new Map(
      columns.map((column) => [column.name, digest('column', identity, column.name, column.type)]),
    ),
  };
}
